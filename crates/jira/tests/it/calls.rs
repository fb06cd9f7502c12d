//! Requests as the OpenAPI descriptions want them, answers of both faces.

use bowline_core::connection::ToolKind::{JiraCloud, JiraDc};
use bowline_jira::wire::Property;
use bowline_jira::{Edit, Error, Field, IssueAsk, Jira, Jql, NewComment, Search, Sort};
use futures_util::FutureExt;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::script::{Script, connection};

/// Runs a call that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap_or_else(|| panic!("the call waits"))
}

fn fields(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn an_issue_is_read_with_fields_properties_and_history() {
    let script = Script::new([
        (
            200,
            r#"{"id":"10001","key":"A-1","fields":{"updated":"2020-07-28T14:12:54.883-0700"},"properties":{"bowline":{}}}"#,
        ),
        (404, r#"{"errorMessages":["Issue does not exist"],"errors":{}}"#),
    ]);
    let connection = connection(JiraCloud);
    let jira = Jira::new(&script, &connection);
    let ask = IssueAsk { fields: &["summary", "updated"], properties: &["bowline"], changelog: true };
    let issue = now(jira.find_issue("A-1", ask)).unwrap().unwrap();
    assert_eq!(issue.updated().unwrap().as_millisecond(), 1_595_970_774_883);
    assert!(now(jira.find_issue("A/2", ask)).unwrap().is_none());
    let asked = script.asked();
    let tail = "fields=summary%2Cupdated&properties=bowline&expand=changelog";
    assert_eq!(asked[0].0, format!("GET /rest/api/3/issue/A-1?{tail}"));
    assert_eq!(asked[1].0, format!("GET /rest/api/3/issue/A%2F2?{tail}"));
    assert!(asked[0].2, "a read may be repeated");
}

#[test]
fn creating_sends_properties_in_the_same_call_and_is_not_repeatable() {
    let script = Script::new([(201, r#"{"id":"10001","key":"A-1","self":"x"}"#)]);
    let connection = connection(JiraDc);
    let property = Property { key: "bowline".to_owned(), value: json!({"share": "shr_1"}) };
    let made =
        now(Jira::new(&script, &connection).create_issue(&fields(json!({"summary": "s"})), &[property]));
    assert_eq!(made.unwrap().key, "A-1");
    let expected =
        json!({"fields": {"summary": "s"}, "properties": [{"key": "bowline", "value": {"share": "shr_1"}}]});
    assert_eq!(script.asked(), [("POST /rest/api/2/issue".to_owned(), expected, false)]);
}

#[test]
fn an_edit_asks_cloud_for_the_issue_and_data_center_not() {
    let script = Script::new([(200, r#"{"id":"1","fields":{"summary":"s"}}"#), (204, ""), (200, "<html>")]);
    let (cloud, dc) = (connection(JiraCloud), connection(JiraDc));
    let set = fields(json!({"summary": "s"}));
    let Edit::Returned(issue) = now(Jira::new(&script, &cloud).edit_issue("1", &set, &Map::new())).unwrap()
    else {
        panic!("the issue was returned");
    };
    assert_eq!(issue.field("summary"), Some(&json!("s")));
    assert_eq!(now(Jira::new(&script, &dc).edit_issue("1", &set, &Map::new())).unwrap(), Edit::Done);
    assert_eq!(
        now(Jira::new(&script, &cloud).edit_issue("1", &set, &Map::new())).unwrap(),
        Edit::Done,
        "it is done all the same"
    );
    let asked = script.asked();
    assert_eq!(asked[0].0, "PUT /rest/api/3/issue/1?returnIssue=true");
    assert_eq!(asked[1].0, "PUT /rest/api/2/issue/1");
}

#[test]
fn many_issues_are_fetched_in_one_call() {
    let script = Script::new([(200, r#"{"issues":[{"id":"1","key":"A-9"}],"issueErrors":[{"id":"A-10"}]}"#)]);
    let connection = connection(JiraCloud);
    let ask = IssueAsk { fields: &["updated"], properties: &["bowline"], changelog: false };
    let keys = ["A-9".to_owned(), "A-10".to_owned()];
    assert_eq!(now(Jira::new(&script, &connection).bulk_fetch(&keys, ask)).unwrap().len(), 1);
    let body = json!({"issueIdsOrKeys": ["A-9", "A-10"], "fields": ["updated"], "properties": ["bowline"]});
    assert_eq!(script.asked(), [("POST /rest/api/3/issue/bulkfetch".to_owned(), body, true)]);
}

#[test]
fn a_refusal_is_read_whatever_its_content_type() {
    let script = Script::new([(400, r#"{"errorMessages":[],"errors":{"customfield_1":"not on screen"}}"#)]);
    let connection = connection(JiraDc);
    let error = now(Jira::new(&script, &connection).edit_issue("1", &Map::new(), &Map::new())).unwrap_err();
    let Error::Refused { status, refusal, .. } = error else { panic!("{error}") };
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refusal.fields["customfield_1"], "not on screen");
}

#[test]
fn an_answer_of_another_shape_is_told_without_a_quote() {
    let script = Script::new([(200, r#"{"comments":[{"created":"secret","body":{}},"secret"],"total":2}"#)]);
    let connection = connection(JiraCloud);
    let error = now(Jira::new(&script, &connection).comments("1")).unwrap_err();
    assert!(matches!(error, Error::Unreadable { operation: "jira.comment.list", .. }));
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[test]
fn comments_are_read_page_by_page_with_properties() {
    let script = Script::new([
        (200, r#"{"comments":[{"id":"1"},{"id":"2"}],"total":3}"#),
        (
            200,
            r#"{"comments":[{"id":"3","properties":[{"key":"bowline","value":{"command":"cmd_1"}}]}],"total":3}"#,
        ),
    ]);
    let connection = connection(JiraDc);
    let comments = now(Jira::new(&script, &connection).comments("10")).unwrap();
    assert_eq!(comments.len(), 3);
    assert_eq!(comments[2].property("bowline"), Some(&json!({"command": "cmd_1"})));
    let asked = script.asked();
    let head = "GET /rest/api/2/issue/10/comment?orderBy=created&expand=properties";
    assert_eq!(asked[0].0, format!("{head}&startAt=0&maxResults=50"));
    assert_eq!(asked[1].0, format!("{head}&startAt=2&maxResults=50"));
}

#[test]
fn a_comment_is_written_with_its_property() {
    let script = Script::new([(201, r#"{"id":"7","body":"hi"}"#), (200, r#"{"id":"7","body":"ho"}"#)]);
    let connection = connection(JiraDc);
    let jira = Jira::new(&script, &connection);
    let property = Property { key: "bowline".to_owned(), value: json!({"command": "cmd_1"}) };
    let comment = NewComment { body: json!("hi"), properties: vec![property] };
    now(jira.create_comment("10", &comment)).unwrap();
    now(jira.edit_comment("10", "7", &json!("ho"))).unwrap();
    let asked = script.asked();
    let body = json!({"body": "hi", "properties": [{"key": "bowline", "value": {"command": "cmd_1"}}]});
    assert_eq!(asked[0], ("POST /rest/api/2/issue/10/comment?expand=properties".to_owned(), body, false));
    assert_eq!(asked[1].0, "PUT /rest/api/2/issue/10/comment/7?expand=properties");
    assert_eq!(asked[1].1, json!({"body": "ho"}));
}

#[test]
fn transitions_tell_what_their_screens_demand_and_are_taken_by_id() {
    let listed = r#"{"transitions":[{"id":"31","name":"Close","to":{"id":"5","name":"Done","statusCategory":{"key":"done"}},
        "fields":{"resolution":{"required":true,"name":"Resolution","schema":{"type":"resolution"}}}}]}"#;
    let script = Script::new([(200, listed), (204, ""), (204, "")]);
    let connection = connection(JiraCloud);
    let jira = Jira::new(&script, &connection);
    let found = now(jira.transitions("1")).unwrap();
    assert!(found[0].fields["resolution"].required);
    now(jira.transition("1", "31", &fields(json!({"resolution": {"name": "Done"}})))).unwrap();
    now(jira.transition("1", "31", &Map::new())).unwrap();
    let asked = script.asked();
    assert_eq!(asked[0].0, "GET /rest/api/3/issue/1/transitions?expand=transitions.fields");
    assert_eq!(asked[1].1, json!({"transition": {"id": "31"}, "fields": {"resolution": {"name": "Done"}}}));
    assert_eq!(asked[2].1, json!({"transition": {"id": "31"}}), "a screen-less transition refuses fields");
}

#[test]
fn cloud_search_follows_tokens_and_stops_at_a_repeated_one() {
    let script = Script::new([
        (200, r#"{"issues":[{"id":"1"}],"nextPageToken":"a"}"#),
        (200, r#"{"issues":[{"id":"2"}],"nextPageToken":"a","isLast":false}"#),
    ]);
    let connection = connection(JiraCloud);
    let jql = Jql::new().is(Field::Project, "ACME").order_by(Field::Updated, Sort::Up);
    let ask = Search { jql: &jql, fields: &["updated"], properties: &[], limit: 100 };
    assert_eq!(now(Jira::new(&script, &connection).search(ask).all()).unwrap().len(), 2);
    let asked = script.asked();
    assert_eq!(asked[0].0, "POST /rest/api/3/search/jql");
    assert_eq!(asked[0].1["jql"], json!("project = \"ACME\" ORDER BY updated ASC"));
    assert_eq!(asked[1].1["nextPageToken"], json!("a"));
    assert!(asked[0].2, "a search by POST may be repeated");
}

#[test]
fn cloud_search_stops_at_an_empty_page_an_absent_token_and_the_last_page() {
    let ends = [
        r#"{"issues":[],"nextPageToken":"a"}"#,
        r#"{"issues":[{"id":"1"}]}"#,
        r#"{"issues":[{"id":"1"}],"nextPageToken":"b","isLast":true}"#,
    ];
    for end in ends {
        let script = Script::new([(200, end)]);
        let connection = connection(JiraCloud);
        let ask = Search { jql: &Jql::new(), fields: &[], properties: &[], limit: 1 };
        assert!(now(Jira::new(&script, &connection).search_page(ask, None)).unwrap().next.is_none(), "{end}");
    }
}

#[test]
fn data_center_search_follows_offsets() {
    let script = Script::new([
        (200, r#"{"issues":[{"id":"1"},{"id":"2"}],"total":3,"startAt":0}"#),
        (200, r#"{"issues":[{"id":"3"}],"total":3,"startAt":2}"#),
    ]);
    let connection = connection(JiraDc);
    let ask = Search { jql: &Jql::new(), fields: &["updated"], properties: &["bowline"], limit: 2 };
    assert_eq!(now(Jira::new(&script, &connection).search(ask).all()).unwrap().len(), 3);
    let body = json!({"jql": "", "startAt": 2, "maxResults": 2, "fields": ["updated"]});
    assert_eq!(script.asked()[1], ("POST /rest/api/2/search".to_owned(), body, true));
}

#[test]
fn create_metadata_is_read_in_both_envelopes() {
    let cloud = r#"{"startAt":0,"maxResults":50,"total":1,"issueTypes":[{"id":"10001","name":"Story","subtask":false}]}"#;
    let dc =
        r#"{"maxResults":50,"startAt":0,"total":1,"isLast":true,"values":[{"id":"10001","name":"Story"}]}"#;
    for (tool, answer) in [(JiraCloud, cloud), (JiraDc, dc)] {
        let script = Script::new([(200, answer)]);
        let connection = connection(tool);
        let types = now(Jira::new(&script, &connection).create_types("ACME")).unwrap();
        assert_eq!(types[0].name, "Story");
    }
    let cloud = r#"{"total":1,"fields":[{"fieldId":"summary","name":"Summary","required":true,"schema":{"type":"string"}}]}"#;
    let dc = r#"{"isLast":true,"values":[{"fieldId":"summary","name":"Summary","required":true,"schema":{"type":"string"}}]}"#;
    for (tool, answer) in [(JiraCloud, cloud), (JiraDc, dc)] {
        let script = Script::new([(200, answer)]);
        let connection = connection(tool);
        let fields = now(Jira::new(&script, &connection).create_fields("ACME", "10001")).unwrap();
        assert_eq!((fields[0].id(), fields[0].required), ("summary", true));
        assert!(script.asked()[0].0.contains("/issue/createmeta/ACME/issuetypes/10001?startAt=0"));
    }
}

#[test]
fn projects_come_in_pages_on_cloud_and_at_once_on_data_center() {
    let script = Script::new([
        (200, r#"{"values":[{"id":"1","key":"A","name":"a"}],"isLast":false,"total":2}"#),
        (200, r#"{"values":[{"id":"2","key":"B","name":"b"}],"isLast":true,"total":2}"#),
        (200, r#"[{"id":"1","key":"A"},{"id":2,"key":"B"}]"#),
    ]);
    for tool in [JiraCloud, JiraDc] {
        let connection = connection(tool);
        let projects = now(Jira::new(&script, &connection).projects()).unwrap();
        assert_eq!(projects.iter().map(|project| project.key.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    }
}

#[test]
fn a_permission_is_asked_for_one_project_and_one_that_is_not_known_is_no_answer() {
    let answer = r#"{"permissions":{"EDIT_ALL_COMMENTS":{"id":"1","key":"EDIT_ALL_COMMENTS","havePermission":false}}}"#;
    let none = r#"{"permissions":{"ADMINISTER":{"key":"ADMINISTER","havePermission":true}}}"#;
    for tool in [JiraCloud, JiraDc] {
        let script = Script::new([(200, answer), (200, none)]);
        let connection = connection(tool);
        let jira = Jira::new(&script, &connection);
        assert_eq!(now(jira.permitted("ACME", "EDIT_ALL_COMMENTS")).unwrap(), Some(false));
        assert_eq!(now(jira.permitted("ACME", "EDIT_ALL_COMMENTS")).unwrap(), None);
    }
}

#[test]
fn the_account_and_the_server_are_told() {
    let script = Script::new([
        (200, r#"{"name":"ada","key":"JIRAUSER1","displayName":"Ada","timeZone":"Europe/Paris"}"#),
        (200, r#"{"deploymentType":"Server","version":"10.3.24"}"#),
        (
            200,
            r#"[{"id":"summary","name":"Summary","schema":{"type":"string","system":"summary"}},{"id":"issuekey","name":"Key"}]"#,
        ),
        (200, r#"[{"id":"1","name":"High","status":"x"}]"#),
        (200, r#"[{"id":"1","name":"Bug","statuses":[{"id":"3","name":"Done"}]}]"#),
    ]);
    let connection = connection(JiraDc);
    let jira = Jira::new(&script, &connection);
    assert_eq!(now(jira.myself()).unwrap().0.id(), Some("ada"));
    assert_eq!(now(jira.server_info()).unwrap().deployment_type.text(), Some("Server"));
    assert_eq!(now(jira.fields()).unwrap().len(), 2);
    assert_eq!(now(jira.priorities()).unwrap()[0].name, "High");
    assert_eq!(now(jira.statuses("ACME")).unwrap()[0].statuses[0].name, "Done");
}
