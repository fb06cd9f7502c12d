//! Writing to Jira, against scripted answers.

use std::collections::BTreeMap;

use bowline_core::command::{Fields, Write, Written};
use bowline_core::connection::ToolKind::{self, JiraCloud, JiraDc};
use bowline_core::failure::{Act, Executed};
use bowline_core::item::{Phase, Step};
use bowline_core::text::Doc;
use bowline_core::value::{Choice, Person};
use bowline_core::{Failure, FieldName, Value, code};
use serde_json::{Value as Json, json};

use crate::script::{Line, Script, at, fields, now, share, text, tool};

fn run(
    kind: ToolKind,
    write: &Write,
    lines: impl IntoIterator<Item = Line>,
) -> (Result<Written, Failure>, Vec<(String, Json)>) {
    let script = Script::new(lines);
    let written = now(tool(kind, &script).write(write));
    (written, script.calls())
}

fn create(values: Fields) -> Write {
    let read = vec!["summary".into()];
    Write::Create { scope: "ACME".into(), kind: "Story".into(), marker: share(), fields: values, read }
}

fn update(values: Fields) -> Write {
    Write::Update {
        at: at("10001", "Story"),
        fields: values,
        was: Fields::new(),
        read: vec!["summary".into()],
    }
}

fn whole(summary: &str) -> Json {
    json!({"id": "10001", "key": "ACME-1", "fields": {
        "summary": summary, "updated": "2026-01-01T00:00:00.000+0000", "project": {"key": "ACME"}, "issuetype": {"name": "Story"},
    }})
}

fn made() -> Line {
    ("POST /rest/api/3/issue", 201, json!({"id": "10001", "key": "ACME-1", "self": "x"}))
}

fn refusal(errors: Json) -> Json {
    json!({"errorMessages": [], "errors": errors})
}

#[test]
fn a_create_carries_its_marker_and_is_read_back() {
    let values = fields([("summary", text(" A\nB ")), ("assignee", Value::Person(Person::of("x:1")))]);
    let (written, calls) =
        run(JiraCloud, &create(values), [made(), ("GET /rest/api/3/issue/10001?", 200, whole("A B"))]);
    let written = written.unwrap();
    assert_eq!(written.item.unwrap().value(&"summary".into()), &text("A B"));
    assert!(written.refused.is_empty());
    let expected = json!({
        "fields": {"summary": "A B", "assignee": {"accountId": "x:1"}, "project": {"key": "ACME"}, "issuetype": {"name": "Story"}},
        "properties": [{"key": "bowline", "value": {"share": share()}}],
    });
    assert_eq!(calls[0].1, expected);
}

#[test]
fn labels_are_added_and_removed_so_that_those_of_somebody_else_stay() {
    let labels = |names: &[&str]| Value::Set(names.iter().map(|name| text(name)).collect());
    let write = Write::Update {
        at: at("10001", "Story"),
        fields: fields([("summary", text("A")), ("labels", labels(&["keep", "new"]))]),
        was: fields([("summary", text("Z")), ("labels", labels(&["keep", "old"]))]),
        read: vec!["summary".into()],
    };
    let (written, calls) = run(JiraCloud, &write, [("PUT /rest/api/3/issue/10001", 200, whole("A"))]);
    assert!(written.unwrap().refused.is_empty());
    let verbs = json!({"labels": [{"add": "new"}, {"remove": "old"}]});
    assert_eq!(calls[0].1, json!({"fields": {"summary": "A"}, "update": verbs}));
}

#[test]
fn a_named_field_is_left_out_of_a_create_and_reported() {
    let values = fields([("summary", text("A")), ("priority", Value::Choice(Choice::named("Odd")))]);
    let no = refusal(json!({"priority": "Priority name 'Odd' is not valid"}));
    let (written, calls) = run(
        JiraCloud,
        &create(values),
        [("POST /rest/api/3/issue", 400, no), made(), ("GET", 200, whole("A"))],
    );
    let refused = written.unwrap().refused;
    assert_eq!(refused[0].fields, ["priority".into()]);
    assert_eq!(
        (refused[0].code.clone(), refused[0].words.expose()),
        (code::SYNC_FIELD_REFUSED, "Priority name 'Odd' is not valid")
    );
    assert_eq!(calls[0].1["fields"]["priority"], json!({"name": "Odd"}));
    assert!(calls[1].1["fields"].get("priority").is_none());
}

#[test]
fn a_create_without_a_demanded_field_is_refused_as_a_whole() {
    let values = fields([("summary", text("A"))]);
    let no = refusal(json!({"customfield_1": "Risk is required."}));
    let (written, _) = run(JiraCloud, &create(values), [("POST /rest/api/3/issue", 400, no)]);
    let failure = written.unwrap_err();
    assert_eq!(
        (failure.code, failure.act, failure.executed),
        (code::SYNC_CREATE_REFUSED, Act::Park, Executed::No)
    );
    assert_eq!(failure.words.expose(), "customfield_1: Risk is required.");
}

