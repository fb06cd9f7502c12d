//! HTML as Targetprocess keeps it and as Jira renders it.

use super::{parse, print};
use crate::tree::{Block, Doc, Handle, Inline};
use crate::wiki;

/// What is written for HTML, once it is read.
fn becomes(html: &str, written: &str) {
    let doc = parse(html);
    assert_eq!(print(&doc), written, "{html:?}");
    assert_eq!(parse(written), doc, "{html:?}");
}

#[test]
fn paragraphs_and_breaks() {
    becomes("<div>One<br>two</div>\n<div><br></div><div>Three</div>", "<p>One<br>two</p><p>Three</p>");
    becomes("bare <b>text</b>", "<p>bare <strong>text</strong></p>");
    becomes("a<br><br/>b", "<p>a</p><p>b</p>");
    becomes("<p>a</p><p>&nbsp;</p><p>  b\n c </p>", "<p>a</p><p>b c</p>");
    becomes("<div><p>a<div>b</div></div>c", "<p>a</p><p>b</p><p>c</p>");
    becomes("", "");
}

#[test]
fn looks() {
    becomes(
        "<b>b</b> <i>i</i> <u>u</u> <s>s</s> <code>c</code> <sub>x</sub><sup>y</sup>",
        "<p><strong>b</strong> <em>i</em> <u>u</u> <s>s</s> <code>c</code> <sub>x</sub><sup>y</sup></p>",
    );
    becomes(
        "<span style=\"font-weight: 700; color: rgb(255,0,0); font-size: 30px\">a</span><font color=\"#00f\">b</font>",
        "<p><span style=\"color: #ff0000\"><strong>a</strong></span><span style=\"color: #0000ff\">b</span></p>",
    );
    becomes("<b><i>x</b>y</i>z", "<p><em><strong>x</strong>y</em>z</p>");
    becomes("<b>a<p>b</p></b>c", "<p><strong>a</strong></p><p><strong>b</strong></p><p>c</p>");
    becomes("<b>bold <em>and</em> more</b>", "<p><strong>bold <em>and</em> more</strong></p>");
}

#[test]
fn characters_are_escaped_and_references_read() {
    becomes("&lt;b&gt; &amp;amp; &quot;&eacute;&#8364;&quot;", "<p>&lt;b&gt; &amp;amp; &quot;é€&quot;</p>");
}

