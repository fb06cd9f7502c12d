//! Finds the macros in a text: `{code}`, `{noformat}`, `{quote}`, colours, and those we do not know.
//!
//! A macro ends at the next tag of its own name, wherever that stands, so macros of one name do not nest. All tags
//! of a text are found in one pass; nothing here looks for an end more than once.

use std::collections::HashMap;
use std::ops::Range;

use crate::Color;

/// A macro that stands for blocks, with its tags.
pub(super) struct Span<'a> {
    pub(super) all: Range<usize>,
    /// All of it, tags included.
    pub(super) source: &'a str,
    pub(super) body: &'a str,
    pub(super) params: &'a str,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text as it is: `{code}` or `{noformat}`.
    Code,
    Quote,
    Panel,
    /// A macro we do not know, like `{chart}`.
    Opaque,
}

/// The macros of a text.
#[derive(Default)]
pub(super) struct Macros<'a> {
    /// In order, without overlap; what is inside them is not here.
    pub(super) spans: Vec<Span<'a>>,
    /// Colour tags that have a partner, by their start: their end, and the colour after them.
    pub(super) tints: HashMap<usize, (usize, Option<Color>)>,
    /// Coloured stretches, in order, without overlap.
    tinted: Vec<(Range<usize>, Option<Color>)>,
}

/// A tag like `{name}` or `{name:params}`; of code, the whole macro.
struct Tag<'a> {
    all: Range<usize>,
    name: &'a str,
    params: Option<&'a str>,
    code: Option<&'a str>,
}

impl<'a> Macros<'a> {
    /// All macros of a text.
    pub(super) fn of(text: &'a str) -> Self {
        if !text.contains('{') {
            return Self::default();
        }
        let tags = tags(text);
        let ends = ends(&tags);
        let mut found = Self::default();
        let mut tint: Option<&Tag<'_>> = None;
        let mut at = 0;
        let mut line = LineStart { text, start: 0, seen: 0 };
        while let Some(tag) = tags.get(at) {
            at += 1;
            let end = ends.get(at - 1).copied().flatten();
            if let Some(body) = tag.code {
                let params = tag.params.unwrap_or_default();
                let (all, source) = (tag.all.clone(), text.get(tag.all.clone()).unwrap_or_default());
                found.spans.push(Span { all, source, body, params, kind: Kind::Code });
            } else if tag.name == "color" {
                match (tag.params, tint.take()) {
                    (Some(_), _) => tint = Some(tag),
                    (None, Some(open)) => found.tint(open, tag),
                    (None, None) => {}
                }
            } else if let Some(end) = end
                && let Some(close) = tags.get(end)
                && let Some(kind) = kind(tag, close, &mut line)
            {
                let body = text.get(tag.all.end..close.all.start).unwrap_or_default();
                let params = tag.params.unwrap_or_default();
                let all = tag.all.start..close.all.end;
                let source = text.get(all.clone()).unwrap_or_default();
                found.spans.push(Span { all, source, body, params, kind });
                at = end + 1;
            }
            line.skip(found.spans.last());
        }
        found
    }

    /// Only code: for text whose other macros are not to be seen.
    pub(super) fn code_of(text: &'a str) -> Self {
        let mut found = Self::of(text);
        found.spans.retain(|span| span.kind == Kind::Code);
        found
    }

    fn tint(&mut self, open: &Tag<'_>, close: &Tag<'_>) {
        let color = open.params.and_then(Color::parse);
        self.tints.insert(open.all.start, (open.all.end, color));
        self.tints.insert(close.all.start, (close.all.end, None));
        self.tinted.push((open.all.end..close.all.start, color));
    }

    /// The colour of the text at a place.
    pub(super) fn tint_at(&self, place: usize) -> Option<Color> {
        let after = self.tinted.partition_point(|(range, _)| range.start <= place);
        let (range, color) = self.tinted.get(after.checked_sub(1)?)?;
        color.filter(|_| range.contains(&place))
    }
}

/// What macro two tags of one name make, if they make one.
fn kind(open: &Tag<'_>, close: &Tag<'_>, line: &mut LineStart<'_>) -> Option<Kind> {
    match open.name {
        "quote" if open.params.is_none() => Some(Kind::Quote),
        // Names in curly brackets are common in plain text: only such that frame whole lines are taken for macros.
        "panel" if line.begins_with(open.all.start) && line.ends_with(close.all.end) => Some(Kind::Panel),
        _ if line.begins_with(open.all.start) && line.ends_with(close.all.end) => Some(Kind::Opaque),
        _ => None,
    }
}