#[test]
fn a_create_refused_without_a_name_is_made_bare_and_filled_afterwards() {
    let values =
        fields([("summary", text("A")), ("duedate", Value::Null), ("labels", Value::Set(vec![text("x")]))]);
    let no = json!({"errorMessages": ["Something is wrong"], "errors": {}});
    let (written, calls) = run(
        JiraCloud,
        &create(values),
        [
            ("POST /rest/api/3/issue", 400, no.clone()),
            made(),
            ("PUT /rest/api/3/issue/10001?", 400, no),
            ("PUT /rest/api/3/issue/10001?", 200, json!({})),
            ("PUT /rest/api/3/issue/10001?", 400, json!({"errorMessages": ["Still wrong"]})),
            ("GET /rest/api/3/issue/10001?", 200, whole("A")),
        ],
    );
    let refused = written.unwrap().refused;
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].words.expose(), "Still wrong");
    assert_eq!(calls[1].1["fields"].as_object().unwrap().len(), 3, "summary, project and type");
}

#[test]
fn after_a_create_every_failure_says_that_it_may_have_been_carried_out_or_where_it_is() {
    let values = || fields([("summary", text("A"))]);
    let (written, _) = run(JiraCloud, &create(values()), [("POST /rest/api/3/issue", 201, json!("<html>"))]);
    let failure = written.unwrap_err();
    assert_eq!((failure.code, failure.executed), (code::TOOL_BAD_ANSWER, Executed::Unknown));
    assert_eq!(
        failure.act,
        Act::Retry { after: None },
        "so that the next look finds the issue by its marker"
    );
    let (written, _) = run(JiraCloud, &create(values()), [made(), ("GET", 404, Json::Null)]);
    let place = written.unwrap().place.unwrap();
    assert_eq!((place.id.as_str(), place.kind.as_str()), ("10001", "Story"), "it exists, seen or not");
}

#[test]
fn cloud_s_returned_issue_is_the_read_back_if_it_is_whole() {
    let (written, calls) = run(
        JiraCloud,
        &update(fields([("summary", text("B"))])),
        [("PUT /rest/api/3/issue/10001?returnIssue=true", 200, whole("B"))],
    );
    assert_eq!(written.unwrap().item.unwrap().value(&"summary".into()), &text("B"));
    assert_eq!(calls.len(), 1);
    let (written, _) = run(
        JiraCloud,
        &update(fields([("summary", text("B"))])),
        [
            (
                "PUT /rest/api/3/issue/10001?returnIssue=true",
                200,
                json!({"id": "10001", "fields": {"summary": "B"}}),
            ),
            ("GET /rest/api/3/issue/10001?", 200, whole("B")),
        ],
    );
    assert!(written.unwrap().item.is_some());
}

#[test]
fn data_center_s_update_is_read_back_by_a_get_and_names_people_by_name() {
    let values = fields([("assignee", Value::Person(Person::of("ada"))), ("reporter", Value::Null)]);
    let (written, calls) = run(
        JiraDc,
        &update(values),
        [("PUT /rest/api/2/issue/10001", 204, Json::Null), ("GET", 200, whole("A"))],
    );
    assert!(written.unwrap().item.is_some());
    assert_eq!(calls[0].1, json!({"fields": {"assignee": {"name": "ada"}, "reporter": null}}));
}

#[test]
fn named_fields_are_dropped_from_an_update_and_the_rest_goes_again() {
    let values = fields([("summary", text("B")), ("duedate", Value::Null), ("environment", Value::Null)]);
    let no = refusal(json!({"duedate": "not on screen", "environment": "not on screen"}));
    let (written, calls) =
        run(JiraDc, &update(values), [("PUT", 400, no), ("PUT", 204, Json::Null), ("GET", 200, whole("B"))]);
    assert_eq!(written.unwrap().refused.len(), 2);
    assert_eq!(calls[1].1, json!({"fields": {"summary": "B"}}));
}

#[test]
fn values_that_cannot_be_written_are_refused_without_a_call() {
    let set = |all: &[&str]| Value::Set(all.iter().map(|one| text(one)).collect());
    let odd = [
        ("labels", set(&["ok", "two words"])),
        ("labels", set(&[""])),
        ("labels", Value::Set(vec![text(&"x".repeat(256))])),
        ("status", Value::Choice(Choice::named("Done"))),
        ("duedate", text("tomorrow")),
        ("summary", Value::Number(1.0)),
    ];
    for (field, value) in odd {
        let (written, _) = run(JiraDc, &update(fields([(field, value.clone())])), [("GET", 200, whole("A"))]);
        let refused = written.unwrap().refused;
        assert_eq!(refused[0].fields, [FieldName::from(field)], "{value:?}");
        assert!(!refused[0].words.is_empty());
    }
}

