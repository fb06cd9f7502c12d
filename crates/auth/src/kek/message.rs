//! The lines that are exchanged with whatever holds a key elsewhere: the encryptor process, or a program that speaks
//! to a key management service. One JSON object a line, both ways; bytes are base64.
//!
//! ```text
//! {"op":"describe"}                                    → {"id":"kek_0123456789abcdef"}
//! {"op":"wrap","context":"…","key":"…"}                → {"wrapped":"…"}
//! {"op":"unwrap","context":"…","wrapped":"…"}          → {"key":"…"}
//! {"op":"open_cms","wrapped":"…"}                      → {"key":"…"}        (encryptor only)
//! anything that cannot be done                         → {"error":"words for a person, without secrets"}
//! ```
//!
//! Reading and writing the lines is the binary's business.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bowline_core::port::SealError;
use bowline_core::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroizing;

use super::Kek;

/// No line is longer, in either direction.
pub const LONGEST: usize = 65_536;

/// What is asked for. `Debug` shows no key.
#[derive(Debug)]
pub enum Ask {
    /// What the key is called.
    Describe,
    /// Wrap a key.
    Wrap {
        /// Whose key it is, and which.
        context: String,
        /// The key.
        key: Secret,
    },
    /// Open a wrapped key.
    Unwrap {
        /// Whose key it is, and which.
        context: String,
        /// What wrapping it gave.
        wrapped: Vec<u8>,
    },
    /// Open bare CMS.
    OpenCms {
        /// The CMS, in DER.
        wrapped: Vec<u8>,
    },
}

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    op: std::borrow::Cow<'a, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    context: std::borrow::Cow<'a, str>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    key: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    wrapped: String,
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.key);
    }
}

impl Ask {
    /// As a line, with its end.
    pub fn print(&self) -> Secret {
        let mut line =
            Line { op: "describe".into(), context: "".into(), key: String::new(), wrapped: String::new() };
        match self {
            Self::Describe => {}
            Self::Wrap { context, key } => {
                line.op = "wrap".into();
                line.context = context.as_str().into();
                line.key = STANDARD.encode(key.expose());
            }
            Self::Unwrap { context, wrapped } => {
                line.op = "unwrap".into();
                line.context = context.as_str().into();
                line.wrapped = STANDARD.encode(wrapped);
            }
            Self::OpenCms { wrapped } => {
                line.op = "open_cms".into();
                line.wrapped = STANDARD.encode(wrapped);
            }
        }
        Secret::new(text(&line))
    }

    /// Reads a line.
    pub fn parse(line: &[u8]) -> Option<Self> {
        let mut line: Line<'_> = serde_json::from_slice(line).ok()?;
        let bytes = |text: &str| STANDARD.decode(text).ok();
        let context = line.context.to_string();
        Some(match &*line.op {
            "describe" => Self::Describe,
            "wrap" => Self::Wrap {
                context,
                key: Secret::new(bytes(&Zeroizing::new(std::mem::take(&mut line.key)))?),
            },
            "unwrap" => Self::Unwrap { context, wrapped: bytes(&line.wrapped)? },
            "open_cms" => Self::OpenCms { wrapped: bytes(&line.wrapped)? },
            _ => return None,
        })
    }
}

/// What a line asks for and about whose key, for a log. Holds no key.
pub fn gist(line: &[u8]) -> (&'static str, String) {
    match Ask::parse(line) {
        Some(Ask::Describe) => ("describe", String::new()),
        Some(Ask::Wrap { context, .. }) => ("wrap", context),
        Some(Ask::Unwrap { context, .. }) => ("unwrap", context),
        Some(Ask::OpenCms { .. }) => ("open_cms", String::new()),
        None => ("unknown", String::new()),
    }
}

/// One line of JSON, sized beforehand so that growing leaves no copy behind.
fn text(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::with_capacity(LONGEST);
    // Writing a struct of texts into memory has no way to fail; an empty line is refused by whoever reads it.
    let _ = serde_json::to_writer(&mut out, value);
    out.push(b'\n');
    out
}

