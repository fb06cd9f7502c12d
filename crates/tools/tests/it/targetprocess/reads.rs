//! Reading, and the catalogue.

use bowline_core::connection::ToolKind::Targetprocess;
use bowline_core::port::{Ask, Asker, ChangedAsk, FieldKind, MarkerAsk};
use bowline_core::value::{Choice, Person};
use bowline_core::{FieldName, Timestamp, Value};
use serde_json::{Value as Json, json};

use super::{PROJECTS, READ, projects, tags, v1, v2};
use crate::script::{Script, catalogue, names, now, share, text, tool};

/// A story with every kind of field.
fn full_story() -> Json {
    let assignment = |id: u32, role: &str, user: u32, first: &str| json!({"Id": id, "Role": {"Id": 1, "Name": role}, "GeneralUser": {"Id": user, "FirstName": first, "LastName": "L"}});
    v1(json!({
        "Name": "A", "Effort": 5.5, "Priority": {"Id": 1, "Name": "High"}, "EntityState": {"Id": 12, "Name": "Open"},
        "Feature": null, "PlannedEndDate": "/Date(1517525999000+0100)/", "Description": null,
        "Assignments": {"Items": [assignment(8, "Tester", 5, "Bob"), assignment(9, "Developer", 6, "Ada")]},
        "CustomFields": [
            {"Name": "Risk", "Type": "DropDown", "Value": "Low"}, {"Name": "Billed", "Type": "CheckBox", "Value": true},
            {"Name": "Browser", "Type": "MultipleSelectionList", "Value": "Safari,Chrome"},
            {"Name": "Cost", "Type": "Money", "Value": 12.5}, {"Name": "Day", "Type": "Date", "Value": null},
            {"Name": "Link", "Type": "URL", "Value": {"Url": "https://x", "Label": "y"}},
        ],
    }))
}

#[test]
fn an_item_is_read_with_all_kinds_of_fields_and_its_marker_hidden() {
    let choice =
        |id: Option<&str>, name: &str| Value::Choice(Choice { id: id.map(str::to_owned), name: name.into() });
    let expected = [
        ("Name", text("A")),
        ("Effort", Value::Number(5.5)),
        ("Priority", choice(Some("1"), "High")),
        ("EntityState", choice(Some("12"), "Open")),
        ("Feature", Value::Null),
        ("PlannedEndDate", Value::Date("2018-02-01".parse().unwrap())),
        ("AssignedUser", Value::Person(Person { id: "6".into(), name: "Ada L".into() })),
        ("Tags", tags(&["a", "b"])),
        ("Description", Value::Null),
        ("CustomFields.Risk", choice(None, "Low")),
        ("CustomFields.Billed", Value::Bool(true)),
        ("CustomFields.Browser", Value::Set(vec![choice(None, "Chrome"), choice(None, "Safari")])),
        ("CustomFields.Cost", Value::Number(12.5)),
        ("CustomFields.Link", text("https://x")),
        ("CustomFields.Day", Value::Null),
    ];
    let untold = ["CustomFields.None", "Odd"];
    let script = Script::new([(READ, 200, full_story())]);
    let told = expected.iter().map(|(name, _)| *name);
    let wanted = names(&told.chain(untold).collect::<Vec<_>>());
    let ask = Ask { id: "194".into(), kind: Some("UserStory".into()), fields: wanted, history: true };
    let item = now(tool(Targetprocess, &script).find(&ask)).unwrap().unwrap();
    assert_eq!((item.version.0, item.marker, item.at.scope.as_str()), (77, Some(share()), "ACME"));
    assert_eq!(item.at.url, "https://there.example.com/entity/194");
    assert_eq!(item.updated_at.as_millisecond(), 1_767_225_600_000);
    for (name, value) in expected {
        assert_eq!(item.fields[&FieldName::from(name)], value, "{name}");
    }
    for name in untold {
        assert!(
            !item.fields.contains_key(&FieldName::from(name)),
            "{name} is not empty: nothing is known of it"
        );
    }
    let include = &script.calls()[0].0;
    assert_eq!(include.matches("CustomFields").count(), 1, "{include}");
    assert!(!include.contains("Odd"), "an unknown field would fail the whole read");
}

