//! Wiki markup as people write it in Jira. What it means is told as HTML, which is easier to read than a tree.

use super::{parse, print};
use crate::tree::{Block, Doc, Handle, Inline, Mention, Opaque};
use crate::{adf, html};

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
fn phrases() {
    stays(
        "*bold* _em_ -strike- +ins+ {{code}}",
        "<p><strong>bold</strong> <em>em</em> <s>strike</s> <u>ins</u> <code>code</code></p>",
    );
    stays("H{~}2{~}O and x{^}2{^}", "<p>H<sub>2</sub>O and x<sup>2</sup></p>");
    stays("*_both_*", "<p><strong><em>both</em></strong></p>");
    stays("w{*}or{*}d", "<p>w<strong>or</strong>d</p>");
    stays("(*a*), _b_.", "<p>(<strong>a</strong>), <em>b</em>.</p>");
    is("??cited??", "<p><em>cited</em></p>", "_cited_");
    is(
        "{color:red}*a*{color} b",
        "<p><span style=\"color: #ff0000\"><strong>a</strong></span> b</p>",
        "{color:#ff0000}*a*{color} b",
    );
    is(
        "{color:red}two\nlines{color}",
        "<p><span style=\"color: #ff0000\">two</span><br><span style=\"color: #ff0000\">lines</span></p>",
        "{color:#ff0000}two{color}\n{color:#ff0000}lines{color}",
    );
}

#[test]
fn signs_that_are_no_markup_are_not_escaped() {
    for text in [
        "2 * 3 * 4 - 5",
        "e-mail, snake_case_name, a+b",
        "Really? Yes! (see #42)",
        "C:\\temp and 50% & more",
        "user@example.com; 10:30",
        "a < b > c",
        "~ 5 km",
    ] {
        let doc = Doc::from_plain(text);
        assert_eq!(print(&doc), text);
        assert_eq!(parse(text), doc);
    }
}

#[test]
fn signs_that_would_be_markup_are_escaped() {
    for (text, written) in [
        ("*not bold*", "\\*not bold\\*"),
        ("- not an item", "\\- not an item"),
        ("# neither", "\\# neither"),
        ("h1. no heading", "h1&#46; no heading"),
        ("bq. no quote", "bq&#46; no quote"),
        ("----", "\\-\\-\\-\\-"),
        ("{code} [x] |", "\\{code\\} \\[x\\] \\|"),
        ("a\\*b", "a&#92;\\*b"),
        // Jira shows two dashes between spaces as one long dash.
        ("one -- two", "one \\-\\- two"),
        ("&amp;", "&amp;amp;"),
        ("why??", "why?\\?"),
        ("!shot.png!", "\\!shot.png!"),
    ] {
        let doc = Doc::from_plain(text);
        assert_eq!(print(&doc), written);
        assert_eq!(parse(written), doc);
    }
}

#[test]
fn unpaired_signs_are_text() {
    for text in ["a *b", "_ a_", "a ** b", "{{a", "[a", "{color:red}a", "{code}a", "{quote}", "!a.png", "{}"]
    {
        assert_eq!(parse(text).plain(), text);
    }
}

#[test]
fn escapes_and_references_are_read() {
    assert_eq!(parse("\\*no\\* \\{x} &lt;b&gt; &#124;").plain(), "*no* {x} <b> |");
}

#[test]
fn headings_rules_and_quotes() {
    stays("h2. Title\n\nText\nmore\n\n----\n\nend", "<h2>Title</h2><p>Text<br>more</p><hr><p>end</p>");
    is("h2. Title\nText", "<h2>Title</h2><p>Text</p>", "h2. Title\n\nText");
    is(
        "bq. Some _words_",
        "<blockquote><p>Some <em>words</em></p></blockquote>",
        "{quote}\nSome _words_\n{quote}",
    );
    stays(
        "{quote}\nfirst\n\n* item\n{quote}\n\nafter",
        "<blockquote><p>first</p><ul><li>item</li></ul></blockquote><p>after</p>",
    );
    is(
        "say {quote}this{quote}",
        "<p>say</p><blockquote><p>this</p></blockquote>",
        "say\n\n{quote}\nthis\n{quote}",
    );
}

#[test]
fn lines_break_where_they_end_and_where_told() {
    is("a\\\\b", "<p>a<br>b</p>", "a\nb");
    is("a\r\nb", "<p>a<br>b</p>", "a\nb");
    stays("h3. a\\\\ b", "<h3>a<br>b</h3>");
}

