//! Documents for the laws: any at all, and those that one format can hold.
//!
//! Words are made of everything that means something in one of the formats, so that escaping is never by luck.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::marks::{Marks, Shift};
use crate::tree::*;
use crate::{Color, Href};

/// Pieces of text that look like markup somewhere, and some that do not.
pub(super) const PIECES: &[&str] = &[
    " ",
    " ",
    " ",
    "a",
    "b1",
    "Z",
    "é",
    "日本",
    "🙂",
    "\u{a0}",
    "\u{200b}",
    "\n",
    "\t",
    "\u{1}",
    "*",
    "**",
    "_",
    "-",
    "--",
    "----",
    "+",
    "^",
    "~",
    "?",
    "??",
    "!",
    "#",
    ". ",
    "h1. ",
    "bq. ",
    "- ",
    "* ",
    "# ",
    "|",
    "||",
    "\\",
    "\\\\",
    "{",
    "}",
    "{{",
    "}}",
    "{*}",
    "[",
    "]",
    "(",
    ")",
    ":",
    ";",
    "&",
    "&amp;",
    "&#42;",
    "<",
    ">",
    "\"",
    "'",
    "=",
    "/",
    "@",
    "%",
    "{code}",
    "{noformat}",
    "{quote}",
    "{color}",
    "{color:red}",
    "{panel}",
    "{panel:title=x}",
    "{anchor:a}",
    "[~ada]",
    "[^f.txt]",
    "[x|http://y.z]",
    "!p.png!",
    "http://",
    "https://x.y/z_(a)",
    "http://q.r/?s=1&t=*2*",
    "<b>",
    "</b>",
    "<br>",
    "<p>",
    "<!--",
    "-->",
    "<script>",
    "javascript:",
    "`",
    "```",
    "~~",
    "~~~",
    "1. ",
    "1) ",
    "> ",
    "    ",
    "---",
    "===",
    ":-",
    "| - |",
    "[x](y)",
    "![x](y)",
    "[x]: y",
    "[^1]",
    "[ ] ",
    "[!NOTE]",
    "<a@b.c>",
    "<div>",
    "\u{2003}",
    "\\\n",
];

/// Text that looks like markup.
pub(super) fn words() -> impl Strategy<Value = String> {
    vec(select(PIECES), 0..6).prop_map(|pieces| pieces.concat())
}

/// What a generated document keeps to: the model of a format, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Any,
    Only(Format),
}

impl Scope {
    fn is(self, format: Format) -> bool {
        self == Self::Any || self == Self::Only(format)
    }

    fn is_wiki(self) -> bool {
        self == Self::Only(Format::Wiki)
    }

    /// In wiki markup and Markdown every address in a text is a link.
    fn links_addresses(self) -> bool {
        self.is_wiki() || self == Self::Only(Format::Markdown)
    }

    /// Whether all kinds of block may stand in all places.
    fn is_free(self) -> bool {
        matches!(self, Self::Any | Self::Only(Format::Html | Format::Markdown))
    }

    fn is_adf(self) -> bool {
        self == Self::Only(Format::Adf)
    }
}

fn href() -> impl Strategy<Value = Href> {
    select(&["http://x.y", "https://x.y/a(b)?c=d|e", "mailto:a@b.c", "/browse/A-1", "#top", "~x"][..])
        .prop_map(|href| Href::parse(href).unwrap())
}

fn marks(scope: Scope) -> impl Strategy<Value = Marks> {
    let shift = option::weighted(0.1, select(&[Shift::Sub, Shift::Sup][..]));
    let color = option::weighted(
        0.1,
        any::<[u8; 3]>().prop_map(|[r, g, b]| Color::parse(&format!("rgb({r},{g},{b})")).unwrap()),
    );
    let bad = select(&["ftp://x", "http://[::1]/"][..]).prop_map(|href| Href::parse(href).unwrap());
    let link = if scope == Scope::Any { prop_oneof![href(), bad].boxed() } else { href().boxed() };
    let other = option::weighted(0.1, select(&["backgroundColor", "annotation", "zz"][..]));
    let on = || proptest::bool::weighted(0.2);
    (on(), on(), on(), on(), on(), shift, color, option::weighted(0.2, link), other).prop_map(
        move |(strong, em, underline, strike, code, shift, color, link, other)| {
            let other = other
                .filter(|_| scope.is(Format::Adf))
                .map(|kind| json!({"type": kind, "attrs": {"id": "1"}}));
            let marks = Marks {
                strong,
                em,
                underline,
                strike,
                code,
                shift,
                color,
                link,
                other: other.into_iter().collect(),
            };
            match code && scope.is_adf() {
                true => Marks { code, link: marks.link, ..Marks::default() },
                false => marks,
            }
        },
    )
}

