//! Addresses written out in text, which Jira turns into links where it shows wiki markup.
//!
//! The wiki parser reads them so; and because wiki markup cannot hold such an address *without* a link, the wiki
//! model makes links of them before printing. Both ask this module, so that they agree.

use crate::Href;
use crate::marks::Marks;
use crate::tree::{Block, Doc, Inline, Text};

/// What such an address begins with.
pub(crate) const SCHEMES: [&str; 2] = ["https://", "http://"];

/// How long the `http` or `https` address at the start of the text is, in bytes; 0 if there is none.
///
/// Punctuation at its end belongs to the sentence around it.
pub(crate) fn address_len(text: &str) -> usize {
    let Some(scheme) = SCHEMES.into_iter().find(|scheme| text.starts_with(scheme)) else { return 0 };
    let rest = text.get(scheme.len()..).unwrap_or_default();
    let ends =
        |letter: char| letter.is_whitespace() || letter.is_control() || "\"<>[]{}|\\^`".contains(letter);
    let rest = rest.split(ends).next().unwrap_or_default().trim_end_matches(is_punctuation);
    let bracket = |letter: char| letter == ')' || is_punctuation(letter);
    let rest = if rest.contains('(') { rest } else { rest.trim_end_matches(bracket) };
    if rest.is_empty() { 0 } else { scheme.len() + rest.len() }
}

fn is_punctuation(letter: char) -> bool {
    ".,;:!?'*_~+-".contains(letter)
}

impl Doc {
    /// The document with links on the addresses in its paragraphs that have none.
    pub(crate) fn linked(self) -> Self {
        let block = |block| match block {
            Block::Paragraph(content) => Block::Paragraph(linked(content)),
            other => other,
        };
        Self { blocks: self.blocks.into_iter().map(block).collect() }
    }
}

/// Whether an address could be in a text.
pub(crate) fn may_hold_address(text: &str) -> bool {
    text.contains(':') && text.contains("http")
}

/// The same text with links on the addresses in it that have none, outside code.
pub(crate) fn linked(content: Vec<Inline>) -> Vec<Inline> {
    if !content.iter().any(|inline| matches!(inline, Inline::Text(run) if may_hold_address(&run.text))) {
        return content;
    }
    let mut out = Vec::with_capacity(content.len());
    for inline in content {
        match inline {
            Inline::Text(run) if run.marks.link.is_none() && !run.marks.code => split(run, &mut out),
            other => out.push(other),
        }
    }
    out
}

fn split(run: Text, out: &mut Vec<Inline>) {
    let mut push = |text: &str, marks: Marks| {
        if !text.is_empty() {
            out.push(Inline::marked(text, marks));
        }
    };
    let mut text = run.text.as_str();
    let mut before = 0;
    while let Some(at) = text.get(before..).and_then(|rest| rest.find("http")).map(|at| at + before) {
        let (head, tail) = text.split_at(at);
        let in_word = head.chars().next_back().is_some_and(char::is_alphanumeric);
        let len = if in_word { 0 } else { address_len(tail) };
        let (address, rest) = tail.split_at(len);
        match Href::parse(address) {
            None => before = at + len.max("http".len()),
            Some(href) => {
                push(head, run.marks.clone());
                push(address, Marks { link: Some(href), ..run.marks.clone() });
                text = rest;
                before = 0;
            }
        }
    }
    push(text, run.marks.clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> &str {
        &text[..address_len(text)]
    }

    #[test]
    fn punctuation_after_an_address_is_not_part_of_it() {
        assert_eq!(address("https://x.y/a_b, and"), "https://x.y/a_b");
        assert_eq!(address("http://x.y/a)."), "http://x.y/a");
        assert_eq!(address("http://x.y/a_(b)."), "http://x.y/a_(b)");
        assert_eq!(address("http://x.y/?a=1&b=2#c|d"), "http://x.y/?a=1&b=2#c");
    }

    #[test]
    fn a_scheme_alone_is_no_address() {
        for text in ["http://", "https://...", "http:/x", "httpx://a", ""] {
            assert_eq!(address_len(text), 0, "{text}");
        }
    }

    #[test]
    fn addresses_inside_words_and_code_stay_text() {
        let code = Inline::marked("https://x.y", Marks { code: true, ..Marks::default() });
        let content = vec![code.clone(), Inline::text("xhttps://x.y")];
        let links = |content: &[Inline]| {
            content
                .iter()
                .filter(|inline| matches!(inline, Inline::Text(run) if run.marks.link.is_some()))
                .count()
        };
        assert_eq!(links(&linked(content)), 0);
        assert_eq!(links(&linked(vec![Inline::text("a https://x.y and http://z.")])), 2);
    }
}
