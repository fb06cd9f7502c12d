//! The laws of the crate, proved on generated documents and inputs.

mod blocks;
mod docs;
mod input;
mod size;

use proptest::prelude::*;

use self::blocks::docs;
use self::docs::{Scope, words};
pub(crate) use self::input::nodes;
use self::input::{soup, tags};
use crate::fit::{fit, known_and_other};
use crate::normal::one_block;
use crate::tree::{Block, Doc, Format, Inline, Mention};
use crate::{adf, html, markdown, wiki};

const ALL: [Format; 4] = [Format::Adf, Format::Wiki, Format::Html, Format::Markdown];

/// All tags and attributes that may ever be printed.
const TAGS: [&str; 33] = [
    "details",
    "summary",
    "input",
    "time",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "pre",
    "code",
    "blockquote",
    "table",
    "tbody",
    "tr",
    "td",
    "th",
    "hr",
    "br",
    "strong",
    "em",
    "u",
    "s",
    "sub",
    "sup",
    "a",
    "span",
    "img",
];
const ATTRIBUTES: [&str; 15] = [
    "href=",
    "style=",
    "class=",
    "start=",
    "colspan=",
    "rowspan=",
    "data-mention=",
    "src=",
    "alt=",
    "data-panel=",
    "data-status=",
    "data-emoji=",
    "data-emoji-id=",
    "datetime=",
    "type=",
];

