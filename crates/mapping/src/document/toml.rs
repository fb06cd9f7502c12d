//! Reads TOML into the tree.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::tree::{DEPTH, Entry, Malformed, Node, Ruler, Tree};

/// The document as a tree.
pub(super) fn parse(text: &str) -> Result<Node, Malformed> {
    let ruler = Ruler::new(text);
    let table = DeTable::parse(text).map_err(|error| Malformed {
        line: error.span().map_or(1, |span| ruler.line(span.start)),
        message: error.message().lines().collect::<Vec<_>>().join(" "),
    })?;
    Ok(Node { line: 1, tree: Tree::Table(entries(table.get_ref(), &ruler, DEPTH)?) })
}

fn entries(table: &DeTable<'_>, ruler: &Ruler, depth: usize) -> Result<Vec<Entry>, Malformed> {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        Ok(Entry {
            key: ToString::to_string(key.get_ref()),
            line: ruler.line(key.span().start),
            node: node(value, ruler, depth)?,
        })
    };
    table.iter().map(entry).collect()
}

fn node(value: &Spanned<DeValue<'_>>, ruler: &Ruler, depth: usize) -> Result<Node, Malformed> {
    let line = ruler.line(value.span().start);
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Malformed { line, message: "the document nests too deeply".to_owned() });
    };
    let number = |parsed: Option<f64>| {
        let finite = parsed.filter(|number| number.is_finite());
        finite.ok_or_else(|| Malformed { line, message: "the number is too large".to_owned() })
    };
    let tree = match value.get_ref() {
        DeValue::String(text) => Tree::Text(text.to_string()),
        DeValue::Integer(integer) => {
            let whole = i128::from_str_radix(integer.as_str(), integer.radix()).ok();
            #[expect(clippy::cast_precision_loss, reason = "numbers are floats in items, too")]
            Tree::Number(number(whole.map(|whole| whole as f64))?)
        }
        DeValue::Float(float) => Tree::Number(number(float.as_str().parse().ok())?),
        DeValue::Boolean(bool) => Tree::Bool(*bool),
        DeValue::Datetime(datetime) => Tree::Text(datetime.to_string()),
        DeValue::Array(values) => {
            let nodes = values.iter().map(|value| node(value, ruler, depth));
            Tree::List(nodes.collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => Tree::Table(entries(table, ruler, depth)?),
    };
    Ok(Node { line, tree })
}
