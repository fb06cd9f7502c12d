//! Browser sign-ins: from “connect” to a grant that serves a connection.
//!
//! [`Life::begin`] sends a browser to the provider, [`Life::finish`] takes it back: `state` (or the request token) is
//! random, hashed in the directory, bound to the browser that began, good for ten minutes and used once, *before* the
//! code is exchanged. PKCE is always sent (RFC 7636), whether a provider looks at it or not. Where one consent reaches
//! several sites nobody guesses: [`Life::choose`] is told.

use bowline_core::code::{AUTH_CONSENT_INCOMPLETE, AUTH_PROTOCOL_REFUSED, Code};
use bowline_core::commit::{Change, Commit, DirectoryKind};
use bowline_core::connection::{Connection, Identity, SignIn};
use bowline_core::grant::{Authorization, Grant, OauthClient, Provider};
use bowline_core::port::{SealError, StoreError};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::{AuthorizationId, GrantId, OauthClientId, SignedDuration, TenantId, Timestamp};
use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};

use super::Life;
use super::ask::Ask;
use super::tokens::{Given, Tokens};
use super::verdict::Verdict;
use super::who::Site;
use crate::token;

/// How long a browser may take.
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// What a sign-in remembers and nobody may see. Sealed.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The PKCE verifier.
    #[serde(default)]
    pub(super) verifier: String,
    /// The request token of OAuth 1.0a and its secret.
    #[serde(default)]
    pub(super) request: Option<(String, String)>,
    /// Whether another person than before may sign in.
    #[serde(default)]
    pub(super) anybody: bool,
    /// The registration that somebody consents to for themselves: the connection is to act as them.
    #[serde(default)]
    pub(super) person: Option<OauthClientId>,
    /// The grant that the connection had when the sign-in began.
    #[serde(default)]
    pub(super) asked: Option<GrantId>,
    /// The sites to choose from, once the consent is stored.
    #[serde(default)]
    pub(super) sites: Vec<Site>,
}

/// Who wants to sign in where.
#[derive(Clone, Copy)]
pub struct Begin<'a> {
    /// The connection that is to be served.
    pub connection: &'a Connection,
    /// SHA-256 of what the browser holds in a cookie.
    pub browser: [u8; 32],
    /// Our address that the provider sends the browser back to.
    pub redirect_uri: &'a str,
    /// Whether another person than last time may sign in.
    pub anybody: bool,
    /// The registration to consent to, if whoever signs in lets the connection act as them. It goes on with its own
    /// credential then. `None` for a sign-in that is to serve the connection.
    pub person: Option<OauthClientId>,
}

/// What the browser brought back, as it stood in the query. Without `Debug`: it holds secrets.
#[derive(Clone, Default, Deserialize)]
pub struct Returned {
    /// OAuth 2.0.
    pub state: Option<String>,
    /// OAuth 2.0: what tokens are got with. A secret for a moment.
    pub code: Option<String>,
    /// OAuth 2.0: a refusal.
    pub error: Option<String>,
    /// OAuth 2.0: words about it.
    pub error_description: Option<String>,
    /// OAuth 2.0: who says so (RFC 9207).
    pub iss: Option<String>,
    /// OAuth 1.0a.
    pub oauth_token: Option<String>,
    /// OAuth 1.0a; `denied` is a refusal.
    pub oauth_verifier: Option<String>,
}

/// What came of a sign-in.
#[derive(Debug)]
pub enum Finished {
    /// The connection is served.
    Connected {
        /// Its name.
        connection: String,
        /// Who signed in.
        who: Identity,
        /// Where.
        site: String,
    },
    /// The connection may act as whoever signed in.
    Delegated {
        /// Its name.
        connection: String,
        /// Who signed in.
        who: Identity,
        /// Where.
        site: String,
    },
    /// The consent reaches several sites: which is meant? The token is for [`Life::choose`].
    Choose {
        /// Proves the choice.
        token: Secret,
        /// What there is.
        sites: Vec<Site>,
    },
}

