//! Writing, and reading back.

use bowline_core::command::{Fields, Write, Written};
use bowline_core::connection::ToolKind::Targetprocess;
use bowline_core::failure::{Act, Executed};
use bowline_core::item::{Phase, Step};
use bowline_core::port::Ask;
use bowline_core::text::Doc;
use bowline_core::value::{Choice, Person};
use bowline_core::{Failure, Value, code};
use serde_json::{Value as Json, json};

use super::{PROJECTS, READ, projects, story, tags, v1, v2};
use crate::script::{Line, Script, fields, names, now, share, text, tool};

fn run(
    write: &Write,
    lines: impl IntoIterator<Item = Line>,
) -> (Result<Written, Failure>, Vec<(String, Json)>) {
    let script = Script::new(lines);
    let written = now(tool(Targetprocess, &script).write(write));
    (written, script.calls())
}

fn update(values: Fields) -> Write {
    let read = values.keys().cloned().collect();
    Write::Update { at: story(), fields: values, was: Fields::new(), read }
}

#[test]
fn markdown_is_read_as_text_and_never_overwritten_with_html() {
    let markdown = "<!--markdown-->**bold**";
    let found = || v1(json!({"Description": markdown}));
    let script = Script::new([(READ, 200, found())]);
    let fields = names(&["Description"]);
    let ask = Ask { id: "194".into(), kind: Some("UserStory".into()), fields, history: false };
    let item = now(tool(Targetprocess, &script).find(&ask)).unwrap().unwrap();
    assert_eq!(item.value(&"Description".into()), &Value::Rich(Doc::from_plain("**bold**")));
    let write = update(crate::script::fields([("Description", Value::Rich(Doc::from_plain("new")))]));
    let (written, calls) = run(
        &write,
        [
            ("GET /api/v2/UserStory/194?select={id,description}", 200, v2(json!({"description": markdown}))),
            (READ, 200, found()),
        ],
    );
    let written = written.unwrap();
    assert_eq!(written.refused[0].fields, names(&["Description"]));
    assert!(calls.iter().all(|(call, _)| call.starts_with("GET")));
}

#[test]
fn a_create_carries_the_marker_as_a_tag_and_its_answer_is_the_read_back() {
    let values = fields([
        ("Name", text(" A\n")),
        ("Tags", tags(&["x", "y"])),
        ("Priority", Value::Choice(Choice::named("High"))),
        ("CustomFields.Risk", Value::Choice(Choice::named("Low"))),
        ("PlannedEndDate", Value::Date("2026-03-01".parse().unwrap())),
    ]);
    let write = Write::Create {
        scope: "ACME".into(),
        kind: "UserStory".into(),
        marker: share(),
        fields: values,
        read: names(&["Name", "Tags"]),
    };
    let (written, calls) = run(
        &write,
        [
            (PROJECTS, 200, projects()),
            (
                "GET /api/v2/Priority?where=(entityType.name == \"UserStory\")",
                200,
                json!({"items": [{"id": 4, "name": "High"}]}),
            ),
            (
                "POST /api/v1/UserStories?resultFormat=json&resultInclude=[Id,EntityVersion,ModifyDate,Tags,Project[Id,Name],Name]",
                201,
                v1(json!({"Name": "A"})),
            ),
        ],
    );
    let item = written.unwrap().item.unwrap();
    assert_eq!((item.version.0, item.value(&"Name".into())), (77, &text("A")));
    let expected = json!({
        "Name": "A", "Project": {"Id": 2}, "Priority": {"Id": 4}, "PlannedEndDate": "2026-03-01",
        "Tags": format!("x,y,bowline-{}", share()), "CustomFields": [{"Name": "Risk", "Value": "Low"}],
    });
    assert_eq!(calls[2].1, expected);
}

#[test]
fn a_create_in_an_unknown_project_or_of_an_unknown_type_is_refused_before_anything_is_sent() {
    let create = |scope: &str, kind: &str| Write::Create {
        scope: scope.into(),
        kind: kind.into(),
        marker: share(),
        fields: Fields::new(),
        read: Vec::new(),
    };
    let (written, _) = run(&create("Nowhere", "Bug"), [(PROJECTS, 200, projects())]);
    assert_eq!(written.unwrap_err().code, code::TOOL_UNKNOWN_PROJECT);
    let (written, _) = run(&create("ACME", "Bug/../Users"), []);
    assert_eq!(written.unwrap_err().code, code::TOOL_UNKNOWN_TYPE);
}

