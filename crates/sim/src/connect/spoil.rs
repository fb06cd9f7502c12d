//! What can be wrong with a call that an app must refuse: a test spoils one thing and looks at the answer.

use serde::Deserialize;
use serde_json::{Value, json};

use super::jwt::{With, sign};
use super::keys::{Key, foreign};
use super::qsh;

/// One thing that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Spoil {
    /// Signed by somebody else, under the right name.
    Signature,
    /// The algorithm `none`.
    Algorithm,
    /// Signed with HS256, the public key being the secret.
    Confusion,
    /// A key that the key host does not have.
    KeyId,
    /// For another app.
    Audience,
    /// From another site.
    Issuer,
    /// An hour old.
    Expired,
    /// For another URL.
    Query,
    /// For a page and not for a URL.
    Context,
    /// The body names another site than the token.
    Body,
    /// No token at all.
    Token,
}

/// A key of which only the name is right, or not even that.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// What a call is signed with.
#[derive(Clone, Copy)]
pub(crate) enum Hand<'a> {
    /// An install key.
    Atlassian(&'a Key),
    /// A secret.
    Site(&'a str),
}

/// The signed token, with one thing wrong if that is wanted; `None` for no token.
pub(crate) fn token(mut claims: Value, hand: Hand<'_>, spoil: Option<Spoil>) -> Option<String> {
    let mut put = |name: &str, value: Value| {
        if let Some(members) = claims.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
    };
    match spoil {
        Some(Spoil::Token) => return None,
        Some(Spoil::Audience) => put("aud", json!(["https://another-app.example.com"])),
        Some(Spoil::Issuer) => put("iss", json!(NOBODY)),
        Some(Spoil::Query) => put("qsh", json!(qsh::sent("POST", "/another/url", ""))),
        Some(Spoil::Context) => put("qsh", json!(qsh::CONTEXT)),
        Some(Spoil::Expired) => {
            for name in ["iat", "exp"] {
                let at = claims.get(name).and_then(Value::as_i64).unwrap_or_default();
                if let Some(member) = claims.get_mut(name) {
                    *member = json!(at - 3_600);
                }
            }
        }
        _ => {}
    }
    Some(match (hand, spoil) {
        (_, Some(Spoil::Algorithm)) => sign(&claims, With::Nothing),
        (Hand::Atlassian(key), Some(Spoil::Signature)) => sign(&claims, With::Key(&foreign(&key.id)?)),
        (Hand::Atlassian(_), Some(Spoil::KeyId)) => sign(&claims, With::Key(&foreign(NOBODY)?)),
        (Hand::Atlassian(key), Some(Spoil::Confusion)) => sign(&claims, With::Secret(&key.pem("\n")?)),
        (Hand::Atlassian(key), _) => sign(&claims, With::Key(key)),
        (Hand::Site(_), Some(Spoil::Signature | Spoil::Confusion | Spoil::KeyId)) => {
            sign(&claims, With::Secret("somebody else's secret, and long enough to be one"))
        }
        (Hand::Site(secret), _) => sign(&claims, With::Secret(secret)),
    })
}

/// The body, naming another site if that is what is wrong.
pub(crate) fn body(mut body: Value, spoil: Option<Spoil>) -> Value {
    if spoil == Some(Spoil::Body)
        && let Some(member) = body.get_mut("clientKey")
    {
        *member = NOBODY.into();
    }
    body
}

#[cfg(test)]
mod tests {
    use super::super::jwt::Token;
    use super::*;

    #[test]
    fn each_spoils_what_it_names_and_leaves_the_rest() {
        let claims = json!({"iss": "site", "iat": 10_000, "exp": 10_180, "qsh": "x"});
        let secret = "secret";
        let made = |spoil| token(claims.clone(), Hand::Site(secret), spoil);
        assert_eq!(made(Some(Spoil::Token)), None);
        for (spoil, genuine, same) in [
            (None, true, true),
            (Some(Spoil::Signature), false, true),
            (Some(Spoil::Algorithm), false, true),
            (Some(Spoil::Issuer), true, false),
            (Some(Spoil::Expired), true, false),
            (Some(Spoil::Query), true, false),
            (Some(Spoil::Context), true, false),
        ] {
            let text = made(spoil).unwrap();
            let token = Token::read(&text).unwrap();
            assert_eq!((token.is_of(secret), token.claims == claims), (genuine, same), "{spoil:?}");
        }
        assert_ne!(body(json!({"clientKey": "a"}), Some(Spoil::Body)), json!({"clientKey": "a"}));
    }
}
