//! Which fields v1 shows: `include=[Id,Name,EntityState[Name]]`, `exclude=[…]`, `append=[Tasks-Count]`.

use crate::targetprocess::schema::{Field, Kind, Shape};

/// The fields shown of a resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree(pub(crate) Vec<Shown>);

/// One field shown.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) field: &'static Field,
    /// The fields shown of what it refers to.
    pub(crate) inner: Tree,
    /// Only how many there are (`Tasks-Count`).
    pub(crate) count: bool,
}

/// How deeply `include` may be nested.
const DEPTH: usize = 8;

impl Tree {
    /// What a query asks for; everything but collections when it asks for nothing.
    pub(crate) fn read(
        kind: Kind,
        include: Option<&str>,
        exclude: Option<&str>,
        append: Option<&str>,
    ) -> Result<Self, String> {
        let mut tree = match include {
            Some(text) => Self::bound(kind, &parse(text)?, true)?,
            None => Self::usual(kind),
        };
        for raw in exclude.map(parse).transpose()?.unwrap_or_default() {
            let field = find(kind, &raw.name)?;
            tree.0.retain(|shown| shown.field.slot != field.slot || raw.name.eq_ignore_ascii_case("id"));
        }
        if let Some(text) = append {
            tree.0.extend(Self::bound(kind, &parse(text)?, false)?.0);
        }
        Ok(tree)
    }

    /// Everything but collections.
    pub(crate) fn usual(kind: Kind) -> Self {
        let fields = kind.fields().filter(|field| !matches!(field.shape, Shape::Many(_)));
        Self(fields.map(|field| Shown { field, inner: Self::short(field.shape), count: false }).collect())
    }

    /// What a reference shows of its resource.
    fn short(shape: Shape) -> Self {
        let (Shape::One(kind) | Shape::Many(kind)) = shape else { return Self::default() };
        let fields = kind.short().iter().filter_map(|name| kind.field(name));
        let inner = |field: &Field| match field.shape {
            // One step is enough: a project's process shows its name and nothing else.
            Shape::One(kind) => {
                let fields = ["Id", "Name"].into_iter().filter_map(|name| kind.field(name));
                Self(fields.map(|field| Shown { field, inner: Self::default(), count: false }).collect())
            }
            _ => Self::default(),
        };
        Self(fields.map(|field| Shown { field, inner: inner(field), count: false }).collect())
    }

    fn bound(kind: Kind, raws: &[Raw], with_id: bool) -> Result<Self, String> {
        let mut tree = Vec::new();
        if with_id && !raws.iter().any(|raw| raw.name.eq_ignore_ascii_case("id")) {
            tree.extend(kind.field("Id").map(|field| Shown { field, inner: Self::default(), count: false }));
        }
        for raw in raws {
            let (name, count) = match raw.name.rsplit_once('-') {
                Some((name, suffix)) if suffix.eq_ignore_ascii_case("count") => (name, true),
                _ => (raw.name.as_str(), false),
            };
            if name.eq_ignore_ascii_case("ResourceType") {
                continue;
            }
            let field = find(kind, name)?;
            let inner = match field.shape {
                Shape::One(inner) | Shape::Many(inner) if !raw.inner.is_empty() => {
                    Self::bound(inner, &raw.inner, true)?
                }
                shape @ (Shape::One(_) | Shape::Many(_)) => Self::short(shape),
                _ if raw.inner.is_empty() => Self::default(),
                _ => return Err(format!("Field '{name}' has no fields of its own.")),
            };
            if count && !matches!(field.shape, Shape::Many(_)) {
                return Err(format!("Field '{name}' is not a collection."));
            }
            tree.push(Shown { field, inner, count });
        }
        Ok(Self(tree))
    }
}

fn find(kind: Kind, name: &str) -> Result<&'static Field, String> {
    kind.field(name).ok_or_else(|| format!("Field '{name}' is not found on '{}'.", kind.name()))
}

struct Raw {
    name: String,
    inner: Vec<Raw>,
}

/// Reads `[A,B[C,D],E-Count]`.
fn parse(text: &str) -> Result<Vec<Raw>, String> {
    let mut rest = text.trim();
    let list = list(&mut rest, 0)?;
    if rest.trim().is_empty() {
        Ok(list)
    } else {
        Err(format!("'{rest}' is not understood in a list of fields."))
    }
}

fn list(rest: &mut &str, depth: usize) -> Result<Vec<Raw>, String> {
    if depth > DEPTH {
        return Err("The list of fields is nested too deeply.".to_owned());
    }
    *rest = rest.trim_start().strip_prefix('[').ok_or("A list of fields begins with '['.")?;
    let mut raws = Vec::new();
    loop {
        let end = rest.find(['[', ']', ',']).ok_or("A list of fields ends with ']'.")?;
        let (name, after) = rest.split_at(end);
        *rest = after;
        let inner = if rest.starts_with('[') { list(rest, depth + 1)? } else { Vec::new() };
        let name = name.trim().to_owned();
        if !name.is_empty() {
            raws.push(Raw { name, inner });
        }
        *rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(']') {
            *rest = after;
            return Ok(raws);
        }
        *rest = rest.strip_prefix(',').ok_or("Fields are separated by ','.")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(tree: &Tree) -> String {
        let one = |shown: &Shown| {
            let inner = if shown.inner.0.is_empty() {
                String::new()
            } else {
                format!("[{}]", self::shown(&shown.inner))
            };
            format!("{}{}{inner}", shown.field.name, if shown.count { "#" } else { "" })
        };
        tree.0.iter().map(one).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn includes_nest_and_always_have_the_id() {
        let tree =
            Tree::read(Kind::UserStory, Some("[name, entityState[Name,NextStates[Name]]]"), None, None)
                .unwrap();
        assert_eq!(shown(&tree), "Id,Name,EntityState[Id,Name,NextStates[Id,Name]]");
    }

    #[test]
    fn counts_are_appended_and_fields_excluded() {
        let tree = Tree::read(Kind::Role, None, Some("[Name]"), None).unwrap();
        assert_eq!(shown(&tree), "Id");
        let tree = Tree::read(Kind::UserStory, Some("[Id]"), None, Some("[Tasks-Count]")).unwrap();
        assert_eq!(shown(&tree), "Id,Tasks#[Id,Name]");
    }

    #[test]
    fn what_is_not_there_is_refused() {
        for wrong in ["[Nothing]", "Id", "[Id", "[Id]x", "[Name[Id]]", "[Name-Count]"] {
            assert!(Tree::read(Kind::UserStory, Some(wrong), None, None).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_include_makes_it_panic(text in "[\\[\\],A-Za-z -]{0,60}") {
            let _ = Tree::read(Kind::Bug, Some(&text), None, None);
        }
    }
}
