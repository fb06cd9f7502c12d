//! What can be wrong with a call that a remote must refuse: a test spoils one thing and looks at the answer.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::connect::jwt::{With, sign};
use crate::connect::keys::{Key, foreign, fresh};
use crate::connect::note::with;

/// One thing that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Spoil {
    /// Signed by somebody else, under a name that is in the key set.
    Signature,
    /// Signed with a key that is in another set.
    KeySet,
    /// The algorithm `none`.
    Algorithm,
    /// Signed with HS256, the public key being the secret.
    Confusion,
    /// For another audience; the app that it names is the right one.
    Audience,
    /// Of another app, for this one as audience.
    App,
    /// Not made by Forge.
    Issuer,
    /// An hour old.
    Expired,
    /// Of the next hour.
    Early,
    /// Good for a day.
    Long,
    /// Without a name of its own.
    Jti,
    /// Without an end.
    Exp,
    /// Of an isolated cloud whose name leads somewhere else.
    Label,
    /// Of an installation without a name.
    Installation,
    /// No token at all.
    Token,
    /// Not spoiled: with so large a context that headers reach 32 KiB.
    Large,
}

/// So much is put into a context that is too large for many servers, in bytes: base64 makes a third more of it, and with what
/// else is in a call its headers have a little over 32 KiB.
const LARGE: usize = 22_800;

/// The signed token, with one thing wrong if that is wanted; `None` for no token.
pub(super) fn token(claims: Value, key: &Key, spoil: Option<Spoil>) -> Option<String> {
    let moved = |mut claims: Value, seconds: i64| {
        for name in ["iat", "nbf", "exp"] {
            if let Some(member) = claims.get_mut(name) {
                *member = json!(member.as_i64().unwrap_or_default() + seconds);
            }
        }
        claims
    };
    let other = || format!("ari:cloud:ecosystem::app/{}", fresh());
    let app = |claims: Value, name: &str, value: Value| {
        let app = with(claims.get("app").cloned().unwrap_or_default(), name, value);
        with(claims, "app", app)
    };
    let claims = match spoil {
        Some(Spoil::Token) => return None,
        Some(Spoil::Audience) => with(claims, "aud", other().into()),
        Some(Spoil::App) => app(claims, "id", other().into()),
        Some(Spoil::Issuer) => with(claims, "iss", "forge/another-token".into()),
        Some(Spoil::Expired) => moved(claims, -3_600),
        Some(Spoil::Early) => moved(claims, 3_600),
        Some(Spoil::Long) => {
            let end = claims.get("iat").and_then(Value::as_i64).unwrap_or_default() + 86_400;
            with(claims, "exp", end.into())
        }
        Some(Spoil::Jti) => without(claims, "jti"),
        Some(Spoil::Exp) => without(claims, "exp"),
        Some(Spoil::Label) => with(claims, "icLabel", "evil.example/x?".into()),
        Some(Spoil::Installation) => app(claims, "installationId", "".into()),
        Some(Spoil::Large) => {
            let context = claims.get("context").cloned().unwrap_or_default();
            let context = with(context, "extension", json!({"value": "x".repeat(LARGE)}));
            with(claims, "context", context)
        }
        _ => claims,
    };
    Some(match spoil {
        Some(Spoil::Algorithm) => sign(&claims, With::Nothing),
        Some(Spoil::Confusion) => sign(&claims, With::Secret(&key.pem("\n")?)),
        Some(Spoil::Signature) => sign(&claims, With::Key(&foreign(&key.id)?)),
        Some(Spoil::KeySet) => sign(&claims, With::Key(&foreign(&fresh())?)),
        _ => sign(&claims, With::Key(key)),
    })
}

fn without(mut claims: Value, name: &str) -> Value {
    if let Some(members) = claims.as_object_mut() {
        members.remove(name);
    }
    claims
}
