//! A project whose workflow is guarded: who may take a step, and what a step wants to know.
//!
//! Only the assignee submits, only administrators of the project approve, and approving asks for a day, a person and a
//! place. Rejecting wants a release note, which Jira does not tell before somebody tries. It has no issues at first.

use super::{ADA, Usual, fields, schemes, screens};
use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Status};
use crate::jira::field::Field;
use crate::jira::rule::{ASSIGN, Conditions, RESTRICT, Rule, VALIDATE};
use crate::jira::screen::{Layout, LayoutScheme, Manner, Screen};
use crate::jira::workflow::{Transition, Workflow};

/// Id, key and name of the project.
const DESK: (u32, &str, &str) = (10_002, "DESK", "Release Desk");

/// Adds it with all that belongs to it. `statuses` are: to do, in review, done.
pub(super) fn add(catalog: &mut Catalog, statuses: [Row<Status>; 3]) {
    let [date, reviewer, location, note] = fields::desk(catalog);
    let approval = vec![date, reviewer, location];
    let screen = screens::screen(catalog, 10_000, ("DESK: Default Screen", ""), screens::SYSTEM.to_vec());
    let approve = screens::screen(catalog, 10_001, ("DESK: Approve", ""), approval.clone());
    let reject = screens::screen(catalog, 10_002, ("DESK: Reject", ""), vec![note]);
    let names = ("DESK: Screen Scheme", "DESK: Issue Type Screen Scheme");
    let screens = screens::schemes(catalog, 10_000, names, screen);
    let layout = catalog.layouts.add(Layout {
        id: 10_001,
        name: "DESK: Field Configuration".into(),
        description: "What approving asks for.".into(),
        manners: approval
            .into_iter()
            .map(|field| (field, Manner { required: true, ..Manner::default() }))
            .collect(),
    });
    let (name, description) = ("DESK: Field Configuration Scheme".into(), "".into());
    let layouts = LayoutScheme { id: 10_000, name, description, mapped: vec![(None, layout)] };
    let layouts = catalog.layout_schemes.add(layouts);
    let steps = steps(catalog, statuses, (approve, reject), note);
    let flow = Workflow::new(4, "Workflow for Project DESK", statuses[0], steps);
    let flow = catalog.workflows.add(flow);
    let kinds = catalog.kinds.iter().filter(|(_, kind)| kind.level == 0).map(|(row, _)| row).collect();
    let types = schemes::types(catalog, "DESK: Issue Type Scheme", kinds);
    let flows = schemes::workflows(catalog, "DESK: Workflow Scheme", flow);
    let Some(usual) = Usual::of(catalog, types, flows) else { return };
    let mut project = usual.project(DESK, ADA);
    project.screens = screens;
    project.layouts = Some(layouts);
    let row = catalog.projects.add(project);
    catalog.give_defaults(row);
    for field in [date, reviewer, location, note] {
        if let Field::Custom(custom) = field {
            catalog.custom.get_mut(custom).contexts.iter_mut().for_each(|context| context.projects.push(row));
        }
    }
}

fn steps(
    catalog: &Catalog,
    [todo, review, done]: [Row<Status>; 3],
    (approve, reject): (Row<Screen>, Row<Screen>),
    note: Field,
) -> Vec<Transition> {
    let restrict = |id, name, value| Conditions::one(Rule::new(id, RESTRICT, &[(name, value)]));
    let assign = |id, to| vec![Rule::new(id, ASSIGN, &[("type", to)])];
    let note = note.id(catalog);
    let demand = Rule::new(
        "b4d6cbdc-59f5-4e98-8647-000000000004",
        VALIDATE,
        &[("ruleType", "fieldRequired"), ("fieldsRequired", note), ("ignoreContext", "true")],
    );
    let keepers = |id| restrict(id, "roleIds", schemes::ADMINISTRATORS_ROLE);
    vec![
        Transition {
            conditions: restrict("b4d6cbdc-59f5-4e98-8647-000000000001", "accountIds", "allow-assignee"),
            actions: assign("b4d6cbdc-59f5-4e98-8647-000000000005", "to-lead"),
            ..Transition::plain(11, "Submit", vec![todo], review)
        },
        Transition {
            screen: Some(approve),
            conditions: keepers("b4d6cbdc-59f5-4e98-8647-000000000002"),
            ..Transition::plain(21, "Approve", vec![review], done)
        },
        Transition {
            screen: Some(reject),
            conditions: keepers("b4d6cbdc-59f5-4e98-8647-000000000003"),
            validators: vec![demand],
            actions: assign("b4d6cbdc-59f5-4e98-8647-000000000006", "to-reporter"),
            ..Transition::plain(31, "Reject", vec![review], todo)
        },
    ]
}