#[test]
fn without_a_type_the_type_is_looked_up_and_what_is_gone_is_none() {
    let script = Script::new([
        (
            "GET /api/v2/General/194?select={id,kind:entityType.name}",
            200,
            json!({"items": [{"id": 194, "kind": "Bug"}]}),
        ),
        ("GET /api/v1/Bugs/194?", 200, v1(json!({}))),
        ("GET /api/v2/General/195?", 404, json!({"Message": "not found"})),
        ("GET /api/v2/General/196?", 200, json!({"items": [{"id": 196, "kind": "Release"}]})),
        ("GET /api/v1/Bugs/197?", 404, json!({"Message": "not found"})),
    ]);
    let tool = tool(Targetprocess, &script);
    let find = |id: &str, kind: Option<&str>| {
        now(tool.find(&Ask {
            id: id.into(),
            kind: kind.map(str::to_owned),
            fields: Vec::new(),
            history: false,
        }))
        .unwrap()
    };
    assert_eq!(find("194", None).unwrap().at.kind, "Bug");
    assert!(find("195", None).is_none());
    assert!(find("196", None).is_none(), "a release cannot be shared");
    assert!(find("197", Some("Bug")).is_none());
    assert!(find("ACME-1", Some("Bug")).is_none(), "no number, no item");
    script.calls();
}

#[test]
fn changes_are_asked_on_the_server_s_clock_and_a_page_has_the_comments_up_to_its_newest_item() {
    let since = Timestamp::from_second(1_767_225_600).unwrap();
    let ask = |page: Option<String>| ChangedAsk { since, scopes: vec!["ACME".into(), "Gone".into()], page };
    let row = |id: u32, at: &str| json!({"id": id, "kind": "Bug", "entityVersion": id, "modifyDate": at, "project": {"name": "ACME"}});
    let comment = |item: u32, created: &str, edited: &str| {
        let general = json!({"id": item, "kind": "UserStory", "scope": "ACME"});
        json!({"id": 5, "createDate": created, "descriptionModifyDate": edited, "general": general})
    };
    let (early, first, between, second) = (
        "/Date(1767225599000+0100)/",
        "/Date(1767225601000+0100)/",
        "/Date(1767225602000+0100)/",
        "/Date(1767225603000+0100)/",
    );
    let newest = json!({"items": [{"modifyDate": second}]});
    let page = json!({"items": [row(1, early), row(2, first)], "next": "there is more"});
    let comments = json!({"items": [comment(8, early, first), comment(9, early, between)]});
    let rest = json!({"items": [row(3, second)]});
    let script = Script::new([
        (PROJECTS, 200, projects()),
        ("GET /api/v2/Assignable?select={modifyDate}&orderBy=modifyDate desc&take=1&skip=0", 200, newest),
        (
            "GET /api/v2/Assignable?where=(modifyDate >= DateTime.Parse(\"2026-01-01T00:00:00\") and project.id in [2])&",
            200,
            page,
        ),
        (
            "GET /api/v2/Comment?where=(((createDate >= DateTime.Parse(\"2026-01-01T00:00:00\") \
             and createDate < DateTime.Parse(\"2026-01-01T01:00:02\")) or (descriptionModifyDate >= ",
            200,
            comments,
        ),
        ("GET /api/v2/Assignable?where=(modifyDate >= DateTime.Parse(\"2026-01-01T01:00:01\")", 200, rest),
        (
            "GET /api/v2/Comment?where=(((createDate >= DateTime.Parse(\"2026-01-01T01:00:01\")) or ",
            200,
            json!({"items": [comment(9, early, between)]}),
        ),
    ]);
    let tool = tool(Targetprocess, &script);
    let told = |page: &bowline_core::port::ChangedPage| -> Vec<(String, bool)> {
        page.glimpses.iter().map(|glimpse| (glimpse.id.clone(), glimpse.comments_only)).collect()
    };
    let one = now(tool.changed(&ask(None))).unwrap();
    assert_eq!(
        told(&one),
        [("2".into(), false), ("8".into(), true)],
        "the rest is too old, or belongs to the next page"
    );
    let two = now(tool.changed(&ask(one.next))).unwrap();
    assert_eq!(told(&two), [("9".into(), true), ("3".into(), false)], "oldest first");
    assert_eq!(two.next, None);
    assert_eq!(
        (two.glimpses[0].kind.as_str(), two.glimpses[0].updated_at.as_second()),
        ("UserStory", 1_767_225_602)
    );
    script.calls();
}

