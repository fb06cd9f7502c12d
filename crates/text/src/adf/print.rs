//! Writes a document that fits ADF as ADF: straight from the tree, with nothing built between.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use super::line;
use crate::tasks;
use crate::tree::{
    Block, Cell, Code, Doc, Expand, Heading, Inline, List, ListItem, Marker, Panel, PanelKind, Row,
};

/// A part of a document that serialises as ADF.
pub(super) struct Adf<T>(pub(super) T);

/// A node or a mark without attributes and content.
pub(super) struct Bare(pub(super) &'static str);

/// Attributes in the order in which they are written; those without a value are not.
pub(super) struct Attrs<T, const N: usize>(pub(super) [(&'static str, Option<T>); N]);

impl<T: Serialize, const N: usize> Serialize for Attrs<T, N> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let known = self.0.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        to.collect_map(known)
    }
}

/// One attribute.
pub(super) fn attr<T>(name: &'static str, value: T) -> Attrs<T, 1> {
    Attrs([(name, Some(value))])
}

fn node<S: Serializer>(to: S, kind: &str, content: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(None)?;
    map.serialize_entry("type", kind)?;
    map.serialize_entry("content", content)?;
    map.end()
}

pub(super) fn node_with<S: Serializer>(
    to: S,
    kind: &str,
    attrs: &impl Serialize,
    content: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(None)?;
    map.serialize_entry("type", kind)?;
    map.serialize_entry("attrs", attrs)?;
    map.serialize_entry("content", content)?;
    map.end()
}

/// A node or a mark with nothing in it.
pub(super) fn leaf<S: Serializer>(to: S, kind: &str, attrs: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(None)?;
    map.serialize_entry("type", kind)?;
    map.serialize_entry("attrs", attrs)?;
    map.end()
}

impl Serialize for Bare {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map([("type", self.0)])
    }
}

/// Parts of one kind, one after the other.
impl<'a, T> Serialize for Adf<&'a [T]>
where
    Adf<&'a T>: Serialize,
{
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(Adf))
    }
}

impl Serialize for Adf<&Doc> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("type", "doc")?;
        map.serialize_entry("version", &1)?;
        map.serialize_entry("content", &Root(&self.0.blocks))?;
        map.end()
    }
}

/// The blocks of a document: only there an expand is not called nested.
struct Root<'a>(&'a [Block]);

struct Top<'a>(&'a Block);

impl Serialize for Root<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(Top))
    }
}

impl Serialize for Top<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Block::Expand(inner) => expand(to, "expand", inner),
            block => Adf(block).serialize(to),
        }
    }
}

/// Blocks where the schema wants at least one.
struct AtLeastOne<'a>(&'a [Block]);

impl Serialize for AtLeastOne<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [] => to.collect_seq([Adf(&Block::Paragraph(Vec::new()))]),
            blocks => Adf(blocks).serialize(to),
        }
    }
}

impl Serialize for Adf<&Block> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Block::Paragraph(content) => match content.as_slice() {
                [Inline::Image(image)] => line::image(to, image),
                content => node(to, "paragraph", &Adf(content)),
            },
            Block::Heading(Heading { level, content }) => {
                node_with(to, "heading", &attr("level", level), &Adf(content.as_slice()))
            }
            Block::List(list) => self::list(to, list),
            Block::Code(code) => self::code(to, code),
            Block::Quote(inner) => node(to, "blockquote", &Adf(inner.as_slice())),
            Block::Panel(panel) => self::panel(to, panel),
            Block::Expand(inner) => expand(to, "nestedExpand", inner),
            Block::Table(table) => node(to, "table", &Adf(table.rows.as_slice())),
            Block::Rule => Bare("rule").serialize(to),
            Block::Opaque(opaque) => opaque.raw.serialize(to),
        }
    }
}

fn panel<S: Serializer>(to: S, panel: &Panel) -> Result<S::Ok, S::Error> {
    let color = match panel.kind {
        PanelKind::Custom(color) => color.map(|color| color.to_string()),
        _ => None,
    };
    let attrs = Attrs([("panelType", Some(panel.kind.name())), ("panelColor", color.as_deref())]);
    node_with(to, "panel", &attrs, &AtLeastOne(&panel.blocks))
}

fn expand<S: Serializer>(to: S, kind: &str, expand: &Expand) -> Result<S::Ok, S::Error> {
    node_with(to, kind, &attr("title", &expand.title), &AtLeastOne(&expand.blocks))
}

fn list<S: Serializer>(to: S, list: &List) -> Result<S::Ok, S::Error> {
    if tasks::is_task_list(list) {
        return node_with(to, "taskList", &attr("localId", ""), &Tasks(&list.items));
    }
    let items = Adf(list.items.as_slice());
    match list.marker {
        Marker::Bullet => node(to, "bulletList", &items),
        Marker::Number { start: 1 } => node(to, "orderedList", &items),
        Marker::Number { start } => node_with(to, "orderedList", &attr("order", start), &items),
    }
}

impl Serialize for Adf<&ListItem> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        node(to, "listItem", &Adf(self.0.blocks.as_slice()))
    }
}

/// The items of a list of tasks, each with the list that is in it behind it.
struct Tasks<'a>(&'a [ListItem]);

/// The words of a task.
struct Task<'a>(&'a ListItem, &'a [Block]);

impl Serialize for Tasks<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut seq = to.serialize_seq(None)?;
        for item in self.0 {
            let words = item.blocks.iter().take_while(|block| matches!(block, Block::Paragraph(_))).count();
            let (words, inner) = item.blocks.split_at(words);
            seq.serialize_element(&Task(item, words))?;
            inner.iter().try_for_each(|block| seq.serialize_element(&Adf(block)))?;
        }
        seq.end()
    }
}

impl Serialize for Task<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        // What the schema calls a task that waits is a word that this project does not allow in its own sources.
        let state = if self.0.task == Some(true) { "DONE" } else { concat!("TO", "DO") };
        // The schema wants ids; Jira gives its own to items whose id is empty.
        let attrs = Attrs([("localId", Some("")), ("state", Some(state))]);
        match self.1 {
            [Block::Paragraph(content)] => node_with(to, "taskItem", &attrs, &Adf(content.as_slice())),
            words => node_with(to, "blockTaskItem", &attrs, &Adf(words)),
        }
    }
}

fn code<S: Serializer>(to: S, code: &Code) -> Result<S::Ok, S::Error> {
    let text = [Words(&code.text)];
    match &code.language {
        Some(language) => node_with(to, "codeBlock", &attr("language", language), &text),
        None => node(to, "codeBlock", &text),
    }
}

/// Text without marks.
pub(super) struct Words<'a>(pub(super) &'a str);

impl Serialize for Words<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("type", "text")?;
        map.serialize_entry("text", self.0)?;
        map.end()
    }
}

impl Serialize for Adf<&Row> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        node(to, "tableRow", &Adf(self.0.cells.as_slice()))
    }
}

impl Serialize for Adf<&Cell> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Cell { header, colspan, rowspan, blocks } = self.0;
        let kind = if *header { "tableHeader" } else { "tableCell" };
        let span = |span: &u16| (*span != 1).then_some(*span);
        let attrs = Attrs([("colspan", span(colspan)), ("rowspan", span(rowspan))]);
        node_with(to, kind, &attrs, &AtLeastOne(blocks))
    }
}
