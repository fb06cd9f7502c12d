//! Bearer tokens of our own API: making them, knowing them again, and the file with the local admin's.
//!
//! A token is shown once and stored nowhere; the directory holds its hash. The local admin's is the
//! exception: it lies in a private file beside the data, so that the CLI on the same machine finds it.

use std::path::Path;

use bowline_core::port::Entropy;
use bowline_core::secret::Secret;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::error::Error;
use crate::file;
use crate::token::{self, sha256};

/// What every token begins with: lets people and secret scanners recognise one.
pub const PREFIX: &str = "bwl_";

/// A new token, to be shown once.
pub fn draw(entropy: &dyn Entropy) -> Secret {
    token::draw(PREFIX, entropy)
}

/// What the directory knows a token by; `None` if the text has not the shape of a token.
pub fn hash(token: &str) -> Option<[u8; 32]> {
    let random = token.strip_prefix(PREFIX)?;
    let fits = random.len() == token::LENGTH
        && random.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    fits.then(|| sha256(token.as_bytes()))
}

/// The hash of the token in `Authorization: Bearer …`; `None` if there is none, more than one, or not a token.
pub fn presented(headers: &HeaderMap) -> Option<[u8; 32]> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") { hash(token.trim_start_matches(' ')) } else { None }
}

/// The local admin's token: read from its file, or made and written there (0600) if there is no file.
pub fn admin(path: &Path, entropy: &dyn Entropy) -> Result<Secret, Error> {
    if let Some(token) = find_admin(path)? {
        return Ok(token);
    }
    let token = draw(entropy);
    match file::create(path, token.expose(), entropy) {
        // Another process made it just now.
        Err(Error::Exists(path)) => find_admin(&path)?.ok_or(Error::Exists(path)),
        made => made.map(|()| token),
    }
}

/// The local admin's token, for the CLI; `None` if there is no file. `Exposed` if others may read it.
pub fn find_admin(path: &Path) -> Result<Option<Secret>, Error> {
    let Some(text) = file::find(path)? else { return Ok(None) };
    let token = text.trim();
    match hash(token) {
        Some(_) => Ok(Some(Secret::from(token.to_owned()))),
        None => Err(Error::Malformed { path: path.to_owned(), why: "does not hold a token" }),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::system::SystemEntropy;

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (AUTHORIZATION, HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn a_token_is_known_again_by_its_hash() {
        let token = draw(&SystemEntropy);
        let text = token.expose_text();
        assert!(text.starts_with("bwl_") && text.len() == 47, "{text}");
        assert_eq!(presented(&headers(&[&format!("Bearer {text}")])), hash(text));
        assert_eq!(presented(&headers(&[&format!("bearer  {text}")])), hash(text));
        assert!(hash(text).is_some());
        assert_ne!(hash(text), hash(draw(&SystemEntropy).expose_text()));
    }

    #[test]
    fn anything_else_is_no_token() {
        let token = draw(&SystemEntropy);
        let text = token.expose_text();
        for values in [
            vec![],
            vec![text.to_owned()],
            vec![format!("Basic {text}")],
            vec![format!("Bearer {text}x")],
            vec![format!("Bearer {}", &text[1..])],
            vec!["Bearer bwl_".to_owned()],
            vec![format!("Bearer {}", text.replace("bwl_", "abc_"))],
            vec![format!("Bearer {text}"), format!("Bearer {text}")],
        ] {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            assert_eq!(presented(&headers(&values)), None, "{values:?}");
        }
    }
}