/// The text around tags that come in order.
struct LineStart<'a> {
    text: &'a str,
    /// Start of the line of the tag last asked for.
    start: usize,
    /// How far line ends were looked for.
    seen: usize,
}

impl LineStart<'_> {
    /// Line ends in a macro end no line.
    fn skip(&mut self, span: Option<&Span<'_>>) {
        self.seen = self.seen.max(span.map_or(0, |span| span.all.end));
    }

    /// Whether a tag is the first thing on its line, in its item or in its cell.
    fn begins_with(&mut self, tag: usize) -> bool {
        let since = self.text.get(self.seen..tag).unwrap_or_default();
        self.start = since.rfind('\n').map_or(self.start, |at| self.seen + at + 1);
        self.seen = tag;
        let line = self.text.get(self.start..tag).unwrap_or_default();
        let before = line.trim_end_matches([' ', '\t', '*', '#', '-']);
        before.is_empty() || (before.ends_with('|') && !before.ends_with("\\|"))
    }

    /// Whether nothing follows a tag on its line or in its cell.
    fn ends_with(&self, tag_end: usize) -> bool {
        let after = self.text.get(tag_end..).unwrap_or_default().trim_start_matches([' ', '\t']);
        after.is_empty() || after.starts_with(['\n', '|'])
    }
}

/// For each tag, the next one that can end it: of the same name, without parameters.
fn ends(tags: &[Tag<'_>]) -> Vec<Option<usize>> {
    let mut next: HashMap<&str, usize> = HashMap::new();
    let mut ends: Vec<Option<usize>> = Vec::with_capacity(tags.len());
    for (at, tag) in tags.iter().enumerate().rev() {
        ends.push(next.get(tag.name).copied());
        if tag.params.is_none() && tag.code.is_none() {
            next.insert(tag.name, at);
        }
    }
    ends.reverse();
    ends
}

fn tags(text: &str) -> Vec<Tag<'_>> {
    let places = |tag: &str| text.match_indices(tag).map(|(at, _)| at).collect::<Vec<_>>();
    let closing = [("code", places("{code}")), ("noformat", places("{noformat}"))];
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['{', '\\'])) {
        at += found;
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with('\\') || rest.starts_with("{{") {
            // An escaped sign, or inline code: the next one is no tag.
            at += 1 + rest.chars().nth(1).map_or(0, char::len_utf8);
            continue;
        }
        let Some((len, name, params)) = tag(rest) else {
            at += 1;
            continue;
        };
        let (start, mut end) = (at, at + len);
        let mut code = None;
        if let Some((_, places)) = closing.iter().find(|(known, _)| *known == name) {
            let close = places.get(places.partition_point(|place| *place < end)).copied();
            let Some(close) = close else {
                at = end;
                continue;
            };
            code = text.get(end..close);
            end = close + name.len() + 2;
        }
        tags.push(Tag { all: start..end, name, params, code });
        at = end;
    }
    tags
}

/// The length, name and parameters of the tag at the start of the text.
fn tag(text: &str) -> Option<(usize, &str, Option<&str>)> {
    let inner = text.strip_prefix('{')?;
    let inner = inner.get(..inner.find(['{', '}', '\n'])?)?;
    let len = inner.len() + 2;
    text.get(..len)?.strip_suffix('}')?;
    let (name, params) = match inner.split_once(':') {
        Some((name, params)) => (name, Some(params)),
        None => (inner, None),
    };
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let good = name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.bytes().all(letters);
    good.then_some((len, name, params))
}

/// A text without its tags, but for code: what a reader of a macro we do not know would see of it.
pub(super) fn untagged(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for tag in tags(text).iter().filter(|tag| tag.code.is_none()) {
        out.push_str(text.get(from..tag.all.start).unwrap_or_default());
        from = tag.all.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// The value of a parameter: `title` in `{panel:title=Rules|bgColor=#fff}`.
pub(super) fn param<'a>(params: &'a str, name: &str) -> Option<&'a str> {
    let value = |param: &'a str| param.trim_ascii().strip_prefix(name)?.strip_prefix('=');
    params.split('|').find_map(value).map(str::trim_ascii)
}
