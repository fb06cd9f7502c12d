//! Sessions: a name and a password are exchanged for cookies, and those are sent instead.
//!
//! Jira Data Center: `POST /rest/auth/1/session` (Atlassian's page "Cookie-based authentication"); Targetprocess: the form
//! of its login page. One login serves all calls of a connection; who comes while it is under way waits for it. A session
//! that has ended is answered with 401 and opened anew, once; a refused password is not tried again by whoever waited,
//! since each try brings the account closer to a CAPTCHA. Cookies live in memory only: what a restart costs is one login.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use bowline_core::attribution::{Class, Heard};
use bowline_core::code::{AUTH_FORBIDDEN, AUTH_GATEWAY_TOKEN_STALE, AUTH_REJECTED, NET_WRONG_ADDRESS};
use bowline_core::connection::{Connection, SignIn, ToolKind};
use bowline_core::failure::{Act, Executed, Failure, Words};
use bowline_core::port::{Clock, Exchange, ExchangeCall, Exchanged, OutboundAnswer, SignError};
use bowline_core::secret::Secret;
use bowline_core::{ConnectionId, SecretId, SignedDuration, TenantId, Timestamp};
use form_urlencoded::Serializer;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use serde::Deserialize;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use crate::attribution::{Age, Asked, Known, Presented, attribute};
use crate::front;
use crate::life::Life;
use crate::secrets::Secrets;

/// For how long whoever waited is told of a refusal instead of trying the same password again.
const REFUSED: SignedDuration = SignedDuration::from_secs(10);
/// How long a session is remembered that nobody uses.
const IDLE: SignedDuration = SignedDuration::from_hours(6);
/// The most cookies of a session, and the longest: a server cannot fill our memory.
const COOKIES: usize = 30;
const LONGEST: usize = 4_096;

/// All sessions of the process.
pub struct Sessions {
    exchange: Arc<dyn Exchange>,
    clock: Arc<dyn Clock>,
    /// With the time of the last use.
    open: Mutex<HashMap<Key, (Arc<Lane>, Timestamp)>>,
}

type Key = (TenantId, ConnectionId);

/// One connection's session. The lock is held while a login is under way, so there is one.
type Lane = tokio::sync::Mutex<Session>;

/// Whose password it is, and where it was shown.
type Of = (SecretId, String, String);

#[derive(Default)]
struct Session {
    /// Another is another session.
    of: Option<Of>,
    cookies: BTreeMap<String, Zeroizing<String>>,
    /// Raised by one with every login.
    version: u64,
    refused: Option<(Failure, Timestamp)>,
}

impl Sessions {
    /// Logs in through `exchange`.
    pub fn new(exchange: Arc<dyn Exchange>, clock: Arc<dyn Clock>) -> Self {
        Self { exchange, clock, open: Mutex::default() }
    }

    fn lane(&self, connection: &Connection) -> Arc<Lane> {
        let now = self.clock.now();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, (_, used)| now.duration_since(*used) < IDLE);
        let (lane, used) =
            open.entry((connection.tenant, connection.id)).or_insert_with(|| (Arc::default(), now));
        *used = now;
        Arc::clone(lane)
    }

    /// Puts the session's cookies into a call, after a login if there is none.
    pub(crate) async fn attach(
        &self,
        (secrets, life): (&Secrets, Option<&Life>),
        connection: &Connection,
        (user, password): (&str, &Secret),
        headers: &mut HeaderMap,
    ) -> Result<(), SignError> {
        let lane = self.lane(connection);
        let mut session = lane.lock().await;
        let of = of(connection);
        if session.of.as_ref() != Some(&of) {
            let version = session.version;
            *session = Session { of: Some(of), version, ..Session::default() };
        }
        let now = self.clock.now();
        if let Some((failure, at)) = &session.refused
            && now.duration_since(*at) < REFUSED
        {
            return Err(SignError::NoToken(failure.clone()));
        }
        if session.cookies.is_empty() {
            let answer = match self.login((secrets, life), connection, (user, password)).await {
                Ok(answer) => answer,
                Err(error) => {
                    // Whoever waited does not wait for the same once more.
                    if let SignError::NoToken(failure) = &error {
                        session.refused = Some((failure.clone(), self.clock.now()));
                    }
                    return Err(error);
                }
            };
            session.refused = None;
            match opened(connection, &answer, now) {
                Ok(()) => session.take_in(&answer.headers),
                Err(failure) => {
                    if failure.act == Act::Wait && failure.code != AUTH_GATEWAY_TOKEN_STALE {
                        session.refused = Some((failure.clone(), now));
                    }
                    return Err(SignError::NoToken(failure));
                }
            }
            session.version += 1;
        }
        let line = session.line();
        let mut value = HeaderValue::from_str(&line).map_err(|_| SignError::Unfit)?;
        value.set_sensitive(true);
        headers.insert(COOKIE, value);
        // Jira takes a call with a cookie for a browser's, and looks for forgery where something changes (its page "Form
        // token handling").
        headers.insert("x-atlassian-token", HeaderValue::from_static("no-check"));
        Ok(())
    }

    /// Which login the connection's calls go by; 0 if there was none.
    pub(crate) async fn version(&self, connection: &Connection) -> u64 {
        self.lane(connection).lock().await.version
    }

    /// A call by this login was refused: it is over, unless there is a newer one.
    pub(crate) async fn ended(&self, connection: &Connection, version: u64) {
        let lane = self.lane(connection);
        let mut session = lane.lock().await;
        if session.version == version {
            session.cookies.clear();
        }
    }

    /// An answer may have brought other cookies: a load balancer's, a new token against forgery.
    pub(crate) async fn absorb(&self, connection: &Connection, headers: &HeaderMap) {
        if headers.contains_key(SET_COOKIE) {
            let lane = self.lane(connection);
            let mut session = lane.lock().await;
            // An answer that comes late is about a session that is no more.
            if session.of.as_ref() == Some(&of(connection)) && !session.cookies.is_empty() {
                session.take_in(headers);
            }
        }
    }

    async fn login(
        &self,
        (secrets, life): (&Secrets, Option<&Life>),
        connection: &Connection,
        (user, password): (&str, &Secret),
    ) -> Result<OutboundAnswer, SignError> {
        let (path, kind, body) = asked(connection.tool, user, password);
        let url = format!("{}{path}", connection.base_url.trim_end_matches('/'));
        let uri: Uri = url.parse().map_err(|_| SignError::NoToken(Failure::wait(NET_WRONG_ADDRESS)))?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        front::pass(secrets, life, connection, &uri, &mut headers).await?;
        let handshake = front::handshake(secrets, connection).await?;
        let (method, operation) = (Method::POST, "session.login");
        let tenant = connection.tenant;
        let call = ExchangeCall { tenant, method, url, headers, body, operation, handshake };
        match self.exchange.exchange(call).await {
            Exchanged::Answer(answer) => Ok(answer),
            // Logging in twice does no harm, and the call that it was for was not sent.
            Exchanged::Unsent(failure) | Exchanged::Unsure(failure) => {
                Err(SignError::NoToken(Failure { executed: Executed::No, ..failure }))
            }
        }
    }
}