/// Carries out what a line asks for; the answer is a line with its end.
pub async fn answer(kek: &dyn Kek, line: &[u8]) -> Secret {
    let field =
        |name: &str, bytes: &[u8]| Secret::new(text(&serde_json::json!({name: STANDARD.encode(bytes)})));
    let outcome = match Ask::parse(line) {
        None => Err(SealError::Corrupt("a request that is not understood")),
        Some(Ask::Describe) => {
            return Secret::new(text(&serde_json::json!({"id": kek.id()})));
        }
        Some(Ask::Wrap { context, key }) => {
            kek.wrap(&context, &key).await.map(|wrapped| field("wrapped", &wrapped))
        }
        Some(Ask::Unwrap { context, wrapped }) => {
            kek.unwrap(&context, &wrapped).await.map(|key| field("key", key.expose()))
        }
        Some(Ask::OpenCms { wrapped }) => kek.open_cms(&wrapped).await.map(|key| field("key", key.expose())),
    };
    outcome.unwrap_or_else(|error| Secret::new(text(&serde_json::json!({"error": error.to_string()}))))
}

/// The text under `name` of an answer; `Away` with the words of the other side if it says `error`, or with `who` if
/// it makes no sense.
fn member(who: &str, line: &[u8], name: &str) -> Result<String, SealError> {
    let value: Value = serde_json::from_slice(line).map_err(|_| {
        SealError::Away(format!("{who} answered with something that is no JSON object on one line"))
    })?;
    if let Some(words) = value.get("error").and_then(Value::as_str) {
        let words: String = words.chars().filter(|c| !c.is_control()).take(300).collect();
        return Err(SealError::Away(format!("{who} says: {words}")));
    }
    match value.get(name).and_then(Value::as_str) {
        Some(text) => Ok(text.to_owned()),
        None => Err(SealError::Away(format!("{who} answered without `{name}`"))),
    }
}

fn decoded(who: &str, line: &[u8], name: &str) -> Result<Vec<u8>, SealError> {
    let text = Zeroizing::new(member(who, line, name)?);
    STANDARD
        .decode(text.trim())
        .map_err(|_| SealError::Away(format!("{who} answered `{name}` that is no base64")))
}

/// The name in an answer to `describe`: 1 to 120 plain characters.
pub fn id(who: &str, line: &[u8]) -> Result<String, SealError> {
    let id = member(who, line, "id")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._:/@+-".contains(c);
    if (1..=120).contains(&id.len()) && id.chars().all(plain) {
        return Ok(id);
    }
    Err(SealError::Away(format!("{who} gave an `id` that is not 1 to 120 letters, digits and . _ : / @ + -")))
}

/// The bytes in an answer to `wrap`.
pub fn wrapped(who: &str, line: &[u8]) -> Result<Vec<u8>, SealError> {
    decoded(who, line, "wrapped")
}

/// The key in an answer to `unwrap` or `open_cms`.
pub fn key(who: &str, line: &[u8]) -> Result<Secret, SealError> {
    decoded(who, line, "key").map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_back_as_what_it_was() {
        let line = Ask::Wrap { context: "a \"b\"".into(), key: Secret::new(vec![7; 32]) }.print();
        assert!(line.expose().ends_with(b"}\n"));
        match Ask::parse(line.expose()) {
            Some(Ask::Wrap { context, key }) => {
                assert_eq!((context.as_str(), key.expose()), ("a \"b\"", &[7; 32][..]))
            }
            other => panic!("{other:?}"),
        }
        assert!(!format!("{:?}", Ask::parse(line.expose())).contains("BwcH"), "no key in Debug");
        for bad in ["", "{}", "{\"op\":\"steal\"}", "{\"op\":\"unwrap\",\"wrapped\":\"!\"}", "[1]"] {
            assert!(Ask::parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn an_answer_that_makes_no_sense_is_told_with_who_gave_it() {
        for (line, words) in [
            ("", "no JSON"),
            ("{\"error\":\"no\\u0007 key\\nhere\"}", "kms says: no keyhere"),
            ("{\"key\":\"AAAA\"}", "without `wrapped`"),
            ("{\"wrapped\":\"%\"}", "no base64"),
        ] {
            let error = wrapped("kms", line.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains("kms"), "{error}");
        }
        assert!(id("kms", b"{\"id\":\"two words\"}").is_err());
        assert_eq!(id("kms", b"{\"id\":\"arn:aws:kms/key-1\"}").unwrap(), "arn:aws:kms/key-1");
    }
}
