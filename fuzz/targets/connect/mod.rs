//! What crate `connect` reads from strangers: each target is called with bytes, and panics on a broken law.

mod bodies;
mod keys;
mod tokens;
mod urls;
mod world;

/// A name, and what is called with bytes.
type Target = (&'static str, fn(&[u8]));

/// By name.
pub(crate) const TARGETS: &[Target] = &[
    ("jwt-compact", tokens::compact),
    ("jwt-claims", tokens::claims),
    ("forge-claims", tokens::forge),
    ("jwks", keys::set),
    ("pem", keys::pem),
    ("kid", keys::kid),
    ("qsh", urls::qsh),
    ("lifecycle", bodies::lifecycle),
    ("descriptor", bodies::descriptor),
];
