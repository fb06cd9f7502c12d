//! Documents for the laws: any at all, and those that one format can hold.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::docs::{Scope, image, line, opaque, words};
use crate::Color;
use crate::tree::*;

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
    Panel,
    /// At the root, and elsewhere.
    Expand,
    Nested,
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
    let flows = matches!(place, Place::Cell | Place::Expand | Place::Nested) && scope.is_adf();
    if any || place == Place::Root || place == Place::Panel || flows {
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
        if any || place == Place::Root || flows {
            kinds.push((1, vec(block(scope, Place::Quote, depth - 1), 0..3).prop_map(Block::Quote).boxed()));
        }
        if scope == Scope::Any || scope == Scope::Only(Format::Html) || place == Place::Root || flows {
            kinds.push((1, panel(scope, depth - 1)));
        }
        if any || (scope.is_adf() && matches!(place, Place::Root | Place::Cell | Place::Expand)) {
            let inside = if place == Place::Root { Place::Expand } else { Place::Nested };
            let inner = vec(block(scope, inside, depth - 1), 0..3);
            let expand = (words(), inner).prop_map(|(title, blocks)| Block::Expand(Expand { title, blocks }));
            kinds.push((1, expand.boxed()));
        }
        if scope.is_adf() && !matches!(place, Place::Quote | Place::Item) {
            kinds.push((1, tasks(depth - 1).prop_map(Block::List).boxed()));
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
    let task = match scope.is_adf() {
        true => Just(None).boxed(),
        false => option::weighted(0.3, any::<bool>()).boxed(),
    };
    let item = (task, parts(scope, Place::Item, depth)).prop_map(|(task, blocks)| ListItem { task, blocks });
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

/// A list of nothing but tasks, as ADF has it.
fn tasks(depth: u32) -> BoxedStrategy<List> {
    let words = words().prop_map(|words| Block::paragraph(format!("x{words}")));
    let inner = if depth > 0 { option::weighted(0.3, tasks(depth - 1)).boxed() } else { Just(None).boxed() };
    let item = (any::<bool>(), vec(words, 1..3), inner).prop_map(|(done, words, inner)| ListItem {
        task: Some(done),
        blocks: words.into_iter().chain(inner.map(Block::List)).collect(),
    });
    vec(item, 1..3).prop_map(|items| List { marker: Marker::Bullet, items }).boxed()
}

fn panel(scope: Scope, depth: u32) -> BoxedStrategy<Block> {
    let mut kinds =
        vec![PanelKind::Info, PanelKind::Note, PanelKind::Success, PanelKind::Warning, PanelKind::Error];
    if scope != Scope::Only(Format::Markdown) {
        kinds.push(PanelKind::Custom(Color::parse("#012345")));
        kinds.push(PanelKind::Custom(Color::parse("#deebff")));
    }
    if scope != Scope::Only(Format::Markdown) && !scope.is_adf() {
        kinds.push(PanelKind::Custom(None));
    }
    let title = match scope {
        Scope::Any => option::of(words()).boxed(),
        Scope::Only(Format::Wiki) => {
            option::of(select(&["T", "a: b=c \\"][..]).prop_map(str::to_owned)).boxed()
        }
        Scope::Only(_) => Just(None).boxed(),
    };
    (select(kinds), title, vec(block(scope, Place::Panel, depth), 0..3))
        .prop_map(|(kind, title, blocks)| Block::Panel(Panel { kind, title, blocks }))
        .boxed()
}