fn mention(scope: Scope) -> impl Strategy<Value = Inline> {
    let id = select(&["ada", "557058:f0-1", "o'neil j", "ü"][..]);
    let id = if scope == Scope::Any {
        prop_oneof![id, select(&["", "a]b", "accountid:x", " \u{1}"][..])].boxed()
    } else {
        id.boxed()
    };
    (id, any::<bool>(), option::of(words())).prop_map(move |(id, login, name)| {
        let login = login && !scope.is_adf();
        let user = if login { Handle::Login(id.to_owned()) } else { Handle::Account(id.to_owned()) };
        Inline::Mention(Mention { user, name: name.filter(|_| !scope.is_wiki()) })
    })
}

/// A picture. Wiki markup has no place for words in one that leads somewhere, nor for most signs in the words.
fn image(scope: Scope) -> BoxedStrategy<Inline> {
    let web =
        |addresses: &'static [&'static str]| select(addresses).prop_map(|src| Href::parse(src).unwrap());
    let absolute = web(&["https://x.y/a.png", "http://x.y/?a=1&b=(2);3"]);
    match scope {
        Scope::Only(Format::Wiki) => {
            let pictures = prop_oneof![
                select(&["", "a b", "ü&1"][..]).prop_map(|alt| (alt, None)),
                href().prop_map(|href| ("", Some(href))),
            ];
            (absolute, pictures)
                .prop_map(|(src, (alt, link))| Inline::Image(Image { src, alt: alt.to_owned(), link }))
                .boxed()
        }
        Scope::Only(_) => {
            let src = if scope.is_adf() { absolute.boxed() } else { prop_oneof![absolute, href()].boxed() };
            (src, words(), option::of(href()))
                .prop_map(|(src, alt, link)| Inline::Image(Image { src, alt, link }))
                .boxed()
        }
        Scope::Any => {
            let src = prop_oneof![absolute, href(), web(&["ftp://x", "http://[::1]/", "http://x.y/!a"])];
            (src, words(), option::of(href()))
                .prop_map(|(src, alt, link)| Inline::Image(Image { src, alt, link }))
                .boxed()
        }
    }
}

/// An opaque piece as the format's own parser makes it, or in any scope also one that lies.
fn opaque(scope: Scope, as_block: bool) -> BoxedStrategy<Opaque> {
    let adf = words().prop_map(|words| {
        let text = json!({"type": "text", "text": words});
        let raw = json!({"type": "panel", "attrs": {"panelType": "info"}, "content": [{"type": "paragraph", "content": [text]}]});
        let doc = crate::adf::parse(&json!({"type": "doc", "content": [raw]})).unwrap();
        match doc.blocks.into_iter().next() {
            Some(Block::Opaque(opaque)) => opaque,
            other => unreachable!("{other:?}"),
        }
    });
    let wiki = select(match as_block {
        true => &[("{panel:title=T}\nx|y\n\n* z\n{panel}", "T\nx|y\n\nz"), ("{info}i{info}", "i")][..],
        false => &[("!a b.png|thumbnail!", "a b.png"), ("[^log.txt]", "log.txt"), ("{anchor:x}", "")][..],
    });
    let made = |format: Format| {
        move |(raw, text): (&str, &str)| Opaque { format, raw: raw.into(), text: text.to_owned() }
    };
    let lie = (select(&[Format::Adf, Format::Wiki, Format::Html, Format::Markdown][..]), words(), words())
        .prop_map(|(format, raw, text)| Opaque { format, raw: raw.into(), text });
    match scope {
        Scope::Only(Format::Adf) => adf.boxed(),
        Scope::Only(Format::Wiki) => wiki.prop_map(made(Format::Wiki)).boxed(),
        _ => prop_oneof![adf, wiki.prop_map(made(Format::Wiki)), lie].boxed(),
    }
}

/// Text for a run. A format that links every address in it has none in its scope.
fn run(scope: Scope) -> impl Strategy<Value = Inline> {
    let words = words()
        .prop_map(move |words| if scope.links_addresses() { words.replace("http", "hxxp") } else { words });
    (words, marks(scope)).prop_map(|(words, marks)| Inline::marked(words, marks))
}

/// A line of text. In wiki markup marks must not overlap beside a space, and images stand alone.
fn line(scope: Scope) -> BoxedStrategy<Vec<Inline>> {
    let mut kinds =
        vec![(8, run(scope).boxed()), (1, Just(Inline::Break).boxed()), (1, mention(scope).boxed())];
    if !matches!(scope, Scope::Only(Format::Html | Format::Markdown)) {
        kinds.push((1, opaque(scope, false).prop_map(Inline::Opaque).boxed()));
    }
    if !scope.is_adf() {
        kinds.push((1, image(scope)));
    }
    let one = proptest::strategy::Union::new_weighted(kinds);
    vec(one, 0..5)
        .prop_map(move |line| match scope.is_wiki() {
            true => line.into_iter().flat_map(|one| [one, Inline::text(" ")]).collect(),
            false => line,
        })
        .boxed()
}

