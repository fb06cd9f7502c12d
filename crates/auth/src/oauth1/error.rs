//! Why a request cannot be signed. No variant quotes a key, a secret or a value of the request.

/// Why a request cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The address cannot be signed.
    #[error("the URL cannot be signed: {0}")]
    Url(&'static str),
    /// Query or form body are not what a form may be, and every provider would read them differently.
    #[error("the {0} has a `%` that is not followed by two hexadecimal digits")]
    Escape(&'static str),
    /// The request carries a parameter already that signing adds (RFC 5849 section 3.1: each only once).
    #[error("the request already has a parameter `{0}`")]
    Taken(&'static str),
    /// The realm has characters that no header can carry.
    #[error("the realm has characters that no header can carry")]
    Realm,
    /// The private key is not usable.
    #[error("the private key cannot be used: {0}")]
    Key(&'static str),
    /// The private key is too short.
    #[error("the private key has {0} bit; at least {min} are needed", min = super::rsa::SHORTEST)]
    KeyTooShort(u32),
    /// The method `PLAINTEXT` shows the secrets to everybody on the way.
    #[error("PLAINTEXT sends the secrets as they are and is allowed over https only")]
    PlaintextNeedsHttps,
    /// Signing itself failed.
    #[error("the signature could not be computed")]
    Signature,
    /// The header would have characters that no header can carry.
    #[error("the signed header cannot be carried by a request")]
    Header,
}
