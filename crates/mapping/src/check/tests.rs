//! What a person gets for a profile that names what the tools do not have.

use bowline_core::port::FieldKind;
use bowline_core::value::Choice;

use crate::document::Document;
use crate::samples::{document, rules};

use super::*;

fn field(name: &str, kind: FieldKind, allowed: &[&str]) -> FieldSchema {
    FieldSchema {
        name: name.into(),
        label: format!("The {name}"),
        kind,
        required: false,
        defaulted: false,
        allowed: allowed.iter().map(|name| Choice::named(*name)).collect(),
    }
}

fn offer(scope: &str, kind: &str, fields: Vec<FieldSchema>, states: &[&str]) -> Offer {
    let states = states.iter().map(|name| Choice::named(*name)).collect();
    let schema = TypeSchema { scope: scope.into(), kind: kind.into(), fields, states };
    Offer {
        scopes: vec![scope.into(), "OTHER".into()],
        kinds: BTreeMap::from([(scope.into(), vec![kind.into(), "Bug".into()])]),
        schemas: vec![Arc::new(schema)],
    }
}

fn left() -> Offer {
    let fields = vec![
        field("summary", FieldKind::Text, &[]),
        field("description", FieldKind::Rich, &[]),
        field("points", FieldKind::Number, &[]),
        field("labels", FieldKind::Labels, &[]),
        field("priority", FieldKind::Choice, &["High", "Low"]),
        field("status", FieldKind::State, &[]),
        field("resolution", FieldKind::Choice, &["Done", "Won't do"]),
    ];
    offer("ACME", "Story", fields, &["To Do", "Done"])
}

fn right() -> Offer {
    let fields = vec![
        field("Name", FieldKind::Text, &[]),
        field("Notes", FieldKind::Text, &[]),
        field("Tags", FieldKind::Labels, &[]),
        field("Priority", FieldKind::Choice, &["Great", "Good"]),
        field("Due", FieldKind::Date, &[]),
        field("EntityState", FieldKind::State, &[]),
    ];
    offer("Web Shop", "UserStory", fields, &["Open", "Closed"])
}

/// Checks that exactly one problem is found, in a line that holds `line`, with words in message and fix.
#[track_caller]
fn found_in(text: &str, (left, right): (&Offer, &Offer), line: &str, message: &str, fix: &str) {
    let rules = Document::parse(text).and_then(Rules::new).unwrap_or_else(|problems| panic!("{problems}"));
    let problems = rules.check_against(left, right);
    let [problem] = problems.as_slice() else { panic!("one problem is due: {problems:#?}") };
    let found = problem.line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_default();
    assert!(found.contains(line), "the line is “{found}”: {problem}");
    assert!(problem.message.contains(message) && problem.fix.contains(fix), "{problem}");
}

#[track_caller]
fn found(rest: &str, line: &str, message: &str, fix: &str) {
    found_in(&document(rest), (&left(), &right()), line, message, fix);
}

fn mapped(left: &str, right: &str, rest: &str) -> String {
    format!("[[type.field]] # here\nleft = '{left}'\nright = '{right}'\n{rest}")
}

#[test]
fn what_fits_is_not_complained_about() {
    let rest = [
        mapped("summary", "Name", ""),
        mapped("description", "Notes", "transform = ['plain']\ndirection = 'left_to_right'\n"),
        mapped("labels", "Tags", "conflict = 'merge'\n"),
        mapped("priority", "Priority", "values = [['high', 'Great'], ['Low', 'GOOD'], ['', 'Good']]\n"),
        "[type.state]\nleft = 'status'\nright = 'EntityState'\nvalues = [['To Do', 'Open'], ['Done', 'Closed']]\n\
         avoid = { left = ['done'] }\nsupply = { left = { resolution = 'Done', on_a_screen = 'x' } }\n"
            .to_owned(),
    ];
    let rules = rules(&rest.concat());
    assert_eq!(rules.check_against(&left(), &right()), []);
    assert_eq!(rules.schemas_to_read(Side::Right), [("Web Shop", "UserStory")]);
}

#[test]
fn an_unknown_project_is_named_with_the_nearest() {
    let text = document("").replace("left = \"ACME\"", "left = \"ACNE\"");
    found_in(&text, (&left(), &right()), "ACNE", "no project `ACNE` on the left", "Write `ACME`.");
}

#[test]
fn an_unknown_type_is_named_with_the_nearest() {
    let text = document("").replace("\"UserStory\"", "\"UserStori\"");
    found_in(
        &text,
        (&left(), &right()),
        "UserStori",
        "`Web Shop` on the right has no type `UserStori`",
        "Write `UserStory`.",
    );
    let nowhere = document("[[type]]\nleft = 'Bugs' # here\nright = 'Story'\n");
    let rules = Document::parse(&nowhere).and_then(Rules::new).unwrap();
    let problems = rules.check_against(&left(), &right());
    assert_eq!(problems.len(), 2, "neither side has it: {problems:#?}");
    assert_eq!(problems[0].fix, "Write `Bug`.");
}

