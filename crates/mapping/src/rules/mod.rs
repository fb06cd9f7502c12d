//! Rules: a profile document, checked and ready to use.
//!
//! `compile` turns the document into mappings and finds what contradicts itself; `routing` says where an item
//! belongs. Whether the tools really have those projects, types and fields is told by `check`.

mod compile;
mod condition;
mod routing;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use bowline_core::feature::Feature;
use bowline_core::{FieldName, Side, Value};

use crate::document::{CommentPolicy, Document, Sided};
use crate::field::FieldMapping;
use crate::fold::same_name;
use crate::people::People;
use crate::problem::{Lines, Problems, Report};

pub(crate) use routing::Routing;
pub use routing::{NotRouted, Reason, Route};

/// The rules of one profile.
#[derive(Clone, Debug)]
pub struct Rules {
    connections: [String; 2],
    comments: CommentPolicy,
    pub(crate) routings: Vec<Routing>,
    pub(crate) types: Vec<TypeMapping>,
    people: People,
    pub(crate) lines: Lines,
}

/// How items of one type become items of another.
#[derive(Clone, Debug)]
pub struct TypeMapping {
    kinds: [String; 2],
    fields: Vec<FieldMapping>,
    state: Option<FieldMapping>,
    avoid: Sided<Vec<String>>,
    supply: Sided<BTreeMap<FieldName, Value>>,
    /// Where it stands in the document.
    pub(crate) pointer: String,
}

impl Rules {
    /// Compiles a document, or says everything that contradicts itself in it.
    pub fn new(document: Document) -> Result<Self, Problems> {
        let mut report = Report::new(&document.lines);
        let people = People::new(&document, &mut report);
        let routings = routing::compile(&document, &mut report);
        let types = compile::types(&document, &mut report);
        let problems = report.into_problems();
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let mut lines = document.lines;
        lines.retain(|pointer| pointer.starts_with("/routing") || pointer.starts_with("/type"));
        Ok(Self {
            connections: [document.left.connection, document.right.connection],
            comments: document.defaults.comments,
            routings,
            types,
            people,
            lines,
        })
    }

    /// The name of the left connection.
    pub fn left_connection(&self) -> &str {
        on(&self.connections, Side::Left)
    }

    /// The name of the right connection.
    pub fn right_connection(&self) -> &str {
        on(&self.connections, Side::Right)
    }

    /// Which way comments are carried.
    pub const fn comments(&self) -> CommentPolicy {
        self.comments
    }

    /// Who is who.
    pub const fn people(&self) -> &People {
        &self.people
    }

    /// All type mappings, in the document's order.
    pub fn types(&self) -> &[TypeMapping] {
        &self.types
    }

    /// How items of a type of one side are made on the other: the first type mapping that names the type.
    pub fn type_from(&self, from: Side, kind: &str) -> Option<&TypeMapping> {
        self.types.iter().find(|mapping| same_name(mapping.kind(from), kind))
    }

    /// The type mapping between two types.
    pub fn type_between(&self, left: &str, right: &str) -> Option<&TypeMapping> {
        let mut types = self.types.iter();
        types.find(|mapping| {
            same_name(mapping.kind(Side::Left), left) && same_name(mapping.kind(Side::Right), right)
        })
    }

    /// The projects of a side that routings name, without repeats.
    pub fn scopes(&self, side: Side) -> Vec<&str> {
        let scopes: BTreeSet<&str> =
            self.routings.iter().map(|routing| routing.scope(side).as_str()).collect();
        scopes.into_iter().collect()
    }

    /// What is done on a side: what a sign-in there has to allow.
    pub fn features(&self, side: Side) -> Vec<Feature> {
        let fields = || self.types.iter().flat_map(|mapping| mapping.fields());
        let states = || self.types.iter().filter_map(TypeMapping::state);
        let comments = self.comments;
        let uses = [
            (Feature::Read, true),
            (Feature::Create, fields().any(|field| field.carries(side, true))),
            (Feature::Edit, fields().any(|field| field.carries(side, true))),
            (Feature::Move, states().any(|state| state.carries(side, true))),
            (Feature::ReadComments, comments.carries(Side::Left) || comments.carries(Side::Right)),
            (Feature::WriteComments, comments.carries(side.other())),
            (Feature::Act, comments.carries(side.other()) && self.people().acts()),
        ];
        uses.into_iter().filter(|(_, used)| *used).map(|(feature, _)| feature).collect()
    }

    /// Every field of a side that any rule looks at, sorted.
    pub fn fields_to_read(&self, side: Side) -> Vec<FieldName> {
        let mapped = self.types.iter().flat_map(|mapping| mapping.fields_to_read(side));
        let conditions = self.routings.iter().flat_map(|routing| routing.conditions(side));
        let all: BTreeSet<FieldName> =
            mapped.chain(conditions.map(|condition| condition.field.clone())).collect();
        all.into_iter().collect()
    }
}

impl TypeMapping {
    /// The name of the type on a side.
    pub fn kind(&self, side: Side) -> &str {
        on(&self.kinds, side)
    }

    /// The mapped fields, without the state.
    pub fn fields(&self) -> &[FieldMapping] {
        &self.fields
    }

    /// The mapping of the workflow state.
    pub const fn state(&self) -> Option<&FieldMapping> {
        self.state.as_ref()
    }

    /// All mapped fields, the state last: it is easier to reach once the others are set.
    pub fn mappings(&self) -> impl Iterator<Item = &FieldMapping> {
        self.fields.iter().chain(&self.state)
    }

    /// Every field of a side that is mapped, sorted.
    pub fn fields_to_read(&self, side: Side) -> Vec<FieldName> {
        let all: BTreeSet<FieldName> =
            self.mappings().filter_map(|field| field.field(side).cloned()).collect();
        all.into_iter().collect()
    }

    /// States of a side that no item is to pass through on its way to another state.
    pub fn avoid(&self, side: Side) -> &[String] {
        self.avoid.get(&side).map_or(&[], Vec::as_slice)
    }

    /// What to fill in where a step of a side's workflow demands a field.
    pub fn supply(&self, side: Side, field: &FieldName) -> Option<&Value> {
        self.supply.get(&side)?.get(field)
    }

    /// All that [`Self::supply`] knows of a side.
    pub(crate) fn supplies(&self, side: Side) -> impl Iterator<Item = (&FieldName, &Value)> {
        self.supply.get(&side).into_iter().flatten()
    }
}

impl CommentPolicy {
    /// Whether comments written on a side are carried to the other.
    pub const fn carries(self, from: Side) -> bool {
        match self {
            Self::Off => false,
            Self::Both => true,
            Self::LeftToRight => matches!(from, Side::Left),
            Self::RightToLeft => matches!(from, Side::Right),
        }
    }
}

pub(crate) const fn on(pair: &[String; 2], side: Side) -> &String {
    let [left, right] = pair;
    match side {
        Side::Left => left,
        Side::Right => right,
    }
}
