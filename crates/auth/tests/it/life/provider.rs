//! A provider of rotating tokens: the rules of Atlassian's cloud, as its page and staff tell them, on a clock of ours.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bowline_core::code::{NET_CUT, NET_UNREACHABLE};
use bowline_core::failure::{Executed, Failure};
use bowline_core::port::{Clock as _, Exchange, ExchangeCall, Exchanged, OutboundAnswer};
use bowline_core::{SignedDuration, Timestamp};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::land::Hand;

/// What goes wrong with one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing arrives.
    Unsent,
    /// It is carried out, and the answer lost.
    Lost,
    /// Refused before anything was done.
    Busy,
    /// It is carried out, and answered with 502.
    Broken,
    /// Asked to wait.
    Throttled,
}

impl Fault {
    pub(crate) const ALL: [Self; 5] = [Self::Unsent, Self::Lost, Self::Busy, Self::Broken, Self::Throttled];
}

/// One family of tokens.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) serial: u32,
    pub(crate) current: String,
    pub(crate) previous: Option<String>,
    pub(crate) rotated_at: Timestamp,
    pub(crate) dead: bool,
}

pub(crate) struct Provider {
    hand: Arc<Hand>,
    pub(crate) leeway: SignedDuration,
    pub(crate) family: Mutex<Family>,
    pub(crate) faults: Mutex<VecDeque<Fault>>,
    pub(crate) asked: AtomicU32,
    /// Answers with this instead of what the rules say.
    pub(crate) says: Mutex<Option<(StatusCode, &'static str)>>,
}

impl Provider {
    pub(crate) fn new(hand: &Arc<Hand>, leeway: SignedDuration) -> Self {
        let family = Family {
            serial: 1,
            current: "refresh-1".into(),
            previous: None,
            rotated_at: hand.now(),
            dead: false,
        };
        Self {
            hand: Arc::clone(hand),
            leeway,
            family: Mutex::new(family),
            faults: Mutex::default(),
            asked: AtomicU32::new(0),
            says: Mutex::default(),
        }
    }

    pub(crate) fn serial(&self) -> u32 {
        self.family.lock().unwrap().serial
    }

    /// Carries out a refresh with a token.
    fn refresh(&self, token: &str) -> OutboundAnswer {
        let now = self.hand.now();
        let mut family = self.family.lock().unwrap();
        let within = now.duration_since(family.rotated_at) <= self.leeway;
        let known = token == family.current || (within && family.previous.as_deref() == Some(token));
        if family.dead || !known {
            family.dead = true;
            let text = r#"{"error":"invalid_grant","error_description":"Unknown or invalid refresh token."}"#;
            return answer(StatusCode::FORBIDDEN, text.to_owned());
        }
        family.serial += 1;
        let fresh = format!("refresh-{}", family.serial);
        if token == family.current {
            family.previous = Some(std::mem::replace(&mut family.current, fresh));
            family.rotated_at = now;
        } else {
            // All successors inside the leeway are good; ours is the one that was given last.
            family.current = fresh;
        }
        let body = format!(
            r#"{{"access_token":"access-{}","refresh_token":"{}","expires_in":3600,"scope":"read:jira-work"}}"#,
            family.serial, family.current
        );
        answer(StatusCode::OK, body)
    }
}

fn answer(status: StatusCode, body: String) -> OutboundAnswer {
    OutboundAnswer { status, headers: HeaderMap::new(), body: Bytes::from(body) }
}

#[async_trait]
impl Exchange for Provider {
    async fn exchange(&self, call: ExchangeCall) -> Exchanged {
        self.asked.fetch_add(1, Ordering::SeqCst);
        // A moment passes, in which others could ask as well.
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        let sent: serde_json::Value = serde_json::from_slice(call.body.expose()).unwrap();
        assert_eq!(sent["client_secret"], "client-secret");
        if let Some((status, body)) = *self.says.lock().unwrap() {
            return Exchanged::Answer(answer(status, body.to_owned()));
        }
        let fault = self.faults.lock().unwrap().pop_front();
        let carry_out = || self.refresh(sent["refresh_token"].as_str().unwrap());
        match fault {
            None => Exchanged::Answer(carry_out()),
            Some(Fault::Unsent) => Exchanged::Unsent(Failure::retry(NET_UNREACHABLE, Executed::No)),
            Some(Fault::Lost) => {
                carry_out();
                Exchanged::Unsure(Failure::retry(NET_CUT, Executed::Unknown))
            }
            Some(Fault::Busy) => Exchanged::Answer(answer(StatusCode::SERVICE_UNAVAILABLE, String::new())),
            Some(Fault::Broken) => {
                carry_out();
                Exchanged::Answer(answer(StatusCode::BAD_GATEWAY, "<html>".into()))
            }
            Some(Fault::Throttled) => {
                let mut answer = answer(StatusCode::TOO_MANY_REQUESTS, String::new());
                answer.headers.insert("retry-after", http::HeaderValue::from_static("30"));
                Exchanged::Answer(answer)
            }
        }
    }
}
