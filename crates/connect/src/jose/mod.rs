//! JSON Web Signatures in compact form (RFC 7515), with HS256 and RS256 and nothing else.
//!
//! Whoever verifies says which algorithm it is; the token's own `alg` is compared with that and chooses nothing. The
//! reading is strict: base64url without padding and without spare bits, JSON without repeated names, no `crit`. Keys of
//! tokens (`jwk`, `jku`, `x5c`) are never looked at. Claims are one floor up: `crate::token`.

mod compact;
mod keyset;
mod object;
mod roca;
mod rsa;
mod secret;
mod sign;

pub use compact::{Compact, Header, LONGEST};
pub use keyset::KeySet;
pub(crate) use object::{fields, parse as parse_object};
pub use rsa::RsaKey;
#[cfg(test)]
pub(crate) use secret::count::take as count_take;
pub use secret::{SHORTEST_SECRET, SharedSecret};
pub use sign::{Signed, sign_hs256};

/// Why a text is not taken as a token, a key or a secret. It says nothing that a token holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Longer than any token can be.
    #[error("the token is longer than {LONGEST} bytes")]
    TooLong,
    /// Not three parts of base64url.
    #[error("the token is not three parts of base64url")]
    Shape,
    /// The header or the claims are no JSON object, repeat a name, or lack what must be there.
    #[error("the token's {0} is malformed")]
    Json(&'static str),
    /// The header asks for something that must be understood and is not (RFC 7515 section 4.1.11).
    #[error("the token's header asks for an extension")]
    Extension,
    /// Another algorithm than the verifier's.
    #[error("the token has another algorithm than {0}")]
    Algorithm(&'static str),
    /// The signature is not one of this key.
    #[error("the signature does not fit")]
    Signature,
    /// A key that must not be used: what is wrong with it.
    #[error("the key is not usable: {0}")]
    Key(&'static str),
}