/// Lines of text without marks, in normal form.
pub(crate) fn plain_lines() -> impl Strategy<Value = Vec<Inline>> {
    let word = prop_oneof![3 => "[a-zé0-9]{1,3}", 2 => "[!-~]", 2 => Just(" ".to_owned())];
    let line = proptest::collection::vec(word, 1..12)
        .prop_map(|words| vec![Inline::text(words.concat()), Inline::Break]);
    proptest::collection::vec(line, 1..4).prop_map(|lines| one_block(lines.concat()))
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

/// The characters a reader sees.
fn visible(doc: &Doc) -> String {
    doc.plain().chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect()
}

/// Whether all letters of `part` are in `whole`, in their order.
fn keeps(whole: &str, part: &str) -> bool {
    let mut whole = whole.chars();
    part.chars().all(|letter| whole.any(|other| other == letter))
}

/// The document with mentions shown by their id: wiki markup keeps who is meant, not the name.
fn nameless(doc: Doc) -> Doc {
    doc.map_mentions(&mut |mention| Inline::Mention(Mention { name: None, ..mention }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2 * ProptestConfig::default().cases, ..ProptestConfig::default() })]

    #[test]
    fn normal_form_is_a_fixed_point(doc in docs(Scope::Any)) {
        let normal = doc.normal();
        prop_assert_eq!(normal.clone().normal(), normal);
    }

    #[test]
    fn only_the_normal_form_of_nothing_is_empty(doc in docs(Scope::Any)) {
        prop_assert_eq!(doc.is_empty(), doc.normal().blocks.is_empty());
    }

    #[test]
    fn what_is_known_to_fit_does(doc in docs(Scope::Any)) {
        for format in ALL {
            for doc in [doc.clone(), doc.clone().normal(), hold(&doc, format)] {
                prop_assert_eq!(known_and_other(&doc, format), Vec::new(), "{:?}", format);
            }
        }
    }

    #[test]
    fn adf_holds_what_it_can_say(doc in docs(Scope::Only(Format::Adf))) {
        prop_assert_eq!(hold(&doc, Format::Adf), doc.normal());
    }

    #[test]
    fn wiki_markup_holds_what_it_can_say(doc in docs(Scope::Only(Format::Wiki))) {
        prop_assert_eq!(hold(&doc, Format::Wiki), doc.clone().normal(), "{}", wiki::print(&doc));
    }

    #[test]
    fn html_holds_what_it_can_say(doc in docs(Scope::Only(Format::Html))) {
        prop_assert_eq!(hold(&doc, Format::Html), doc.clone().normal(), "{}", html::print(&doc));
    }

    #[test]
    fn markdown_holds_what_it_can_say(doc in docs(Scope::Only(Format::Markdown))) {
        prop_assert_eq!(hold(&doc, Format::Markdown), doc.clone().normal(), "{}", markdown::print(&doc));
    }

    #[test]
    fn holding_is_a_fixed_point_after_one_pass(doc in docs(Scope::Any)) {
        for format in ALL {
            let held = hold(&doc, format);
            prop_assert_eq!(&hold(&held, format), &held, "{:?}\n{}\n{}", format, wiki::print(&doc), wiki::print(&held));
            prop_assert_eq!(&held.clone().normal(), &held, "{:?}", format);
        }
    }

    #[test]
    fn a_format_gives_back_what_its_model_says(doc in docs(Scope::Any)) {
        for (format, fitted) in [
            (Format::Adf, fit(doc.clone(), Format::Adf, adf::believe)),
            (Format::Wiki, fit(doc.clone(), Format::Wiki, wiki::believe)),
            (Format::Html, fit(doc.clone(), Format::Html, html::believe)),
            (Format::Markdown, fit(doc.clone(), Format::Markdown, markdown::believe)),
        ] {
            prop_assert_eq!(&hold(&doc, format), &fitted, "{:?}\n{}", format, markdown::print(&doc));
        }
    }

    #[test]
    fn no_visible_character_is_lost_on_any_way(doc in docs(Scope::Any)) {
        let doc = nameless(doc.normal());
        for first in ALL {
            let once = hold(&doc, first);
            prop_assert!(keeps(&visible(&once), &visible(&doc)), "{:?}: {:?}\n{:?}\n{}", first, doc.plain(), once.plain(), wiki::print(&doc));
            for second in ALL {
                let twice = hold(&once, second);
                prop_assert!(keeps(&visible(&twice), &visible(&once)), "{:?}, {:?}: {:?}\n{:?}", first, second, once.plain(), twice.plain());
            }
        }
    }

    #[test]
    fn plain_text_comes_back(text in soup()) {
        let doc = Doc::from_plain(&text);
        prop_assert_eq!(Doc::from_plain(&doc.plain()), doc.clone());
        prop_assert_eq!(doc.clone().normal(), doc.clone());
        prop_assert_eq!(hold(&doc, Format::Adf), doc.clone());
        prop_assert_eq!(hold(&doc, Format::Html), doc.clone());
        prop_assert_eq!(hold(&doc, Format::Wiki).plain(), doc.plain());
        prop_assert_eq!(hold(&doc, Format::Markdown).plain(), doc.plain());
    }

    #[test]
    fn what_was_read_from_wiki_markup_is_printed_as_itself(text in soup()) {
        let doc = wiki::parse(&text);
        prop_assert_eq!(&doc.clone().normal(), &doc);
        prop_assert_eq!(&hold(&doc, Format::Wiki), &doc, "{:?} {:?}", text, wiki::print(&doc));
    }

    #[test]
    fn what_was_read_from_html_is_printed_as_itself(text in tags()) {
        let doc = html::parse(&text);
        prop_assert_eq!(&doc.clone().normal(), &doc);
        prop_assert_eq!(&hold(&doc, Format::Html), &doc, "{}", html::print(&doc));
    }

    #[test]
    fn what_was_read_from_markdown_is_printed_as_itself(text in soup()) {
        let doc = markdown::parse(&text);
        prop_assert_eq!(&doc.clone().normal(), &doc);
        prop_assert_eq!(&hold(&doc, Format::Markdown), &doc, "{:?} {:?}", text, markdown::print(&doc));
    }

    #[test]
    fn what_was_read_from_adf_is_held_after_one_print(nodes in nodes()) {
        let doc = adf::parse(&nodes).unwrap();
        prop_assert_eq!(&doc.clone().normal(), &doc);
        let held = hold(&doc, Format::Adf);
        prop_assert_eq!(&hold(&held, Format::Adf), &held);
        prop_assert!(keeps(&visible(&held), &visible(&doc)));
    }

    #[test]
    fn adf_is_read_from_its_text_as_from_its_value(nodes in nodes(), doc in docs(Scope::Any)) {
        for value in [nodes, adf::print(&doc)] {
            let text = value.to_string();
            prop_assert_eq!(adf::from_str(&text), adf::parse(&serde_json::from_str(&text).unwrap()));
        }
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&adf::to_string(&doc)).unwrap(), adf::print(&doc));
        prop_assert_eq!(adf::from_str(&adf::to_string(&doc)), adf::parse(&adf::print(&doc)));
    }

    #[test]
    fn adf_that_keeps_to_the_schema_is_printed_as_itself(doc in docs(Scope::Only(Format::Adf))) {
        let printed = adf::print(&doc);
        prop_assert_eq!(adf::print(&adf::parse(&printed).unwrap()), printed);
    }

    #[test]
    fn any_text_is_read_by_every_parser(text in any::<String>()) {
        for doc in [wiki::parse(&text), html::parse(&text), markdown::parse(&text), Doc::from_plain(&text)] {
            prop_assert_eq!(&doc.clone().normal(), &doc);
        }
    }

    #[test]
    fn a_document_survives_being_stored(doc in docs(Scope::Any)) {
        let doc = doc.normal();
        let stored = serde_json::to_string(&doc).unwrap();
        prop_assert_eq!(serde_json::from_str::<Doc>(&stored).unwrap(), doc);
    }

    #[test]
    fn html_output_has_no_tag_or_address_that_is_not_allowed(doc in docs(Scope::Any)) {
        let printed = html::print(&doc);
        for tag in printed.split('<').skip(1) {
            let name = tag.trim_start_matches('/').split([' ', '>']).next().unwrap();
            prop_assert!(TAGS.contains(&name), "{}", printed);
            for attribute in tag.split('>').next().unwrap().split('"').step_by(2).map(str::trim).filter(|rest| rest.contains('=')) {
                let attribute = attribute.rsplit(' ').next().unwrap();
                prop_assert!(ATTRIBUTES.contains(&attribute), "{} {}", attribute, printed);
            }
        }
        for address in printed.split("href=\"").skip(1) {
            let address = address.split('"').next().unwrap();
            let colon = address.find(':').filter(|colon| !address[..*colon].contains(['/', '?', '#']));
            let scheme = colon.map(|colon| &address[..colon]);
            prop_assert!(matches!(scheme, None | Some("http" | "https" | "mailto")), "{}", address);
        }
    }

    #[test]
    fn words_are_never_read_as_markup(words in words()) {
        let doc = Doc { blocks: vec![Block::paragraph(words)] }.normal();
        prop_assert_eq!(hold(&doc, Format::Html), doc.clone());
        prop_assert_eq!(hold(&doc, Format::Adf), doc);
    }
}
