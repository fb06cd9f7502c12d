//! Codes by which an administrator ties an installation to this server.
//!
//! Where customers enter the server's address themselves, all servers share one app, so that a token says nothing of which server
//! it was meant for. This server makes a code, the administrator enters it on the app's page, and from then on the installation
//! is this server's.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use bowline_core::port::Entropy;
use bowline_core::secret::Secret;
use jiff::Timestamp;

/// Crockford's digits of base 32: none can be taken for another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many digits a code has: 125 bits, which nobody guesses, so that wrong codes need not be counted.
const LENGTH: usize = 25;
/// How many digits stand together.
const GROUP: usize = 5;

/// A code. It cannot be printed but by [`PairingCode::expose`].
#[derive(Clone, Debug)]
pub struct PairingCode(Secret);

impl PairingCode {
    /// A new one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; LENGTH];
        entropy.fill(&mut bytes);
        let digit = |byte: &u8| DIGITS.get(usize::from(byte % 32)).copied().unwrap_or(b'0');
        Self(Secret::new(bytes.iter().map(digit).collect()))
    }

    /// Reads what somebody typed: letters of any case, spaces and dashes anywhere, and the letters that look like digits.
    pub fn parse(typed: &str) -> Option<Self> {
        // Nobody types more; it keeps what strangers send short.
        let fine = typed.len() <= 4 * LENGTH;
        let digit = |letter: char| match letter.to_ascii_uppercase() {
            'O' => Some(b'0'),
            'I' | 'L' => Some(b'1'),
            letter => DIGITS.iter().copied().find(|digit| char::from(*digit) == letter),
        };
        let letters = typed.chars().filter(|letter| *letter != '-' && !letter.is_whitespace());
        let digits: Vec<u8> = letters.map(digit).collect::<Option<_>>()?;
        (fine && digits.len() == LENGTH).then(|| Self(Secret::new(digits)))
    }

    /// The code in groups, to be shown to the administrator once.
    pub fn expose(&self) -> String {
        let groups = self.0.expose().chunks(GROUP).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join("-")
    }

    /// What is kept of it.
    pub fn hash(&self) -> CodeHash {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, self.0.expose()).as_ref());
        CodeHash(hash)
    }
}

/// The hash of a code (SHA-256). A code has enough bits for a plain hash.
#[derive(Clone, Copy)]
pub struct CodeHash(pub [u8; 32]);

impl CodeHash {
    /// Compared in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash")
    }
}

/// A code that waits to be entered.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Its hash.
    pub code: CodeHash,
    /// Whose installation it will be: the tenant, in the store's own words.
    pub owner: String,
    /// Until when it can be entered.
    pub until: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Count;
    impl Entropy for Count {
        fn fill(&self, bytes: &mut [u8]) {
            for (at, byte) in bytes.iter_mut().enumerate() {
                *byte = u8::try_from(at * 37 % 256).unwrap();
            }
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed_and_shown_only_when_asked() {
        let code = PairingCode::draw(&Count);
        let shown = code.expose();
        assert_eq!(shown.len(), 29);
        assert!(!format!("{code:?} {:?}", code.hash()).contains(&shown[..5]));
        let typed = [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', ""),
            format!(" {} ", shown.replace('-', " ")),
            shown.replace('0', "O").replace('1', "l"),
        ];
        for typed in typed {
            assert!(PairingCode::parse(&typed).unwrap().hash().matches(&code.hash()), "{typed}");
        }
        let short = &shown[..28];
        for typed in
            ["", short, &format!("{shown}0"), &shown.replace('0', "U"), &format!("{shown}{}", " ".repeat(99))]
        {
            assert!(PairingCode::parse(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn every_digit_of_a_code_counts() {
        let code = PairingCode::draw(&Count);
        for at in 0..LENGTH {
            let mut digits = code.0.expose().to_vec();
            digits[at] = if digits[at] == b'7' { b'8' } else { b'7' };
            assert!(!PairingCode(Secret::new(digits)).hash().matches(&code.hash()), "{at}");
        }
    }
}
