//! Reading from Jira, against scripted answers.

use bowline_core::connection::ToolKind::{JiraCloud, JiraDc};
use bowline_core::item::Phase;
use bowline_core::port::{Ask, Asker, ChangedAsk, FieldKind, MarkerAsk};
use bowline_core::value::{Choice, Person};
use bowline_core::{FieldName, Timestamp, Value, code};
use serde_json::{Value as Json, json};

use crate::script::{Script, at, catalogue, names, now, share, tool};

fn ask(fields: &[&str], history: bool) -> Ask {
    Ask { id: "10001".into(), kind: None, fields: names(fields), history }
}

fn issue(number: u32, fields: Json) -> Json {
    let mut all = json!({
        "updated": "2026-01-01T00:00:01.500+0000",
        "project": {"id": "1", "key": "ACME"},
        "issuetype": {"id": "2", "name": "Story"},
    });
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({"id": (10_000 + number).to_string(), "key": format!("ACME-{number}"), "fields": all})
}

fn marked(mut issue: Json) -> Json {
    issue["properties"] = json!({"bowline": {"share": share()}});
    issue
}

#[test]
fn an_item_has_all_it_was_asked_for_and_its_marker() {
    let found = marked(issue(
        1,
        json!({
            "summary": "A", "status": {"id": "3", "name": "Open"}, "labels": ["b", "a"], "duedate": "2026-02-01",
            "assignee": {"accountId": "x:1", "displayName": "Ada"}, "priority": null, "components": null, "customfield_1": {"id": "9", "value": "High"},
        }),
    ));
    let list =
        json!([{"id": "customfield_1", "name": "Risk", "schema": {"type": "option", "custom": "c:select"}}]);
    let script =
        Script::new([("GET /rest/api/3/field", 200, list), ("GET /rest/api/3/issue/10001", 200, found)]);
    let fields = [
        "summary",
        "status",
        "labels",
        "duedate",
        "assignee",
        "priority",
        "customfield_1",
        "customfield_2",
        "components",
    ];
    let item = now(tool(JiraCloud, &script).find(&ask(&fields, false))).unwrap().unwrap();

    assert_eq!(item.at.url, "https://there.example.com/browse/ACME-1");
    assert_eq!(
        (item.at.kind.as_str(), item.at.scope.as_str(), item.at.key.as_str()),
        ("Story", "ACME", "ACME-1")
    );
    assert_eq!(item.version.0, 1_767_225_601_500);
    assert_eq!(item.marker, Some(share()));
    let choice = |id: &str, name: &str| Value::Choice(Choice { id: Some(id.into()), name: name.into() });
    assert_eq!(item.value(&"status".into()), &choice("3", "Open"));
    assert_eq!(item.value(&"customfield_1".into()), &choice("9", "High"));
    assert_eq!(
        item.value(&"labels".into()),
        &Value::Set(vec![Value::Text("a".into()), Value::Text("b".into())])
    );
    assert_eq!(
        item.value(&"assignee".into()),
        &Value::Person(Person { id: "x:1".into(), name: "Ada".into() })
    );
    assert_eq!(item.value(&"duedate".into()), &Value::Date("2026-02-01".parse().unwrap()));
    assert_eq!(item.fields[&FieldName::from("priority")], Value::Null);
    assert_eq!(item.fields[&FieldName::from("components")], Value::Set(Vec::new()), "an empty list is a set");
    let wanted = |name: &str| item.fields.contains_key(&FieldName::from(name));
    assert!(!wanted("customfield_2"), "a field that is not on the issue is not empty");
    let calls = script.calls();
    assert!(
        calls[1].0.ends_with("issuetype,labels,priority,project,status,summary,updated&properties=bowline"),
        "{}",
        calls[1].0
    );
}

#[test]
fn an_issue_that_cannot_be_seen_is_none_and_system_fields_need_no_list() {
    let script = Script::new([("GET /rest/api/2/issue/10001", 404, json!({"errorMessages": ["no"]}))]);
    assert!(now(tool(JiraDc, &script).find(&ask(&["summary"], false))).unwrap().is_none());
    script.calls();
}

