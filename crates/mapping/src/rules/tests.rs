//! What a person gets for a document that contradicts itself, and what compiled rules answer.

use std::collections::BTreeMap;

use bowline_core::item::Locator;
use bowline_core::{FieldName, Item, Side, Timestamp, Value, Version};

use crate::document::Document;
use crate::samples::{HEAD, choice, document, person, rules, text};

use super::*;

mod pairs;

/// Checks that compiling `text` finds exactly one problem, in a line that holds `line`, with words in message and
/// fix.
#[track_caller]
fn refused_text(text: &str, line: &str, message: &str, fix: &str) {
    let problems =
        Document::parse(text).unwrap_or_else(|e| panic!("{e}")).pipe(Rules::new).expect_err("a problem");
    let [problem] = problems.0.as_slice() else { panic!("one problem is due:\n{problems}") };
    let found = problem.line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_default();
    assert!(found.contains(line), "the line is “{found}”:\n{problems}");
    assert!(problem.message.contains(message) && problem.fix.contains(fix), "{problems}");
}

/// As [`refused_text`], for what stands in a type mapping.
#[track_caller]
fn refused(rest: &str, line: &str, message: &str, fix: &str) {
    refused_text(&document(rest), line, message, fix);
}

trait Pipe: Sized {
    fn pipe<T>(self, next: impl FnOnce(Self) -> T) -> T {
        next(self)
    }
}

impl Pipe for Document {}

const FIELD: &str = "[[type.field]]\nleft = 'l'\nright = 'r'\n";
const STATE: &str = "[type.state]\nleft = 's'\nright = 't'\n";

#[test]
fn the_example_compiles() {
    let rules = Document::parse(Document::example()).and_then(Rules::new).unwrap();
    assert_eq!((rules.left_connection(), rules.right_connection()), ("jira", "tp"));
    assert_eq!(rules.scopes(Side::Right), ["Operations", "Web Shop"]);
    let mapping = rules.type_between("story", "UserStory").unwrap();
    assert_eq!(mapping.mappings().last().unwrap().label(), "status → EntityState");
    assert_eq!(mapping.avoid(Side::Left), ["Blocked"]);
    assert_eq!(mapping.supply(Side::Left, &"resolution".into()), Some(&choice("Done")));
    assert_eq!(mapping.supply(Side::Right, &"resolution".into()), None);
}

#[test]
fn types_and_routings_are_there_and_types_are_mapped_once() {
    let none = HEAD.replace("[[routing]]\nleft = \"ACME\"\nright = \"Web Shop\"\n", "");
    refused_text(
        &format!("{none}[[type]]\nleft = 'a'\nright = 'b'\n"),
        "schema",
        "No routing",
        "Add a `[[routing]]`",
    );
    refused_text(HEAD, "schema", "No type mapping", "Add a `[[type]]`");
    let twice = document("[[type]]\nleft = 'STORY' # again\nright = 'UserStory'\n");
    refused_text(&twice, "[[type]]", "mapped twice", "into one `[[type]]`");
}

#[test]
fn a_routing_that_never_takes_an_item_is_refused() {
    let again = |rest: &str| document(&format!("[[routing]] # two\nleft = 'acme'\n{rest}"));
    refused_text(&again("right = 'Web Shop'\n"), "# two", "never takes an item: routing 1", "Put it before");
    let automatic = "right = 'Other'\nshare = 'both'\n";
    refused_text(
        &again(automatic),
        "# two",
        "never takes an item from the left",
        "give that one a condition",
    );
    for fine in ["right = 'Other'\n", "right = 'Other'\nshare = 'right'\n"] {
        assert!(Document::parse(&again(fine)).and_then(Rules::new).is_ok(), "it serves the other side");
    }
}

#[test]
fn a_field_is_mapped_once_and_written_by_one_mapping() {
    refused(
        &format!("{FIELD}[[type.field]] # two\nleft = 'l'\nright = 'r'\n"),
        "# two",
        "mapped twice",
        "Remove one",
    );
    refused(
        &format!("{FIELD}[[type.field]] # two\nleft = 'x'\nright = 'r'\n"),
        "# two",
        "right field `r` is written by `l → r`",
        "direction away",
    );
    refused(
        &format!("{FIELD}[type.state] # two\nleft = 'l'\nright = 'x'\n"),
        "# two",
        "left field `l`",
        "Remove one",
    );
    rules(&format!("{FIELD}[[type.field]]\nleft = 'x'\nright = 'r'\ndirection = 'right_to_left'\n"));
}

