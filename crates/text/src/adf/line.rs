//! Writes what stands in a line of ADF: text with its marks, people, pictures and the like.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use super::print::{Adf, Attrs, Bare, Words, attr, leaf, node_with};
use crate::marks::{Marks, Shift};
use crate::tree::{Emoji, Image, Inline, Mention, Text};
use crate::{Color, Href};

impl Serialize for Adf<&Inline> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Inline::Text(run) => text(to, run),
            Inline::Break => Bare("hardBreak").serialize(to),
            Inline::Mention(mention) => self::mention(to, mention),
            // The model keeps an image only alone in its paragraph; elsewhere it is a link.
            Inline::Image(image) => Words(image.visible()).serialize(to),
            Inline::Status(status) => {
                let color = status.tone.to_string();
                leaf(to, "status", &Attrs([("text", Some(status.text.as_str())), ("color", Some(&color))]))
            }
            Inline::Date(day) => {
                let timestamp = (day.days() * 86_400_000).to_string();
                leaf(to, "date", &attr("timestamp", timestamp))
            }
            Inline::Emoji(emoji) => self::emoji(to, emoji),
            Inline::Opaque(opaque) => opaque.raw.serialize(to),
        }
    }
}

fn text<S: Serializer>(to: S, run: &Text) -> Result<S::Ok, S::Error> {
    if run.marks.is_plain() {
        return Words(&run.text).serialize(to);
    }
    let mut map = to.serialize_map(None)?;
    map.serialize_entry("type", "text")?;
    map.serialize_entry("text", &run.text)?;
    map.serialize_entry("marks", &Adf(&run.marks))?;
    map.end()
}

fn emoji<S: Serializer>(to: S, emoji: &Emoji) -> Result<S::Ok, S::Error> {
    let known = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let id = emoji.id.as_deref();
    let attrs = [("shortName", known(&emoji.name)), ("text", known(&emoji.text)), ("id", id.and_then(known))];
    leaf(to, "emoji", &Attrs(attrs))
}

fn mention<S: Serializer>(to: S, mention: &Mention) -> Result<S::Ok, S::Error> {
    let name = mention.name.is_some().then(|| mention.visible());
    leaf(to, "mention", &Attrs([("id", Some(mention.user.as_str())), ("text", name.as_deref())]))
}

pub(super) fn image<S: Serializer>(to: S, image: &Image) -> Result<S::Ok, S::Error> {
    node_with(to, "mediaSingle", &attr("layout", "align-start"), &[Adf(image)])
}

/// What a picture shows, without the frame around it.
impl Serialize for Adf<&Image> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Image { src, alt, link } = self.0;
        let alt = Some(alt.as_str()).filter(|alt| !alt.is_empty());
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("type", "media")?;
        let attrs = Attrs([("type", Some("external")), ("url", Some(src.as_str())), ("alt", alt)]);
        map.serialize_entry("attrs", &attrs)?;
        if let Some(href) = link {
            map.serialize_entry("marks", &[Adf(href)])?;
        }
        map.end()
    }
}

impl Serialize for Adf<&Href> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        leaf(to, "link", &attr("href", self.0.as_str()))
    }
}

/// A mark with a colour.
struct Tint(&'static str, Color);

impl Serialize for Tint {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        leaf(to, self.0, &attr("color", self.1.to_string()))
    }
}

impl Serialize for Adf<Shift> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let shift = if self.0 == Shift::Sub { "sub" } else { "sup" };
        leaf(to, "subsup", &attr("type", shift))
    }
}

impl Serialize for Adf<&Marks> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Marks { strong, em, underline, strike, code, shift, color, background, link, other } = self.0;
        let simple =
            [(strong, "strong"), (em, "em"), (underline, "underline"), (strike, "strike"), (code, "code")];
        let mut seq = to.serialize_seq(None)?;
        for (_, kind) in simple.into_iter().filter(|(on, _)| **on) {
            seq.serialize_element(&Bare(kind))?;
        }
        shift.iter().try_for_each(|shift| seq.serialize_element(&Adf(*shift)))?;
        color.iter().try_for_each(|color| seq.serialize_element(&Tint("textColor", *color)))?;
        background.iter().try_for_each(|color| seq.serialize_element(&Tint("backgroundColor", *color)))?;
        link.iter().try_for_each(|href| seq.serialize_element(&Adf(href)))?;
        other.iter().try_for_each(|mark| seq.serialize_element(mark))?;
        seq.end()
    }
}
