//! Texts: looking into them, and making others of them.

use bowline_text::html;

use super::{Out, Run};
use crate::targetprocess::query::node::{Like, Node, OfText};
use crate::targetprocess::read::Val;
use crate::targetprocess::schema::Slot;

/// No computed text is longer: texts that double themselves would fill the memory.
const LONGEST: usize = 1024 * 1024;

impl<'a> Run<'a> {
    pub(super) fn of_text(&self, it: &Out<'a>, node: &'a Node) -> Out<'a> {
        match node {
            Node::Named(equal, target, name) => match self.eval(it, target).as_thing() {
                Some(thing) => {
                    let named = |slot| matches!(self.site.read(thing, slot), Val::Text(own) if own.to_lowercase() == name.to_lowercase());
                    Out::flag((named(Slot::Name) || named(Slot::Login)) == *equal)
                }
                None => Out::flag(!equal),
            },
            Node::Tagged(target, pattern) => {
                let thing = self.eval(it, target).as_thing();
                Out::flag(
                    thing.is_some_and(|thing| self.tagged(&self.site.read(thing, Slot::TagObjects), pattern)),
                )
            }
            Node::Like(like, text, part) => match (self.text(it, text), self.text(it, part)) {
                (Some(text), Some(part)) => Out::flag(looks_like(*like, &text, &part)),
                _ => Out::flag(false),
            },
            Node::OfText(what, text) => self.text(it, text).map_or(Out::NULL, |text| made(*what, &text)),
            Node::Substring(text, from, length) => self.substring(it, text, (from, length.as_deref())),
            Node::Replace(text, old, new) => match self.text(it, text) {
                Some(text) => bounded(text.replace(old.as_str(), new)),
                None => Out::NULL,
            },
            _ => Out::NULL,
        }
    }

    pub(super) fn text(&self, it: &Out<'a>, node: &'a Node) -> Option<String> {
        match self.eval(it, node) {
            Out::Val(Val::Text(text)) => Some(text.into_owned()),
            _ => None,
        }
    }

    fn tagged(&self, tags: &Val<'_>, pattern: &str) -> bool {
        let Val::Things(tags) = tags else { return false };
        // A tag of several words stands in quotes of its own (developer hub, "Filtering by Tags").
        let pattern = pattern.trim().trim_matches(['\'', '"']).to_lowercase();
        tags.iter().any(|tag| match self.site.read(*tag, Slot::Name) {
            Val::Text(name) => {
                let name = name.to_lowercase();
                match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
                    (Some(_), Some(_)) => name.contains(pattern.trim_matches('*')),
                    (Some(end), None) => name.ends_with(end),
                    (None, Some(start)) => name.starts_with(start),
                    (None, None) => name == pattern,
                }
            }
            _ => false,
        })
    }

    fn substring(
        &self,
        it: &Out<'a>,
        text: &'a Node,
        (from, length): (&'a Node, Option<&'a Node>),
    ) -> Out<'a> {
        let Some(text) = self.text(it, text) else { return Out::NULL };
        let place = |node| self.number(it, node).map_or(0, |number: f64| number.clamp(0.0, 1e9) as usize);
        let length = length.map_or(usize::MAX, place);
        Out::Val(Val::Text(text.chars().skip(place(from)).take(length).collect::<String>().into()))
    }
}

/// A text, unless it is too long.
pub(super) fn bounded<'a>(text: String) -> Out<'a> {
    if text.len() > LONGEST { Out::NULL } else { Out::Val(Val::Text(text.into())) }
}

fn made<'a>(what: OfText, text: &str) -> Out<'a> {
    let made: String = match what {
        OfText::Lower => text.to_lowercase(),
        OfText::Upper => text.to_uppercase(),
        OfText::Trim => text.trim().to_owned(),
        OfText::Plain => html::parse(text).plain(),
        OfText::Length => return Out::number(text.chars().count() as f64),
    };
    bounded(made)
}

/// Texts are compared without case, as the vendor's database does; `%` and `*` at the ends of a part stand for anything.
fn looks_like(like: Like, text: &str, part: &str) -> bool {
    let (text, part) = (text.to_lowercase(), part.trim_matches(['%', '*']).to_lowercase());
    match like {
        Like::Contains => text.contains(&part),
        Like::StartsWith => text.starts_with(&part),
        Like::EndsWith => text.ends_with(&part),
    }
}
