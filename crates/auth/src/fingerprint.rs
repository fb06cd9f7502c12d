//! Fingerprints of values: HMAC-SHA-256 under the tenant's fingerprint key, cut to 128 bits.

use aws_lc_rs::hmac;
use bowline_core::FieldName;
use bowline_core::fingerprint::{Fingerprint, Fingerprinter};

/// One tenant's fingerprints. The key is parsed once; the library wipes it when dropped.
pub(crate) struct Keyed(hmac::Key);

impl Keyed {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }
}

impl Fingerprinter for Keyed {
    fn of(&self, field: &FieldName, normal: &[u8]) -> Fingerprint {
        // Each part has its length in front: otherwise `ab` + `c` and `a` + `bc` were one.
        let mut context = hmac::Context::with_key(&self.0);
        for part in [field.as_str().as_bytes(), normal] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut short = [0; 16];
        short.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
        Fingerprint(short)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Computed with another implementation (Python's `hmac`), so that the layout cannot drift unnoticed:
    /// stored fingerprints must stay comparable for ever.
    #[test]
    fn the_layout_is_frozen() {
        let of = Keyed::new(&[7; 32]).of(&"summary".into(), b"hello");
        assert_eq!(u128::from_be_bytes(of.0), 0x817b_0874_a757_8df3_9327_1971_7b90_fdf5);
    }

    proptest! {
        #[test]
        fn field_and_value_cannot_be_exchanged(text in "[a-z]{2,20}", one in 1_usize..20, other in 1_usize..20) {
            let (one, other) = (one.min(text.len() - 1), other.min(text.len() - 1));
            prop_assume!(one != other);
            let keyed = Keyed::new(&[7; 32]);
            let cut = |at: usize| keyed.of(&text[..at].into(), &text.as_bytes()[at..]);
            prop_assert_ne!(cut(one), cut(other));
        }

        #[test]
        fn another_tenant_has_other_fingerprints(value in any::<Vec<u8>>()) {
            let of = |key: u8| Keyed::new(&[key; 32]).of(&"summary".into(), &value);
            prop_assert_eq!(of(1), of(1));
            prop_assert_ne!(of(1), of(2));
        }
    }
}
