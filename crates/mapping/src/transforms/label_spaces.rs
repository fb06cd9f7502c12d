//! `label_spaces`: tags with spaces as labels, which cannot hold any.

use std::sync::Arc;

use bowline_core::{Side, Value};

use super::{Step, Takes, Transform, Unfit, text_argument, text_of, text_to_text};

pub(super) const TRANSFORM: Transform = Transform {
    name: "label_spaces",
    example: "{ label_spaces = \"left\" }",
    doc: "Jira's labels cannot hold spaces. On the side named (`\"label_spaces\"` alone means the left) U+02CD (`ˍ`), \
          a letter that looks like a low line, stands for a space; on the other side it is one.",
    has_inverse: true,
    takes: Takes::Each(text_to_text),
    build: |argument| {
        let labels = match argument {
            None => Side::Left,
            some => match text_argument(some)? {
                "left" => Side::Left,
                "right" => Side::Right,
                _ => return None,
            },
        };
        Some(Arc::new(LabelSpaces { labels }))
    },
};

/// Modifier letter low macron: a letter, so every tool takes it in a label, and nobody types it.
const STAND_IN: char = '\u{2cd}';

#[derive(Debug)]
struct LabelSpaces {
    labels: Side,
}

impl LabelSpaces {
    fn towards(&self, to: Side, value: &Value) -> Result<Value, Unfit> {
        let spaces = |letter: char| letter == STAND_IN || letter.is_whitespace();
        let stand_in = if to == self.labels { STAND_IN } else { ' ' };
        Ok(Value::Text(text_of(value)?.replace(spaces, stand_in.encode_utf8(&mut [0; 4]))))
    }
}

impl Step for LabelSpaces {
    fn forth(&self, value: &Value) -> Result<Value, Unfit> {
        self.towards(Side::Right, value)
    }

    fn back(&self, value: &Value) -> Result<Value, Unfit> {
        self.towards(Side::Left, value)
    }
}