#[test]
fn a_type_that_neither_project_of_one_routing_has_is_no_problem_if_another_has_it() {
    let text = document("[[routing]]\nleft = 'OTHER'\nright = 'OTHER'\n");
    let rules = Document::parse(&text).and_then(Rules::new).unwrap();
    assert_eq!(rules.check_against(&left(), &right()), []);
}

#[test]
fn an_unknown_field_is_named_with_the_nearest_name_or_label() {
    found(
        &mapped("sumary", "Name", ""),
        "left = 'sumary'",
        "`Story` in `ACME` on the left has no field `sumary`",
        "Write `summary`.",
    );
    found(
        &mapped("summary", "the name", ""),
        "right = 'the name'",
        "no field `the name`",
        "Write `Name`, which people see as `The Name`.",
    );
    let text = document("").replace(
        "right = \"Web Shop\"\n",
        "right = \"Web Shop\"\nwhen = { left = [{ field = 'lables', empty = true }] }\n",
    );
    found_in(
        &text,
        (&left(), &right()),
        "lables",
        "No mapped type of `ACME` has a field `lables`",
        "Write `labels`.",
    );
}

#[test]
fn an_unknown_option_is_named_with_the_nearest() {
    let values = "values = [['High', 'Great'],\n['Lwo', 'Good']]\n";
    found(&mapped("priority", "Priority", values), "'Lwo'", "`priority` knows no `Lwo`", "Write `Low`.");
    let default = "values = [['High', 'Great']]\nunmapped = { right = 'Goot' }\n";
    found(
        &mapped("priority", "Priority", default),
        "unmapped",
        "`Priority` knows no `Goot`",
        "Write `Good`.",
    );
    found(
        "[[type.field]]\nright = 'Priority'\nconstant = { choice = 'Graet' }\n",
        "constant",
        "`Priority` knows no `Graet`",
        "Write `Great`.",
    );
}

#[test]
fn an_unknown_state_is_named_with_the_nearest() {
    let state = |rest: &str| format!("[type.state] # here\nleft = 'status'\nright = 'EntityState'\n{rest}");
    found(&state("values = [['ToDo', 'Open']]\n"), "values", "`status` knows no `ToDo`", "Write `To Do`.");
    found(
        &state("avoid = { right = ['Opened'] }\n"),
        "avoid",
        "`EntityState` knows no `Opened`",
        "Write `Open`.",
    );
    found(
        &state("supply = { left = { resolution = 'Dome' } }\n"),
        "supply",
        "`resolution` knows no `Dome`",
        "Write `Done`.",
    );
    found(
        &state("supply = { left = { summary = 'x' } }\n"),
        "supply",
        "is choice, but `summary` holds text",
        "{ text = ",
    );
}

#[test]
fn a_state_is_mapped_as_one() {
    found(
        &mapped("status", "EntityState", "direction = 'left_to_right'\n"),
        "right = ",
        "is a workflow state",
        "`[type.state]`",
    );
    found(
        "[type.state]\nleft = 'priority'\nright = 'EntityState'\n",
        "left = 'priority'",
        "`priority` is not a workflow state",
        "Known are `status`.",
    );
}

#[test]
fn kinds_that_do_not_fit_are_told_with_the_transform_between_them() {
    found(
        &mapped("description", "Name", "direction = 'left_to_right'\n"),
        "# here",
        "`description` gives rich text, but `Name` holds text",
        "Add the transform `\"plain\"`",
    );
    found(
        &mapped("points", "Name", ""),
        "# here",
        "`points` gives number, but `Name` holds text",
        "Map another field.",
    );
    found(
        &mapped("summary", "Name", "transform = [{ scale = 2 }]\n"),
        "transform",
        "`scale` does not take text, which `summary` gives",
        "`scale` takes number → number",
    );
    found(
        "[[type.field]]\nright = 'Due'\nconstant = 'tomorrow'\n",
        "constant",
        "The value is text, but `Due` holds date",
        "{ date = ",
    );
    found(
        &mapped("summary", "Name", "conflict = 'merge'\n"),
        "conflict",
        "`merge` needs a set on both sides",
        "Choose",
    );
}

#[test]
fn a_required_field_that_nothing_fills_is_told() {
    let mut right = right();
    let mut schema = (*right.schemas[0]).clone();
    schema.fields[4].required = true;
    right.schemas = vec![Arc::new(schema)];
    let (text, offers) = (document(""), (left(), right));
    let fix = "a `[[type.field]]` with `right = \"Due\"` and a `constant`";
    found_in(&text, (&offers.0, &offers.1), "[[type]]", "cannot be made without `Due`", fix);
    let filled = document("[[type.field]]\nright = 'Due'\nconstant = { date = '2026-11-22' }\n");
    let rules = Document::parse(&filled).and_then(Rules::new).unwrap();
    assert_eq!(rules.check_against(&offers.0, &offers.1), []);
}
