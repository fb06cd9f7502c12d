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
            held: Mutex::default(),
        }
    }
}

impl Identity {
    /// How often tokens were asked for.
    pub(crate) fn exchanges(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|(url, _)| url.ends_with("/oauth/token")).count()
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
        let body = r#"{"access_token":"canary-access","refresh_token":"canary-refresh","expires_in":3600}"#;
        (StatusCode::OK, body.to_owned())
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
