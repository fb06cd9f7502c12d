//! Lines for the laws: any at all, and those that one format can hold.
//!
//! Words are made of everything that means something in one of the formats, so that escaping is never by luck.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::marks::{Marks, Shift};
use crate::tree::*;
use crate::{Color, Href, emoticon};

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
    ":)",
    "(x)",
    "(*b)",
    "[x] ",
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

    pub(super) fn is_wiki(self) -> bool {
        self == Self::Only(Format::Wiki)
    }

    /// In wiki markup and Markdown every address in a text is a link.
    fn links_addresses(self) -> bool {
        self.is_wiki() || self == Self::Only(Format::Markdown)
    }

    /// Whether all kinds of block may stand in all places.
    pub(super) fn is_free(self) -> bool {
        matches!(self, Self::Any | Self::Only(Format::Html | Format::Markdown))
    }

    pub(super) fn is_adf(self) -> bool {
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
    let grounds = !scope.is_wiki();
    let background = option::weighted(0.1, select(&["#fedec8", "#ffffff"][..]));
    let link = if scope == Scope::Any { prop_oneof![href(), bad].boxed() } else { href().boxed() };
    let other = option::weighted(0.1, select(&["border", "annotation", "zz"][..]));
    let on = || proptest::bool::weighted(0.2);
    (on(), on(), on(), on(), on(), shift, (color, background), option::weighted(0.2, link), other).prop_map(
        move |(strong, em, underline, strike, code, shift, (color, background), link, other)| {
            let background = background.filter(|_| grounds).and_then(Color::parse);
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
                background,
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
pub(super) fn image(scope: Scope) -> BoxedStrategy<Inline> {
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

/// An emoji; wiki markup has those of its emoticons.
fn emoji(scope: Scope) -> BoxedStrategy<Inline> {
    let known = select(&[":smiley:", ":cross_mark:", ":flag_off:"][..])
        .prop_map(|name| Inline::Emoji(emoticon::of(name).unwrap().1));
    let id = option::of(select(&["1f604", "a|\"b"][..]).prop_map(str::to_owned));
    let any = (select(&[":x y:", ":acme:", "z"][..]), words(), id)
        .prop_map(|(name, text, id)| Inline::Emoji(Emoji { name: name.to_owned(), text, id }));
    // In the wiki scope a space follows each.
    if scope.is_wiki() { known.boxed() } else { prop_oneof![known, any].boxed() }
}

fn status() -> BoxedStrategy<Inline> {
    let tone = select(vec![Tone::Neutral, Tone::Green, Tone::Other(Color::parse("#123456").unwrap())]);
    (words(), tone).prop_map(|(text, tone)| Inline::Status(Status { text, tone })).boxed()
}

/// An opaque piece as the format's own parser makes it, or in any scope also one that lies.
pub(super) fn opaque(scope: Scope, as_block: bool) -> BoxedStrategy<Opaque> {
    let adf = words().prop_map(|words| {
        let text = json!({"type": "text", "text": words});
        let raw = json!({"type": "decisionList", "attrs": {"localId": ""}, "content": [{"type": "decisionItem", "attrs": {"localId": "", "state": ""}, "content": [text]}]});
        let doc = crate::adf::parse(&json!({"type": "doc", "content": [raw]})).unwrap();
        match doc.blocks.into_iter().next() {
            Some(Block::Opaque(opaque)) => opaque,
            other => unreachable!("{other:?}"),
        }
    });
    let wiki = select(match as_block {
        true => &[("{chart:title=T}\nx|y\n\n* z\n{chart}", "T\nx|y\n\nz"), ("{info}i{info}", "i")][..],
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
pub(super) fn line(scope: Scope) -> BoxedStrategy<Vec<Inline>> {
    let mut kinds =
        vec![(8, run(scope).boxed()), (1, Just(Inline::Break).boxed()), (1, mention(scope).boxed())];
    if !matches!(scope, Scope::Only(Format::Html | Format::Markdown)) {
        kinds.push((1, opaque(scope, false).prop_map(Inline::Opaque).boxed()));
    }
    if !scope.is_adf() {
        kinds.push((1, image(scope)));
    }
    kinds.push((1, emoji(scope)));
    if !scope.is_wiki() {
        kinds.push((1, status()));
        kinds.push((
            1,
            (-800_000..3_000_000_i64)
                .prop_filter_map("a day", Day::since_epoch)
                .prop_map(Inline::Date)
                .boxed(),
        ));
    }
    let one = proptest::strategy::Union::new_weighted(kinds);
    vec(one, 0..5)
        .prop_map(move |line| match scope.is_wiki() {
            true => line.into_iter().flat_map(|one| [one, Inline::text(" ")]).collect(),
            false => line,
        })
        .boxed()
}