#[test]
fn labels_with_odd_characters_are_sent_as_they_are() {
    let odd = ["ä-ö", "a,b", "x:y\"z", "日本", "#1"];
    let values = fields([("labels", Value::Set(odd.iter().map(|one| text(one)).collect()))]);
    let (_, calls) = run(JiraDc, &update(values), [("PUT", 204, Json::Null), ("GET", 200, whole("A"))]);
    assert_eq!(calls[0].1["fields"]["labels"], json!(odd));
}

#[test]
fn a_missing_permission_a_missing_issue_and_a_race_are_told_apart() {
    let write = update(fields([("summary", text("B")), ("duedate", Value::Null)]));
    let cases = [
        (403, json!({"errorMessages": ["no permission"]}), code::AUTH_FORBIDDEN, Act::Park),
        (404, json!({"errorMessages": ["gone"]}), code::TOOL_NOT_FOUND, Act::Park),
        (409, json!({}), code::TOOL_REFUSED, Act::Retry { after: None }),
    ];
    for (status, body, code, act) in cases {
        let (written, calls) = run(JiraCloud, &write, [("PUT", status, body)]);
        let failure = written.unwrap_err();
        assert_eq!((failure.code, failure.act, failure.executed), (code, act, Executed::No));
        assert_eq!(calls.len(), 1, "the whole is never split");
    }
    let about_a_field = json!({"errors": {"duedate": "cannot be set"}});
    let (written, _) = run(
        JiraDc,
        &write,
        [("PUT", 403, about_a_field), ("PUT", 204, Json::Null), ("GET", 200, whole("B"))],
    );
    assert_eq!(written.unwrap().refused[0].fields, ["duedate".into()]);
}

#[test]
fn a_refusal_that_names_a_field_drops_the_field_list() {
    let list = || json!([{"id": "customfield_1", "name": "Risk", "schema": {"type": "string", "custom": "c:textfield"}}]);
    let script = Script::new([
        ("GET /rest/api/2/field", 200, list()),
        ("PUT", 400, refusal(json!({"customfield_1": "gone"}))),
        ("GET /rest/api/2/issue/10001", 200, whole("A")),
        ("GET /rest/api/2/field", 200, list()),
        ("PUT", 204, Json::Null),
        ("GET /rest/api/2/issue/10001", 200, whole("A")),
    ]);
    let tool = tool(JiraDc, &script);
    for _ in 0..2 {
        now(tool.write(&update(fields([("customfield_1", text("x"))])))).unwrap();
    }
    script.calls();
}

#[test]
fn a_step_sends_only_what_its_screen_accepts() {
    let step = Step {
        id: "31".into(),
        to_id: "5".into(),
        to_name: "Done".into(),
        phase: Phase::Done,
        required: vec!["resolution".into()],
        accepted: vec!["resolution".into()],
    };
    let values = fields([("resolution", Value::Choice(Choice::named("Fixed"))), ("duedate", Value::Null)]);
    let write = Write::Step { at: at("10001", "Story"), step, fields: values, read: vec!["summary".into()] };
    let (written, calls) = run(
        JiraDc,
        &write,
        [
            ("POST /rest/api/2/issue/10001/transitions", 204, Json::Null),
            ("GET /rest/api/2/issue/10001?", 200, whole("A")),
        ],
    );
    assert!(written.unwrap().item.is_some());
    assert_eq!(calls[0].1, json!({"transition": {"id": "31"}, "fields": {"resolution": {"name": "Fixed"}}}));
    let (written, _) = run(JiraDc, &write, [("POST", 400, json!({"errorMessages": ["no"]}))]);
    assert_eq!(written.unwrap_err().code, code::TOOL_REFUSED);
}

#[test]
fn a_comment_carries_its_command_and_comes_back_with_it() {
    let command = format!("cmd_{}", "2".repeat(32));
    let write = Write::Comment {
        at: at("10001", "Story"),
        marker: command.parse().unwrap(),
        body: Doc::from_plain("hi"),
    };
    let back = json!({"id": "7", "body": "hi", "created": "2026-01-01T00:00:00.000+0000",
        "properties": [{"key": "bowline", "value": {"command": command}}]});
    let (written, calls) = run(JiraDc, &write, [("POST /rest/api/2/issue/10001/comment", 201, back.clone())]);
    assert_eq!(written.unwrap().comment.unwrap().marker.map(|id| id.to_string()), Some(command.clone()));
    assert_eq!(calls[0].1["properties"], json!([{"key": "bowline", "value": {"command": command}}]));
    let write = Write::EditComment { at: at("10001", "Story"), id: "7".into(), body: Doc::from_plain("ho") };
    let (written, _) = run(JiraDc, &write, [("PUT /rest/api/2/issue/10001/comment/7", 200, back)]);
    assert_eq!(written.unwrap().comment.unwrap().id, "7");
}

#[test]
fn an_invisible_marker_needs_no_removal() {
    let (written, calls) = run(
        JiraCloud,
        &Write::Unmark { at: at("1", "Story"), marker: share() },
        BTreeMap::<(), Line>::new().into_values(),
    );
    assert!(written.unwrap().item.is_none());
    assert!(calls.is_empty());
}
