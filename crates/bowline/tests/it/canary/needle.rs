//! Looking for words in bytes, in every form in which they might have been written down.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Something that must not be found, and how it could look.
pub(crate) struct Needle {
    name: String,
    forms: Vec<(&'static str, Vec<u8>)>,
}

impl Needle {
    /// Secret is what `text` says; it needs sixteen bytes, so that no form of it comes about by chance.
    pub(crate) fn new(name: impl Into<String>, text: &str) -> Self {
        let bytes = text.as_bytes();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let percent: String = bytes.iter().map(|byte| format!("%{byte:02x}")).collect();
        let wide = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut forms = vec![
            ("as it is", bytes.to_vec()),
            ("backwards", bytes.iter().rev().copied().collect()),
            ("in hex", hex.clone().into_bytes()),
            ("in hex", hex.to_uppercase().into_bytes()),
            ("for a URL", super::segment(text).into_bytes()),
            ("for a URL", percent.clone().into_bytes()),
            ("for a URL", percent.to_uppercase().into_bytes()),
            ("in UTF-16", wide),
        ];
        for before in 0..3 {
            forms.push(("in base64", inside(&STANDARD.encode(padded(before, bytes)), before)));
            forms.push(("in base64", inside(&URL_SAFE.encode(padded(before, bytes)), before)));
        }
        let numbers = |join: &str| bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(join);
        forms.extend([("as numbers", numbers(",").into_bytes()), ("as numbers", numbers(", ").into_bytes())]);
        Self { name: name.into(), forms }
    }

    /// Every form, for whoever wants to plant it.
    pub(super) fn forms(&self) -> impl Iterator<Item = &[u8]> {
        self.forms.iter().map(|(_, form)| form.as_slice())
    }
}

/// Some bytes, and the words after them: base64 looks different by where the words begin.
fn padded(before: usize, bytes: &[u8]) -> Vec<u8> {
    [&[0; 2][..before], bytes].concat()
}

/// The characters of base64 that depend on the words alone.
fn inside(text: &str, before: usize) -> Vec<u8> {
    let start = (before * 8).div_ceil(6);
    // The last whole group may hold bits of what comes after.
    let end = text.trim_end_matches('=').len() - 2;
    text.as_bytes()[start..end].to_vec()
}

/// All needles, by how their forms begin, so that one pass over the bytes does for all of them.
pub(crate) struct Search<'a> {
    forms: Vec<(&'a str, &'static str, &'a [u8])>,
    begins: Vec<bool>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(needles: &'a [Needle]) -> Self {
        let mut forms = Vec::new();
        let mut begins = vec![false; 1 << 16];
        for needle in needles {
            for (how, form) in &needle.forms {
                begins[start(form)] = true;
                forms.push((needle.name.as_str(), *how, form.as_slice()));
            }
        }
        Self { forms, begins }
    }

    /// What was found, as sentences.
    pub(crate) fn find(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        for at in 0..bytes.len().saturating_sub(1) {
            let rest = &bytes[at..];
            if !self.begins[start(rest)] {
                continue;
            }
            for (name, how, form) in &self.forms {
                if rest.starts_with(form) {
                    found.push(format!("{name} {how} in {place}: {}", around(bytes, at)));
                }
            }
        }
        found
    }
}

/// The first two bytes as a number.
fn start(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

/// What stands around, for people.
fn around(bytes: &[u8], at: usize) -> String {
    let part = &bytes[at.saturating_sub(120)..(at + 120).min(bytes.len())];
    String::from_utf8_lossy(part).escape_debug().to_string()
}

#[test]
fn every_form_of_a_planted_needle_is_found_wherever_it_stands() {
    let needles = [Needle::new("one", "canary/ümlaut+of-one"), Needle::new("other", "canary-of-the-other")];
    let search = Search::new(&needles);
    for needle in &needles {
        for form in needle.forms() {
            for before in 0..5 {
                let hay = [&b"xy\xff\0z"[..before], form, b"."].concat();
                assert!(!search.find("here", &hay).is_empty(), "{}", String::from_utf8_lossy(form));
            }
        }
    }
    assert_eq!(search.find("here", b"canary/mlaut of one, canary-of-th"), [""; 0]);
    // Inside of something longer that was encoded as a whole, as `Authorization: Basic` is.
    let whole = STANDARD.encode("admin@example.com:canary-of-the-other\n");
    assert!(!search.find("here", whole.as_bytes()).is_empty());
}