/// Why a sign-in did not come to its end. Safe to show.
#[derive(Debug, thiserror::Error)]
pub enum NoConsent {
    /// Nothing is known of it: never begun here, begun in another browser, too late, or used before.
    #[error("this sign-in is not known here, is over, or was begun in another browser")]
    Unknown,
    /// The person said no.
    #[error("the provider answered: {0}")]
    Refused(String),
    /// The provider could or would not ask the person.
    #[error("the provider answered: {0}")]
    NotAsked(String),
    /// The tokens could not be got.
    #[error("the provider gave no tokens: {0}")]
    NoTokens(Code, Option<String>),
    /// Somebody else signed in than before.
    #[error("{is} signed in, but this connection belongs to {was}")]
    OtherAccount {
        /// Who signed in before.
        was: String,
        /// Who signed in now.
        is: String,
    },
    /// The consent reaches no Jira, or not the one of the connection.
    #[error("the account reaches {0}")]
    NoSite(String),
    /// The connection needs no browser.
    #[error("this connection signs in without a person")]
    NoPerson,
    /// The database or the keys are not there.
    #[error(transparent)]
    Sealed(#[from] SealError),
}

impl From<StoreError> for NoConsent {
    fn from(error: StoreError) -> Self {
        Self::Sealed(error.into())
    }
}

impl Life {
    /// Where to send the browser.
    pub async fn begin(&self, begin: Begin<'_>) -> Result<String, NoConsent> {
        let (grant, client) = self.asked(&begin).await?;
        if !client.provider.asks_a_person() {
            return Err(NoConsent::NoPerson);
        }
        let mut kept = Kept { anybody: begin.anybody, person: begin.person, ..Kept::default() };
        let (url, key) = if client.provider == Provider::JiraOauth1 {
            let request = self.request_token(&client, begin.redirect_uri, begin.connection).await?;
            let query = query(&[("oauth_token", &request.access)]);
            kept.request = Some((request.access.clone(), request.token_secret.clone()));
            (format!("{}/plugins/servlet/oauth/authorize?{query}", client.issuer), request.access.clone())
        } else {
            let drawn = || token::draw("", self.ports.entropy.as_ref()).expose_text().to_owned();
            let state = drawn();
            kept.verifier = drawn();
            (consent_url(&client, begin.redirect_uri, &state, &kept.verifier), state)
        };
        self.remember(&grant, &begin, &kept, &key).await?;
        Ok(url)
    }

    /// Takes the browser back.
    pub async fn finish(&self, returned: &Returned, browser: [u8; 32]) -> Result<Finished, NoConsent> {
        let key = returned.state.as_deref().or(returned.oauth_token.as_deref()).ok_or(NoConsent::Unknown)?;
        let (authorization, kept) = self.take(key, browser).await?;
        if let Some(error) = &returned.error {
            let said = [Some(error.as_str()), returned.error_description.as_deref()];
            let said = clean(&said.into_iter().flatten().collect::<Vec<_>>().join(": "));
            // RFC 6749, 4.1.2.1: every other code tells of a request or a provider that is not right.
            let is_no = error == "access_denied";
            return Err(if is_no { NoConsent::Refused(said) } else { NoConsent::NotAsked(said) });
        }
        let (grant, client) = match kept.person {
            Some(client) => self.for_a_person(authorization.tenant, client).await?,
            None => {
                let grant = self.grant(authorization.tenant, authorization.grant).await?;
                let client = self.client(&grant).await?;
                (grant, client)
            }
        };
        if returned.iss.as_deref().is_some_and(|iss| iss.trim_end_matches('/') != client.issuer) {
            return Err(NoConsent::Unknown);
        }
        let connection = self.connection(&authorization).await?;
        let given = self.exchanged(&client, returned, &authorization, &kept).await?;
        if kept.person.is_some() {
            return self.delegate(authorization, grant, client, given, connection).await;
        }
        self.settle(authorization, grant, client, given, kept.anybody).await
    }

