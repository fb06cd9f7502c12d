//! The key file: the usual key-encryption key, 32 random bytes.
//!
//! Whoever has the file and the database can open everything; whoever has only one of them, nothing.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bowline_core::port::Entropy;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::file;
use crate::kek::{Kek as _, Symmetric};
use crate::token;

/// First line of the file; the number is the version of the format.
const HEADER: &str = "bowline-key-file 1";

const ADVICE: &str =
    "# Opens everything that Bowline has sealed. Keep a copy, and keep it away from the database.";

/// Makes a key file with a new random key. Never overwrites; the file is for its owner alone (0600, folder
/// 0700).
pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<Symmetric, Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(&mut *bytes);
    let kek = Symmetric::new(&bytes, place(path)).map_err(|_| malformed(path, "could not be made"))?;
    let mut text = Zeroizing::new(String::with_capacity(512));
    text.push_str(&format!("{HEADER}\n{ADVICE}\nid {}\nkey ", kek.id()));
    URL_SAFE_NO_PAD.encode_string(*bytes, &mut text);
    text.push('\n');
    file::create(path, text.as_bytes(), entropy)?;
    Ok(kek)
}

/// Reads a key file. `Exposed` if others may read it, `Malformed` if it was damaged.
pub fn load(path: &Path) -> Result<Symmetric, Error> {
    let text = file::find(path)?.ok_or_else(|| Error::KeyMissing(path.to_owned()))?;
    parse(&text, place(path)).map_err(|why| malformed(path, why))
}

fn place(path: &Path) -> String {
    format!("key file {}", path.display())
}

fn malformed(path: &Path, why: &'static str) -> Error {
    Error::Malformed { path: path.to_owned(), why }
}

fn parse(text: &str, place: String) -> Result<Symmetric, &'static str> {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    if lines.next() != Some(HEADER) {
        return Err("does not begin like a Bowline key file of this release");
    }
    let id = lines.next().and_then(|line| line.strip_prefix("id ")).ok_or("has no line with the key's id")?;
    let key = lines.next().and_then(|line| line.strip_prefix("key ")).ok_or("has no line with the key")?;
    let mut bytes = Zeroizing::new([0; 32]);
    let decoded = (key.len() == token::LENGTH).then(|| URL_SAFE_NO_PAD.decode_slice(key, &mut *bytes));
    if !matches!(decoded, Some(Ok(32))) {
        return Err("holds a damaged key");
    }
    // The id is derived from the key, so it also notices a mistyped one.
    match Symmetric::new(&bytes, place) {
        Ok(kek) if kek.id() == id => Ok(kek),
        _ => Err("holds a key that does not belong to its id"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "bowline-key-file 1\n# a comment\nid ID\nkey AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n";

    fn good() -> String {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(0..).for_each(|(byte, number)| *byte = number);
        TEXT.replace("ID", Symmetric::new(&bytes, String::new()).unwrap().id())
    }

    #[test]
    fn a_damaged_file_is_refused_with_a_reason_that_quotes_nothing() {
        assert!(parse(&good(), String::new()).is_ok());
        for (damaged, reason) in [
            (good().replace("file 1", "file 2"), "does not begin"),
            (good().replace("id ", "name "), "id"),
            (good().replace("key A", "yek A"), "line with the key"),
            (good().replace("key A", "key B"), "does not belong"),
            (good().replace("key AA", "key A"), "damaged"),
            (good().replace("key AA", "key !!"), "damaged"),
            (String::new(), "does not begin"),
        ] {
            let why = parse(&damaged, String::new()).err().unwrap();
            assert!(why.contains(reason), "{why}");
        }
    }
}
