//! What a token says.

use serde_json::Value;

use super::Refusal;
use crate::jose;

/// The latest instant that a claim may name: the end of the year 9999, in seconds since 1970.
const LATEST: i64 = 253_402_300_799;

/// The claims of a host's token (developer.atlassian.com/cloud/jira/platform/understanding-jwt). `iss`, `iat`, `exp` and
/// `qsh` are always there: a token without them is refused, though the host's own framework would take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who made it: the site's client key.
    pub iss: String,
    /// For whom; empty for the tokens made with a shared secret.
    pub aud: Vec<String>,
    /// The account id of the user; absent for what the site does by itself.
    pub sub: Option<String>,
    /// When it was made, in seconds since 1970.
    pub iat: i64,
    /// When it ends, likewise.
    pub exp: i64,
    /// Before when it is not good, likewise.
    pub nbf: Option<i64>,
    /// The hash of the request, or [`crate::qsh::CONTEXT`].
    pub qsh: String,
    /// The context of the page: project, issue and such.
    pub context: Option<Value>,
}

impl Claims {
    /// Reads claims; says nothing about who made them.
    pub fn parse(payload: &[u8]) -> Result<Self, Refusal> {
        let names = ["iss", "aud", "sub", "iat", "exp", "nbf", "qsh", "context"];
        let [iss, aud, sub, iat, exp, nbf, qsh, context] =
            jose::fields(payload, &names).ok_or(jose::Error::Json("claims"))?;
        Ok(Self {
            iss: text(iss, "iss")?.ok_or(Refusal::Claim("iss"))?,
            aud: audience(aud)?,
            sub: text(sub, "sub")?,
            iat: instant(iat.as_ref(), "iat")?.ok_or(Refusal::Claim("iat"))?,
            exp: instant(exp.as_ref(), "exp")?.ok_or(Refusal::Claim("exp"))?,
            nbf: instant(nbf.as_ref(), "nbf")?,
            qsh: text(qsh, "qsh")?.ok_or(Refusal::Claim("qsh"))?,
            context,
        })
    }

    /// The user: `sub`, or where older hosts put it, `context.user.accountId`.
    pub fn account_id(&self) -> Option<&str> {
        let old = || self.context.as_ref()?.pointer("/user/accountId")?.as_str();
        self.sub.as_deref().or_else(old)
    }
}

/// A text that is not empty; an error for anything else that is there.
fn text(claim: Option<Value>, name: &'static str) -> Result<Option<String>, Refusal> {
    match claim {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(Refusal::Claim(name)),
    }
}

/// A whole number of seconds. `"never"` and the like are malformed, not absent.
fn instant(claim: Option<&Value>, name: &'static str) -> Result<Option<i64>, Refusal> {
    match claim {
        None => Ok(None),
        Some(value) => match value.as_i64() {
            Some(seconds) if (0..=LATEST).contains(&seconds) => Ok(Some(seconds)),
            _ => Err(Refusal::Claim(name)),
        },
    }
}

/// One text or a list of texts (RFC 7519 section 4.1.3).
fn audience(claim: Option<Value>) -> Result<Vec<String>, Refusal> {
    let one = |value| match value {
        Value::String(text) => Ok(text),
        _ => Err(Refusal::Claim("aud")),
    };
    match claim {
        None => Ok(Vec::new()),
        Some(Value::Array(all)) => all.into_iter().map(one).collect(),
        Some(value) => Ok(vec![one(value)?]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(name: &str, value: Value) -> Result<Claims, Refusal> {
        let mut claims = json!({"iss": "key", "iat": 1, "exp": 2, "qsh": "hash"});
        claims[name] = value;
        Claims::parse(claims.to_string().as_bytes())
    }

    #[test]
    fn what_must_be_there_must_be_there_and_of_its_type() {
        for name in ["iss", "iat", "exp", "qsh"] {
            let mut claims = json!({"iss": "key", "iat": 1, "exp": 2, "qsh": "hash"});
            claims.as_object_mut().unwrap().remove(name);
            let refused = Claims::parse(claims.to_string().as_bytes()).unwrap_err();
            assert_eq!(refused.to_string(), format!("the claim `{name}` is missing or malformed"));
        }
        for value in [json!("never"), json!(1.5), json!(-1), json!(1u64 << 60), json!(null), json!([1])] {
            for name in ["iat", "exp", "nbf"] {
                assert_eq!(with(name, value.clone()), Err(Refusal::Claim(name)), "{name} {value}");
            }
        }
        for name in ["iss", "sub", "qsh"] {
            assert_eq!(with(name, json!(1)), Err(Refusal::Claim(name)));
            assert_eq!(with(name, json!("")), Err(Refusal::Claim(name)));
        }
        assert_eq!(with("aud", json!([1])), Err(Refusal::Claim("aud")));
        let twice = br#"{"iss":"a","iss":"b","iat":1,"exp":2,"qsh":"h"}"#;
        assert_eq!(Claims::parse(twice), Err(Refusal::Jose(jose::Error::Json("claims"))));
    }

    #[test]
    fn an_audience_is_one_text_or_a_list() {
        assert_eq!(with("aud", json!("a")).unwrap().aud, ["a"]);
        assert_eq!(with("aud", json!(["a", "b"])).unwrap().aud, ["a", "b"]);
    }

    #[test]
    fn the_user_is_the_subject_or_stands_in_the_context() {
        assert_eq!(with("sub", json!("ada")).unwrap().account_id(), Some("ada"));
        let context = json!({"user": {"accountId": "bob"}});
        assert_eq!(with("context", context).unwrap().account_id(), Some("bob"));
        assert_eq!(with("context", json!([])).unwrap().account_id(), None);
    }
}