#[test]
fn lists_nest_and_mix() {
    stays("* a\n** b\n** c\n* d", "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>");
    stays("# one\n#* sub\n# two", "<ol><li>one<ul><li>sub</li></ul></li><li>two</li></ol>");
    is("- a\n- b", "<ul><li>a</li><li>b</li></ul>", "* a\n* b");
    stays("* a\nstill a\n* b", "<ul><li>a<br>still a</li><li>b</li></ul>");
    stays("* a\n\n# b", "<ul><li>a</li></ul><ol><li>b</li></ol>");
    is("** deep\n* a", "<ul><li>deep</li><li>a</li></ul>", "* deep\n* a");
    stays(
        "# do\n{code:sh}\nmake\n{code}\nand so\n# done",
        "<ol><li>do<pre>\n<code class=\"language-sh\">make</code></pre><p>and so</p></li><li>done</li></ol>",
    );
}

#[test]
fn code_is_text_as_it_is() {
    stays(
        "{code:java}\nint *x* = {1};\n\n  // \\\\ [a|b]\n{code}",
        "<pre>\n<code class=\"language-java\">int *x* = {1};\n\n  // \\\\ [a|b]</code></pre>",
    );
    is("{noformat}a{noformat}", "<pre>\na</pre>", "{code}\na\n{code}");
    is(
        "see {code}x{code} there",
        "<p>see</p><pre>\nx</pre><p>there</p>",
        "see\n\n{code}\nx\n{code}\n\nthere",
    );
    is(
        "{code:title=Main.java|borderStyle=solid|language=java}\nx\n{code}",
        "<p>Main.java</p><pre>\n<code class=\"language-java\">x</code></pre>",
        "Main.java\n\n{code:java}\nx\n{code}",
    );
    stays("{noformat}\na {code} b\n{noformat}", "<pre>\na {code} b</pre>");
}

#[test]
fn links_and_addresses() {
    stays("[text|https://x.y/a?b=c]", "<p><a href=\"https://x.y/a?b=c\">text</a></p>");
    stays("[*bold* text|https://x.y]", "<p><a href=\"https://x.y\"><strong>bold</strong> text</a></p>");
    is("[https://x.y]", "<p><a href=\"https://x.y\">https://x.y</a></p>", "https://x.y");
    is(
        "See https://x.y/a_b_c, ok",
        "<p>See <a href=\"https://x.y/a_b_c\">https://x.y/a_b_c</a>, ok</p>",
        "See [https://x.y/a_b_c], ok",
    );
}

#[test]
fn words_in_brackets_are_no_link() {
    for text in ["[INFO] started", "a[0]", "[ ] todo", "[x]"] {
        let doc = parse(text);
        assert_eq!(doc, Doc::from_plain(text));
        assert_eq!(parse(&print(&doc)), doc);
    }
}

#[test]
fn mentions_keep_who_is_meant() {
    let mention =
        |user| Doc { blocks: vec![Block::Paragraph(vec![Inline::Mention(Mention { user, name: None })])] };
    let ada = mention(Handle::Login("ada".to_owned()));
    assert_eq!(parse("[~ada]"), ada);
    assert_eq!(print(&ada), "[~ada]");
    assert_eq!(adf::parse(&adf::print(&ada)).unwrap().plain(), "@ada");
    let cloud = mention(Handle::Account("557058:f0".to_owned()));
    assert_eq!(parse("[~accountid:557058:f0]"), cloud);
    assert_eq!(adf::parse(&adf::print(&cloud)).unwrap(), cloud);
}

#[test]
fn tables() {
    stays(
        "||h1||h2||\n|a|*b*|",
        "<table><tbody><tr><th>h1</th><th>h2</th></tr><tr><td>a</td><td><strong>b</strong></td></tr></tbody></table>",
    );
    stays(
        "||h|a|\n| |[x|https://y.z]|",
        concat!(
            "<table><tbody><tr><th>h</th><td>a</td></tr>",
            "<tr><td></td><td><a href=\"https://y.z\">x</a></td></tr></tbody></table>",
        ),
    );
    stays(
        "|* a\n* b|c\\\\ d|",
        "<table><tbody><tr><td><ul><li>a</li><li>b</li></ul></td><td>c<br>d</td></tr></tbody></table>",
    );
    stays(
        "|a\n{code}\nx|y\n\nz\n{code}|b|",
        "<table><tbody><tr><td>a<pre>\nx|y\n\nz</pre></td><td>b</td></tr></tbody></table>",
    );
}

