//! Providers of tokens, as far as the pages need them: every code and every token is good, once it was asked for.

use std::sync::Mutex;

use async_trait::async_trait;
use bowline_core::port::{Exchange, ExchangeCall, Exchanged, OutboundAnswer};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::sync::oneshot;

/// What the next answers are to be.
#[derive(Debug)]
pub(crate) struct Identity {
    /// Every URL that was asked, with its body.
    pub(crate) asked: Mutex<Vec<(String, String)>>,
    /// The sites that a consent reaches.
    pub(crate) sites: Mutex<Vec<&'static str>>,
    /// The account.
    pub(crate) account: Mutex<&'static str>,
    /// What the token endpoint says instead of tokens.
    pub(crate) refuses: Mutex<Option<(StatusCode, &'static str)>>,
    /// The scopes that a consent is for; what was asked for, if it does not say.
    pub(crate) scope: Mutex<Option<&'static str>>,
    /// Whether it confirms the callback of OAuth 1.0a.
    pub(crate) confirms: Mutex<bool>,
    /// Before it says whose tokens it was shown: tells that it was asked, and waits.
    pub(crate) held: Mutex<Option<Held>>,
}

/// Who is told, and what is waited for.
pub(crate) type Held = (oneshot::Sender<()>, oneshot::Receiver<()>);

impl Default for Identity {
    fn default() -> Self {
        Self {
            asked: Mutex::default(),
            sites: Mutex::new(vec!["acme"]),
            account: Mutex::new("ada"),
            refuses: Mutex::default(),
            scope: Mutex::default(),
            confirms: Mutex::new(true),
            held: Mutex::default(),
        }
    }
}

impl Identity {
    /// How often tokens were asked for.
    pub(crate) fn exchanges(&self) -> usize {
        const ENDS: [&str; 3] = ["/oauth/token", "/oauth2/latest/token", "/oauth/access-token"];
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(url, _)| ENDS.iter().any(|end| url.ends_with(end))).count()
    }

    fn answer(&self, url: &str) -> (StatusCode, String) {
        if url.ends_with("/accessible-resources") {
            let sites = self.sites.lock().unwrap();
            let site = |name: &&str| {
                format!(
                    r#"{{"id":"cloud-{name}","name":"{name}","url":"https://{name}.example","scopes":["read:jira-work"]}}"#
                )
            };
            return (StatusCode::OK, format!("[{}]", sites.iter().map(site).collect::<Vec<_>>().join(",")));
        }
        if url.ends_with("/myself") {
            let account = self.account.lock().unwrap();
            return (StatusCode::OK, format!(r#"{{"accountId":"id-{account}","displayName":"{account}"}}"#));
        }
        if let Some((status, body)) = *self.refuses.lock().unwrap() {
            return (status, body.to_owned());
        }
        if url.ends_with("/oauth/request-token") {
            let confirms = *self.confirms.lock().unwrap();
            let number = self.asked.lock().unwrap().len();
            let tokens = format!("oauth_token=request-{number}&oauth_token_secret=canary-request");
            return (StatusCode::OK, format!("{tokens}&oauth_callback_confirmed={confirms}"));
        }
        if url.ends_with("/oauth/access-token") {
            let tokens =
                "oauth_token=access&oauth_token_secret=canary-access&oauth_session_handle=canary-session";
            return (StatusCode::OK, format!("{tokens}&oauth_expires_in=157680000"));
        }
        let scope = self.scope.lock().unwrap().map(|scope| format!(r#","scope":"{scope}""#));
        let tokens = r#""access_token":"canary-access","refresh_token":"canary-refresh","expires_in":3600"#;
        (StatusCode::OK, format!("{{{tokens}{}}}", scope.unwrap_or_default()))
    }
}

#[async_trait]
impl Exchange for Identity {
    async fn exchange(&self, call: ExchangeCall) -> Exchanged {
        let held = if call.url.ends_with("/myself") { self.held.lock().unwrap().take() } else { None };
        if let Some((asked, go)) = held {
            asked.send(()).unwrap();
            go.await.unwrap();
        }
        let (status, body) = self.answer(&call.url);
        let sent = String::from_utf8_lossy(call.body.expose()).into_owned();
        self.asked.lock().unwrap().push((call.url, sent));
        Exchanged::Answer(OutboundAnswer { status, headers: HeaderMap::new(), body: Bytes::from(body) })
    }
}