#[test]
fn both_ends_of_a_mapping_are_named() {
    refused("[[type.field]] # one\nleft = 'l'\n", "# one", "no field on the right", "Add `right = \"…\"`");
    refused("[[type.field]] # one\nright = 'r'\n", "# one", "no field on the left", "or a `constant`");
}

#[test]
fn unknown_transforms_and_comparators_are_refused_with_the_nearest() {
    refused(
        &format!("{FIELD}transform = ['trim', 'plane']\n"),
        "transform",
        "no transform `plane`",
        "Write `plain`",
    );
    refused(
        &format!("{FIELD}transform = [{{ clamp = -1 }}]\n"),
        "transform",
        "argument",
        "`{ clamp = 255 }`",
    );
    refused(&format!("{FIELD}compare = 'wordz'\n"), "compare", "no comparator `wordz`", "Write `words`");
}

#[test]
fn a_transform_without_a_way_back_serves_one_direction_only() {
    let plain = |direction: &str| format!("{FIELD}transform = ['plain']\ndirection = '{direction}'\n");
    refused(&plain("both"), "transform", "`plain` has no way back", "`direction = \"left_to_right\"`");
    refused(&plain("right_to_left"), "transform", "no way back", "remove the transform");
    rules(&plain("left_to_right"));
    rules(&plain("create_only_left_to_right"));
}

#[test]
fn transforms_that_do_not_fit_each_other_are_refused() {
    refused(
        &format!("{FIELD}transform = ['yes_no', 'trim']\n"),
        "transform",
        "`trim` does not take",
        "`trim` takes text → text",
    );
    refused(
        &format!("{FIELD}transform = ['day']\nvalues = [['a', 'b']]\n"),
        "values",
        "without a name",
        "Remove `values`",
    );
}

#[test]
fn a_value_map_says_each_thing_once_and_a_policy_needs_one() {
    let twice = format!("{FIELD}values = [['a', 'b'],\n['A ', 'B']] # two\n");
    refused(&twice, "# two", "there already", "Remove one");
    refused(
        &format!("{FIELD}unmapped = 'skip'\n"),
        "unmapped",
        "no meaning without `values`",
        "Add `values`",
    );
    refused(
        &format!("{STATE}unmapped = 'skip'\n"),
        "unmapped",
        "no meaning without `values`",
        "remove `unmapped`",
    );
}

#[test]
fn merge_is_for_sets() {
    refused(
        &format!("{STATE}conflict = 'merge'\n"),
        "conflict",
        "needs a set on both sides",
        "Choose `left`",
    );
    for whole in ["{ join = ',' }", "{ split = ',' }", "'first'"] {
        let field = format!("{FIELD}transform = [{whole}]\nconflict = 'merge'\n");
        refused(&field, "conflict", "needs a set on both sides", "`newest`");
    }
    rules(&format!("{FIELD}transform = ['label_spaces']\nconflict = 'merge'\n"));
    let default = format!("{}\n[defaults]\nconflict = 'merge'\n", document(""));
    refused_text(&default, "conflict", "for sets only", "at the fields");
}

#[test]
fn a_constant_has_one_side_and_nothing_that_needs_a_value() {
    let constant = "constant = 'x'\n";
    refused(&format!("{FIELD}{constant}"), "[[type.field]]", "one side", "Keep one of");
    let right = "[[type.field]]\nright = 'r'\nconstant = 'x'\n";
    let away = format!("{right}direction = 'right_to_left'\n");
    refused(&away, "direction", "goes to the right only", "`direction = \"create_only_left_to_right\"`");
    refused(&format!("{right}direction = 'both'\n"), "direction", "goes to the right only", "leave it out");
    refused(&format!("{right}transform = ['trim']\n"), "transform", "no meaning for a constant", "Remove it");
    refused(&format!("{right}values = [['a', 'b']]\n"), "values", "no meaning for a constant", "Remove it");
    refused(&format!("{right}conflict = 'left'\n"), "conflict", "no meaning for a constant", "Remove it");
    rules(&format!("{right}direction = 'left_to_right'\n"));
}