#[test]
fn spans_are_filled_with_empty_cells() {
    let doc = html::parse(concat!(
        "<table><tr><td rowspan=2>a</td><td>b</td></tr><tr><td>c</td></tr>",
        "<tr><th colspan=2>d</th></tr></table>",
    ));
    assert_eq!(print(&doc), "|a|b|\n| |c|\n||d|| ||");
}

#[test]
fn what_an_item_or_cell_cannot_hold_is_flattened() {
    let doc = html::parse(concat!(
        "<ul><li><h2>T</h2><p>a</p><p>b</p><ul><li>c</li></ul><p>after</p></li></ul>",
        "<table><tr><td><h3>H</h3><hr><table><tr><td>x</td><td>y</td></tr></table></td></tr></table>",
    ));
    assert_eq!(print(&doc), "* *T*\na\nb\n** c\nafter\n\n|*H*\\\\ x\\\\ y|");
    assert_eq!(print(&parse(&print(&doc))), print(&doc));
}

#[test]
fn macros_we_do_not_know_stay_as_they_are() {
    let markup =
        "Before\n\n{chart:title=Rules|bgColor=#fff}\n* one\n* {color:red}two{color}\n{chart}\n\nafter";
    let doc = parse(markup);
    assert_eq!(print(&doc), markup);
    let Some(Block::Opaque(Opaque { text, .. })) = doc.blocks.get(1) else { panic!("{doc:?}") };
    assert_eq!(text, "Rules\none\ntwo");
    assert_eq!(html::print(&doc), "<p>Before</p><p>Rules<br>one<br>two</p><p>after</p>");
    for markup in ["See !shot one.png|thumbnail!, [^log.txt] and {anchor:here}.", "[!logo.png!|https://x.y]"]
    {
        assert_eq!(print(&parse(markup)), markup);
    }
}

#[test]
fn names_in_curly_brackets_are_text() {
    let text = "Replace {name} by {name} in the template";
    assert_eq!(parse(text), Doc::from_plain(text));
    assert_eq!(parse(&print(&Doc::from_plain(text))), Doc::from_plain(text));
}

#[test]
fn a_bug_report_reads_as_it_was_meant() {
    let markup = "h3. Steps\n# Log in as [~ada]\n# Open [the page|https://x.y/p]\n#* wait\n\n\
                  *Expected:* nothing\\\\*Actual:* {color:#de350b}error{color}\n\n\
                  ||Browser||Version||\n|Firefox|144|\n\n{noformat}\nE: *boom*\n{noformat}";
    let doc = parse(markup);
    assert_eq!(
        doc.plain(),
        "Steps\n\nLog in as @ada\nOpen the page\nwait\n\nExpected: nothing\nActual: error\n\n\
         Browser\tVersion\nFirefox\t144\n\nE: *boom*"
    );
    assert_eq!(parse(&print(&doc)), doc);
}

#[test]
fn panels() {
    stays(
        "{panel:bgColor=#deebff}\n* one\n\ntwo\n{panel}",
        "<blockquote data-panel=\"info\"><ul><li>one</li></ul><p>two</p></blockquote>",
    );
    is(
        "{panel:title=My title|borderStyle=dashed|bgColor=#FFFFCE}a{panel}",
        "<blockquote data-panel=\"#ffffce\"><p><strong>My title</strong></p><p>a</p></blockquote>",
        "{panel:title=My title|bgColor=#ffffce}\na\n{panel}",
    );
    stays("{panel}\na\n{panel}", "<blockquote data-panel=\"custom\"><p>a</p></blockquote>");
    let text = "put {panel} around it, and {panel} after";
    assert_eq!(parse(text), Doc::from_plain(text));
}

#[test]
fn tasks_are_items_that_begin_with_their_sign() {
    is(
        "* [x] done\n* [ ] open\n* neither",
        concat!(
            "<ul><li><input type=\"checkbox\" checked disabled>done</li>",
            "<li><input type=\"checkbox\" disabled>open</li><li>neither</li></ul>",
        ),
        "* \\[x\\] done\n* \\[ \\] open\n* neither",
    );
}

#[test]
fn emoticons_stand_apart_from_words() {
    stays(
        "good :) (/)",
        "<p>good <span data-emoji=\":slight_smile:\">🙂</span> <span data-emoji=\":check_mark:\">✅</span></p>",
    );
    stays("f(x) = 10:30;P2", "<p>f(x) = 10:30;P2</p>");
    let doc = Doc::from_plain("set (x) :)");
    assert_eq!(print(&doc), "set \\(x) \\:)");
    assert_eq!(parse(&print(&doc)), doc);
}
