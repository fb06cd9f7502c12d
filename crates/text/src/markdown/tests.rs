//! Markdown as people write it on GitHub. What it means is told as HTML, which is easier to read than a tree.

use super::{parse, print};
use crate::html;
use crate::tree::Doc;

/// What markup means, and what is written for that meaning.
fn is(markup: &str, meaning: &str, written: &str) {
    let doc = parse(markup);
    assert_eq!(html::print(&doc), meaning, "{markup:?}");
    assert_eq!(print(&doc), written, "{markup:?}");
    assert_eq!(parse(written), doc, "{markup:?}");
}

/// Markup that is written as it was.
fn stays(markup: &str, meaning: &str) {
    is(markup, meaning, markup);
}

#[test]
fn marks() {
    stays(
        "**bold** _em_ ~~gone~~ `code` **_both_**",
        "<p><strong>bold</strong> <em>em</em> <s>gone</s> <code>code</code> <strong><em>both</em></strong></p>",
    );
    is("*em* __bold__", "<p><em>em</em> <strong>bold</strong></p>", "_em_ **bold**");
    stays(
        "w<strong>or</strong>d H<sub>2</sub>O <ins>u</ins>",
        "<p>w<strong>or</strong>d H<sub>2</sub>O <u>u</u></p>",
    );
    stays("<span style=\"color: #ff0000\">red</span>", "<p><span style=\"color: #ff0000\">red</span></p>");
    is("`` a`b `` and ``` `` ```", "<p><code>a`b</code> and <code>``</code></p>", "``a`b`` and ``` `` ```");
}

#[test]
fn text_that_is_no_markup_is_not_escaped() {
    for text in [
        "2 * 3 * 4 - 5",
        "e-mail, snake_case_name, a+b",
        "Really? Yes! (see #42)",
        "C:\\temp and 50% & more, AT&T",
        "user@example.com; 10:30",
        "a < b > c",
        "In 2026. Then",
    ] {
        let doc = Doc::from_plain(text);
        assert_eq!(print(&doc), text);
        assert_eq!(parse(text), doc);
    }
}

#[test]
fn text_that_would_be_markup_is_escaped() {
    for (text, written) in [
        ("*not bold*", "\\*not bold\\*"),
        ("- not an item", "\\- not an item"),
        ("1. neither", "1\\. neither"),
        ("# no heading", "\\# no heading"),
        ("> no quote", "\\> no quote"),
        ("---", "\\---"),
        ("[x](y) ![x](y)", "\\[x\\](y) !\\[x\\](y)"),
        ("`x`", "\\`x\\`"),
        ("<b> &amp; &copy;", "\\<b> \\&amp; \\&copy;"),
        ("a\u{a0}b\u{2003}c", "a&nbsp;b&#x2003;c"),
        ("\\* \\", "\\\\\\* \\\\"),
    ] {
        let doc = Doc::from_plain(text);
        assert_eq!(print(&doc), written);
        assert_eq!(parse(written), doc);
    }
}

#[test]
fn links_images_and_addresses() {
    stays(
        "[text](https://x.y/a?b=c) ![pic](a.png)",
        "<p><a href=\"https://x.y/a?b=c\">text</a> <img src=\"a.png\" alt=\"pic\"></p>",
    );
    stays(
        "[![build](https://x.y/b.svg)](https://x.y)",
        "<p><a href=\"https://x.y\"><img src=\"https://x.y/b.svg\" alt=\"build\"></a></p>",
    );
    is(
        "https://x.y/a_b_c, ok",
        "<p><a href=\"https://x.y/a_b_c\">https://x.y/a_b_c</a>, ok</p>",
        "<https://x.y/a_b_c>, ok",
    );
    is("<a@b.c>", "<p><a href=\"mailto:a@b.c\">a@b.c</a></p>", "[a@b.c](mailto:a@b.c)");
    is(
        "[a][1] b\n\n[1]: https://x.y \"Title\"",
        "<p><a href=\"https://x.y\">a</a> b</p>",
        "[a](https://x.y) b",
    );
    stays("[a](<https://x.y/(b)>)", "<p><a href=\"https://x.y/(b)\">a</a></p>");
    is("[a](javascript:x)", "<p>a</p>", "a");
}

