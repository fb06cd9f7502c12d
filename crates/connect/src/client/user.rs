//! Tokens with which the app acts in the name of a user.
//!
//! The app asserts, signed with the shared secret, for whom it acts; Atlassian's server gives a bearer token
//! (developer.atlassian.com/cloud/jira/platform/oauth-2-jwt-bearer-tokens-for-connect-apps; the claims are those of npm
//! `atlassian-oauth2` 0.5.1). The descriptor needs the scope `ACT_AS_USER`.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bowline_core::port::{Clock, Exchanged};
use bowline_core::secret::Secret;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Error;
use crate::descriptor::Scope;
use crate::exchange::{Exchange, ExchangeCall};
use crate::install_key::Region;
use crate::installation::{ClientKey, Installation};
use crate::jose::sign_hs256;
use crate::percent;

/// How long an assertion is good, in seconds.
const ASSERTION_SECONDS: i64 = 60;
/// How long before its end a token is not used any more.
const MARGIN: SignedDuration = SignedDuration::from_secs(5);
/// How many tokens are remembered.
const MOST: usize = 10_000;

impl Region {
    /// The server that gives user tokens: npm `atlassian-connect-express` 11.5.3, `lib/internal/oauth2.js`. It is the
    /// audience of assertions too, to the letter.
    pub const fn authorization_server(self) -> &'static str {
        match self {
            Self::Production => "https://oauth-2-authorization-server.services.atlassian.com",
            Self::Staging => "https://oauth-2-authorization-server.stg.services.atlassian.com",
            Self::Government => "https://oauth-2-authorization-server.services.atlassian-us-gov-mod.com",
        }
    }
}

/// For whom, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// The user's account id.
    pub account_id: &'a str,
    /// What the token is to be good for; all that the app has if there are none.
    pub scopes: &'a [Scope],
}

#[derive(Serialize)]
struct Assertion<'a> {
    iss: String,
    sub: String,
    tnt: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: i64,
}

#[derive(Deserialize)]
struct Refusal {
    error: Option<String>,
}

/// What a token is remembered under: the site and how it is known, the user, the scopes.
type Key = (String, String, String, String);

/// Gets user tokens and remembers them, in memory only, until they end.
pub struct UserTokens {
    exchange: Arc<dyn Exchange>,
    clock: Arc<dyn Clock>,
    server: String,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    tokens: HashMap<Key, (Secret, Timestamp)>,
    order: VecDeque<Key>,
}

impl UserTokens {
    /// `server` is [`Region::authorization_server`], or a simulator's.
    pub fn new(exchange: Arc<dyn Exchange>, clock: Arc<dyn Clock>, server: &str) -> Self {
        let server = server.trim_end_matches('/').to_owned();
        Self { exchange, clock, server, memory: Mutex::default() }
    }

    /// A bearer token for a user of a site.
    pub async fn get(&self, installation: &Installation, grant: Grant<'_>) -> Result<Secret, Error> {
        if !installation.is_live() || installation.secret.is_none() {
            return Err(Error::NotInstalled);
        }
        let client_id = installation.oauth_client_id.as_deref().ok_or(Error::NoClientId)?;
        let scopes = words(grant.scopes);
        let key = (
            installation.client_key.as_str().to_owned(),
            client_id.to_owned(),
            grant.account_id.to_owned(),
            scopes.clone(),
        );
        if let Some(token) = self.recall(&key) {
            return Ok(token);
        }
        let (token, until) = self.ask(installation, client_id, grant.account_id, &scopes).await?;
        self.remember(key, token.clone(), until);
        Ok(token)
    }

    /// Forgets what is remembered for a user: the site did not take it.
    pub fn forget(&self, installation: &Installation, grant: Grant<'_>) {
        let Some(client_id) = &installation.oauth_client_id else { return };
        let site = installation.client_key.as_str().to_owned();
        let key = (site, client_id.clone(), grant.account_id.to_owned(), words(grant.scopes));
        let mut memory = self.memory();
        memory.tokens.remove(&key);
        memory.order.retain(|known| *known != key);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn recall(&self, key: &Key) -> Option<Secret> {
        let now = self.clock.now();
        self.memory().tokens.get(key).filter(|(_, until)| *until > now).map(|(token, _)| token.clone())
    }

    fn remember(&self, key: Key, token: Secret, until: Timestamp) {
        let mut memory = self.memory();
        if memory.tokens.insert(key.clone(), (token, until)).is_none() {
            memory.order.push_back(key);
        }
        while memory.tokens.len() > MOST {
            let Some(oldest) = memory.order.pop_front() else { break };
            memory.tokens.remove(&oldest);
        }
    }

    async fn ask(
        &self,
        installation: &Installation,
        client_id: &str,
        account_id: &str,
        scopes: &str,
    ) -> Result<(Secret, Timestamp), Error> {
        let secret =
            installation.secret.as_ref().filter(|_| installation.is_live()).ok_or(Error::NotInstalled)?;
        let now = self.clock.now();
        let assertion = Assertion {
            iss: format!("urn:atlassian:connect:clientid:{client_id}"),
            sub: format!("urn:atlassian:connect:useraccountid:{account_id}"),
            tnt: &installation.base_url,
            aud: &self.server,
            iat: now.as_second(),
            exp: now.as_second() + ASSERTION_SECONDS,
        };
        let signed = sign_hs256(&assertion, secret).map_err(|_| Error::Unfit("the assertion"))?;
        let grant_type = percent::encoded("urn:ietf:params:oauth:grant-type:jwt-bearer");
        let mut form = format!("grant_type={grant_type}&assertion={}", signed.expose());
        if !scopes.is_empty() {
            form.push_str("&scope=");
            percent::encode(scopes, &mut form);
        }
        let answer = self.exchange.exchange(self.call(&installation.client_key, form)).await;
        read(answer, now)
    }

    fn call(&self, site: &ClientKey, form: String) -> ExchangeCall {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        ExchangeCall {
            method: Method::POST,
            url: format!("{}/oauth2/token", self.server),
            headers,
            body: Secret::from(form),
            operation: "connect.user_token",
            site: Some(site.clone()),
        }
    }
}

/// Scopes as the server wants them: in capitals, each once, in order.
fn words(scopes: &[Scope]) -> String {
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(" ")
}

fn read(exchanged: Exchanged, now: Timestamp) -> Result<(Secret, Timestamp), Error> {
    let answer = match exchanged {
        Exchanged::Answer(answer) => answer,
        Exchanged::Unsent(failure) => return Err(Error::Unsent(failure)),
        Exchanged::Unsure(failure) => return Err(Error::Unsure(failure)),
    };
    if !answer.status.is_success() {
        let code = serde_json::from_slice::<Refusal>(&answer.body).ok().and_then(|refusal| refusal.error);
        // Only what looks like a code: the rest of the server's words may quote what was sent.
        let is_code =
            |code: &String| code.len() <= 40 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let code = code.filter(is_code).unwrap_or_default();
        return Err(Error::NoUserToken { status: answer.status, code });
    }
    let Answer { access_token, expires_in } =
        serde_json::from_slice(&answer.body).map_err(|_| Error::Answer("no token in it"))?;
    // The server says how long; a day is more than it ever said.
    let life = SignedDuration::from_secs(expires_in.clamp(0, 86_400)) - MARGIN;
    Ok((Secret::from(access_token), now + life))
}
