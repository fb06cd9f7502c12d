//! What the rules in force mean for one request or one webhook.

use std::collections::BTreeMap;

use serde_json::Value;

use super::rule::Switch;

/// How many bytes of a slow body come at once, unless told.
const PIECE: usize = 16;

/// What happens to one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Real milliseconds to wait first.
    pub(crate) delay_ms: u64,
    /// Answered in place of doing anything.
    pub(crate) instead: Option<Instead>,
    /// What happens to the answer once it is formed.
    pub(crate) after: Option<After>,
    /// How texts are changed when stored.
    pub(crate) normalise: Normalise,
    /// The simulator's clock when the request came.
    pub(super) at: i64,
    /// Fields that may be refused: rule, field, text.
    pub(super) rejects: Vec<(u32, String, Option<String>)>,
    /// Rules by which a person edits what is written.
    pub(super) edits: Vec<u32>,
    /// Rules that refuse elements of a request about several.
    pub(super) bulks: Vec<u32>,
}

/// An answer in place of the real one.
#[derive(Clone, Debug)]
pub(crate) enum Instead {
    Status(Bare),
    /// 404, as for something the caller has no right to see.
    Hidden,
    /// 200 and an HTML login page.
    LoginPage,
}

/// A status and what comes with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bare {
    pub(crate) status: u16,
    /// Seconds for `Retry-After`.
    pub(crate) retry_after: Option<u32>,
    /// Instead of what the product says.
    pub(crate) body: Option<Value>,
    pub(crate) headers: BTreeMap<String, String>,
}

/// Harm to the answer of something that was done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum After {
    /// The connection is cut before the first byte.
    Reset,
    /// Another status without the body.
    Status(u16),
    /// The connection is cut after these bytes of the body; half of it when `None`.
    Cut(Option<usize>),
    /// The answer is kept back for so many milliseconds.
    Delay(u64),
    /// The body comes so many bytes at a time, with so many milliseconds before each piece.
    Slow { ms: u64, bytes: usize },
}

/// How texts are changed when stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Normalise {
    /// Removes white space at both ends.
    pub(crate) trim: bool,
    /// Turns line ends into CR LF.
    pub(crate) crlf: bool,
}

impl Normalise {
    /// The text as it is stored.
    pub(crate) fn apply(self, text: String) -> String {
        let text = if self.trim { text.trim().to_owned() } else { text };
        if self.crlf { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text }
    }
}

/// The elements of a request about several that are refused; none by default.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spoilt {
    fail: Option<Vec<usize>>,
    message: Option<String>,
}

impl Spoilt {
    /// These, counted from 0; every second one when there are none.
    pub(super) fn new(fail: Vec<usize>, message: Option<String>) -> Self {
        Self { fail: Some(fail), message }
    }

    /// Why an element is refused, if it is.
    pub(crate) fn refusal(&self, element: usize) -> Option<&str> {
        let fail = self.fail.as_ref()?;
        let refused = if fail.is_empty() { element % 2 == 1 } else { fail.contains(&element) };
        refused.then(|| self.message.as_deref().unwrap_or("This element could not be written."))
    }
}

/// What happens to one webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HookPlan {
    /// It is lost.
    pub(crate) drop: bool,
    /// How often it is sent.
    pub(crate) copies: u32,
    /// Milliseconds of the simulator's clock before it is sent.
    pub(crate) delay_ms: i64,
    /// It waits until this many are held.
    pub(crate) hold: Option<usize>,
}

impl Default for HookPlan {
    fn default() -> Self {
        Self { drop: false, copies: 1, delay_ms: 0, hold: None }
    }
}

impl Plan {
    pub(super) fn add(&mut self, switch: &Switch) {
        match switch {
            Switch::Status { status, retry_after, body, headers } => {
                let (body, headers) = (body.clone(), headers.clone());
                let (status, retry_after) = (*status, *retry_after);
                self.instead = Some(Instead::Status(Bare { status, retry_after, body, headers }));
            }
            Switch::Hidden => self.instead = Some(Instead::Hidden),
            Switch::LoginPage => self.instead = Some(Instead::LoginPage),
            Switch::Delay { ms } => self.delay_ms = self.delay_ms.saturating_add(*ms),
            Switch::DoneThenReset => self.after = Some(After::Reset),
            Switch::DoneThenStatus { status } => self.after = Some(After::Status(*status)),
            Switch::DoneThenDelay { ms } => self.after = Some(After::Delay(*ms)),
            Switch::SlowBody { ms, bytes } => {
                self.after = Some(After::Slow { ms: *ms, bytes: bytes.unwrap_or(PIECE).max(1) });
            }
            Switch::CutBody { bytes } => self.after = Some(After::Cut(*bytes)),
            Switch::Normalise { trim, crlf } => {
                self.normalise.trim |= trim;
                self.normalise.crlf |= crlf;
            }
            _ => {}
        }
    }
}
