//! What crate `text` reads: each parser, then every printer, held to the crate's laws.

use bowline_text::{Doc, Format, Inline, Mention, adf, html, markdown, wiki};

/// A name, and what is called with bytes.
type Target = (&'static str, fn(&[u8]));

/// By name.
pub(crate) const TARGETS: &[Target] =
    &[("adf", from_adf), ("wiki", from_wiki), ("html", from_html), ("markdown", from_markdown)];

const ALL: [Format; 4] = [Format::Adf, Format::Wiki, Format::Html, Format::Markdown];

fn from_adf(data: &[u8]) {
    let Ok(json) = serde_json::from_slice(data) else { return };
    if let Ok(doc) = adf::parse(&json) {
        hold_the_laws(&doc);
    }
}

fn from_wiki(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        hold_the_laws(&wiki::parse(text));
    }
}

fn from_html(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        hold_the_laws(&html::parse(text));
    }
}

fn from_markdown(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        hold_the_laws(&markdown::parse(text));
    }
}

/// What was read is in normal form, and no visible character of it is lost in any format; what a format holds it gives back.
fn hold_the_laws(doc: &Doc) {
    assert_eq!(&doc.clone().normal(), doc, "not in normal form");
    // Wiki markup keeps who is meant by a mention, not the name.
    let doc = doc.clone().map_mentions(&mut |mention| Inline::Mention(Mention { name: None, ..mention }));
    for format in ALL {
        let held = hold(&doc, format);
        let (before, after) = (nameless(&visible(&doc)), visible(&held));
        assert!(keeps(&after, &before), "{format:?}: {:?} became {:?}", doc.plain(), held.plain());
        assert_eq!(hold(&held, format), held, "{format:?} does not give back what it holds");
    }
}

/// What a format gives back of a document.
fn hold(doc: &Doc, format: Format) -> Doc {
    match format {
        Format::Adf => adf::parse(&adf::print(doc)).unwrap(),
        Format::Wiki => wiki::parse(&wiki::print(doc)),
        Format::Html => html::parse(&html::print(doc)),
        Format::Markdown => markdown::parse(&markdown::print(doc)),
    }
}

/// The characters that a reader sees.
fn visible(doc: &Doc) -> String {
    doc.plain().chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect()
}

/// A text without `:names:` of emoji, which a format may give back as the picture that they mean.
fn nameless(text: &str) -> String {
    let is_name = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once(':') {
        out.push_str(before);
        rest = match behind.split_once(':') {
            Some((name, after)) if is_name(name) => after,
            _ => {
                out.push(':');
                behind
            }
        };
    }
    out + rest
}

/// Whether all letters of `part` are in `whole`, in their order.
fn keeps(whole: &str, part: &str) -> bool {
    let mut whole = whole.chars();
    part.chars().all(|letter| whole.any(|other| other == letter))
}