#[test]
fn a_failed_assignment_never_fails_the_create_before_it() {
    let values = fields([("Name", text("A")), ("AssignedUser", Value::Person(Person::of("6")))]);
    let write = Write::Create {
        scope: "ACME".into(),
        kind: "UserStory".into(),
        marker: share(),
        fields: values,
        read: names(&["AssignedUser"]),
    };
    let (written, _) = run(
        &write,
        [
            (PROJECTS, 200, projects()),
            ("POST /api/v1/UserStories?", 201, v1(json!({}))),
            (
                "GET /api/v1/UserStories/194?format=json&include=[Id,Assignments[Id,Role[Id,Name],GeneralUser[Id,FirstName,LastName]]]",
                200,
                v1(json!({"Assignments": {"Items": []}})),
            ),
            ("GET /api/v2/Role?", 200, json!({"items": [{"id": 1, "name": "Developer"}]})),
            ("POST /api/v1/Assignments?", 400, json!({"Message": "User is not in the project team"})),
            (READ, 200, v1(json!({"Assignments": {"Items": []}}))),
        ],
    );
    let written = written.unwrap();
    assert_eq!(written.refused[0].words.expose(), "User is not in the project team");
    assert!(written.item.is_some());
}

#[test]
fn one_person_replaces_the_other_in_the_role_and_other_roles_stay() {
    let assignment = |id: u32, role: &str, user: u32| json!({"Id": id, "Role": {"Id": 1, "Name": role}, "GeneralUser": {"Id": user, "FirstName": "A", "LastName": "B"}});
    let people = |all: Json| v1(json!({"Assignments": {"Items": all}}));
    let now = people(json!([assignment(8, "Tester", 5), assignment(9, "Developer", 5)]));
    let after = people(json!([assignment(8, "Tester", 5), assignment(10, "Developer", 6)]));
    let (written, calls) = run(
        &update(fields([("AssignedUser", Value::Person(Person::of("6")))])),
        [
            (
                "GET /api/v1/UserStories/194?format=json&include=[Id,Assignments[Id,Role[Id,Name],GeneralUser[Id,FirstName,LastName]]]",
                200,
                now,
            ),
            ("GET /api/v2/Role?", 200, json!({"items": [{"id": 1, "name": "Developer"}]})),
            ("POST /api/v1/Assignments?", 201, json!({"Id": 10})),
            ("DELETE /api/v1/Assignments/9", 200, Json::Null),
            (READ, 200, after),
        ],
    );
    let ada = Value::Person(Person { id: "6".into(), name: "A B".into() });
    assert_eq!(written.unwrap().item.unwrap().value(&"AssignedUser".into()), &ada);
    assert_eq!(calls[2].1, json!({"Assignable": {"Id": 194}, "GeneralUser": {"Id": 6}, "Role": {"Id": 1}}));
}

#[test]
fn a_sentence_that_names_a_field_s_label_is_believed_first() {
    let values =
        fields([("Name", text("B")), ("CustomFields.Release Notes", text("x")), ("Tags", tags(&[]))]);
    let (written, calls) = run(
        &update(values),
        [
            (
                "POST /api/v1/UserStories/194?",
                400,
                json!({"Status": "BadRequest", "Message": "Field 'Release Notes' does not exist"}),
            ),
            ("POST /api/v1/UserStories/194?", 200, v1(json!({"Name": "B", "Tags": ""}))),
            (
                "POST /api/v1/UserStories/194?",
                400,
                json!({"Message": "Field 'Release Notes' does not exist"}),
            ),
        ],
    );
    let written = written.unwrap();
    assert_eq!(written.refused[0].fields, names(&["CustomFields.Release Notes"]));
    assert_eq!(written.item.unwrap().value(&"Name".into()), &text("B"));
    assert_eq!(calls[1].1, json!({"Name": "B", "Tags": ""}));
}

