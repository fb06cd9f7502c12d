//! Checks rules against what the tools really offer: projects, types, fields, options and states.
//!
//! The caller asks the tools (`core::port::Catalogue`) and hands over the answers; nothing is called from here.
//! What can be told without a tool is told by [`Rules::new`](crate::Rules::new).

mod field;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bowline_core::Side;
use bowline_core::port::{FieldSchema, TypeSchema};

use crate::fold::same_name;
use crate::nearest;
use crate::problem::{Problem, Report};
use crate::rules::{Routing, Rules, TypeMapping};

/// What the tool of one side offers.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// All projects that the account can see.
    pub scopes: Vec<String>,
    /// The types of each project that the rules name.
    pub kinds: BTreeMap<String, Vec<String>>,
    /// What the types look like: every pair of [`Rules::schemas_to_read`] that exists.
    pub schemas: Vec<Arc<TypeSchema>>,
}

impl Offer {
    fn schema(&self, scope: &str, kind: &str) -> Option<&TypeSchema> {
        let mut schemas = self.schemas.iter();
        let found = schemas.find(|schema| same_name(&schema.scope, scope) && same_name(&schema.kind, kind));
        found.map(|schema| &**schema)
    }

    fn kinds(&self, scope: &str) -> Vec<&str> {
        let of_scope = self.kinds.iter().find(|(name, _)| same_name(name, scope));
        of_scope.map(|(_, kinds)| kinds.iter().map(String::as_str).collect()).unwrap_or_default()
    }
}

impl Rules {
    /// The pairs of project and type of a side that [`Self::check_against`] wants to know about.
    pub fn schemas_to_read(&self, side: Side) -> Vec<(&str, &str)> {
        let pairs = self.routings.iter().flat_map(|routing| {
            self.types.iter().map(move |mapping| (routing.scope(side).as_str(), mapping.kind(side)))
        });
        pairs.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Everything that the rules name and the tools do not have, and everything that does not fit what they have.
    pub fn check_against(&self, left: &Offer, right: &Offer) -> Vec<Problem> {
        let mut check = Check { rules: self, left, right, report: Report::new(&self.lines) };
        for (index, routing) in self.routings.iter().enumerate() {
            check.routing(index, routing);
        }
        for mapping in &self.types {
            check.kinds(mapping);
        }
        check.report.into_problems()
    }
}

struct Check<'a> {
    rules: &'a Rules,
    left: &'a Offer,
    right: &'a Offer,
    report: Report<'a>,
}

impl<'a> Check<'a> {
    const fn offer(&self, side: Side) -> &'a Offer {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    fn has_scope(&self, side: Side, scope: &str) -> bool {
        self.offer(side).scopes.iter().any(|known| same_name(known, scope))
    }

    fn routing(&mut self, index: usize, routing: &Routing) {
        for side in Side::BOTH {
            let scope = routing.scope(side);
            if self.has_scope(side, scope) {
                self.conditions(index, routing, side);
                continue;
            }
            let known: Vec<&str> = self.offer(side).scopes.iter().map(String::as_str).collect();
            let message =
                format!("There is no project `{scope}` on the {side}, or the account cannot see it.");
            self.report.add(&format!("/routing/{index}/{side}"), message, nearest::instead(scope, &known));
        }
    }

    /// The field of a condition exists in some type of the project.
    fn conditions(&mut self, index: usize, routing: &Routing, side: Side) {
        let scope = routing.scope(side);
        let types = self.rules.types.iter();
        let schemas: Vec<&TypeSchema> =
            types.filter_map(|mapping| self.offer(side).schema(scope, mapping.kind(side))).collect();
        let fields: Vec<&FieldSchema> = schemas.iter().flat_map(|schema| &schema.fields).collect();
        for (place, condition) in routing.conditions(side).iter().enumerate() {
            if schemas.is_empty() || fields.iter().any(|field| field.name == condition.field) {
                continue;
            }
            let message = format!("No mapped type of `{scope}` has a field `{}`.", condition.field);
            let pointer = format!("/routing/{index}/when/{side}/{place}/field");
            self.report.add(&pointer, message, field::instead(&condition.field, fields.iter().copied()));
        }
    }

    /// Both types exist wherever one of them does; then their fields are looked at.
    fn kinds(&mut self, mapping: &TypeMapping) {
        let rules = self.rules;
        let reachable = rules
            .routings
            .iter()
            .filter(|routing| Side::BOTH.into_iter().all(|side| self.has_scope(side, routing.scope(side))));
        let reachable: Vec<&Routing> = reachable.collect();
        let mut seen = [false, false];
        for routing in &reachable {
            let find = |side: Side| self.offer(side).schema(routing.scope(side), mapping.kind(side));
            match (find(Side::Left), find(Side::Right)) {
                (Some(left), Some(right)) => {
                    seen = [true, true];
                    self.fields(mapping, left, right);
                }
                (Some(_), None) => {
                    seen[0] = true;
                    self.unknown_kind(mapping, Side::Right, routing.scope(Side::Right));
                }
                (None, Some(_)) => {
                    seen[1] = true;
                    self.unknown_kind(mapping, Side::Left, routing.scope(Side::Left));
                }
                (None, None) => {}
            }
        }
        let nowhere = Side::BOTH.into_iter().zip(seen).filter(|(_, seen)| !seen);
        for (side, _) in nowhere {
            if let Some(routing) = reachable.first() {
                self.unknown_kind(mapping, side, routing.scope(side));
            }
        }
    }

    fn unknown_kind(&mut self, mapping: &TypeMapping, side: Side, scope: &str) {
        let kind = mapping.kind(side);
        let message = format!("The project `{scope}` on the {side} has no type `{kind}`.");
        let fix = nearest::instead(kind, &self.offer(side).kinds(scope));
        self.report.add(&format!("{}/{side}", mapping.pointer), message, fix);
    }

    fn fields(&mut self, mapping: &TypeMapping, left: &TypeSchema, right: &TypeSchema) {
        for field in mapping.mappings() {
            field::Pair { field, left, right, report: &mut self.report }.check();
        }
        for (side, schema) in [(Side::Left, left), (Side::Right, right)] {
            field::check_state(mapping, side, schema, &mut self.report);
            self.required(mapping, side, schema);
        }
    }

    /// Everything that an item cannot be made without is filled.
    fn required(&mut self, mapping: &TypeMapping, side: Side, schema: &TypeSchema) {
        let is_filled = |field: &FieldSchema| {
            mapping
                .mappings()
                .any(|mapped| mapped.field(side) == Some(&field.name) && mapped.carries(side, true))
        };
        let missing =
            schema.fields.iter().filter(|field| field.required && !field.defaulted && !is_filled(field));
        for field in missing {
            let (kind, scope, name) = (&schema.kind, &schema.scope, &field.name);
            let message = format!(
                "`{kind}` in `{scope}` on the {side} cannot be made without `{name}`, which nothing fills."
            );
            let fix = format!(
                "Map a field to it, or add a `[[type.field]]` with `{side} = \"{name}\"` and a `constant`."
            );
            self.report.add(&mapping.pointer, message, fix);
        }
    }
}
