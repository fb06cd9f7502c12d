//! v1's XML (developer hub, "Response formats" and "Resources and collections").
//!
//! The id and the name are attributes, everything else is an element: fields first, then references, then collections. What is
//! null has the attribute `nil`. Dates have no zone.

use serde_json::Value;

use super::include::{Shown, Tree};
use super::show::{Show, allowed, declared, entity_name, value};
use crate::targetprocess::custom::Held;
use crate::targetprocess::read::{Thing, Val};
use crate::targetprocess::schema::{Kind, Slot};

/// An XML document that is being written.
#[derive(Default)]
pub(super) struct Xml(String);

impl Xml {
    /// The document.
    pub(super) fn finish(self) -> String {
        format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>{}", self.0)
    }

    fn put(&mut self, pieces: &[&str]) {
        pieces.iter().for_each(|piece| self.0.push_str(piece));
    }

    fn open(&mut self, name: &str) {
        self.put(&["<", name]);
    }

    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        // Parsers turn line ends and tabs of attributes into spaces unless they are written as numbers.
        let value = escape(value).replace('\n', "&#xA;").replace('\t', "&#x9;");
        self.put(&[" ", name, "=\"", &value, "\""]);
    }

    fn close(&mut self, name: &str) {
        self.put(&["</", name, ">"]);
    }

    fn text(&mut self, name: &str, value: &str) {
        self.put(&["<", name, ">", &escape(value), "</", name, ">"]);
    }

    fn nil(&mut self, name: &str) {
        self.put(&["<", name, " nil=\"true\" />"]);
    }

    /// A page of resources.
    pub(super) fn page(
        &mut self,
        show: Show<'_>,
        kind: Kind,
        links: [(&str, Option<&str>); 2],
        rows: (&[Thing], &Tree),
    ) {
        let name = kind.plural();
        self.open(name);
        for (link, url) in links {
            if let Some(url) = url {
                self.attribute(link, url);
            }
        }
        self.0.push('>');
        for thing in rows.0 {
            let own = show.site.kind(*thing);
            self.thing(show, *thing, (own.name(), own), rows.1);
        }
        self.close(name);
    }

    /// A resource as an element with this name.
    pub(super) fn thing(&mut self, show: Show<'_>, thing: Thing, (name, kind): (&str, Kind), tree: &Tree) {
        self.open(name);
        self.attribute("ResourceType", kind.name());
        let attribute =
            |shown: &&Shown| shown.sum.is_none() && matches!(shown.field.slot, Slot::Id | Slot::Name);
        for shown in tree.0.iter().filter(attribute) {
            match show.site.read(thing, shown.field.slot) {
                Val::Text(text) => self.attribute(shown.field.name, &text),
                Val::Number(number) => self.attribute(shown.field.name, &number.to_string()),
                _ => {}
            }
        }
        let rest: Vec<(&Shown, Val<'_>)> = tree
            .0
            .iter()
            .filter(|shown| !attribute(shown))
            .map(|shown| (shown, value(show.site, thing, shown)))
            .collect();
        if rest.is_empty() {
            self.0.push_str(" />");
            return;
        }
        self.0.push('>');
        for group in 0..3 {
            for (shown, value) in rest.iter().filter(|(shown, value)| rank(shown, value) == group) {
                self.field(show, shown, value);
            }
        }
        self.close(name);
    }

    fn field(&mut self, show: Show<'_>, shown: &Shown, value: &Val<'_>) {
        let name = shown.name();
        match value {
            Val::Null => self.nil(&name),
            Val::Flag(flag) => self.text(&name, if *flag { "true" } else { "false" }),
            Val::Number(number) => self.text(&name, &number.to_string()),
            Val::Decimal(number) => self.text(&name, &format!("{number:.4}")),
            Val::Text(text) => self.text(&name, text),
            Val::Time(at) => self.text(&name, &show.date(*at)),
            Val::Thing(thing) => {
                self.thing(show, *thing, (&name, declared(show.site, shown, *thing)), &shown.inner);
            }
            Val::Things(things) => {
                self.open(&name);
                self.0.push('>');
                for thing in allowed(show.inner, things) {
                    let kind = declared(show.site, shown, *thing);
                    self.thing(show, *thing, (kind.name(), kind), &shown.inner);
                }
                self.close(&name);
            }
            Val::Custom(fields) => {
                self.open(&name);
                self.0.push('>');
                for (field, kind, held) in fields {
                    self.open("Field");
                    self.attribute("Type", kind);
                    self.0.push('>');
                    self.text("Name", field);
                    self.held(show, *held);
                    self.close("Field");
                }
                self.close(&name);
            }
            Val::Held(held) => self.held(show, Some(held)),
        }
    }

    fn held(&mut self, show: Show<'_>, held: Option<&Held>) {
        match held {
            None => self.nil("Value"),
            Some(Held::Text(text)) => self.text("Value", text),
            Some(Held::Number(number)) => self.text("Value", &number.to_string()),
            Some(Held::Flag(flag)) => self.text("Value", if *flag { "true" } else { "false" }),
            Some(Held::Time(at)) => self.text("Value", &show.date(*at)),
            Some(Held::Link { url, label }) => {
                self.0.push_str("<Value>");
                self.text("Url", url);
                self.text("Label", label.as_deref().unwrap_or_default());
                self.0.push_str("</Value>");
            }
            Some(Held::Entity(id, kind)) => {
                self.open("Value");
                self.attribute("Id", &id.to_string());
                self.attribute("Kind", kind.name());
                self.attribute("Name", &entity_name(show.site, *id, *kind).unwrap_or_default());
                self.0.push_str(" />");
            }
        }
    }
}