fn code() -> impl Strategy<Value = Block> {
    let language = option::of(select(&["java", "c++", "c#", "x-y.z_1"][..]).prop_map(str::to_owned));
    (
        language,
        vec(
            select(
                &["a", " ", "\n", "\t", "*", "<", "&", "{panel}", "|", "\\", "\r\n", "`", "```", "~~~"][..],
            ),
            0..8,
        ),
    )
        .prop_map(|(language, text)| Block::Code(Code { language, text: text.concat() }))
}

/// Which blocks may stand in a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    Quote,
    Cell,
}

/// A document of the scope.
pub(super) fn docs(scope: Scope) -> impl Strategy<Value = Doc> {
    vec(block(scope, Place::Root, 3), 0..4).prop_map(|blocks| Doc { blocks })
}

fn block(scope: Scope, place: Place, depth: u32) -> BoxedStrategy<Block> {
    let paragraph = line(scope).prop_map(Block::Paragraph);
    let any = scope.is_free();
    let heading = (if any { 0..9_u8 } else { 1..7 }, line(scope))
        .prop_map(|(level, content)| Block::Heading(Heading { level, content }));
    let mut kinds: Vec<(u32, BoxedStrategy<Block>)> = vec![(5, paragraph.boxed()), (1, code().boxed())];
    if any || place == Place::Root || (place == Place::Cell && scope.is_adf()) {
        kinds.push((1, heading.boxed()));
        kinds.push((1, Just(Block::Rule).boxed()));
    }
    if scope.is_adf() {
        kinds.push((1, image(scope).prop_map(|image| Block::Paragraph(vec![image])).boxed()));
    }
    if !matches!(scope, Scope::Only(Format::Html | Format::Markdown)) {
        kinds.push((1, opaque(scope, true).prop_map(Block::Opaque).boxed()));
    }
    if scope == Scope::Any {
        let bad = words().prop_map(|words| Block::Code(Code { language: Some(words.clone()), text: words }));
        kinds.push((1, bad.boxed()));
    }
    if depth > 0 {
        kinds.push((2, list(scope, depth - 1)));
        if any || place == Place::Root || (place == Place::Cell && scope.is_adf()) {
            kinds.push((1, vec(block(scope, Place::Quote, depth - 1), 0..3).prop_map(Block::Quote).boxed()));
        }
        if any || place == Place::Root {
            kinds.push((1, table(scope, depth - 1)));
        }
    }
    proptest::strategy::Union::new_weighted(kinds).boxed()
}

fn list(scope: Scope, depth: u32) -> BoxedStrategy<Block> {
    let start = match scope {
        Scope::Only(Format::Wiki) => Just(1).boxed(),
        Scope::Only(Format::Markdown) => prop_oneof![Just(1_u32), 0..=999_999_999_u32].boxed(),
        _ => prop_oneof![Just(1_u32), any::<u32>()].boxed(),
    };
    let marker = prop_oneof![Just(Marker::Bullet), start.prop_map(|start| Marker::Number { start })];
    let item = parts(scope, Place::Item, depth).prop_map(|blocks| ListItem { blocks });
    (marker, vec(item, 0..4)).prop_map(|(marker, items)| Block::List(List { marker, items })).boxed()
}

/// What is in an item or cell. Wiki markup wants one paragraph first, then code, then at most one list.
fn parts(scope: Scope, place: Place, depth: u32) -> BoxedStrategy<Vec<Block>> {
    if !scope.is_wiki() {
        return vec(block(scope, place, depth), 0..4).boxed();
    }
    let words = words().prop_map(|words| {
        Block::paragraph(format!("x {}", words.replace(['\n', '\t'], " ").replace("http", "")))
    });
    let list = if depth > 0 { option::of(list(scope, depth - 1)).boxed() } else { Just(None).boxed() };
    (words, option::of(code()), option::of(opaque(scope, true).prop_map(Block::Opaque)), list)
        .prop_map(|(words, code, opaque, list)| {
            [Some(words), code, opaque, list].into_iter().flatten().collect()
        })
        .boxed()
}

fn table(scope: Scope, depth: u32) -> BoxedStrategy<Block> {
    let span = if scope.is_wiki() {
        Just(1).boxed()
    } else {
        prop_oneof![3 => Just(1_u16), 1 => 0..5_u16, 1 => any::<u16>()].boxed()
    };
    let cell = (any::<bool>(), span.clone(), span, parts(scope, Place::Cell, depth))
        .prop_map(|(header, colspan, rowspan, blocks)| Cell { header, colspan, rowspan, blocks });
    let row = vec(cell, 0..4).prop_map(|cells| Row { cells });
    vec(row, 0..4).prop_map(|rows| Block::Table(Table { rows })).boxed()
}