    /// One of the sites that a consent reaches.
    pub async fn choose(&self, token: &str, site: &str, browser: [u8; 32]) -> Result<Finished, NoConsent> {
        let (authorization, kept) = self.take(token, browser).await?;
        let chosen = kept.sites.into_iter().find(|known| known.id == site).ok_or(NoConsent::Unknown)?;
        let grant = self.grant(authorization.tenant, authorization.grant).await?;
        let who = grant.subject.clone().filter(|_| grant.state.serves()).ok_or(NoConsent::Unknown)?;
        let asked = kept.asked.unwrap_or(grant.id);
        self.serve(&authorization, (&grant, asked), who, Some(chosen), Vec::new()).await
    }

    /// The grant that is to be consented to, and the registration it is for.
    async fn asked(&self, begin: &Begin<'_>) -> Result<(Grant, OauthClient), NoConsent> {
        let tenant = begin.connection.tenant;
        if let Some(client) = begin.person {
            return self.for_a_person(tenant, client).await;
        }
        let SignIn::Grant { grant } = begin.connection.sign_in else { return Err(NoConsent::NoPerson) };
        let grant = self.grant(tenant, grant).await?;
        let client = self.client(&grant).await?;
        Ok((grant, client))
    }

    pub(super) async fn client(&self, grant: &Grant) -> Result<OauthClient, NoConsent> {
        let client = self.ports.grants.oauth_client(grant.tenant, grant.client).await?;
        Ok(client.ok_or(StoreError::NotFound("OAuth client"))?)
    }

    /// Stores a sign-in under way.
    async fn remember(
        &self,
        grant: &Grant,
        begin: &Begin<'_>,
        kept: &Kept,
        key: &str,
    ) -> Result<(), NoConsent> {
        let (id, until) = self.fresh();
        let sealed = self.seal_kept(grant.tenant, id, kept).await?;
        let row = Authorization {
            tenant: grant.tenant,
            id,
            grant: grant.id,
            connection: begin.connection.id,
            browser: begin.browser,
            redirect_uri: begin.redirect_uri.to_owned(),
            sealed,
            until,
        };
        Ok(self.ports.commits.commit(self.beginning(row, key)).await?)
    }

    pub(super) fn fresh(&self) -> (AuthorizationId, Timestamp) {
        let now = self.now();
        let id = AuthorizationId::new(now, self.ports.entropy.as_ref());
        (id, now.saturating_add(LIFE).unwrap_or(now))
    }

    pub(super) async fn seal_kept(
        &self,
        tenant: TenantId,
        id: AuthorizationId,
        kept: &Kept,
    ) -> Result<bowline_core::secret::Sealed, SealError> {
        let plain = Secret::new(serde_json::to_vec(kept).unwrap_or_default());
        self.ports.seal.seal(tenant, Purpose::Authorization, &id.to_string(), &plain).await
    }

    pub(super) fn beginning(&self, row: Authorization, key: &str) -> Commit {
        let (tenant, id, until) = (row.tenant, row.id.to_string(), Some(row.until));
        let hash = token::sha256(key.as_bytes());
        let kind = DirectoryKind::Authorization;
        let changes =
            vec![Change::AddAuthorization(Box::new(row)), Change::PutDirectory { kind, hash, id, until }];
        Commit { tenant, fence: None, changes, at: self.now() }
    }