#[test]
fn people_are_paired_once_and_a_fallback_is_named_and_used() {
    let user = "[[user]]\nleft = 'a'\nright = 'b'\n";
    refused(
        &format!("{user}[[user]] # two\nleft = 'a'\nright = 'b'\n"),
        "# two",
        "there twice",
        "Remove one",
    );
    refused("[people] # one\nunmapped = 'fallback'\n", "# one", "Nobody is named", "Add `fallback");
    refused("[people]\nfallback = { left = 'x' }\n", "fallback", "never used", "`unmapped = \"fallback\"`");
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_their_lines() {
    let text =
        document(&format!("{FIELD}compare = 'x'\ntransform = ['y', 'z']\n[people]\nunmapped = 'fallback'\n"));
    let problems = Document::parse(&text).unwrap().pipe(Rules::new).unwrap_err();
    let lines: Vec<usize> = problems.0.iter().filter_map(|problem| problem.line).collect();
    assert_eq!(lines.len(), 4, "{problems}");
    assert!(lines.is_sorted(), "{problems}");
    assert_eq!(problems.to_string().lines().count(), 4);
}

fn item(scope: &str, fields: &[(&str, Value)]) -> Item {
    let at = Locator {
        id: "1".into(),
        kind: "Story".into(),
        key: "ACME-1".into(),
        scope: scope.into(),
        url: String::new(),
    };
    let fields = fields.iter().map(|(name, value)| (FieldName::new(*name), value.clone())).collect();
    let (version, updated_at) = (Version(1), Timestamp::UNIX_EPOCH);
    Item { at, version, updated_at, fields, changed_at: BTreeMap::new(), marker: None }
}

fn routed(rules: &Rules, from: Side, item: &Item) -> Result<(String, usize, bool), String> {
    let route = rules.route(from, item).map_err(|not| not.to_string())?;
    Ok((route.scope.to_owned(), route.routing, route.automatic))
}

#[test]
fn the_first_routing_that_takes_an_item_decides() {
    let rules = Document::parse(&format!(
        "{}[[routing]]\nleft = 'ACME'\nright = 'Rest'\n",
        document("").replace(
            "right = \"Web Shop\"\n",
            "right = \"Web Shop\"\nshare = 'left'\nwhen = { left = [{ field = 'labels', contains = 'sync' }] }\n"
        )
    ))
    .and_then(Rules::new)
    .unwrap();
    let labels = Value::Set(vec![text("other"), text("SYNC")]);
    let marked = item("acme", &[("labels", labels)]);
    assert_eq!(routed(&rules, Side::Left, &marked), Ok(("Web Shop".into(), 0, true)));
    assert_eq!(routed(&rules, Side::Left, &item("ACME", &[])), Ok(("Rest".into(), 1, false)));
    assert_eq!(routed(&rules, Side::Right, &item("Web Shop", &[])), Ok(("ACME".into(), 0, false)));
    assert_eq!(rules.fields_to_read(Side::Left), ["labels".into()]);
    assert_eq!(rules.fields_to_read(Side::Right), []);
}

#[test]
fn an_item_that_is_not_routed_is_told_why() {
    let routing = "[[routing]]\nleft = 'OPS'\nright = 'Ops'\n[routing.when]\n\
                   left = [{ field = 'team', in = ['Red', 'Blue'] }, { field = 'draft', empty = true }]\n";
    let rules = rules(routing);
    assert_eq!(
        routed(&rules, Side::Left, &item("SECRET", &[])),
        Err("no routing takes the item: no routing names the project `SECRET`".into())
    );
    assert_eq!(
        routed(&rules, Side::Left, &item("OPS", &[("team", text("Green"))])),
        Err("no routing takes the item: routing 2 asks for `team` in `Red`, `Blue`".into())
    );
    let draft = item("OPS", &[("team", text("Red")), ("draft", Value::Bool(true))]);
    assert_eq!(
        routed(&rules, Side::Left, &draft),
        Err("no routing takes the item: routing 2 asks for `draft` empty".into())
    );
}

#[test]
fn conditions_read_every_kind_of_value() {
    let doc = bowline_core::text::Doc::from_plain("Please sync me");
    let item = item(
        "ACME",
        &[
            ("labels", Value::Set(vec![text("a"), text("b")])),
            ("priority", choice("High")),
            ("points", Value::Number(5.0)),
            ("done", Value::Bool(true)),
            ("due", Value::Date("2026-11-22".parse().unwrap())),
            ("at", Value::Instant("2026-11-22T10:00:00Z".parse().unwrap())),
            ("owner", person("acc-Ada")),
            ("body", Value::Rich(doc)),
            ("title", text("Hello World")),
        ],
    );
    for (condition, holds) in [
        ("field = 'labels', is = 'B'", true),
        ("field = 'labels', is_not = 'b'", false),
        ("field = 'labels', contains = 'lab'", false),
        ("field = 'labels', empty = false", true),
        ("field = 'priority', is = 'high'", true),
        ("field = 'priority', in = ['low', 'high']", true),
        ("field = 'priority', in = []", false),
        ("field = 'points', is = 5", true),
        ("field = 'points', is = '5.0'", true),
        ("field = 'points', is = 6", false),
        ("field = 'done', is = true", true),
        ("field = 'done', is = 'false'", false),
        ("field = 'due', is = 2026-11-22", true),
        ("field = 'at', is = '2026-11-22T11:00:00+01:00'", true),
        ("field = 'owner', is = 'acc-Ada'", true),
        ("field = 'owner', is = 'acc-ada'", false),
        ("field = 'body', contains = 'SYNC'", true),
        ("field = 'body', is = 'sync'", false),
        ("field = 'title', is = 'hello world '", true),
        ("field = 'title', contains = 'world'", true),
        ("field = 'absent', is = ''", true),
        ("field = 'absent', empty = true", true),
        ("field = 'absent', is_not = 'x'", true),
    ] {
        let routing = format!("right = \"Web Shop\"\nwhen = {{ left = [{{ {condition} }}] }}\n");
        let text = document("").replace("right = \"Web Shop\"\n", &routing);
        let rules = Document::parse(&text).and_then(Rules::new).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(rules.route(Side::Left, &item).is_ok(), holds, "{condition}");
    }
}

#[test]
fn of_several_type_mappings_the_first_serves_and_any_pair_is_found() {
    let rules =
        rules("[[type]]\nleft = 'Task'\nright = 'UserStory'\n[[type]]\nleft = 'Story'\nright = 'Feature'\n");
    let kind = |mapping: Option<&TypeMapping>, side| mapping.map(|mapping| mapping.kind(side).to_owned());
    assert_eq!(kind(rules.type_from(Side::Right, "userstory"), Side::Left).as_deref(), Some("Story"));
    assert_eq!(kind(rules.type_from(Side::Left, "Story"), Side::Right).as_deref(), Some("UserStory"));
    assert_eq!(kind(rules.type_from(Side::Left, "Task"), Side::Right).as_deref(), Some("UserStory"));
    assert!(rules.type_between("Story", "Feature").is_some());
    assert!(rules.type_between("Task", "Feature").is_none());
    assert!(rules.type_from(Side::Left, "Epic").is_none());
}

#[test]
fn comments_follow_their_policy() {
    let carries = |policy: &str| {
        let text = format!("{}[defaults]\ncomments = '{policy}'\n", document(""));
        let comments = Document::parse(&text).and_then(Rules::new).unwrap().comments();
        [comments.carries(Side::Left), comments.carries(Side::Right)]
    };
    assert_eq!(carries("off"), [false, false]);
    assert_eq!(carries("left_to_right"), [true, false]);
    assert_eq!(carries("right_to_left"), [false, true]);
    assert_eq!(carries("both"), [true, true]);
    assert_eq!(rules("").comments(), CommentPolicy::Both);
}

#[test]
fn the_default_conflict_rule_serves_fields_that_name_none() {
    let text = format!(
        "{}[defaults]\nconflict = 'right'\n",
        document(&format!("{FIELD}{STATE}conflict = 'left'\n"))
    );
    let rules = Document::parse(&text).and_then(Rules::new).unwrap();
    let conflicts: Vec<_> = rules.types()[0].mappings().map(FieldMapping::conflict).collect();
    assert_eq!(conflicts, [crate::Conflict::Right, crate::Conflict::Left]);
}

#[test]
fn what_is_done_on_a_side_follows_from_what_reaches_it() {
    use bowline_core::feature::Feature::{Act, Create, Edit, Move, Read, ReadComments, WriteComments};
    let one_way =
        rules("[[type.field]]\nleft = \"summary\"\nright = \"Name\"\ndirection = \"left_to_right\"\n");
    assert!(!one_way.features(Side::Left).contains(&Edit));
    assert!(one_way.features(Side::Right).starts_with(&[Read, Create, Edit]));
    assert!(!one_way.features(Side::Right).contains(&Move), "no state is mapped");
    let example = Document::parse(Document::example()).and_then(Rules::new).unwrap();
    let all = [Read, Create, Edit, Move, ReadComments, WriteComments];
    assert_eq!(example.features(Side::Left), all);
    assert_eq!(example.features(Side::Right), all);
    // Who edits what stands under people's names is a question only where comments are written as them.
    let acting = "[[user]]\nleft = \"a\"\nright = \"b\"\n[people]\nacting = \"person\"\n";
    let features = |text: &str| rules(text).features(Side::Left);
    assert!(features(&format!("{acting}[defaults]\ncomments = \"both\"\n")).contains(&Act));
    let to_the_right = format!("{acting}[defaults]\ncomments = \"left_to_right\"\n");
    assert!(!features(&to_the_right).contains(&Act), "nothing is written there");
}
