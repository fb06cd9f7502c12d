//! Who signed in, and which Jira that reaches.

use bowline_core::TenantId;
use bowline_core::connection::{Connection, Identity};
use bowline_core::grant::{OauthClient, Provider};
use bowline_core::port::{ExchangeCall, Exchanged};
use bowline_core::secret::Secret;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderMap, HeaderValue, Method};
use serde::{Deserialize, Serialize};

use super::Life;
use super::ask::credential;
use super::consent::NoConsent;
use super::tokens::Tokens;
use crate::oauth1::{Attempt, Call};

/// A Jira that a consent reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Atlassian's id of the site (`cloudId`).
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where people open it.
    pub url: String,
    /// What the consent allows there.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// Who signed in.
pub(super) struct Who {
    /// By the id that never changes.
    pub(super) account: Identity,
    /// As the tool names them where it tells of an author, and profiles where they say who is who.
    pub(super) person: String,
}

/// A provider, and a connection by whose way it is reached, if something stands before it.
type By<'a> = (&'a OauthClient, Option<&'a Connection>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Myself {
    account_id: Option<String>,
    key: Option<String>,
    name: Option<String>,
    display_name: Option<String>,
}

impl Life {
    /// The Jira sites that a token of Atlassian's cloud reaches. The same site may be listed for each product, told apart
    /// by scopes ("OAuth 2.0 (3LO) apps", accessible resources).
    pub(super) async fn sites(&self, client: &OauthClient, tokens: &Tokens) -> Result<Vec<Site>, NoConsent> {
        let url = format!("{}/oauth/token/accessible-resources", self.options.cloud_api);
        let answer = self.get(url, &tokens.access, (client, None)).await?;
        let all: Vec<Site> = serde_json::from_slice(&answer)
            .map_err(|_| NoConsent::NoSite("no list of sites: the answer cannot be read".to_owned()))?;
        let mut sites: Vec<Site> = Vec::new();
        for site in all.into_iter().filter(|site| site.scopes.iter().any(|scope| scope.contains("jira"))) {
            if !sites.iter().any(|known| known.id == site.id) {
                sites.push(site);
            }
        }
        Ok(sites)
    }

    /// The address at Atlassian's gateway of the site that people open here; `None` if there is no such site. It is asked
    /// without credentials, and its answer names no address: only an id, which is put below the configured gateway.
    pub async fn site_api_of(&self, tenant: TenantId, browse_url: &str) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Info {
            cloud_id: String,
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let (method, url) = (Method::GET, format!("{browse_url}/_edge/tenant_info"));
        let (body, operation) = (Secret::new(Vec::new()), "site.tenant_info");
        let call = ExchangeCall { tenant, method, url, headers, body, operation, handshake: None };
        let Exchanged::Answer(answer) = self.ports.exchange.exchange(call).await else { return None };
        let Info { cloud_id } = serde_json::from_slice(&answer.body).ok()?;
        let plain = (1..=100).contains(&cloud_id.len())
            && cloud_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain.then(|| format!("{}/ex/jira/{cloud_id}", self.options.cloud_api))
    }

    /// The address of a site's API.
    pub(super) fn site_api(&self, site: &Site) -> String {
        format!("{}/ex/jira/{}", self.options.cloud_api, site.id)
    }

    /// Who the tool says we are: the only proof that the tokens work.
    pub(super) async fn whoami(
        &self,
        client: &OauthClient,
        tokens: &Tokens,
        site: Option<&Site>,
        via: &Connection,
    ) -> Result<Who, NoConsent> {
        let answer = match (client.provider, site) {
            (Provider::JiraOauth1, _) => {
                let url = format!("{}/rest/api/2/myself", client.issuer);
                self.get_signed(client, tokens, url, via).await?
            }
            (_, Some(site)) => {
                let url = format!("{}/rest/api/3/myself", self.site_api(site));
                self.get(url, &tokens.access, (client, None)).await?
            }
            (_, None) => {
                let url = format!("{}/rest/api/2/myself", client.issuer);
                self.get(url, &tokens.access, (client, Some(via))).await?
            }
        };
        let unreadable = || NoConsent::NoSite("an answer about itself that cannot be read".to_owned());
        let myself: Myself = serde_json::from_slice(&answer).map_err(|_| unreadable())?;
        let Myself { account_id, key, name: login, display_name } = myself;
        let person = account_id.clone().or_else(|| login.clone()).or_else(|| key.clone());
        let id = account_id.or(key).or_else(|| login.clone()).ok_or_else(unreadable)?;
        let name = display_name.or(login).unwrap_or_else(|| id.clone());
        Ok(Who { person: person.unwrap_or_else(|| id.clone()), account: Identity { id, name } })
    }

    async fn get(&self, url: String, token: &str, by: By<'_>) -> Result<bytes::Bytes, NoConsent> {
        self.fetch(url, format!("Bearer {token}"), by).await
    }

    async fn get_signed(
        &self,
        client: &OauthClient,
        tokens: &Tokens,
        url: String,
        via: &Connection,
    ) -> Result<bytes::Bytes, NoConsent> {
        let broken = || NoConsent::NoTokens(bowline_core::code::AUTH_APP_MISCONFIGURED, None);
        let secret = self.client_secret(client).await?;
        let credential = credential(client, &secret, Some(tokens)).map_err(|_| broken())?;
        let uri: http::Uri = url.parse().map_err(|_| broken())?;
        let (time, (_, entropy)) = (self.their_time(client.tenant, client.id), self.world());
        let signed = credential
            .sign(&Call::new(&Method::GET, &uri), &Attempt::fresh(&time, entropy))
            .map_err(|_| broken())?;
        let header = signed.authorization.to_string();
        self.fetch(url, header, (client, Some(via))).await
    }

    async fn fetch(
        &self,
        url: String,
        authorization: String,
        (client, via): By<'_>,
    ) -> Result<bytes::Bytes, NoConsent> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut value = HeaderValue::from_str(&authorization)
            .map_err(|_| NoConsent::NoSite("nothing: its token fits no header".to_owned()))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
        let body = Secret::new(Vec::new());
        let (method, operation, handshake) = (Method::GET, "oauth.whoami", None);
        let tenant = client.tenant;
        let call = ExchangeCall { tenant, method, url, headers, body, operation, handshake };
        match self.reach(client, via, call).await {
            Exchanged::Answer(answer) if answer.status.is_success() && !answer.is_page() => Ok(answer.body),
            Exchanged::Answer(answer) => {
                Err(NoConsent::NoSite(format!("no Jira that answers it: the answer was {}", answer.status)))
            }
            Exchanged::Unsent(failure) | Exchanged::Unsure(failure) => {
                Err(NoConsent::NoTokens(failure.code, None))
            }
        }
    }
}
