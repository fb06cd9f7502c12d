//! Which request something is done for, over all programs that take part: W3C Trace Context
//! (<https://www.w3.org/TR/trace-context/>).
//!
//! A trace comes in with a request or begins here, is kept with the work that the request makes, and leaves with each call
//! to a tool. What is decided never depends on it. So it goes along beside the arguments: whoever starts a piece of work does it
//! [`within`] a trace, and whoever writes work down or sends a call asks for the [`current`] one.

use std::cell::RefCell;
use std::fmt;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, HeaderName};

use crate::port::Entropy;

/// Names the trace, and the step that called.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// What the programs that take part say to each other.
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Our own member of `tracestate`.
const OURS: &str = "bowline";
/// How many members a `tracestate` may have (section 3.3.1.1).
const MEMBERS: usize = 32;
/// How long a `tracestate` is that everybody passes on (section 3.3.1.5). A longer one is cut at its end.
const LONGEST: usize = 512;

/// A trace, at one of its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    id: u128,
    step: u64,
    sampled: bool,
    /// Members of others, as they stood there, checked.
    state: Vec<Arc<str>>,
}

impl Trace {
    /// A trace that begins here. Nobody has asked for it to be recorded.
    pub fn begin(entropy: &dyn Entropy) -> Self {
        Self { id: u128::from_be_bytes(drawn(entropy)) | 1, step: 0, sampled: false, state: Vec::new() }
            .next(entropy)
    }

    /// The trace that a request belongs to, at a step of our own; a new one if it names none that is valid.
    pub fn of_request(headers: &HeaderMap, entropy: &dyn Entropy) -> Self {
        match Self::read(headers) {
            Some(trace) => trace.next(entropy),
            None => Self::begin(entropy),
        }
    }

    /// What a request names. Headers that are not as section 3 wants them name nothing; a bad `tracestate` spoils only itself.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let mut parents = headers.get_all(TRACEPARENT).iter();
        let (parent, None) = (parents.next()?, parents.next()) else { return None };
        let trace = of_parent(parent.to_str().ok()?)?;
        let mut state = Vec::new();
        for value in headers.get_all(TRACESTATE) {
            let Some(members) = value.to_str().ok().and_then(members) else { return Some(trace) };
            state.extend(members);
        }
        Some(if is_state(&state) { trace.with_state(state) } else { trace })
    }

    /// The same trace at a new step.
    #[must_use]
    pub fn next(&self, entropy: &dyn Entropy) -> Self {
        Self { step: u64::from_be_bytes(drawn(entropy)) | 1, ..self.clone() }
    }

    /// The name of the trace: 32 hexadecimal digits.
    pub fn id(&self) -> String {
        format!("{:032x}", self.id)
    }

    /// The value of `traceparent`.
    pub fn parent(&self) -> String {
        format!("00-{:032x}-{:016x}-{:02x}", self.id, self.step, u8::from(self.sampled))
    }

    /// The value of `tracestate`: our member, then those of others, as many as fit.
    pub fn state(&self) -> String {
        let mut text = format!("{OURS}={:016x}", self.step);
        for member in self.state.iter().take(MEMBERS - 1) {
            if text.len() + 1 + member.len() > LONGEST {
                break;
            }
            text.push(',');
            text.push_str(member);
        }
        text
    }

    fn with_state(mut self, members: Vec<Arc<str>>) -> Self {
        self.state = members.into_iter().filter(|member| key(member) != OURS).collect();
        self
    }
}

/// What is written into rows: both values.
impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.parent(), self.state())
    }
}

/// Text that is no trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no trace")]
pub struct BadTrace;

impl FromStr for Trace {
    type Err = BadTrace;

    fn from_str(text: &str) -> Result<Self, BadTrace> {
        let (parent, state) = text.split_once(' ').ok_or(BadTrace)?;
        let state = members(state).filter(|state| is_state(state)).ok_or(BadTrace)?;
        Ok(of_parent(parent).ok_or(BadTrace)?.with_state(state))
    }
}

fn drawn<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// `traceparent`, of version 00 or what later versions must begin with (section 3.2).
fn of_parent(text: &str) -> Option<Trace> {
    let mut parts = text.splitn(5, '-');
    let (version, id, step, flags) =
        (hex(parts.next()?, 2)?, hex(parts.next()?, 32)?, hex(parts.next()?, 16)?, hex(parts.next()?, 2)?);
    let has_more = parts.next().is_some();
    let is_known = version != 0xff && (version > 0 || !has_more);
    let step = u64::try_from(step).ok()?;
    (is_known && id != 0 && step != 0).then_some(Trace {
        id,
        step,
        sampled: flags & 1 == 1,
        state: Vec::new(),
    })
}

/// So many hexadecimal digits, none of them a capital.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let fits = text.len() == digits && text.bytes().all(is_hex);
    fits.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

/// The members of a `tracestate`; `None` if one of them is none. Empty ones are allowed and mean nothing.
fn members(text: &str) -> Option<Vec<Arc<str>>> {
    let members = text.split(',').map(|member| member.trim_matches([' ', '\t']));
    members
        .filter(|member| !member.is_empty())
        .map(|member| is_member(member).then(|| member.into()))
        .collect()
}

fn key(member: &str) -> &str {
    member.split('=').next().unwrap_or_default()
}

/// No more members than may be, each once.
fn is_state(members: &[Arc<str>]) -> bool {
    let is_first = |(index, member): (usize, &Arc<str>)| {
        members.iter().position(|other| key(other) == key(member)) == Some(index)
    };
    members.len() <= MEMBERS && members.iter().enumerate().all(is_first)
}

/// `key=value` of section 3.3.1.3.
fn is_member(text: &str) -> bool {
    let Some((key, value)) = text.split_once('=') else { return false };
    let in_key = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'*' | b'/' | b'@')
    };
    let begins = key.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let key_fits = begins && key.len() <= 256 && key.bytes().all(in_key) && key.matches('@').count() <= 1;
    let in_value = |byte: u8| (0x20..=0x7e).contains(&byte) && byte != b'=';
    key_fits && (1..=256).contains(&value.len()) && value.bytes().all(in_value)
}

thread_local! {
    /// The trace of what this thread is doing right now; see [`Within`].
    static CURRENT: RefCell<Option<Arc<Trace>>> = const { RefCell::new(None) };
}

/// The trace of the work that asks, if it is done within one.
pub fn current() -> Option<Arc<Trace>> {
    CURRENT.with_borrow(Clone::clone)
}

/// Does work within a trace. What the work spawns is outside, unless it is put within it again.
pub fn within<F: Future>(trace: Trace, work: F) -> Within<F> {
    Within { trace: Arc::new(trace), work: Box::pin(work) }
}

/// Work within a trace. The trace is laid out before each poll and taken away after it, whichever thread polls.
pub struct Within<F> {
    trace: Arc<Trace>,
    work: Pin<Box<F>>,
}

/// Puts back what was there, also when a poll panics.
struct Back(Option<Arc<Trace>>);

impl Drop for Back {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

impl<F: Future> Future for Within<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _back = Back(CURRENT.replace(Some(Arc::clone(&self.trace))));
        self.work.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests;