impl Session {
    fn take_in(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            let (name, value) = (name.trim(), value.trim());
            let ends = line.to_ascii_lowercase().split(';').any(|part| part.trim() == "max-age=0");
            if ends || value.is_empty() {
                self.cookies.remove(name);
            } else if name.len() + value.len() <= LONGEST
                && (self.cookies.len() < COOKIES || self.cookies.contains_key(name))
            {
                self.cookies.insert(name.to_owned(), Zeroizing::new(value.to_owned()));
            }
        }
    }

    fn line(&self) -> Zeroizing<String> {
        let mut line = Zeroizing::new(String::new());
        for (name, value) in &self.cookies {
            if !line.is_empty() {
                line.push_str("; ");
            }
            line.push_str(name);
            line.push('=');
            line.push_str(value);
        }
        line
    }
}

/// Where and how a tool takes a name and a password.
fn asked(tool: ToolKind, user: &str, password: &Secret) -> (&'static str, &'static str, Secret) {
    let password = password.expose_text();
    if tool == ToolKind::Targetprocess {
        let form = Serializer::new(String::new())
            .extend_pairs([("UserName", user), ("Password", password)])
            .finish();
        return ("/login.aspx", "application/x-www-form-urlencoded", Secret::from(form));
    }
    let body = serde_json::json!({ "username": user, "password": password }).to_string();
    ("/rest/auth/1/session", "application/json", Secret::from(body))
}

fn of(connection: &Connection) -> Of {
    let user = match &connection.sign_in {
        SignIn::Session { user } => user.clone(),
        _ => String::new(),
    };
    (connection.secret, connection.base_url.clone(), user)
}

/// Whether a login succeeded.
fn opened(connection: &Connection, answer: &OutboundAnswer, at: Timestamp) -> Result<(), Failure> {
    let targetprocess = connection.tool == ToolKind::Targetprocess;
    let given = answer.headers.contains_key(SET_COOKIE);
    if targetprocess {
        // Its page comes again, with 200, if the password was wrong; else a redirect leads on.
        let leads_on = answer.status == StatusCode::FOUND && answer.headers.contains_key(LOCATION);
        if given && leads_on {
            return Ok(());
        }
        if answer.status == StatusCode::OK {
            return Err(Failure::wait(AUTH_REJECTED));
        }
    }
    // Jira answers the login itself as an anonymous visitor's call: what it says of the caller is about before.
    #[derive(Deserialize)]
    struct Opened {
        #[serde(rename = "session")]
        _session: IgnoredAny,
    }
    if !targetprocess
        && answer.status.is_success()
        && given
        && serde_json::from_slice::<Opened>(&answer.body).is_ok()
    {
        return Ok(());
    }
    let known = Known {
        asked: Asked::Api,
        application: Presented::Fixed,
        gateway: connection.gateway.as_ref().map(|gateway| match gateway.grant() {
            // After a 403 nothing is tried again: it may be the account's CAPTCHA, whoever passes it on.
            Some(_) if answer.status != StatusCode::FORBIDDEN => Presented::Token(Age::Fresh),
            Some(_) | None => Presented::Fixed,
        }),
        site: &connection.browse_url,
    };
    let heard = Heard { answer, url: &connection.base_url, json_due: !targetprocess, at };
    if let Some(found) = attribute(&heard, &known) {
        let words = found.told.map(Words::new).unwrap_or_default();
        let failure = match found.class {
            Class::Throttled | Class::Transient => Failure::retry(found.code, Executed::No),
            _ => Failure::wait(found.code),
        };
        return Err(failure.with_words(words));
    }
    match answer.status {
        // As Jira 11 is installed: no passwords here.
        StatusCode::FORBIDDEN => Err(Failure::wait(AUTH_FORBIDDEN)),
        _ => Err(Failure::wait(NET_WRONG_ADDRESS)),
    }
}
