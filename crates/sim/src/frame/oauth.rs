//! What every authorization server here does in the same way: reading a form, sending a browser back, checking the
//! proof of RFC 7636, drawing texts that nobody guesses.
//!
//! The rules of each provider are its own: Data Center's in `jira::access::oauth2`, Atlassian's in `atlassian`.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::frame::answer::Answer;
use crate::frame::call::Query;
use crate::frame::random::Random;

/// Letters and digits, as Atlassian's own tokens are made of.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The shortest and longest verifier (RFC 7636, section 4.1).
const VERIFIER: std::ops::RangeInclusive<usize> = 43..=128;

/// What a client promised to prove when it fetches its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    text: String,
    hashed: bool,
}

impl Challenge {
    /// Reads `code_challenge` and `code_challenge_method`; an unknown method is an error, none is `plain`.
    pub(crate) fn read(query: &Query) -> Result<Option<Self>, &'static str> {
        let Some(text) = query.get("code_challenge") else { return Ok(None) };
        let hashed = match query.get("code_challenge_method") {
            None | Some("plain") => false,
            Some("S256") => true,
            Some(_) => return Err("code_challenge_method is S256 or plain"),
        };
        Ok(Some(Self { text: text.to_owned(), hashed }))
    }

    /// Whether this is the verifier that the challenge was made of.
    pub(crate) fn fits(&self, verifier: Option<&str>) -> bool {
        let Some(verifier) = verifier.filter(|text| VERIFIER.contains(&text.len())) else { return false };
        if !self.hashed {
            return self.text == verifier;
        }
        self.text == URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
    }
}

/// Whether a body is a form with its fields in it.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    media(headers) == "application/x-www-form-urlencoded"
}

/// The media type of a body in small letters, without its parameters.
pub(crate) fn media(headers: &HeaderMap) -> String {
    let media = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Sends a browser to an address with these added to its query.
pub(crate) fn redirect(to: &str, pairs: &[(&str, &str)]) -> Answer {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        query.append_pair(name, value);
    }
    let query = query.finish();
    let joint = match to {
        _ if query.is_empty() => "",
        _ if to.contains('?') => "&",
        _ => "?",
    };
    Answer::empty(StatusCode::FOUND).header(LOCATION, &format!("{to}{joint}{query}"))
}

/// `error` and `error_description` of RFC 6749.
pub(crate) fn error(status: StatusCode, error: &str, description: &str) -> Answer {
    if description.is_empty() {
        return Answer::json(status, &json!({"error": error}));
    }
    Answer::json(status, &json!({"error": error, "error_description": description}))
}

/// A text that stands for something and says nothing.
pub(crate) fn draw(random: &mut Random, length: usize) -> String {
    (0..length).filter_map(|_| random.pick(LETTERS)).map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn read(query: &str) -> Result<Option<Challenge>, &'static str> {
        Challenge::read(&Query::of(&format!("/?{query}").parse().unwrap()))
    }

    #[test]
    fn the_example_of_the_rfc_fits_and_nothing_else_does() {
        let text = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
        let hashed = read(text).unwrap().unwrap();
        assert!(hashed.fits(Some(VERIFIER)));
        assert!(!hashed.fits(Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")) && !hashed.fits(None));
        let plain = read(&format!("code_challenge={VERIFIER}")).unwrap().unwrap();
        assert!(plain.fits(Some(VERIFIER)) && !plain.fits(Some(&VERIFIER.to_uppercase())));
        let short = read("code_challenge=short&code_challenge_method=plain").unwrap().unwrap();
        assert!(!short.fits(Some("short")), "a verifier has at least 43 characters");
        assert_eq!(read("state=x"), Ok(None));
        assert!(read("code_challenge=x&code_challenge_method=s256").is_err());
    }

    #[test]
    fn a_query_is_added_to_the_one_that_is_there() {
        let to = |to: &str, pairs: &[(&str, &str)]| {
            let answer = redirect(to, pairs);
            answer.headers[0].1.to_str().unwrap().to_owned()
        };
        assert_eq!(to("http://a/b", &[("code", "x y"), ("state", "a&b")]), "http://a/b?code=x+y&state=a%26b");
        assert_eq!(to("http://a/b?c=d", &[("code", "x")]), "http://a/b?c=d&code=x");
        assert_eq!(to("http://a/b", &[]), "http://a/b");
    }
}
