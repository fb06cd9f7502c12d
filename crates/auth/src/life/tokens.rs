//! The tokens of a grant: what is sealed, and what a provider's answer gives.

use bowline_core::port::OutboundAnswer;
use bowline_core::secret::Secret;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The longest life we believe an answer: longer ones are a mistake in units.
const LONGEST: i64 = 20 * 365 * 86_400;

/// What is sealed. Without `Debug`.
#[derive(Clone, Default, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Tokens {
    /// The access token; the token itself for OAuth 1.0a.
    pub(crate) access: String,
    /// The secret of an OAuth 1.0a token.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) token_secret: String,
    /// What renews it: a refresh token, or the session handle of OAuth 1.0a.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refresh: Option<String>,
}

impl Tokens {
    /// For the seal.
    pub(crate) fn pack(&self) -> Secret {
        Secret::new(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Out of the seal.
    pub(crate) fn unpack(secret: &Secret) -> Option<Self> {
        serde_json::from_slice(secret.expose()).ok()
    }
}

/// What an answer gives.
pub(crate) struct Given {
    pub(crate) tokens: Tokens,
    /// For how many seconds the access token is good.
    pub(crate) expires_in: Option<i64>,
    /// For how many seconds the whole grant is, if the provider says so.
    pub(crate) grant_expires_in: Option<i64>,
    /// OAuth 1.0a: whether the provider has taken our callback (RFC 5849 section 2.1). Without it, it speaks the first
    /// version, in which a request token can be planted on somebody.
    pub(crate) confirmed: bool,
    /// What was granted, if the provider says so.
    pub(crate) scopes: Option<Vec<String>>,
}

/// Why a successful answer gives no tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) &'static str);

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    refresh_token: Option<String>,
    /// A number, or a number as text.
    expires_in: Option<serde_json::Value>,
    /// A text of words (RFC 6749 section 3.3), or, as some servers have it, a list of them.
    scope: Option<serde_json::Value>,
    token_type: Option<String>,
}

/// Reads an answer of OAuth 2.0 (RFC 6749 section 5.1). Atlassian's sample has no `token_type`, so none is demanded; one
/// that is not `bearer` is refused, since nobody here could use it.
pub(crate) fn oauth2(answer: &OutboundAnswer) -> Result<Given, Unreadable> {
    let mut answer: Answer = serde_json::from_slice(&answer.body)
        .map_err(|_| Unreadable("the answer is not the JSON of a token"))?;
    let kind = answer.token_type.as_deref().unwrap_or("bearer");
    if !kind.eq_ignore_ascii_case("bearer") {
        return Err(Unreadable("the token is not of the type bearer"));
    }
    if !is_header_safe(&answer.access_token) {
        return Err(Unreadable("the access token cannot be sent in a header"));
    }
    let scopes = answer.scope.as_ref().and_then(words);
    let refresh = answer.refresh_token.take().filter(|token| !token.is_empty());
    let access = std::mem::take(&mut answer.access_token);
    let tokens = Tokens { access, token_secret: String::new(), refresh };
    Ok(Given {
        tokens,
        expires_in: answer.expires_in.as_ref().and_then(seconds),
        grant_expires_in: None,
        confirmed: false,
        scopes,
    })
}

/// Tokens are worth more than what is said about them: scopes in a form that nobody knows count as not told.
fn words(value: &serde_json::Value) -> Option<Vec<String>> {
    if let Some(text) = value.as_str() {
        return Some(text.split_whitespace().map(str::to_owned).collect());
    }
    value.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect()
}

fn seconds(value: &serde_json::Value) -> Option<i64> {
    let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
    number.filter(|seconds| (1..=LONGEST).contains(seconds))
}

/// Reads an answer of OAuth 1.0a: a form, whatever its content type says. `oauth_session_handle` and the two lives are
/// of the OAuth Session extension, which Jira Data Center speaks.
pub(crate) fn oauth1(answer: &OutboundAnswer) -> Result<Given, Unreadable> {
    let mut tokens = Tokens::default();
    let (mut expires_in, mut grant_expires_in, mut confirmed) = (None, None, false);
    for (name, value) in form_urlencoded::parse(&answer.body) {
        let number = || value.parse().ok().filter(|seconds| (1..=LONGEST).contains(seconds));
        match name.as_ref() {
            "oauth_token" => tokens.access = value.into_owned(),
            "oauth_token_secret" => tokens.token_secret = value.into_owned(),
            "oauth_session_handle" => {
                tokens.refresh = Some(value.into_owned()).filter(|handle| !handle.is_empty())
            }
            "oauth_callback_confirmed" => confirmed = value == "true",
            "oauth_expires_in" => expires_in = number(),
            "oauth_authorization_expires_in" => grant_expires_in = number(),
            _ => {}
        }
    }
    if tokens.access.is_empty() {
        return Err(Unreadable("the answer holds no oauth_token"));
    }
    Ok(Given { tokens, expires_in, grant_expires_in, confirmed, scopes: None })
}

fn is_header_safe(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn answer(body: impl Into<Vec<u8>>) -> OutboundAnswer {
        OutboundAnswer { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from(body.into()) }
    }

    #[test]
    fn an_oauth2_answer_needs_an_access_token_and_nothing_else() {
        let given =
            oauth2(&answer(r#"{"access_token":"a","expires_in":"3600","scope":"read:x  write:x","new":1}"#));
        let given = given.ok().unwrap();
        assert_eq!((given.tokens.access.as_str(), given.expires_in), ("a", Some(3_600)));
        assert_eq!(given.scopes.unwrap(), ["read:x", "write:x"]);
        assert!(given.tokens.refresh.is_none());
        let lone = oauth2(&answer(r#"{"access_token":"a"}"#)).ok().unwrap();
        assert_eq!((lone.expires_in, lone.scopes), (None, None));
    }

    #[test]
    fn what_is_no_token_is_refused_with_a_reason() {
        for body in [
            "<html>",
            "",
            "{}",
            r#"{"access_token":""}"#,
            r#"{"access_token":"a b"}"#,
            "{\"access_token\":\"a\\nb\"}",
            r#"{"access_token":7}"#,
            r#"{"access_token":"a","token_type":"mac"}"#,
        ] {
            assert!(oauth2(&answer(body)).is_err(), "{body}");
        }
        for life in ["0", "-5", "1e99", "\"soon\"", "99999999999"] {
            let body = format!(r#"{{"access_token":"a","expires_in":{life}}}"#);
            assert_eq!(oauth2(&answer(body)).ok().unwrap().expires_in, None, "{life}");
        }
    }

    #[test]
    fn an_oauth1_answer_is_a_form() {
        let body = "oauth_token=t%20k&oauth_token_secret=s&oauth_expires_in=157680000&oauth_session_handle=h\
                    &oauth_authorization_expires_in=160272000";
        let given = oauth1(&answer(body)).ok().unwrap();
        assert_eq!(given.tokens.access, "t k");
        assert_eq!(given.tokens.refresh.as_deref(), Some("h"));
        assert_eq!((given.expires_in, given.grant_expires_in), (Some(157_680_000), Some(160_272_000)));
        assert!(oauth1(&answer("oauth_problem=token_rejected")).is_err());
    }

    #[test]
    fn tokens_come_out_of_the_seal_as_they_went_in() {
        let tokens = Tokens { access: "a".into(), token_secret: String::new(), refresh: Some("r".into()) };
        let back = Tokens::unpack(&tokens.pack()).unwrap();
        assert_eq!((back.access.as_str(), back.refresh.as_deref()), ("a", Some("r")));
        assert!(Tokens::unpack(&Secret::from("nonsense".to_owned())).is_none());
    }

    fn owned(words: Vec<&str>) -> Vec<String> {
        words.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn scopes_are_read_as_words_or_as_a_list_and_cost_no_token() {
        for (scope, read) in [
            (json!("a b"), Some(vec!["a", "b"])),
            (json!(["a", "b"]), Some(vec!["a", "b"])),
            (json!(["a", 7]), None),
            (json!({"a": true}), None),
            (json!(null), None),
        ] {
            let given = oauth2(&answer(json!({"access_token": "t", "scope": scope}).to_string()));
            let given = given.ok().unwrap();
            assert_eq!(given.scopes.as_deref(), read.map(owned).as_deref(), "{scope}");
            assert_eq!(given.tokens.access, "t");
        }
    }

    /// Any JSON that is not deep.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 12, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::from))
    }

    /// The members that are looked at, each there or not, of the right kind or not; and some that nobody knows.
    fn token_answer() -> impl Strategy<Value = Value> {
        const KNOWN: &[&str] = &["access_token", "refresh_token", "expires_in", "scope", "token_type"];
        let name = prop_oneof![8 => prop::sample::select(KNOWN).prop_map(str::to_owned), 1 => "[a-z_]{1,9}"];
        let value = prop_oneof![any_json(), "[!-~]{1,40}".prop_map(Value::from), Just(Value::from("Bearer"))];
        prop::collection::btree_map(name, value, 0..7).prop_map(|members| json!(members))
    }

    /// What must hold of whatever is taken for tokens.
    fn is_usable(given: &Given) -> bool {
        let lives = [given.expires_in, given.grant_expires_in];
        !given.tokens.access.is_empty()
            && lives.into_iter().flatten().all(|seconds| (1..=LONGEST).contains(&seconds))
            && given.tokens.refresh.as_deref() != Some("")
    }

    proptest! {
        /// Bytes of any kind are read or refused; what is read can be used.
        #[test]
        fn any_bytes_are_tokens_that_can_be_used_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for given in [oauth1(&answer(bytes.clone())), oauth2(&answer(bytes))].into_iter().flatten() {
                prop_assert!(is_usable(&given));
            }
        }

        /// The access token alone decides: no other member, of whatever kind, costs a token that was given.
        #[test]
        fn an_answer_with_an_access_token_gives_it_whatever_else_it_says(said in token_answer()) {
            let token = said["access_token"].as_str().filter(|token| is_header_safe(token));
            let bearer = match &said["token_type"] {
                Value::Null => true,
                kind => kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")),
            };
            let refresh = said["refresh_token"].as_str().filter(|token| !token.is_empty());
            match oauth2(&answer(said.to_string())) {
                Ok(given) => {
                    prop_assert!(is_usable(&given));
                    prop_assert_eq!(Some(given.tokens.access.as_str()), token);
                    prop_assert_eq!(given.tokens.refresh.as_deref(), refresh);
                }
                Err(_) => prop_assert!(token.is_none() || !bearer || is_odd(&said["refresh_token"])),
            }
        }

        /// A form's members come out as they went in, in any order and among others.
        #[test]
        fn a_form_gives_what_was_written_into_it(
            token in ".{1,20}", secret in ".{0,20}", others in prop::collection::vec(("[a-z]{1,8}", ".{0,8}"), 0..4)
        ) {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(&others).append_pair("oauth_token_secret", &secret).append_pair("oauth_token", &token);
            let given = oauth1(&answer(form.finish())).ok().unwrap();
            prop_assert_eq!(&given.tokens.access, &token);
            prop_assert_eq!(&given.tokens.token_secret, &secret);
        }
    }

    /// A refresh token that is no text: then nothing of the answer is believed.
    fn is_odd(refresh: &Value) -> bool {
        !(refresh.is_null() || refresh.is_string())
    }
}