#[test]
fn a_marker_is_found_by_its_tag() {
    let ask = MarkerAsk {
        scope: "ACME".into(),
        kind: "UserStory".into(),
        marker: share(),
        since: Timestamp::UNIX_EPOCH,
        fields: names(&["Name"]),
    };
    let similar = json!({"items": [{"id": 193}, {"id": 194}]});
    let script = Script::new([
        (
            "GET /api/v2/UserStory?where=(tags.contains(\"bowline-shr_11111111111111111111111111111111\"))&",
            200,
            similar,
        ),
        (
            "GET /api/v1/UserStories/193?",
            200,
            v1(json!({"Id": 193, "Tags": "not bowline-shr_11111111111111111111111111111111"})),
        ),
        (READ, 200, v1(json!({"Name": "A"}))),
    ]);
    let found = now(tool(Targetprocess, &script).marked(&ask)).unwrap().unwrap();
    assert_eq!((found.at.id.as_str(), found.marker), ("194", Some(share())));
    script.calls();
}

#[test]
fn the_catalogue_tells_account_projects_and_schema() {
    let custom = json!({"items": [
        {"id": 1, "name": "Risk", "fieldType": "DropDown", "required": true, "value": "Low\r\nHigh", "process": {"id": 9}},
        {"id": 2, "name": "Elsewhere", "fieldType": "Text", "process": {"id": 8}},
    ]});
    let script = Script::new([
        ("GET /api/v1/Users/LoggedUser?", 200, json!({"Id": 6, "FirstName": "Ada", "LastName": "L"})),
        (PROJECTS, 200, projects()),
        (
            "GET /api/v2/EntityState?where=(entityType.name == \"Bug\" and process.id == 9)",
            200,
            json!({"items": [{"id": 12, "name": "Open"}]}),
        ),
        ("GET /api/v2/Priority?", 200, json!({"items": [{"id": 4, "name": "High"}]})),
        ("GET /api/v2/CustomField?where=(entityType.name == \"Bug\")", 200, custom),
        ("GET /api/v2/Bug?where=(project.id == 2 and entityState.id == 12)", 200, v2(json!({}))),
        (
            "GET /api/v2/Comment/7?select={id,general:{general.id}}",
            200,
            json!({"items": [{"id": 7, "general": {"id": 194}}]}),
        ),
    ]);
    let there = catalogue(Targetprocess, &script);
    let who = now(there.probe(Asker::Work)).unwrap();
    assert_eq!((who.id.as_str(), who.name.as_str()), ("6", "Ada L"));
    assert_eq!(now(there.scopes()).unwrap(), ["ACME", "Web \"shop\""]);
    assert!(now(there.kinds("ACME")).unwrap().contains(&"UserStory".to_owned()));
    let schema = now(there.schema("ACME", "Bug")).unwrap();
    let risk = schema.fields.iter().find(|field| field.label == "Risk").unwrap();
    assert_eq!(
        (risk.name.as_str(), risk.kind, risk.required),
        ("CustomFields.Risk", FieldKind::Choice, true)
    );
    assert_eq!(risk.allowed, [Choice::named("Low"), Choice::named("High")]);
    assert!(schema.fields.iter().all(|field| field.label != "Elsewhere"));
    assert_eq!(now(there.exemplar("ACME", "Bug", "Open")).unwrap().unwrap().id, "194");
    assert!(now(there.exemplar("ACME", "Bug", "x\" or true")).unwrap().is_none());
    assert_eq!(now(there.item_of_comment("7")).unwrap().as_deref(), Some("194"));
    script.calls();
}