/// Fields, references, collections.
fn rank(shown: &Shown, value: &Val<'_>) -> u8 {
    use crate::targetprocess::schema::Shape;
    match (shown.field.shape, value) {
        _ if shown.sum.is_some() => 0,
        (Shape::One(_), _) => 1,
        (Shape::Many(_) | Shape::Custom, _) => 2,
        _ => 0,
    }
}

/// JSON as XML: members are elements, `Id`, `Name` and `ResourceType` attributes, rows of `Items` elements called `Item` unless they
/// have a type.
pub(crate) fn of_json(name: &str, value: &Value) -> String {
    let mut xml = Xml::default();
    element(&mut xml, name, value);
    xml.finish()
}

fn element(xml: &mut Xml, name: &str, value: &Value) {
    match value {
        Value::Null => xml.nil(name),
        Value::Object(members) => {
            xml.open(name);
            let described = members.contains_key("CanSet") || name == "Culture";
            let attribute = |(name, value): &(&String, &Value)| {
                (described || ATTRIBUTES.contains(&name.as_str())) && !value.is_object() && !value.is_array()
            };
            for (name, value) in members.iter().filter(attribute) {
                xml.attribute(name, &plain(value));
            }
            let mut rest = members.iter().filter(|member| !attribute(member)).peekable();
            if rest.peek().is_none() {
                xml.0.push_str(" />");
                return;
            }
            xml.0.push('>');
            for (inner, value) in rest {
                match value {
                    Value::Array(rows) if inner == "Items" => rows.iter().for_each(|row| {
                        let own = row.get("ResourceType").and_then(Value::as_str);
                        element(xml, own.unwrap_or_else(|| row_of(name)), row);
                    }),
                    value => element(xml, inner, value),
                }
            }
            xml.close(name);
        }
        Value::Array(rows) => {
            xml.open(name);
            xml.0.push('>');
            rows.iter().for_each(|row| element(xml, "Item", row));
            xml.close(name);
        }
        value => xml.text(name, &plain(value)),
    }
}

/// Members that are attributes.
const ATTRIBUTES: &[&str] = &["Id", "Name", "ResourceType", "Acid", "Token", "Uri"];

/// What the rows of a list without types are called.
fn row_of(list: &str) -> &'static str {
    match list {
        "SelectedProjects" => "ProjectInfo",
        "SelectedTeams" => "TeamInfo",
        "Processes" => "ProcessInfo",
        "Terms" => "Term",
        "Practices" => "Practice",
        "CustomFields" => "CustomFieldInfo",
        "ResourcesMetadataDescription" => "ResourceMetadataDescription",
        "ResourceMetadataPropertiesResourceValuesDescription" => "ResourceFieldMetadataDescription",
        "ResourceMetadataPropertiesResourceReferencesDescription" => "ResourceReferenceMetadataDescription",
        "ResourceMetadataPropertiesResourceCollectionsDescription" => "ResourceCollectionMetadataDescription",
        _ => "Item",
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A text as it stands in XML; characters that XML 1.0 cannot have at all are replaced.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Parsers would turn a bare carriage return into a line feed.
            '\r' => out.push_str("&#xD;"),
            '\t' | '\n' => out.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_have_is_escaped_or_replaced() {
        assert_eq!(escape("a<b>&\"c\"\r\n\u{1}"), "a&lt;b&gt;&amp;&quot;c&quot;&#xD;\n\u{fffd}");
    }

    #[test]
    fn json_becomes_elements_and_attributes() {
        let value = serde_json::json!({"Status": "NotFound", "Details": {"Items": [{"Type": "Simple"}]}, "None": null, "Id": 5});
        let expected = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error Id=\"5\"><Status>NotFound</Status>\
            <Details><Item><Type>Simple</Type></Item></Details><None nil=\"true\" /></Error>";
        let text = of_json("Error", &value);
        let mut left: Vec<&str> = text.split('<').collect();
        let mut right: Vec<&str> = expected.split('<').collect();
        left.sort_unstable();
        right.sort_unstable();
        assert_eq!(left, right);
    }
}
