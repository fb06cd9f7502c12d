//! Connect tokens: claims, times, where a token may stand, and what it may be good for.
//!
//! A token of the host is *bound to a URL* (its `qsh` is the hash of the request) or a *context token* (its `qsh` is the
//! literal `context-qsh`; any user of the site can get one). Which of the two a route takes is a property of the route,
//! never of the token: taking context tokens for lifecycle calls was CVE-2021-26073, 26074 and 26077.

mod app;
mod claims;
mod class;
mod place;
mod times;

pub use app::{APP_TOKEN_SECONDS, app_token};
pub use claims::Claims;
pub use class::Class;
pub use place::{Found, Place, find};
pub use times::Times;

use crate::jose;

/// Why a token was refused. For operators and diagnostics only: whoever sent it learns nothing but that it was. It quotes
/// claims and canonical requests, never a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request has no token.
    #[error("there is no token")]
    Missing,
    /// It has more than one, or one in a place where tokens have no business.
    #[error("there is more than one token, or one in the wrong place")]
    Places,
    /// Its form, algorithm, key or signature.
    #[error(transparent)]
    Jose(#[from] jose::Error),
    /// A claim that must be there is not, or is not of its type.
    #[error("the claim `{0}` is missing or malformed")]
    Claim(&'static str),
    /// It ended.
    #[error("the token ended at {exp}, it is {now}")]
    Expired {
        /// Its end, in seconds since 1970.
        exp: i64,
        /// Our clock, likewise.
        now: i64,
    },
    /// It begins later, by `nbf` or `iat`.
    #[error("the token begins at {begin}, it is {now}")]
    Early {
        /// When it begins, in seconds since 1970.
        begin: i64,
        /// Our clock, likewise.
        now: i64,
    },
    /// It is good for longer than any token of the host.
    #[error("the token is good for {seconds} s, the longest is {longest} s")]
    LongLived {
        /// `exp - iat`.
        seconds: i64,
        /// The setting.
        longest: i64,
    },
    /// No live installation has this issuer.
    #[error("no installation has the issuer of the token")]
    Issuer,
    /// It is for somebody else.
    #[error("the token is for {found:?}, we are {expected}")]
    Audience {
        /// The app's base URL.
        expected: String,
        /// The claim.
        found: Vec<String>,
    },
    /// The route takes tokens that are bound to their URL, and this is a context token, or the other way round.
    #[error("the route does not take tokens of this class")]
    Class,
    /// It was made for another request.
    #[error("the hash is {claim}, the request has {forms:?}")]
    Hash {
        /// The claim.
        claim: String,
        /// Every canonical form of the request.
        forms: Vec<String>,
    },
    /// The name of the key has characters or a form that no key's name has.
    #[error("the key id is not one that is looked up")]
    KeyId,
    /// The key host does not know the key.
    #[error("the key host does not know the key")]
    UnknownKey,
    /// It was used before, with another body.
    #[error("the token was used before, with another body")]
    Replayed,
}
