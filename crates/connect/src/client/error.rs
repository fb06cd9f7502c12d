//! Why a call came to nothing.

use bowline_core::Failure;
use http::StatusCode;

use crate::qsh;

/// Why a call to a site came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The installation is gone, or was never given a secret.
    #[error("the app is not installed there any more")]
    NotInstalled,
    /// The installation does not say by which name it is known to the server that gives user tokens.
    #[error("the installation has no OAuth client id")]
    NoClientId,
    /// The path leaves the site, or cannot be hashed.
    #[error("the call cannot be signed")]
    Url(#[from] qsh::Error),
    /// A GET with a body, which Jira refuses with 403 (changelog CHANGE-2328); a value that is too long.
    #[error("the call cannot be made: {0}")]
    Unfit(&'static str),
    /// The site answered that it is elsewhere now: it was renamed. Its next lifecycle call brings the new address.
    #[error("the site points to another address ({0})")]
    Moved(StatusCode),
    /// The site refused.
    #[error("the site answered {0}")]
    Refused(StatusCode),
    /// The server that gives user tokens refused. With `invalid_client` or `invalid_grant` the installation's client id is
    /// out of date, or the user is not one of the site.
    #[error("no token for the user: {status} {code}")]
    NoUserToken {
        /// Its status.
        status: StatusCode,
        /// Its error code (RFC 6749 section 5.2); empty if it gave none.
        code: String,
    },
    /// An answer that is not what the documentation says.
    #[error("the answer is not to be understood: {0}")]
    Answer(&'static str),
    /// Nothing was sent.
    #[error("nothing was sent: {}", .0.code)]
    Unsent(Failure),
    /// It may have been carried out; the answer is lost.
    #[error("the answer is lost: {}", .0.code)]
    Unsure(Failure),
}
