//! HTML that stands in Markdown.

use html5ever::tokenizer::{Tag, TagKind};
use html5ever::{Attribute, LocalName, Namespace, QualName};

/// Elements that GitHub shows as text instead of reading them (GFM specification, section 6.11, "Disallowed Raw
/// HTML"): what is in them would not be seen.
const SHOWN: [&str; 9] =
    ["title", "textarea", "style", "xmp", "iframe", "noembed", "noframes", "script", "plaintext"];

/// HTML with the tags of those elements as text, and so with comments that do not end, which would hide all the rest.
pub(super) fn shown(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    let last = |sign| html.rfind(sign);
    let (comment_end, tag_end) = (last("-->"), last(">"));
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let here = html.len() - tag.len();
        let end = if tag.starts_with("<!--") { comment_end } else { tag_end };
        let endless = end.is_none_or(|end| here > end);
        out.push_str(if endless || is_shown(tag) { "&lt;" } else { "<" });
        rest = tag.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Longest tag, in bytes, that is read here; the reader of HTML sees to longer ones.
const MAX_PLAIN: usize = 1024;

/// The tag that some HTML is, if it is one and no more, and written as everybody writes them: names in small letters,
/// values in quotes and without references, and not long. The tokenizer of HTML would find the same.
pub(super) fn plain_tag(html: &str) -> Option<Tag> {
    let inner = html.strip_prefix('<')?.strip_suffix('>').filter(|_| html.len() <= MAX_PLAIN)?;
    let (kind, inner) = match inner.strip_prefix('/') {
        Some(inner) => (TagKind::EndTag, inner),
        None => (TagKind::StartTag, inner),
    };
    let (name, mut rest) = split_name(inner);
    let mut attributes = Vec::new();
    while !rest.is_empty() {
        let (name, value) = split_name(rest.strip_prefix(' ').filter(|_| kind == TagKind::StartTag)?);
        let (value, after) = value.strip_prefix("=\"")?.split_once('"')?;
        let is_plain = |byte: u8| byte != b'&' && !byte.is_ascii_control();
        if name.is_empty() || !value.bytes().all(is_plain) {
            return None;
        }
        attributes.push((LocalName::from(name), value));
        rest = after;
    }
    let good = name.starts_with(|first: char| first.is_ascii_lowercase()) && !is_shown(html);
    good.then(|| tag(kind, name.into(), &attributes))
}

/// What is before the first sign that is no small letter or dash, and the rest.
fn split_name(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_lowercase() && byte != b'-');
    text.split_at_checked(end.unwrap_or(text.len())).unwrap_or_default()
}

/// A tag of that name.
pub(super) fn tag(kind: TagKind, name: LocalName, attributes: &[(LocalName, &str)]) -> Tag {
    let attrs = attributes.iter().map(|(name, value)| Attribute {
        name: QualName::new(None, Namespace::default(), name.clone()),
        value: (*value).into(),
    });
    Tag { kind, name, self_closing: false, attrs: attrs.collect(), had_duplicate_attributes: false }
}

fn is_shown(tag: &str) -> bool {
    let name = tag.trim_start_matches('<').trim_start_matches('/');
    SHOWN.iter().any(|shown| {
        let same = name.get(..shown.len()).is_some_and(|start| start.eq_ignore_ascii_case(shown));
        let after = name.as_bytes().get(shown.len());
        same && after.is_none_or(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tags_that_would_hide_text_become_text() {
        assert_eq!(shown("a <b>x</b> <SCRIPT src=x>y</script>"), "a <b>x</b> &lt;SCRIPT src=x>y&lt;/script>");
        assert_eq!(shown("<scripty><titles>< title>"), "<scripty><titles>< title>");
        assert_eq!(shown("<!-- a --> <!-- b <?c <d"), "<!-- a --> &lt;!-- b &lt;?c &lt;d");
    }

    #[test]
    fn a_plain_tag_is_what_it_is_to_the_tokenizer() {
        let mention = plain_tag("<span data-mention=\"login:a\" title=\">é\">").unwrap();
        let attributes = [(LocalName::from("data-mention"), "login:a"), (LocalName::from("title"), ">é")];
        assert_eq!(mention, tag(TagKind::StartTag, "span".into(), &attributes));
        assert_eq!(plain_tag("</ins>"), Some(tag(TagKind::EndTag, "ins".into(), &[])));
        for other in [
            "<script>",
            "<b/>",
            "<b >",
            "<B>",
            "<>",
            "</>",
            "<b",
            "b>",
            "<b><i>",
            "<h1>",
            "</b a=\"b\">",
            "<b a>",
            "<b a=b>",
            "<b a='b'>",
            "<b a=\"&amp;\">",
            "<b a=\"b\"c=\"d\">",
            "<b a=\"b>",
            "<-b>",
            "<!-->",
            "<b =\"a\">",
        ] {
            assert_eq!(plain_tag(other), None, "{other}");
        }
    }
}