#[test]
fn an_answer_without_what_every_issue_has_is_a_bad_answer() {
    let script = Script::new([("GET", 200, json!({"id": "1", "key": "A-1", "fields": {}}))]);
    assert_eq!(
        now(tool(JiraDc, &script).find(&ask(&["summary"], false))).unwrap_err().code,
        code::TOOL_BAD_ANSWER
    );
}

#[test]
fn history_tells_when_each_field_last_changed() {
    let mut found = issue(1, json!({"created": "2026-01-01T00:00:00.000+0000", "summary": "A"}));
    let entry = |at: &str, field: &str| json!({"created": at, "items": [{"field": field, "toString": "x"}]});
    found["changelog"] = json!({"total": 3, "histories": [
        entry("2026-01-03T00:00:00.000+0000", "Risk"),
        entry("2026-01-02T00:00:00.000+0000", "summary"),
        entry("2026-01-04T00:00:00.000+0000", "summary"),
    ]});
    let list = json!([{"id": "customfield_1", "name": "Risk", "schema": {"type": "option"}}]);
    let script = Script::new([("GET /rest/api/2/field", 200, list), ("GET /rest/api/2/issue", 200, found)]);
    let item = now(tool(JiraDc, &script).find(&ask(&["summary", "customfield_1", "duedate"], true)))
        .unwrap()
        .unwrap();
    let day = |field: &str| item.changed_at[&FieldName::from(field)].to_string()[8..10].to_owned();
    assert_eq!([day("summary"), day("customfield_1"), day("duedate")], ["04", "03", "01"]);
    assert!(script.calls()[1].0.ends_with("&expand=changelog"));
}

#[test]
fn a_cut_history_says_nothing_about_fields_it_does_not_show() {
    let mut found = issue(1, json!({"created": "2026-01-01T00:00:00.000+0000"}));
    found["changelog"] = json!({"total": 250, "histories": []});
    let script = Script::new([("GET /rest/api/3/field", 200, json!([])), ("GET", 200, found)]);
    let item = now(tool(JiraCloud, &script).find(&ask(&["summary"], true))).unwrap().unwrap();
    assert!(item.changed_at.is_empty());
}

