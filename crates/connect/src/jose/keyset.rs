//! Sets of public keys (JSON Web Key Set, RFC 7517 section 5), as Forge publishes them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::rsa::RsaKey;
use super::{Error, object};

/// How many keys of a set are looked at. Forge's has a handful.
const MOST: usize = 64;

/// The RS256 keys of a set, by their `kid`.
#[derive(Clone, Debug, Default)]
pub struct KeySet(Vec<(String, RsaKey)>);

impl KeySet {
    /// Reads a set. Keys for something else than checking RS256 signatures are passed over. A set is refused whole if a
    /// `kid` stands in it twice, if it holds a symmetric key (a set that is published must not), or if a key that says it
    /// is for RS256 is not usable.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let set = object::parse(json).ok_or(Error::Json("key set"))?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or(Error::Json("key set"))?;
        if keys.len() > MOST {
            return Err(Error::Key("the set has more than 64 keys"));
        }
        let mut found: Vec<(String, RsaKey)> = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for key in keys {
            let key = key.as_object().ok_or(Error::Json("key set"))?;
            if text(key, "kty") == Some("oct") {
                return Err(Error::Key("the set holds a symmetric key"));
            }
            let Some(kid) = text(key, "kid") else { continue };
            if names.contains(&kid) {
                return Err(Error::Key("the set has two keys of one name"));
            }
            names.push(kid);
            if is_for_rs256(key) {
                match read(key) {
                    Ok(read) => found.push((kid.to_owned(), read)),
                    Err(error) if text(key, "alg") == Some("RS256") => return Err(error),
                    // It does not say what it is for.
                    Err(_) => {}
                }
            }
        }
        Ok(Self(found))
    }

    /// The key of this name.
    pub fn find(&self, kid: &str) -> Option<&RsaKey> {
        self.0.iter().find(|(name, _)| name == kid).map(|(_, key)| key)
    }
}

fn text<'a>(key: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    key.get(name).and_then(Value::as_str)
}

/// RFC 7517 sections 4.2 to 4.4: where a key says what it is for, it is for nothing else.
fn is_for_rs256(key: &Map<String, Value>) -> bool {
    let says = |name: &str, wanted: &str| key.get(name).is_none_or(|value| value == wanted);
    let verifies = key.get("key_ops").is_none_or(|operations| {
        operations.as_array().is_some_and(|list| list.iter().any(|operation| operation == "verify"))
    });
    text(key, "kty") == Some("RSA") && says("alg", "RS256") && says("use", "sig") && verifies
}

fn read(key: &Map<String, Value>) -> Result<RsaKey, Error> {
    let number = |name: &str| {
        let text = text(key, name).ok_or(Error::Key("a number is missing"))?;
        URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::Key("a number is not base64url"))
    };
    RsaKey::from_components(&number("n")?, &number("e")?)
}
