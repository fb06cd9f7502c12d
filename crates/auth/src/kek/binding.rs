//! Binding a wrapping to its place where the wrapping itself cannot: CMS and most programs know no associated data.
//!
//! An authenticator stands in front of the wrapping: HMAC-SHA-256 over the context and the wrapping. Its key is one
//! that whoever can only write to the database does not have.

use async_trait::async_trait;
use aws_lc_rs::{constant_time, hmac};
use bowline_core::port::SealError;
use bowline_core::secret::Secret;

use super::{Form, Kek};

/// Length of an authenticator.
pub(super) const TAG: usize = 32;

/// Bound into every authenticator. Stable for ever: part of what was sealed.
const LABEL: &[u8] = b"bowline/wrapping-tag";

/// Form, authenticator and wrapping in one.
pub(super) fn bind(form: Form, key: &[u8], context: &str, wrapping: &[u8]) -> Vec<u8> {
    [&[form as u8], tag(key, context, wrapping).as_ref(), wrapping].concat()
}

/// The parts of what [`bind`] made, not compared yet.
pub(super) fn parts(form: Form, bound: &[u8]) -> Result<(&[u8], &[u8]), SealError> {
    match Form::of(bound) {
        Some((found, rest)) if found == form => {
            rest.split_at_checked(TAG).ok_or(SealError::Corrupt("a wrapping that is too short"))
        }
        _ => Err(SealError::Corrupt("a wrapping of another kind of key")),
    }
}

/// Whether the authenticator is the one for this key, context and wrapping.
pub(super) fn check(found: &[u8], key: &[u8], context: &str, wrapping: &[u8]) -> Result<(), SealError> {
    constant_time::verify_slices_are_equal(found, tag(key, context, wrapping).as_ref())
        .map_err(|_| SealError::Corrupt("a wrapped key that was changed or moved"))
}

fn tag(key: &[u8], context: &str, wrapping: &[u8]) -> hmac::Tag {
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in [LABEL, context.as_bytes(), wrapping] {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.sign()
}

/// Something outside that wraps and unwraps: a program, a key management service behind one.
#[async_trait]
pub trait Wrapper: Send + Sync {
    /// Wraps a key. The context may be passed on as associated data; nothing relies on it.
    async fn wrap(&self, context: &str, key: &Secret) -> Result<Vec<u8>, SealError>;
    /// Opens what [`Wrapper::wrap`] made.
    async fn unwrap(&self, context: &str, wrapping: &[u8]) -> Result<Secret, SealError>;
}

/// A key-encryption key that something outside holds. The authenticator's key is the wrapped key itself, so that
/// what was changed, moved or exchanged does not open, whatever the outside does about it.
pub struct Outside<W> {
    wrapper: W,
    id: String,
    place: String,
}

impl<W: Wrapper> Outside<W> {
    /// `id` is the outside's own name for its key; it must not change while anything is wrapped by it.
    pub fn new(wrapper: W, id: String, place: String) -> Self {
        Self { wrapper, id, place }
    }
}

#[async_trait]
impl<W: Wrapper> Kek for Outside<W> {
    fn id(&self) -> &str {
        &self.id
    }

    fn place(&self) -> &str {
        &self.place
    }

    async fn wrap(&self, context: &str, key: &Secret) -> Result<Vec<u8>, SealError> {
        let wrapping = self.wrapper.wrap(context, key).await?;
        Ok(bind(Form::Outside, key.expose(), context, &wrapping))
    }

    async fn unwrap(&self, context: &str, bound: &[u8]) -> Result<Secret, SealError> {
        let (found, wrapping) = parts(Form::Outside, bound)?;
        let key = self.wrapper.unwrap(context, wrapping).await?;
        check(found, key.expose(), context, wrapping)?;
        Ok(key)
    }
}