#[test]
fn restricted_and_internal_comments_are_hidden_and_markers_are_read() {
    let comment = |id: u32, more: Json| {
        let mut all = json!({"id": id.to_string(), "body": "hi", "author": {"name": "ada"}, "created": "2026-01-01T00:00:00.000+0000"});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let command = format!("cmd_{}", "2".repeat(32));
    let comments = json!({"total": 5, "comments": [
        comment(1, json!({"visibility": {"type": "role", "value": "Developers"}})),
        comment(2, json!({"jsdPublic": false})),
        comment(3, json!({"properties": [{"key": "sd.public.comment", "value": {"internal": true}}]})),
        comment(4, json!({"jsdPublic": true, "updated": "2026-01-02T00:00:00.000+0000"})),
        comment(5, json!({"properties": [{"key": "bowline", "value": {"command": command}}]})),
    ]});
    let script = Script::new([("GET /rest/api/2/issue/10001/comment", 200, comments)]);
    let found = now(tool(JiraDc, &script).comments(&at("10001", "Story"))).unwrap();
    assert_eq!(found.iter().map(|it| it.hidden).collect::<Vec<_>>(), [true, true, true, false, false]);
    assert_eq!(found[4].marker.map(|id| id.to_string()), Some(command));
    assert_eq!(found[3].author, Person::of("ada"));
    assert!(found[3].updated_at > found[3].created_at);
}

#[test]
fn changes_are_asked_by_a_moment_that_no_time_zone_shifts() {
    let since = Timestamp::from_second(1_767_225_600).unwrap();
    let ask = ChangedAsk { since, scopes: vec!["ACME".into()], page: None };
    let script = Script::new([(
        "POST /rest/api/3/search/jql",
        200,
        json!({"issues": [issue(1, json!({}))], "nextPageToken": "t"}),
    )]);
    let page = now(tool(JiraCloud, &script).changed(&ask)).unwrap();
    assert_eq!(page.next.as_deref(), Some("t"));
    assert_eq!((page.glimpses[0].id.as_str(), page.glimpses[0].version.0), ("10001", 1_767_225_601_500));
    let jql = r#"project in ("ACME") AND updated >= 1767225600000 ORDER BY updated ASC"#;
    assert_eq!(script.calls()[0].1["jql"], json!(jql));
}

#[test]
fn a_project_that_is_gone_does_not_stop_the_sweep_of_the_others() {
    let ask =
        ChangedAsk { since: Timestamp::UNIX_EPOCH, scopes: vec!["GONE".into(), "ACME".into()], page: None };
    let refused = json!({"errorMessages": ["The value 'GONE' does not exist for the field 'project'."]});
    let script = Script::new([
        ("POST /rest/api/2/search", 400, refused),
        ("GET /rest/api/2/project", 200, json!([{"id": "1", "key": "ACME"}])),
        ("POST /rest/api/2/search", 200, json!({"issues": [issue(1, json!({}))], "total": 1})),
    ]);
    assert_eq!(now(tool(JiraDc, &script).changed(&ask)).unwrap().glimpses.len(), 1);
    assert!(script.calls()[2].1["jql"].as_str().unwrap().starts_with("project in (\"ACME\") AND"));
}

fn marker_ask() -> MarkerAsk {
    let since = Timestamp::from_second(1_767_225_600).unwrap();
    MarkerAsk {
        scope: "ACME".into(),
        kind: "Story".into(),
        marker: share(),
        since,
        fields: names(&["summary"]),
    }
}

#[test]
fn a_marker_is_looked_for_in_the_next_keys_before_the_index_is_asked() {
    let script = Script::new([
        ("POST /rest/api/3/search/jql", 200, json!({"issues": [{"id": "1", "key": "ACME-41"}]})),
        (
            "POST /rest/api/3/issue/bulkfetch",
            200,
            json!({"issues": [issue(42, json!({})), marked(issue(43, json!({})))]}),
        ),
    ]);
    let item = now(tool(JiraCloud, &script).marked(&marker_ask())).unwrap().unwrap();
    assert_eq!(item.at.key, "ACME-43");
    let calls = script.calls();
    assert_eq!(calls[0].1["jql"], json!("project = \"ACME\" ORDER BY key DESC"));
    let keys = calls[1].1["issueIdsOrKeys"].as_array().unwrap();
    assert_eq!((keys.len(), &keys[0], &keys[99]), (100, &json!("ACME-42"), &json!("ACME-141")));
    assert_eq!(calls[1].1["properties"], json!(["bowline"]));
}

#[test]
fn data_center_tries_keys_until_twenty_in_a_row_are_missing_then_searches() {
    let mut lines =
        vec![("POST /rest/api/2/search", 200, json!({"issues": [{"id": "1", "key": "ACME-7"}], "total": 1}))];
    lines.push(("GET /rest/api/2/issue/ACME-8?", 404, Json::Null));
    lines.push(("GET /rest/api/2/issue/ACME-9?", 200, issue(9, json!({}))));
    lines.extend((0..20).map(|_| ("GET /rest/api/2/issue/ACME-", 404, Json::Null)));
    lines.push((
        "POST /rest/api/2/search",
        200,
        json!({"issues": [{"id": "5", "key": "ACME-5"}], "total": 1}),
    ));
    lines.push(("GET /rest/api/2/issue/5?", 200, marked(issue(5, json!({})))));
    let script = Script::new(lines);
    assert_eq!(now(tool(JiraDc, &script).marked(&marker_ask())).unwrap().unwrap().at.key, "ACME-5");
    let calls = script.calls();
    let jql = "project = \"ACME\" AND creator = currentUser() AND created >= 1767225000000";
    assert_eq!(calls[23].1["jql"], json!(jql), "ten minutes for clocks that differ");
}

#[test]
fn an_empty_project_starts_at_its_first_key_and_nothing_found_is_none() {
    let script = Script::new([
        ("POST /rest/api/3/search/jql", 200, json!({"issues": []})),
        ("POST /rest/api/3/issue/bulkfetch", 200, json!({"issues": []})),
        ("POST /rest/api/3/search/jql", 200, json!({"issues": [issue(1, json!({}))]})),
    ]);
    assert!(now(tool(JiraCloud, &script).marked(&marker_ask())).unwrap().is_none());
    assert_eq!(script.calls()[1].1["issueIdsOrKeys"][0], json!("ACME-1"));
}

#[test]
fn steps_tell_where_they_lead_and_what_they_demand() {
    let way = |id: &str, category: &str, more: Json| {
        let mut way = json!({"id": id, "name": "go", "to": {"id": id, "name": "There", "statusCategory": {"key": category}}});
        way.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        way
    };
    let fields = json!({"fields": {
        "resolution": {"required": true, "hasDefaultValue": false, "name": "Resolution"},
        "comment": {"required": false, "name": "Comment"},
        "priority": {"required": true, "hasDefaultValue": true, "name": "Priority"},
    }});
    let ways = json!({"transitions": [
        way("1", "new", json!({})), way("2", "indeterminate", json!({})), way("3", "done", fields),
        way("4", "done", json!({"isAvailable": false})),
    ]});
    let script =
        Script::new([("GET /rest/api/3/issue/10001/transitions?expand=transitions.fields", 200, ways)]);
    let steps = now(tool(JiraCloud, &script).steps(&at("10001", "Story"))).unwrap();
    assert_eq!(
        steps.iter().map(|step| step.phase).collect::<Vec<_>>(),
        [Phase::New, Phase::Underway, Phase::Done]
    );
    assert_eq!(steps[2].required, names(&["resolution"]));
    assert_eq!(steps[2].accepted, names(&["comment", "priority", "resolution"]));
}

#[test]
fn nobody_is_asked_for_what_can_be_no_issue() {
    let script = Script::new([]);
    for text in [
        "",
        "ACME",
        "ACME-",
        "-7",
        "ACME-7/comment",
        "ACME-7?x",
        "../myself",
        "a b-7",
        "ACME-7x",
        "pass-word-1",
    ] {
        let ask = Ask { id: text.to_owned(), ..ask(&["summary"], false) };
        assert_eq!(now(tool(JiraDc, &script).find(&ask)).unwrap(), None, "{text}");
    }
}

#[test]
fn the_probe_tells_an_ignored_credential() {
    let script =
        Script::new([("GET /rest/api/3/myself", 200, json!({"accountId": "x:1", "displayName": "Ada"}))]);
    assert_eq!(now(catalogue(JiraCloud, &script).probe(Asker::Work)).unwrap().id, "x:1");
    let script = Script::new([("GET /rest/api/2/myself", 200, json!({"displayName": "Anonymous"}))]);
    assert_eq!(now(catalogue(JiraDc, &script).probe(Asker::Work)).unwrap_err().code, code::AUTH_ANONYMOUS);
}

#[test]
fn whether_the_account_may_change_everybodys_comments_is_asked_by_project() {
    const CLOUD: &str = "GET /rest/api/3/mypermissions?projectKey=ACME&permissions=EDIT_ALL_COMMENTS";
    const CENTER: &str = "GET /rest/api/2/mypermissions?projectKey=ACME";
    for (tool, call) in [(JiraCloud, CLOUD), (JiraDc, CENTER)] {
        for has in [true, false] {
            let answer = json!({"permissions": {"EDIT_ALL_COMMENTS": {"havePermission": has}}});
            let script = Script::new([(call, 200, answer)]);
            let said = now(catalogue(tool, &script).edits_all_comments("acme"));
            assert_eq!(said.unwrap(), Some(has));
        }
        let script = Script::new([(call, 404, json!({"errorMessages": ["No project could be found"]}))]);
        assert!(now(catalogue(tool, &script).edits_all_comments("ACME")).is_err());
    }
}

#[test]
fn a_schema_is_read_once_and_tells_what_a_create_demands() {
    let meta = |id: &str, required: bool, schema: Json, allowed: Json| json!({"fieldId": id, "name": id, "required": required, "schema": schema, "allowedValues": allowed});
    let fields = json!({"isLast": true, "values": [
        meta("summary", true, json!({"type": "string", "system": "summary"}), json!([])),
        meta("project", true, json!({"type": "project", "system": "project"}), json!([])),
        meta("priority", false, json!({"type": "priority", "system": "priority"}), json!([{"id": "1", "name": "High"}])),
        meta("customfield_1", true, json!({"type": "option", "custom": "c:select"}), json!([{"id": "7", "value": "Red"}])),
        meta("customfield_2", false, json!({"type": "any", "custom": "c:odd"}), json!([])),
        meta("parent", true, json!({"type": "issuelink", "system": "parent"}), json!([])),
    ]});
    let statuses = json!([{"id": "10001", "name": "Story", "statuses": [{"id": "3", "name": "Open"}]}]);
    let script = Script::new([
        (
            "GET /rest/api/2/issue/createmeta/ACME/issuetypes?",
            200,
            json!({"isLast": true, "values": [{"id": "10001", "name": "Story"}]}),
        ),
        ("GET /rest/api/2/issue/createmeta/ACME/issuetypes/10001?", 200, fields),
        ("GET /rest/api/2/project/ACME/statuses", 200, statuses),
    ]);
    let catalogue = catalogue(JiraDc, &script);
    let schema = now(catalogue.schema("ACME", "Story")).unwrap();
    assert_eq!(now(catalogue.schema("ACME", "Story")).unwrap(), schema, "the second one is remembered");
    let told: Vec<_> =
        schema.fields.iter().map(|field| (field.name.as_str(), field.kind, field.required)).collect();
    let expected = [
        ("summary", FieldKind::Text, true),
        ("priority", FieldKind::Choice, false),
        ("customfield_1", FieldKind::Choice, true),
        ("parent", FieldKind::Text, true),
        ("status", FieldKind::State, false),
    ];
    assert_eq!(told, expected);
    assert_eq!(schema.fields[2].allowed, [Choice { id: Some("7".into()), name: "Red".into() }]);
    assert_eq!(schema.states, [Choice { id: Some("3".into()), name: "Open".into() }]);
    script.calls();
}

#[test]
fn unknown_projects_and_types_have_their_own_codes() {
    let script = Script::new([("GET", 404, json!({"errorMessages": ["no project"]}))]);
    assert_eq!(
        now(catalogue(JiraCloud, &script).kinds("NOPE")).unwrap_err().code,
        code::TOOL_UNKNOWN_PROJECT
    );
    let script = Script::new([("GET", 200, json!({"issueTypes": [{"id": "1", "name": "Bug"}], "total": 1}))]);
    assert_eq!(
        now(catalogue(JiraCloud, &script).schema("ACME", "Story")).unwrap_err().code,
        code::TOOL_UNKNOWN_TYPE
    );
}

#[test]
fn an_exemplar_is_the_issue_changed_last_in_a_state() {
    let script =
        Script::new([("POST /rest/api/2/search", 200, json!({"issues": [issue(3, json!({}))], "total": 9}))]);
    let found = now(catalogue(JiraDc, &script).exemplar("ACME", "Story", "In \"x\"")).unwrap().unwrap();
    assert_eq!(found.key, "ACME-3");
    let jql = r#"project = "ACME" AND issuetype = "Story" AND status = "In \"x\"" ORDER BY updated DESC"#;
    assert_eq!(script.calls()[0].1["jql"], json!(jql));
}