#[test]
fn blocks() {
    stays("## Title\n\nText\\\nmore\n\n___\n\nend", "<h2>Title</h2><p>Text<br>more</p><hr><p>end</p>");
    is("Title\n=====\ntext\ngoes on", "<h1>Title</h1><p>text goes on</p>", "# Title\n\ntext goes on");
    stays(
        "> a\n>\n> > b\n>\n> - c",
        "<blockquote><p>a</p><blockquote><p>b</p></blockquote><ul><li>c</li></ul></blockquote>",
    );
    stays(
        "```rust\nfn a() {\n\n}\n```\n\n````\n```\n````",
        "<pre>\n<code class=\"language-rust\">fn a() {\n\n}</code></pre><pre>\n```</pre>",
    );
    is("    indented\n    code", "<pre>\nindented\ncode</pre>", "```\nindented\ncode\n```");
}

#[test]
fn lists() {
    stays("- a\n  - b\n  - c\n- d", "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>");
    stays("3. a\n4. b\n   - c", "<ol start=\"3\"><li>a</li><li>b<ul><li>c</li></ul></li></ol>");
    stays(
        "- a\n\n* b\n\n1. c\n\n1) d",
        "<ul><li>a</li></ul><ul><li>b</li></ul><ol><li>c</li></ol><ol><li>d</li></ol>",
    );
    is("- a\n\n- b\n\n  c", "<ul><li>a</li><li><p>b</p><p>c</p></li></ul>", "- a\n- b\n\n  c");
    stays("- ```\n  a\n\n  \tb\n  ```", "<ul><li><pre>\na\n\n\tb</pre></li></ul>");
}

#[test]
fn tables() {
    stays(
        "| a | **b** |\n| --- | --- |\n| c\\|d<br>e |  |",
        "<table><tbody><tr><th>a</th><th><strong>b</strong></th></tr><tr><td>c|d<br>e</td><td></td></tr></tbody></table>",
    );
    stays(
        "<table><tbody><tr><td colspan=\"2\">a<ul><li>b</li></ul></td></tr><tr><td><pre>&#10;x&#10;&#10;y</pre></td><td></td></tr></tbody></table>",
        "<table><tbody><tr><td colspan=\"2\">a<ul><li>b</li></ul></td></tr><tr><td><pre>\nx\n\ny</pre></td><td></td></tr></tbody></table>",
    );
    is(
        "a | b\n:-: | -\n`x\\|y` | 2 | 3",
        "<table><tbody><tr><th>a</th><th>b</th></tr><tr><td><code>x|y</code></td><td>2</td></tr></tbody></table>",
        "| a | b |\n| --- | --- |\n| <code>x\\|y</code> | 2 |",
    );
}

#[test]
fn mentions_keep_who_is_meant() {
    let doc = html::parse("hi <span data-mention=\"account:5b:1|2\">@Ada_L</span>");
    let written = "hi <span data-mention=\"account:5b:1&#124;2\">@Ada_L</span>";
    assert_eq!(print(&doc), written);
    assert_eq!(parse(written), doc);
}

#[test]
fn html_means_what_it_means_on_github() {
    is("a <b>b</b><br>c <!-- d -->", "<p>a <strong>b</strong><br>c</p>", "a **b**\\\nc");
    is("<p align=center>\n  <b>x</b>\n</p>\n\ny", "<p><strong>x</strong></p><p>y</p>", "**x**\n\ny");
    is(
        "<script>alert(1)</script>",
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        "\\<script>alert(1)\\</script>",
    );
    is("a <div title=\"\n\nb", "<p>a &lt;div title=&quot;</p><p>b</p>", "a \\<div title=\"\n\nb");
}

#[test]
fn footnotes_stay_as_they_are_written() {
    is("a[^1]\n\n[^1]: note", "<p>a[^1]</p><p>[^1]: note</p>", "a\\[^1\\]\n\n\\[^1\\]: note");
}

#[test]
fn alerts_expands_and_tasks() {
    stays(
        "> [!WARNING]\n> a\n> - b",
        "<blockquote data-panel=\"warning\"><p>a</p><ul><li>b</li></ul></blockquote>",
    );
    stays(
        "<details><summary>More &amp; more</summary>\n\na\n- b\n\n</details>",
        "<details><summary>More &amp; more</summary><p>a</p><ul><li>b</li></ul></details>",
    );
    stays(
        "- [x] done\n- [ ] open\n  - c\n- neither",
        concat!(
            "<ul><li><input type=\"checkbox\" checked disabled>done</li>",
            "<li><input type=\"checkbox\" disabled>open<ul><li>c</li></ul></li><li>neither</li></ul>",
        ),
    );
    stays(
        "<span data-status=\"blue\">IN \\[x\\]</span> <time datetime=\"2026-11-23\">2026-11-23</time>",
        "<p><span data-status=\"blue\">IN [x]</span> <time datetime=\"2026-11-23\">2026-11-23</time></p>",
    );
}
