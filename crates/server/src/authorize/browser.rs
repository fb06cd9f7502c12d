//! What a browser is known by during a sign-in: a cookie of its own, good for a quarter of an hour.
//!
//! `SameSite=Lax`: the provider sends the browser back from elsewhere, and the cookie has to come along.

use bowline_auth::intake::hook_token;
use bowline_core::port::Entropy;
use bowline_core::secret::Secret;
use http::HeaderMap;
use http::header::COOKIE;

const NAME: &str = "bowline_authorize";
const LIFE: u32 = 15 * 60;

/// A new cookie's value.
pub(super) fn draw(entropy: &dyn Entropy) -> Secret {
    hook_token(entropy)
}

/// The `Set-Cookie` for it.
pub(super) fn cookie(token: &Secret, https: bool) -> String {
    let secure = if https { "; Secure" } else { "" };
    format!("{NAME}={}; Path=/authorize; Max-Age={LIFE}; HttpOnly; SameSite=Lax{secure}", token.expose_text())
}

/// What a sign-in is bound to: the hash of the cookie; `None` without one.
pub(super) fn hash(headers: &HeaderMap) -> Option<[u8; 32]> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut values = lines.flat_map(|line| line.split(';')).filter_map(|pair| {
        pair.trim().split_once('=').and_then(|(name, value)| (name == NAME).then_some(value))
    });
    values.next().map(bowline_auth::life::browser_hash)
}

/// The same for a cookie that is just being set.
pub(super) fn hash_of(token: &Secret) -> [u8; 32] {
    bowline_auth::life::browser_hash(token.expose_text())
}