#[test]
fn lists_however_they_are_closed() {
    becomes(
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
        "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>",
    );
    becomes("<ul><li>a<ul><li>b</ul><li>c</ul>d", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><p>d</p>");
    becomes("<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>");
    becomes("<ol start=3><li><p>a</p><p>b</p></li></ol>", "<ol start=\"3\"><li><p>a</p><p>b</p></li></ol>");
    becomes("<li>lost</li>", "<ul><li>lost</li></ul>");
}

#[test]
fn tables_however_they_are_closed() {
    becomes(
        "<table><thead><tr><th>h<th>i</thead><tr><td colspan=\"2\"><b>a<tr><td>b<td>c</table>d",
        "<table><tbody><tr><th>h</th><th>i</th></tr><tr><td colspan=\"2\"><strong>a</strong></td></tr>\
         <tr><td>b</td><td>c</td></tr></tbody></table><p>d</p>",
    );
    becomes(
        "<table><tr><td rowspan=9>a</td></tr></table>",
        "<table><tbody><tr><td>a</td></tr></tbody></table>",
    );
    becomes(
        "<table><caption>Title</caption><tr><td>a</td></tr></table>",
        "<table><tbody><tr><td>Title</td></tr><tr><td>a</td></tr></tbody></table>",
    );
}

#[test]
fn code_keeps_its_lines() {
    becomes("<pre>\n  a\n\n b&lt;</pre>", "<pre>\n  a\n\n b&lt;</pre>");
    becomes(
        "<pre><code class=\"x language-rust\">fn <b>a</b>() {}</code></pre>",
        "<pre>\n<code class=\"language-rust\">fn a() {}</code></pre>",
    );
    becomes("<pre><div>a</div><div>b<br>c</div></pre>", "<pre>\na\nb\nc\n</pre>");
    becomes("<b><pre><b>a</b></pre>b</b>c", "<pre>\na</pre><p><strong>b</strong>c</p>");
}

#[test]
fn quotes_headings_rules() {
    becomes(
        "<h1>T</h1><blockquote>a<blockquote>b</blockquote></blockquote><hr>",
        "<h1>T</h1><blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote><hr>",
    );
    becomes("<h2><div>a</div><div>b</div></h2>", "<h2>a<br>b</h2>");
}

#[test]
fn scripts_and_styles_go_and_unknown_elements_leave_their_words() {
    becomes(
        "<style>p { }</style><script>alert('<p>')</script><x-y a=b>kept <q>all</q></x-y><form>f<input></form>",
        "<p>kept all</p><p>f</p>",
    );
}

#[test]
fn nothing_that_acts_is_printed() {
    becomes(
        "<a href=\"javascript:x\" onclick=\"y\">a</a> <a href=\" JAVA&#10;SCRIPT:x\">b</a> <p onmouseover=z>c</p>\
         <a href=\"ftp://x\">d</a> <a href=\"https://x.y/?a=&quot;&lt;\">e</a>",
        "<p>a b</p><p>c</p><p>d <a href=\"https://x.y/?a=%22%3C\">e</a></p>",
    );
    let doc: Doc = serde_json::from_value(serde_json::json!({"blocks": [{"paragraph": [{"opaque": {
        "format": "html", "raw": "<script>x</script>", "text": "<b>shown</b>"
    }}]}]}))
    .unwrap();
    assert_eq!(print(&doc), "<p>&lt;b&gt;shown&lt;/b&gt;</p>");
}

#[test]
fn images_come_back_clean() {
    becomes(
        "<img onerror=x src=\"/Attachment.aspx?id=1\" alt=\"a &quot;b&quot;\" width=10>",
        "<p><img src=\"/Attachment.aspx?id=1\" alt=\"a &quot;b&quot;\"></p>",
    );
    becomes("<img src=\"data:image/png;base64,AAAA\" alt=\"pic\">", "<p>pic</p>");
    becomes(
        "<a href=\"https://x.y\">a <img src=\"b.png\"></a>",
        "<p><a href=\"https://x.y\">a</a> <a href=\"https://x.y\"><img src=\"b.png\" alt=\"\"></a></p>",
    );
    assert_eq!(wiki::print(&parse("see <img src=\"https://x.y/a.png\">")), "see !https://x.y/a.png!");
    assert_eq!(wiki::print(&parse("see <img src=\"/a.png\" alt=\"it\">")), "see [it|/a.png]");
}

#[test]
fn mentions_are_read_from_jira_and_from_ourselves() {
    let user = |html: &str| match parse(html).blocks.as_slice() {
        [Block::Paragraph(content)] => match content.as_slice() {
            [Inline::Mention(mention)] => (mention.user.clone(), mention.name.clone()),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let ada = (Handle::Login("ada".to_owned()), Some("Ada L".to_owned()));
    assert_eq!(
        user("<a class=\"user-hover\" rel=\"ada\" href=\"/secure/ViewProfile.jspa?name=ada\">Ada L</a>"),
        ada
    );
    let cloud = (Handle::Account("5b1:2".to_owned()), Some("Ada".to_owned()));
    assert_eq!(
        user("<a class=\"user-hover\" data-account-id=\"5b1:2\" rel=\"5b1:2\" href=\"#\">@Ada</a>"),
        cloud
    );
    becomes(
        "<b>hi <span data-mention=\"account:5b1:2\">@Ada</span>!</b>",
        "<p><strong>hi</strong> <span data-mention=\"account:5b1:2\">@Ada</span><strong>!</strong></p>",
    );
}

#[test]
fn markdown_of_targetprocess_is_read_as_markdown() {
    becomes(
        "<!--markdown-->## Title\n\n- a *b*\n- [c](ftp://x)",
        "<h2>Title</h2><ul><li>a <em>b</em></li><li>c</li></ul>",
    );
}

#[test]
fn panels_as_we_and_as_jira_write_them() {
    becomes(
        "<blockquote data-panel=\"warning\"><p>a</p></blockquote>",
        "<blockquote data-panel=\"warning\"><p>a</p></blockquote>",
    );
    becomes(
        "<div class=\"panel\" style=\"background-color: #deebff;border-width: 1px;\">\
         <div class=\"panelHeader\" style=\"border-bottom-width: 1px;\"><b>T</b></div>\
         <div class=\"panelContent\" style=\"background-color: #deebff;\">\n<p>a<br/>\nb</p>\n</div></div><p>c</p>",
        "<blockquote data-panel=\"info\"><p><strong>T</strong></p><p>a<br>b</p></blockquote><p>c</p>",
    );
    becomes(
        "<div class=\"code panel\" style=\"border-width: 1px;\"><div class=\"codeContent panelContent\">\n\
         <pre class=\"code-java\">x</pre>\n</div></div>",
        "<pre>\n<code class=\"language-java\">x</code></pre>",
    );
}

#[test]
fn expands_tasks_and_pieces() {
    becomes(
        "<details open><summary>More <b>here</b></summary><p>a</p></details>b",
        "<details><summary>More here</summary><p>a</p></details><p>b</p>",
    );
    becomes(
        "<ul class=\"todo-list\"><li><label class=\"todo-list__label\"><input type=\"checkbox\" disabled=\"disabled\" \
         checked=\"checked\"><span class=\"todo-list__label__description\">a</span></label></li><li>b</li></ul>",
        "<ul><li><input type=\"checkbox\" checked disabled>a</li><li>b</li></ul>",
    );
    becomes(
        "<span data-status=\"green\">OK</span> <time datetime=\"2026-11-23\">2026-11-23</time> \
         <time datetime=\"2026-11-23\">next week</time> <span style=\"background: yellow\">lit</span>",
        "<p><span data-status=\"green\">OK</span> <time datetime=\"2026-11-23\">2026-11-23</time> \
         next week <span style=\"background-color: #ffff00\">lit</span></p>",
    );
    becomes(
        "<p><img class=\"emoticon\" src=\"/images/icons/emoticons/smile.png\" height=\"16\" alt=\"\"/></p>",
        "<p><span data-emoji=\":slight_smile:\">🙂</span></p>",
    );
}
