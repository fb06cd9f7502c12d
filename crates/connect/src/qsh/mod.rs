//! The query string hash: what binds a Connect token to one method, path and query.
//!
//! `qsh = hex(sha256(METHOD & PATH & QUERY))`. The rule is Atlassian's
//! (developer.atlassian.com/cloud/jira/platform/understanding-jwt); where its own two sides differ, the 2016 host
//! (`mahmoudimus/ac`) and its library (`hvn4179/atlas-jwt`) were read:
//!
//! - the host hashes what it sends over the *decoded* path, and checks what it gets over the *raw* one;
//! - it orders parameters by their *encoded* names, npm `atlassian-jwt` by the raw ones.
//!
//! So [`Incoming`] knows every form a host may have hashed, and [`outgoing`] gives the one that a host checks. All forms
//! of one request bind the same path: an encoded `/` and, in requests from a host, an encoded `%`, the two things that
//! would let two paths come to the same, are refused.

mod base;
mod canonical;
mod hash;
mod incoming;
mod parameters;
mod path;

pub use base::BasePath;
pub use canonical::{Canonical, outgoing};
pub use hash::Qsh;
pub use incoming::Incoming;

/// What the token of a page carries instead of a hash when it was given to the page's script
/// (`AP.context.getToken`). It binds no URL.
pub const CONTEXT: &str = "context-qsh";

/// Why a request has no canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A `%` without two hexadecimal digits, for which the host's rule has no answer.
    #[error("the URL has a broken percent escape")]
    Escape,
    /// Escaped bytes that are not UTF-8.
    #[error("the URL has escaped bytes that are not UTF-8")]
    Utf8,
    /// `%2F` or `%5C` in the path: decoded, it would be taken for another path.
    #[error("the path has an encoded slash")]
    EncodedSlash,
    /// `%25` in the path of a request from a host: decoded, it would make an escape of what follows.
    #[error("the path has an encoded percent sign")]
    EncodedPercent,
    /// The path is not below the base path.
    #[error("the path is outside the base URL")]
    Outside,
    /// It is no URL that can be asked for.
    #[error("it is no URL")]
    Url,
}

impl From<crate::percent::Broken> for Error {
    fn from(broken: crate::percent::Broken) -> Self {
        match broken {
            crate::percent::Broken::Escape => Self::Escape,
            crate::percent::Broken::Utf8 => Self::Utf8,
        }
    }
}
