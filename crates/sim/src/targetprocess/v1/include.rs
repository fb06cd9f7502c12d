//! Which fields v1 shows: `include=[Id,Name,EntityState[Name]]`, `exclude=[…]`, `append=[Tasks-Count,Bugs-Effort-Avg]`.

use crate::targetprocess::schema::{Field, Kind, Shape, Slot};

/// The fields shown of a resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree(pub(crate) Vec<Shown>);

/// One field shown.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) field: &'static Field,
    /// The fields shown of what it refers to.
    pub(crate) inner: Tree,
    /// Only what is computed over the collection.
    pub(crate) sum: Option<Sum>,
}

/// What is computed over a collection (developer hub, "Appends and Calculations").
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sum {
    pub(crate) way: Way,
    /// The field computed with; none for a count.
    pub(crate) of: Option<&'static Field>,
}

/// How it is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Count,
    Sum,
    Avg,
    Min,
    Max,
}

impl Way {
    fn of(name: &str) -> Option<Self> {
        let all = [Self::Count, Self::Sum, Self::Avg, Self::Min, Self::Max];
        all.into_iter().find(|way| way.name().eq_ignore_ascii_case(name))
    }

    /// As it stands in a name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Sum => "Sum",
            Self::Avg => "Avg",
            Self::Min => "Min",
            Self::Max => "Max",
        }
    }
}

/// How deeply `include` may be nested.
const DEPTH: usize = 8;

impl Shown {
    fn plain(field: &'static Field, inner: Tree) -> Self {
        Self { field, inner, sum: None }
    }

    /// The member's name: `Tasks`, `Tasks-Count`, `Bugs-Effort-Avg`.
    pub(crate) fn name(&self) -> String {
        match self.sum {
            None => self.field.name.to_owned(),
            Some(Sum { way, of: None }) => format!("{}-{}", self.field.name, way.name()),
            Some(Sum { way, of: Some(of) }) => format!("{}-{}-{}", self.field.name, of.name, way.name()),
        }
    }
}

impl Tree {
    /// What a query asks for; everything but collections when it asks for nothing.
    pub(crate) fn read(
        kind: Kind,
        include: Option<&str>,
        exclude: Option<&str>,
        append: Option<&str>,
    ) -> Result<Self, String> {
        let given = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
        if given(include) && given(exclude) {
            return Err("It is not possible to use include and exclude in one request.".to_owned());
        }
        let mut tree = match include.filter(|text| !text.trim().is_empty()) {
            Some(text) => Self::bound(kind, &parse(text)?, Place::ROOT)?,
            None => Self::usual(kind),
        };
        for raw in exclude.filter(|text| !text.trim().is_empty()).map(parse).transpose()?.unwrap_or_default()
        {
            let field = find(kind, &raw.name)?;
            tree.0.retain(|shown| !std::ptr::eq(shown.field, field) || field.slot == Slot::Id);
        }
        if let Some(text) = append.filter(|text| !text.trim().is_empty()) {
            tree.0.extend(Self::bound(kind, &parse(text)?, Place { id: false, ..Place::ROOT })?.0);
        }
        Ok(tree)
    }

    /// Everything but collections and what must be asked for.
    pub(crate) fn usual(kind: Kind) -> Self {
        let fields = kind.fields().filter(|field| !field.hidden && !matches!(field.shape, Shape::Many(_)));
        Self(fields.map(|field| Shown::plain(field, Self::short(field.shape))).collect())
    }

    /// What a reference shows of its resource.
    fn short(shape: Shape) -> Self {
        let (Shape::One(kind) | Shape::Many(kind)) = shape else { return Self::default() };
        let fields = kind.short().iter().filter_map(|name| kind.field(name));
        let inner = |field: &Field| match field.shape {
            // Of a project's process the vendor shows no more than the id.
            Shape::One(kind) => {
                Self(kind.field("Id").map(|id| Shown::plain(id, Self::default())).into_iter().collect())
            }
            _ => Self::default(),
        };
        Self(fields.map(|field| Shown::plain(field, inner(field))).collect())
    }

    fn bound(kind: Kind, raws: &[Raw], place: Place) -> Result<Self, String> {
        let mut tree = Vec::new();
        if place.id && !raws.iter().any(|raw| raw.name.eq_ignore_ascii_case("id")) {
            tree.extend(kind.field("Id").map(|field| Shown::plain(field, Self::default())));
        }
        for raw in raws {
            if raw.name.eq_ignore_ascii_case("ResourceType") {
                continue;
            }
            let shown =
                if raw.name.contains('-') { summed(kind, raw)? } else { Self::one(kind, raw, place)? };
            tree.push(shown);
        }
        Ok(Self(tree))
    }

