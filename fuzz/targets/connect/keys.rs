//! Keys, sets of keys, and names of keys.

use bowline_connect::install_key::{KeyId, KeyNames};
use bowline_connect::jose::{KeySet, RsaKey};
use url::Url;

/// Any set. A key that is found has its name in the text, or an escape is there that may have written it.
pub(super) fn set(data: &[u8]) {
    let Ok(set) = KeySet::parse(data) else { return };
    for name in ["a", "key"] {
        let spelt = data.windows(name.len()).any(|window| window == name.as_bytes());
        assert!(set.find(name).is_none() || spelt || data.contains(&b'\\'));
    }
}

/// Any key. Whether it is taken does not depend on how its lines end.
pub(super) fn pem(data: &[u8]) {
    let taken = RsaKey::from_pem(data).is_ok();
    let Ok(text) = std::str::from_utf8(data) else { return };
    let bare = text.replace("\r\n", "\n");
    let other = bare.replace('\n', "\r\n");
    // A carriage return of its own and a text near the limit are other matters.
    if !bare.contains('\r') && other.len() < 16 << 10 {
        assert_eq!(RsaKey::from_pem(other.as_bytes()).is_ok(), taken);
        assert_eq!(RsaKey::from_pem(bare.as_bytes()).is_ok(), taken);
    }
}

/// Any name. One that is taken stays below the host it is asked at, and a name without slashes is one of both kinds.
pub(super) fn kid(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (segment, path) = (KeyId::parse(text, KeyNames::Segment), KeyId::parse(text, KeyNames::Path));
    assert!(segment.is_none() || path.is_some());
    if let Some(name) = path {
        let joined = format!("https://keys.example/base/{}", name.as_str());
        assert_eq!(Url::parse(&joined).unwrap().as_str(), joined);
        assert_eq!(segment.is_some(), !text.contains('/'));
    }
}