#[test]
fn planned_dates_travel_together() {
    let day = |day: &str| Value::Date(day.parse().unwrap());
    let values = fields([
        ("Name", text("B")),
        ("PlannedStartDate", day("2026-05-01")),
        ("PlannedEndDate", day("2026-06-01")),
    ]);
    let no = || json!({"Message": "no"});
    let (written, calls) =
        run(&update(values), [("POST", 400, no()), ("POST", 200, v1(json!({}))), ("POST", 400, no())]);
    assert_eq!(written.unwrap().refused[0].fields, names(&["PlannedEndDate", "PlannedStartDate"]));
    let has = |body: &Json, name: &str| body.get(name).is_some();
    assert!(calls.iter().all(|(_, body)| has(body, "PlannedStartDate") == has(body, "PlannedEndDate")));
}

#[test]
fn values_that_cannot_be_written_are_refused_without_a_call_for_them() {
    let odd = [
        ("Tags", tags(&["a,b"])),
        ("Tags", tags(&[" "])),
        ("Tags", tags(&["bowline-shr_1"])),
        ("EntityState", Value::Choice(Choice::named("Done"))),
        ("Feature", Value::Choice(Choice::named("F"))),
        ("Odd", text("x")),
        ("Name", Value::Null),
        ("CustomFields.X", Value::Set(vec![text("a,b")])),
        ("CustomFields.X", Value::Number(f64::NAN)),
    ];
    for (field, value) in odd {
        let (written, _) = run(&update(fields([(field, value.clone())])), [(READ, 200, v1(json!({})))]);
        assert_eq!(written.unwrap().refused[0].fields, names(&[field]), "{value:?}");
    }
    let unknown = update(fields([("Priority", Value::Choice(Choice::named("Odd")))]));
    let (written, _) = run(
        &unknown,
        [
            ("GET /api/v2/Priority?", 200, json!({"items": [{"id": 4, "name": "High"}]})),
            (READ, 200, v1(json!({}))),
        ],
    );
    assert_eq!(written.unwrap().refused[0].words.expose(), "there is no priority `Odd`; there are: High");
}

#[test]
fn tags_with_odd_characters_are_sent_as_they_are() {
    let odd = ["two words", "ä", "x'y\"z", "日本", "#1", "a&b"];
    let (_, calls) = run(&update(fields([("Tags", tags(&odd))])), [("POST", 200, v1(json!({})))]);
    assert_eq!(calls[0].1["Tags"], json!(odd.join(",")));
}

#[test]
fn effort_is_written_for_the_role() {
    let (_, calls) = run(
        &update(fields([("Effort", Value::Number(8.0))])),
        [
            ("GET /api/v2/Role?", 200, json!({"items": [{"id": 1, "name": "Developer"}]})),
            ("POST", 200, v1(json!({"Effort": 8.0}))),
        ],
    );
    assert_eq!(calls[1].1, json!({"RoleEfforts": {"Items": [{"Role": {"Id": 1}, "Effort": 8.0}]}}));
}

#[test]
fn unmarking_takes_our_tag_away_and_only_if_it_is_there() {
    let write = Write::Unmark { at: story(), marker: share() };
    let (_, calls) = run(
        &write,
        [
            (
                "GET /api/v2/UserStory/194?select={id,tags}",
                200,
                v2(json!({"tags": format!("b, a, bowline-{}", share())})),
            ),
            ("POST /api/v1/UserStories/194?", 200, v1(json!({}))),
        ],
    );
    assert_eq!(calls[1].1, json!({"Tags": "a,b"}));
    let (_, calls) = run(&write, [("GET", 200, v2(json!({"tags": "a"})))]);
    assert_eq!(calls.len(), 1);
}