    fn one(kind: Kind, raw: &Raw, place: Place) -> Result<Shown, String> {
        let field = find(kind, &raw.name)?;
        let many = matches!(field.shape, Shape::Many(_));
        if many && place.inside {
            // The vendor's table of what is not supported ("Partial response": Nested Entities).
            return Err(format!("Collection '{}' cannot be included within another collection.", field.name));
        }
        let inner = match field.shape {
            Shape::One(inner) | Shape::Many(inner) if !raw.inner.is_empty() => {
                Self::bound(inner, &raw.inner, Place { id: true, inside: place.inside || many })?
            }
            shape @ (Shape::One(_) | Shape::Many(_)) => Self::short(shape),
            _ if raw.inner.is_empty() => Self::default(),
            _ => return Err(format!("Field '{}' has no fields of its own.", field.name)),
        };
        Ok(Shown::plain(field, inner))
    }
}

/// Where fields are included.
#[derive(Clone, Copy)]
struct Place {
    /// The id is shown whether or not it is asked for.
    id: bool,
    /// A collection lies around.
    inside: bool,
}

impl Place {
    const ROOT: Self = Self { id: true, inside: false };
}

fn summed(kind: Kind, raw: &Raw) -> Result<Shown, String> {
    let wrong = || format!("'{}' is not a calculation over a collection.", raw.name);
    let mut parts = raw.name.split('-').map(str::trim);
    let (Some(collection), Some(second), third, None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong());
    };
    let field = find(kind, collection)?;
    let Shape::Many(inner) = field.shape else {
        return Err(format!("Field '{collection}' is not a collection."));
    };
    if !raw.inner.is_empty() {
        return Err(wrong());
    }
    let sum = match third {
        None => Sum { way: Way::of(second).filter(|way| *way == Way::Count).ok_or_else(wrong)?, of: None },
        Some(third) => {
            let (of, way) = (find(inner, second)?, Way::of(third).ok_or_else(wrong)?);
            let fits = match of.shape {
                Shape::Number | Shape::Decimal => true,
                Shape::Time => matches!(way, Way::Min | Way::Max),
                _ => false,
            };
            if !fits && way != Way::Count {
                return Err(format!("'{}' of '{second}' cannot be calculated.", way.name()));
            }
            Sum { way, of: Some(of) }
        }
    };
    Ok(Shown { field, inner: Tree::default(), sum: Some(sum) })
}

fn find(kind: Kind, name: &str) -> Result<&'static Field, String> {
    let found = kind.field(name).filter(|field| field.slot != Slot::Password);
    found.ok_or_else(|| format!("Field '{name}' is not found on '{}'.", kind.name()))
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
            format!("{}{inner}", shown.name())
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
    fn calculations_are_appended_and_fields_excluded() {
        let tree = Tree::read(Kind::RelationType, None, Some("[Name]"), None).unwrap();
        assert_eq!(shown(&tree), "Id");
        let append = "[Tasks-Count,bugs-effort-avg,Comments-CreateDate-Min]";
        let tree = Tree::read(Kind::UserStory, Some("[Id]"), None, Some(append)).unwrap();
        assert_eq!(shown(&tree), "Id,Tasks-Count,Bugs-Effort-Avg,Comments-CreateDate-Min");
    }

    #[test]
    fn what_is_not_there_is_refused() {
        for wrong in [
            "[Nothing]",
            "Id",
            "[Id",
            "[Id]x",
            "[Name[Id]]",
            "[Name-Count]",
            "[Tasks-Sum]",
            "[Tasks-Name-Sum]",
            "[Tasks-Effort-Odd]",
            "[Tasks-Effort-Sum-Sum]",
            "[Tasks-Count[Id]]",
            "[Tasks[Comments]]",
            "[Password]",
        ] {
            assert!(Tree::read(Kind::UserStory, Some(wrong), None, None).is_err(), "{wrong}");
        }
        assert!(Tree::read(Kind::User, Some("[Password]"), None, None).is_err());
        assert!(Tree::read(Kind::UserStory, Some("[Id]"), Some("[Name]"), None).is_err());
    }

    proptest! {
        #[test]
        fn no_include_makes_it_panic(text in "[\\[\\],A-Za-z -]{0,60}") {
            let _ = Tree::read(Kind::Bug, Some(&text), None, None);
        }
    }
}
