//! `clamp`: a text no longer than the target can hold.

use std::sync::Arc;

use bowline_core::Value;

use crate::document::{Argument, Scalar};

use super::{Step, Takes, Transform, Unfit, text_of, text_to_text};

pub(super) const TRANSFORM: Transform = Transform {
    name: "clamp",
    example: "{ clamp = 255 }",
    doc: "Cuts a text to so many characters, the last of them `…`; characters beyond U+FFFF count as two. Back: as it \
          is; the uncut text stays while the cut one is not edited.",
    has_inverse: true,
    takes: Takes::Each(text_to_text),
    build: |argument| match argument {
        Some(Argument::One(Scalar::Number(limit))) if limit.fract() == 0.0 && (1.0..1e9).contains(limit) => {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "just tested")]
            let limit = *limit as usize;
            Some(Arc::new(Clamp(limit)))
        }
        _ => None,
    },
};

#[derive(Debug)]
struct Clamp(usize);

impl Step for Clamp {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        let text = text_of(value)?;
        // Counted in UTF-16, as programs in Java and C# count; whoever counts letters finds no more of them.
        // One unit is kept for the ellipsis, should one be needed.
        let (mut units, mut end) = (0, 0);
        for (at, letter) in text.char_indices() {
            units += letter.len_utf16();
            if units < self.0 {
                end = at + letter.len_utf8();
            }
        }
        let cut = text.get(..end).unwrap_or_default();
        Ok(Value::Text(if units <= self.0 { text.to_owned() } else { format!("{cut}…") }))
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        Ok(Value::Text(text_of(value)?.to_owned()))
    }
}