#[test]
fn steps_come_from_the_state_and_a_demanded_comment_goes_first() {
    let states = json!({"items": [{"id": 194, "states": [
        {"id": 12, "name": "Planned", "isInitial": false, "isFinal": false, "isCommentRequired": false},
        {"id": 13, "name": "Done", "isFinal": true, "isCommentRequired": true},
    ]}]});
    let script = Script::new([(
        "GET /api/v2/UserStory/194?select={id,states:entityState.nextStates.select(",
        200,
        states,
    )]);
    let steps = now(tool(Targetprocess, &script).steps(&story())).unwrap();
    assert_eq!((steps[0].phase, steps[1].phase), (Phase::Underway, Phase::Done));
    assert_eq!((steps[0].required.len(), steps[1].required.clone()), (0, names(&["Comment"])));

    let step: Step = steps[1].clone();
    let write = Write::Step {
        at: story(),
        step,
        fields: fields([("Comment", text("fixed"))]),
        read: names(&["EntityState"]),
    };
    let comment = json!({"Id": 7, "Description": "fixed", "CreateDate": "/Date(1767225600000+0000)/"});
    let (written, calls) = run(
        &write,
        [
            ("POST /api/v1/Comments?", 201, comment),
            ("POST /api/v1/UserStories/194?", 200, v1(json!({"EntityState": {"Id": 13, "Name": "Done"}}))),
        ],
    );
    let state = Value::Choice(Choice { id: Some("13".into()), name: "Done".into() });
    assert_eq!(written.unwrap().item.unwrap().value(&"EntityState".into()), &state);
    assert_eq!(calls[1].1, json!({"EntityState": {"Id": 13}}));
}

#[test]
fn comments_are_written_edited_and_read() {
    let row = json!({"id": 7, "description": "hi", "createDate": "/Date(1767225600000+0000)/", "isPrivate": true,
        "descriptionModifyDate": "/Date(1767225700000+0000)/", "owner": {"id": 6, "firstName": "Ada", "lastName": "L"}});
    let script = Script::new([(
        "GET /api/v2/Comment?where=(general.id == 194)&select=",
        200,
        json!({"items": [row]}),
    )]);
    let found = now(tool(Targetprocess, &script).comments(&story())).unwrap();
    assert_eq!((found[0].id.as_str(), found[0].hidden, found[0].author.name.as_str()), ("7", true, "Ada L"));
    assert!(found[0].updated_at > found[0].created_at);

    let back = || json!({"Id": 8, "Description": "ho", "CreateDate": "/Date(1767225600000+0000)/"});
    let marker = format!("cmd_{}", "2".repeat(32)).parse().unwrap();
    let write = Write::Comment { at: story(), marker, body: Doc::from_plain("ho") };
    let (written, calls) = run(&write, [("POST /api/v1/Comments?resultFormat=json", 201, back())]);
    assert_eq!(written.unwrap().comment.unwrap().id, "8");
    assert_eq!(calls[0].1["General"], json!({"Id": 194}));
    let write = Write::EditComment { at: story(), id: "8".into(), body: Doc::from_plain("ho") };
    let (_, calls) = run(&write, [("POST /api/v1/Comments/8?", 200, back())]);
    assert!(calls[0].1.get("General").is_none());
}

#[test]
fn failures_say_what_to_do_and_what_may_have_happened() {
    let write = update(fields([("Name", text("B")), ("Tags", tags(&[]))]));
    for (status, code) in [(403, code::AUTH_FORBIDDEN), (404, code::TOOL_NOT_FOUND)] {
        let (written, _) = run(&write, [("POST", status, json!({"Message": "no"}))]);
        let failure = written.unwrap_err();
        assert_eq!((failure.code, failure.act, failure.executed), (code, Act::Park, Executed::No));
        assert_eq!(failure.words.expose(), "no");
    }
    let (written, _) = run(&write, [("POST", 200, json!("<xml>"))]);
    assert_eq!(
        (written.as_ref().unwrap_err().executed, written.unwrap_err().code),
        (Executed::Unknown, code::TOOL_BAD_ANSWER)
    );
    let demanded = Write::Create {
        scope: "ACME".into(),
        kind: "Bug".into(),
        marker: share(),
        fields: fields([("Name", text("B"))]),
        read: Vec::new(),
    };
    let (written, _) = run(
        &demanded,
        [(PROJECTS, 200, projects()), ("POST", 400, json!({"Message": "Severity is required"}))],
    );
    assert_eq!(written.unwrap_err().code, code::SYNC_CREATE_REFUSED);
}