    /// The sign-in that a key belongs to, used up from here on.
    async fn take(&self, key: &str, browser: [u8; 32]) -> Result<(Authorization, Kept), NoConsent> {
        let now = self.now();
        let hash = token::sha256(key.as_bytes());
        let entry = self.ports.registry.directory(DirectoryKind::Authorization, &hash).await?;
        let entry =
            entry.filter(|entry| entry.until.is_none_or(|until| until > now)).ok_or(NoConsent::Unknown)?;
        let id: AuthorizationId = entry.id.parse().map_err(|_| NoConsent::Unknown)?;
        let row = self.ports.grants.authorization(entry.tenant, id).await?.ok_or(NoConsent::Unknown)?;
        // The hash of the cookie is compared, so how long it takes tells nothing about the cookie.
        if row.browser != browser || row.until <= now {
            return Err(NoConsent::Unknown);
        }
        let changes = vec![Change::TakeAuthorization(id)];
        let commit = Commit { tenant: row.tenant, fence: None, changes, at: now };
        self.ports.commits.commit(commit).await.map_err(|error| match error {
            StoreError::Conflict(_) => NoConsent::Unknown,
            error => error.into(),
        })?;
        let opened =
            self.ports.seal.open(row.tenant, Purpose::Authorization, &id.to_string(), &row.sealed).await?;
        let kept = serde_json::from_slice(opened.expose()).map_err(|_| NoConsent::Unknown)?;
        Ok((row, kept))
    }

    async fn request_token(
        &self,
        client: &OauthClient,
        callback: &str,
        via: &Connection,
    ) -> Result<Tokens, NoConsent> {
        let given = self.got(client, &Ask::RequestToken { callback }, via).await?;
        if !given.confirmed {
            let words = Some("the callback was not confirmed".to_owned());
            return Err(NoConsent::NoTokens(AUTH_PROTOCOL_REFUSED, words));
        }
        Ok(given.tokens.clone())
    }

    async fn exchanged(
        &self,
        client: &OauthClient,
        returned: &Returned,
        row: &Authorization,
        kept: &Kept,
    ) -> Result<Given, NoConsent> {
        let via = &self.connection(row).await?;
        if let Some((key, secret)) = &kept.request {
            let verifier = returned.oauth_verifier.as_deref().unwrap_or_default();
            if verifier.is_empty() || verifier == "denied" {
                return Err(NoConsent::Refused("the access was not allowed".to_owned()));
            }
            let request = Tokens { access: key.clone(), token_secret: secret.clone(), refresh: None };
            return self.got(client, &Ask::Verifier { request: &request, verifier }, via).await;
        }
        let code = returned.code.as_deref().ok_or(NoConsent::Unknown)?;
        let ask = Ask::Code { code, verifier: &kept.verifier, redirect_uri: &row.redirect_uri };
        self.got(client, &ask, via).await
    }

    /// What the provider gives for this.
    async fn got(&self, client: &OauthClient, ask: &Ask<'_>, via: &Connection) -> Result<Given, NoConsent> {
        let secret = self.client_secret(client).await?;
        match self.ask(client, &secret, None, ask, Some(via)).await.0 {
            Verdict::Given(given) => Ok(*given),
            Verdict::Ended { words } => Err(NoConsent::NoTokens(AUTH_CONSENT_INCOMPLETE, words)),
            Verdict::Ours { code, words } | Verdict::Passing { code, words, .. } => {
                Err(NoConsent::NoTokens(code, words))
            }
        }
    }
}

/// Where the person is asked (Atlassian: "OAuth 2.0 (3LO) apps"; Jira Data Center: "Jira OAuth 2.0 provider API").
fn consent_url(client: &OauthClient, redirect_uri: &str, state: &str, verifier: &str) -> String {
    let challenge = token::challenge(verifier);
    let scopes = client.scopes.join(" ");
    let mut pairs = vec![
        ("client_id", client.client_id.as_str()),
        ("scope", &scopes),
        ("redirect_uri", redirect_uri),
        ("state", state),
        ("response_type", "code"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    if client.provider == Provider::AtlassianCloud {
        pairs.extend([("audience", "api.atlassian.com"), ("prompt", "consent")]);
        return format!("{}/authorize?{}", client.issuer, query(&pairs));
    }
    format!("{}/rest/oauth2/latest/authorize?{}", client.issuer, query(&pairs))
}

fn query(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Words of an outsider: printable, short.
fn clean(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_control()).take(300).collect()
}
