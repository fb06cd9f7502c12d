//! Tokens with which the app acts in the name of a user who is not there.
//!
//! The app's system token is exchanged for one of the user, by a mutation of Atlassian's GraphQL gateway
//! (developer.atlassian.com/platform/forge/remote/calling-product-apis, “Offline user impersonation”). The manifest must allow
//! impersonation for the scopes.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bowline_core::Failure;
use bowline_core::port::{Clock, Exchanged, OutboundAnswer};
use bowline_core::secret::Secret;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::installation_id::InstallationId;
use crate::exchange::{Exchange, ExchangeCall};

/// How many tokens an app may ask for in a minute (developer.atlassian.com/platform/forge/limits-invocation).
pub const ASKED_PER_MINUTE: usize = 1_000;
/// How long before its end a token is not used any more.
const MARGIN: SignedDuration = SignedDuration::from_secs(5);
/// How many tokens are remembered.
const MOST: usize = 10_000;
/// The longest life that is believed, in seconds: tokens of Forge live four hours at most.
const LONGEST: i64 = 4 * 3_600;
/// The mutation.
const MUTATION: &str = "mutation offlineUserToken($input: OfflineUserAuthTokenInput!) { \
    offlineUserAuthToken(input: $input) { success errors { message } authToken { token ttl } } }";

/// For whom, and where.
#[derive(Clone, Copy, Debug)]
pub struct OfflineUser<'a> {
    /// The installation whose system token is exchanged.
    pub installation: &'a InstallationId,
    /// Where the app is installed: the site's name, `ari:cloud:jira::site/<cloudId>`.
    pub context: &'a str,
    /// The user's account id.
    pub account_id: &'a str,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum OfflineError {
    /// Forge would refuse more of them in this minute.
    #[error("too many tokens of users were asked for in the last minute")]
    TooMany,
    /// The system token does not fit into a header.
    #[error("the system token does not fit into a header")]
    Unfit,
    /// The gateway refused altogether: with 401 or 403 the system token has ended, or the app is gone.
    #[error("the gateway answered {0}")]
    Refused(StatusCode),
    /// The user may not be acted for: no impersonation in the manifest, no such user in the site, or one who cannot use it. The
    /// gateway's own words are not kept.
    #[error("the user may not be acted for")]
    NotGranted,
    /// An answer that is not what the documentation says.
    #[error("the gateway's answer is not to be understood")]
    Answer,
    /// The call failed; there is no token, whatever became of it.
    #[error("the gateway cannot be asked: {}", .0.code)]
    Away(Failure),
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    offline_user_auth_token: Option<Payload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    success: bool,
    auth_token: Option<AuthToken>,
}

#[derive(Deserialize)]
struct AuthToken {
    token: String,
    ttl: i64,
}

/// What a token is remembered under: installation, context, user.
type Key = (InstallationId, String, String);

/// Gets tokens of users and remembers them, in memory only, until they end.
pub struct OfflineTokens {
    exchange: Arc<dyn Exchange>,
    clock: Arc<dyn Clock>,
    gateway: String,
    per_minute: usize,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    tokens: HashMap<Key, (Secret, Timestamp)>,
    order: VecDeque<Key>,
    /// When tokens were asked for in the last minute.
    asked: VecDeque<Timestamp>,
}

impl OfflineTokens {
    /// `gateway` is the address of the GraphQL gateway, `https://api.atlassian.com/graphql` or a simulator's. `per_minute` is how
    /// many tokens this server may ask for: [`ASKED_PER_MINUTE`], or its share where several serve one app.
    pub fn new(exchange: Arc<dyn Exchange>, clock: Arc<dyn Clock>, gateway: &str, per_minute: usize) -> Self {
        Self { exchange, clock, gateway: gateway.to_owned(), per_minute, memory: Mutex::default() }
    }

    /// A bearer token of a user, for the same calls as the system token.
    pub async fn get(&self, user: OfflineUser<'_>, system_token: &Secret) -> Result<Secret, OfflineError> {
        let OfflineUser { installation, context, account_id } = user;
        let key = (installation.clone(), context.to_owned(), account_id.to_owned());
        let now = self.clock.now();
        if let Some(token) = self.recall(&key, now)? {
            return Ok(token);
        }
        let call = self.call(user, system_token)?;
        let answer = match self.exchange.exchange(call).await {
            Exchanged::Answer(answer) => answer,
            Exchanged::Unsent(failure) | Exchanged::Unsure(failure) => {
                return Err(OfflineError::Away(failure));
            }
        };
        let AuthToken { token, ttl } = read(&answer)?;
        let token = Secret::from(token);
        let until = now + SignedDuration::from_secs(ttl.clamp(0, LONGEST)) - MARGIN;
        self.remember(key, token.clone(), until);
        Ok(token)
    }

    /// Forgets the tokens of an installation, which is gone or whose tokens are refused.
    pub fn forget(&self, installation: &InstallationId) {
        let mut memory = self.memory();
        memory.tokens.retain(|(of, ..), _| of != installation);
        memory.order.retain(|(of, ..)| of != installation);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token that is remembered; if there is none, takes one of the minute's questions.
    fn recall(&self, key: &Key, now: Timestamp) -> Result<Option<Secret>, OfflineError> {
        let mut memory = self.memory();
        if let Some((token, _)) = memory.tokens.get(key).filter(|(_, until)| *until > now) {
            return Ok(Some(token.clone()));
        }
        let minute = now - SignedDuration::from_secs(60);
        while memory.asked.front().is_some_and(|asked| *asked <= minute) {
            memory.asked.pop_front();
        }
        if memory.asked.len() >= self.per_minute {
            return Err(OfflineError::TooMany);
        }
        memory.asked.push_back(now);
        Ok(None)
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

    fn call(&self, user: OfflineUser<'_>, system_token: &Secret) -> Result<ExchangeCall, OfflineError> {
        let line = format!("Bearer {}", system_token.expose_text());
        let mut authorization = HeaderValue::from_str(&line).map_err(|_| OfflineError::Unfit)?;
        authorization.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let input = json!({"contextIds": [user.context], "userId": user.account_id});
        let body = json!({"query": MUTATION, "variables": {"input": input}});
        Ok(ExchangeCall {
            method: Method::POST,
            url: self.gateway.clone(),
            headers,
            body: Secret::from(body.to_string()),
            operation: "forge.offline_user_token",
            site: None,
        })
    }
}

fn read(answer: &OutboundAnswer) -> Result<AuthToken, OfflineError> {
    if !answer.status.is_success() {
        return Err(OfflineError::Refused(answer.status));
    }
    let told: Answer = serde_json::from_slice(&answer.body).map_err(|_| OfflineError::Answer)?;
    // A mutation that failed as a whole has errors and no data.
    let payload = told.data.and_then(|data| data.offline_user_auth_token).ok_or(OfflineError::NotGranted)?;
    match payload {
        Payload { success: false, .. } => Err(OfflineError::NotGranted),
        Payload { auth_token: Some(token), .. } if !token.token.is_empty() => Ok(token),
        Payload { .. } => Err(OfflineError::Answer),
    }
}
