//! The body of a write: JSON, or XML with the same members (developer hub, "Create" and "Set fields & properties").

use http::header::CONTENT_TYPE;
use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, Value, json};

use crate::frame::call::Call;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::{Kind, Shape};

/// How many elements and attributes a document may have, and how deep they may lie.
const NODES: u32 = 200_000;
const DEPTH: usize = 30;

/// Reads the body of a write to a kind of resource; several in one body are an array.
pub(super) fn read(call: &Call<'_>, kind: Kind) -> Result<Value, Refusal> {
    let media = call.headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let first = call.body.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'<') || (media.contains("xml") && first.is_some()) {
        return xml(&call.body, kind);
    }
    call.json().map_err(|_| Refusal::unreadable("JSON"))
}

fn xml(body: &[u8], kind: Kind) -> Result<Value, Refusal> {
    let wrong = || Refusal::unreadable("XML");
    let text = std::str::from_utf8(body).map_err(|_| wrong())?;
    let options = ParsingOptions { nodes_limit: NODES, ..ParsingOptions::default() };
    let document =
        Document::parse_with_options(text.trim_start_matches('\u{feff}'), options).map_err(|_| wrong())?;
    let root = document.root_element();
    let deepest = root.descendants().map(|node| node.ancestors().take(DEPTH + 2).count()).max();
    if deepest.unwrap_or(0) > DEPTH {
        return Err(wrong());
    }
    let name = root.tag_name().name();
    if name.eq_ignore_ascii_case(kind.plural()) {
        return Ok(children(root).map(|child| object(child, Some(kind))).collect());
    }
    Ok(object(root, Some(kind)))
}

/// An element with attributes and elements as an object.
fn object(node: Node<'_, '_>, kind: Option<Kind>) -> Value {
    let mut members = Map::new();
    for attribute in node.attributes().filter(|attribute| attribute.name() != "nil") {
        members.insert(attribute.name().to_owned(), json!(attribute.value()));
    }
    for child in children(node) {
        let name = child.tag_name().name();
        members.insert(
            name.to_owned(),
            member(child, kind.and_then(|kind| kind.field(name)).map(|field| field.shape)),
        );
    }
    members.into()
}

/// The elements of an element, by its own lifetime.
fn children<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

fn member(node: Node<'_, '_>, shape: Option<Shape>) -> Value {
    if node.attribute("nil").is_some_and(|nil| nil == "true") {
        return Value::Null;
    }
    match shape {
        Some(Shape::Many(kind)) => {
            let items: Vec<Value> = children(node).map(|child| object(child, Some(kind))).collect();
            json!({"Items": items})
        }
        Some(Shape::Custom) => children(node).map(|field| object(field, None)).collect(),
        Some(Shape::One(kind)) => object(node, Some(kind)),
        _ if node.attributes().len() > 0 || children(node).next().is_some() => object(node, None),
        _ => json!(node.text().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn elements_and_attributes_are_members() {
        let text = r#"<?xml version="1.0"?><UserStory Name="A &lt; B" ResourceType="UserStory">
            <Description>x<![CDATA[<b>]]></Description><Effort>3.5</Effort><Project Id="2"/>
            <Tasks><Task Name="T"/></Tasks><Feature nil="true"/>
            <CustomFields><Field Type="Text"><Name>Risk</Name><Value nil="true"/></Field></CustomFields></UserStory>"#;
        assert_eq!(
            xml(text.as_bytes(), Kind::UserStory).unwrap(),
            json!({
                "Name": "A < B", "ResourceType": "UserStory", "Description": "x<b>", "Effort": "3.5", "Project": {"Id": "2"},
                "Tasks": {"Items": [{"Name": "T"}]}, "Feature": null,
                "CustomFields": [{"Type": "Text", "Name": "Risk", "Value": null}],
            })
        );
    }

    #[test]
    fn several_in_one_body_are_an_array() {
        let several = xml(b"<Tags><Tag Id=\"1\"/><Tag Id=\"2\"/></Tags>", Kind::Tag).unwrap();
        assert_eq!(several, json!([{"Id": "1"}, {"Id": "2"}]));
    }

    #[test]
    fn what_would_grow_or_dig_is_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><UserStory Name=\"&b;\"/>";
        let deep = format!("{}{}", "<a>".repeat(500), "</a>".repeat(500));
        for text in [bomb, &deep, "<a", "", "<a></b>", "\u{0}"] {
            assert!(xml(text.as_bytes(), Kind::UserStory).is_err(), "{text}");
        }
        assert!(xml(&[b'<', 0xff], Kind::Bug).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail(text in ".{0,200}") {
            drop(xml(text.as_bytes(), Kind::Bug));
        }
    }
}
