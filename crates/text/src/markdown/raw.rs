//! HTML that stands in Markdown.

use html5ever::tokenizer::TagKind;

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

/// The kind and name of a tag that is one without attributes, and the whole of the HTML; any other is none.
pub(super) fn bare_tag(html: &str) -> Option<(TagKind, &str)> {
    let inner = html.strip_prefix('<')?.strip_suffix('>')?;
    let (kind, name) = match inner.strip_prefix('/') {
        Some(name) => (TagKind::EndTag, name),
        None => (TagKind::StartTag, inner),
    };
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase());
    (is_name && !is_shown(html)).then_some((kind, name))
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
        assert_eq!(bare_tag("</ins>"), Some((TagKind::EndTag, "ins")));
        for other in ["<script>", "<b/>", "<b >", "<B>", "<>", "</>", "<b", "b>", "<b><i>", "<h1>"] {
            assert_eq!(bare_tag(other), None, "{other}");
        }
        assert_eq!(shown("<!-- a --> <!-- b <?c <d"), "<!-- a --> &lt;!-- b &lt;?c &lt;d");
    }
}
