//! What is asked of a provider: one request for each way of getting tokens.
//!
//! Atlassian's cloud takes JSON (its page "OAuth 2.0 (3LO) apps"); Jira Data Center takes forms only and wants the
//! redirect address again at each refresh ("Jira OAuth 2.0 provider API", and the client jira.js); other OAuth 2.0
//! servers take forms (RFC 6749). Secrets travel in the body, to the configured address, nowhere else.

use bowline_core::code;
use bowline_core::connection::Connection;
use bowline_core::grant::{OauthClient, Provider};
use bowline_core::port::{Clock, Entropy, ExchangeCall};
use bowline_core::secret::Secret;
use form_urlencoded::Serializer;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};

use super::Life;
use super::tokens::Tokens;
use super::verdict::{self, Anew, Verdict};
use crate::oauth1::{self, Attempt, Call, Extra, Hash, PrivateKey};

/// What tokens are asked for with.
pub(crate) enum Ask<'a> {
    /// What renews them.
    Renew(&'a Tokens),
    /// Nothing but our own id and secret.
    Mint,
    /// What a browser brought back (OAuth 2.0).
    Code { code: &'a str, verifier: &'a str, redirect_uri: &'a str },
    /// Nothing yet: a request token that a person can allow (OAuth 1.0a).
    RequestToken { callback: &'a str },
    /// What a browser brought back (OAuth 1.0a).
    Verifier { request: &'a Tokens, verifier: &'a str },
}

/// Who asks.
struct Asker<'a> {
    client: &'a OauthClient,
    /// The client secret, or the private key in PEM.
    secret: &'a Secret,
    redirect_uri: Option<&'a str>,
    /// The time at the provider, for signatures.
    clock: &'a dyn Clock,
    entropy: &'a dyn Entropy,
}

/// Our registration cannot be used as it is stored.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unusable(pub(crate) code::Code);

impl Asker<'_> {
    /// The request; nothing is sent.
    fn call(&self, ask: &Ask<'_>) -> Result<ExchangeCall, Unusable> {
        match self.client.provider {
            Provider::JiraOauth1 => self.signed(ask),
            Provider::AtlassianCloud | Provider::AtlassianService => Ok(self.posted(&self.fields(ask), true)),
            Provider::JiraOauth2 | Provider::JiraService | Provider::Gateway => {
                Ok(self.posted(&self.fields(ask), false))
            }
            // There is nobody to ask: its tokens come by themselves.
            Provider::Forge => Err(Unusable(code::AUTH_FORGE_TOKEN_MISSING)),
        }
    }

    /// Where tokens come from.
    fn url(&self, ask: &Ask<'_>) -> String {
        let issuer = self.client.issuer.trim_end_matches('/');
        match self.client.provider {
            Provider::AtlassianCloud | Provider::AtlassianService => format!("{issuer}/oauth/token"),
            Provider::JiraOauth2 | Provider::JiraService => format!("{issuer}/rest/oauth2/latest/token"),
            Provider::Gateway | Provider::Forge => self.client.issuer.clone(),
            Provider::JiraOauth1 if matches!(ask, Ask::RequestToken { .. }) => {
                format!("{issuer}/plugins/servlet/oauth/request-token")
            }
            Provider::JiraOauth1 => format!("{issuer}/plugins/servlet/oauth/access-token"),
        }
    }

    fn fields(&self, ask: &Ask<'_>) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("client_id", self.client.client_id.clone()),
            ("client_secret", self.secret.expose_text().to_owned()),
        ];
        match ask {
            Ask::Renew(tokens) => {
                fields.push(("grant_type", "refresh_token".to_owned()));
                fields.push(("refresh_token", tokens.refresh.clone().unwrap_or_default()));
                let again = self.redirect_uri.filter(|_| self.client.provider == Provider::JiraOauth2);
                fields.extend(again.map(|uri| ("redirect_uri", uri.to_owned())));
            }
            Ask::Mint | Ask::RequestToken { .. } | Ask::Verifier { .. } => {
                fields.push(("grant_type", "client_credentials".to_owned()));
                if self.client.provider == Provider::AtlassianService {
                    fields.push(("audience", "api.atlassian.com".to_owned()));
                } else if !self.client.scopes.is_empty() {
                    fields.push(("scope", self.client.scopes.join(" ")));
                }
            }
            Ask::Code { code, verifier, redirect_uri } => {
                fields.push(("grant_type", "authorization_code".to_owned()));
                fields.push(("code", (*code).to_owned()));
                fields.push(("redirect_uri", (*redirect_uri).to_owned()));
                fields.push(("code_verifier", (*verifier).to_owned()));
            }
        }
        fields
    }

    fn posted(&self, fields: &[(&'static str, String)], json: bool) -> ExchangeCall {
        let (kind, body) = if json {
            let object: serde_json::Map<_, _> =
                fields.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
            ("application/json", serde_json::to_vec(&object).unwrap_or_default())
        } else {
            let mut form = Serializer::new(String::new());
            form.extend_pairs(fields.iter().map(|(name, value)| (*name, value.as_str())));
            ("application/x-www-form-urlencoded", form.finish().into_bytes())
        };
        let mut call = self.bare(self.url(&Ask::Mint), Secret::new(body));
        call.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        call
    }

    fn bare(&self, url: String, body: Secret) -> ExchangeCall {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let (tenant, method, operation) = (self.client.tenant, Method::POST, "oauth.token");
        ExchangeCall { tenant, method, url, headers, body, operation, handshake: None }
    }

    /// OAuth 1.0a: everything is in the signature (RFC 5849; renewal by the OAuth Session extension).
    fn signed(&self, ask: &Ask<'_>) -> Result<ExchangeCall, Unusable> {
        let (token, extras) = match ask {
            Ask::Renew(tokens) => {
                let handle = tokens.refresh.clone().map(Extra::SessionHandle);
                (Some(*tokens), handle.into_iter().collect())
            }
            Ask::RequestToken { callback } => (None, vec![Extra::Callback((*callback).to_owned())]),
            Ask::Verifier { request, verifier } => {
                (Some(*request), vec![Extra::Verifier((*verifier).to_owned())])
            }
            Ask::Mint | Ask::Code { .. } => (None, Vec::new()),
        };
        let credential = credential(self.client, self.secret, token)?;
        let mut call = self.bare(self.url(ask), Secret::new(Vec::new()));
        let url = call.url.parse().map_err(|_| Unusable(code::NET_WRONG_ADDRESS))?;
        let signed = extras.into_iter().fold(Call::new(&Method::POST, &url), Call::with);
        let attempt = Attempt::fresh(self.clock, self.entropy);
        let signed =
            credential.sign(&signed, &attempt).map_err(|_| Unusable(code::AUTH_APP_MISCONFIGURED))?;
        let mut header = HeaderValue::from_str(&signed.authorization)
            .map_err(|_| Unusable(code::AUTH_APP_MISCONFIGURED))?;
        header.set_sensitive(true);
        call.headers.insert(AUTHORIZATION, header);
        // The body of such a request is empty, and its answer a form.
        call.headers.remove(ACCEPT);
        Ok(call)
    }
}

/// Who signs for a registration of OAuth 1.0a, with the key in PEM that is its secret, and a token if there is one.
pub(crate) fn credential(
    client: &OauthClient,
    secret: &Secret,
    tokens: Option<&Tokens>,
) -> Result<oauth1::Credential, Unusable> {
    let key = PrivateKey::from_pem(secret.expose());
    let key = key.map_err(|_| Unusable(code::AUTH_APP_MISCONFIGURED))?;
    let credential = oauth1::Credential::new(client.client_id.clone(), oauth1::Method::Rsa(Hash::Sha1, key));
    Ok(match tokens {
        Some(Tokens { access, token_secret, .. }) => credential
            .with_token(oauth1::Token { key: access.clone(), secret: Secret::from(token_secret.clone()) }),
        None => credential,
    })
}

impl Life {
    /// Asks a provider. Where its clock is another the request is signed anew once, and where a gateway in front refuses
    /// its own token, it is sent once more with a new one: neither was carried out. Says what it means, and how often the
    /// provider was asked.
    pub(super) async fn ask(
        &self,
        client: &OauthClient,
        secret: &Secret,
        redirect_uri: Option<&str>,
        ask: &Ask<'_>,
        via: Option<&Connection>,
    ) -> (Verdict, u32) {
        let (mut asked, mut signed_anew, mut passed_anew) = (0, false, false);
        loop {
            let (time, (_, entropy)) = (self.their_time(client.tenant, client.id), self.world());
            let asker = Asker { client, secret, redirect_uri, clock: &time, entropy };
            let call = match asker.call(ask) {
                Ok(call) => call,
                Err(Unusable(code)) => return (Verdict::Ours { code, words: None }, asked),
            };
            asked += 1;
            let front = self.before(client, via, &call.url);
            let exchanged = self.reach(client, via, call).await;
            let gateway = front.as_ref().map(|front| front.presented(passed_anew));
            let put = verdict::Put { client, signed_anew, gateway };
            match (verdict::read(exchanged, put, self.now()), front) {
                (Ok(verdict), _) => return (verdict, asked),
                (Err(Anew::Signed(ahead)), _) if !signed_anew => {
                    if let Some(ahead) = ahead {
                        self.learn_time(client.tenant, client.id, ahead);
                    }
                    signed_anew = true;
                }
                (Err(Anew::Signed(_)), _) => {
                    return (Verdict::Ours { code: code::AUTH_CLOCK_SKEW, words: None }, asked);
                }
                (Err(Anew::Passed), Some(front)) if !passed_anew => {
                    if let Err(failure) = self.anew(client, &front).await {
                        return (verdict::unsent(failure), asked);
                    }
                    passed_anew = true;
                }
                (Err(Anew::Passed), _) => {
                    return (Verdict::Ours { code: code::AUTH_GATEWAY_REFUSED, words: None }, asked);
                }
            }
        }
    }
}
