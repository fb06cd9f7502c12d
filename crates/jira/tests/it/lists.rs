//! Lists that go on in ways of their own, and servers that repeat themselves.

use bowline_core::connection::ToolKind::{JiraCloud, JiraDc};
use bowline_jira::{Jira, NewSprint};
use futures_util::{FutureExt as _, TryStreamExt as _};
use serde_json::json;

use crate::script::{Script, connection};

fn paths(script: &Script) -> Vec<String> {
    script.asked().into_iter().map(|(line, ..)| line).collect()
}

#[test]
fn deliveries_given_up_go_on_by_an_address_of_which_only_the_place_is_taken() {
    let failed = |id: u8| json!({"id": id.to_string(), "url": "https://a.example", "failureTime": 1});
    let next = "https://evil.example/rest/api/3/webhook/failed?after=1573118132000&maxResults=1";
    let script = Script::new([
        (200, &*json!({"values": [failed(1)], "maxResults": 1, "next": next}).to_string()),
        (200, &*json!({"values": [failed(2)], "maxResults": 1, "next": next}).to_string()),
    ]);
    let connection = connection(JiraCloud);
    let all: Vec<_> =
        Jira::new(&script, &connection).failed_hooks().try_collect().now_or_never().unwrap().unwrap();
    assert_eq!(all.len(), 2);
    let place = "GET /rest/api/3/webhook/failed";
    assert_eq!(
        paths(&script),
        [place.to_owned(), format!("{place}?after=1573118132000")],
        "and not once more"
    );
}

#[test]
fn changes_of_worklogs_go_on_from_where_the_last_page_ended() {
    let page = |id: u32, until: i64, last: bool| {
        json!({"values": [{"worklogId": id, "updatedTime": until}], "since": 0, "until": until, "lastPage": last})
            .to_string()
    };
    let script = Script::new([(200, &*page(1, 5_000, false)), (200, &*page(2, 9_000, true))]);
    let connection = connection(JiraDc);
    let jira = Jira::new(&script, &connection);
    let since = jiff::Timestamp::from_millisecond(1_000).unwrap();
    let all: Vec<_> = jira.changed_worklogs(since).try_collect().now_or_never().unwrap().unwrap();
    assert_eq!(all.len(), 2);
    let place = "GET /rest/api/2/worklog/updated?since=";
    assert_eq!(paths(&script), [format!("{place}1000"), format!("{place}5000")]);
    // A server that stands still is not followed.
    let script = Script::new([(200, &*page(1, 5_000, false)), (200, &*page(1, 5_000, false))]);
    let jira = Jira::new(&script, &connection);
    let all: Vec<_> = jira.deleted_worklogs(since).try_collect().now_or_never().unwrap().unwrap();
    assert_eq!(all.len(), 2);
}

#[test]
fn boards_go_on_until_the_last_page_though_nobody_says_how_many_there_are() {
    let board = |id: u8| json!({"id": id, "name": "b", "type": "scrum", "new": true});
    let script = Script::new([
        (
            200,
            &*json!({"startAt": 0, "maxResults": 2, "isLast": false, "values": [board(1), board(2)]})
                .to_string(),
        ),
        (200, &*json!({"startAt": 2, "maxResults": 2, "isLast": true, "values": [board(3)]}).to_string()),
    ]);
    let connection = connection(JiraCloud);
    let all: Vec<_> = Jira::new(&script, &connection).boards().try_collect().now_or_never().unwrap().unwrap();
    assert_eq!(all.iter().map(|board| board.id.to_string()).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert_eq!(all[0].extra["new"], true);
    assert!(paths(&script)[1].contains("startAt=2"));
}

#[test]
fn people_are_looked_for_page_by_page_though_a_page_may_be_empty() {
    let mut answers = [(200, "[]"); 20];
    (answers[0], answers[2]) = ((200, r#"[{"accountId":"1"}]"#), (200, r#"[{"accountId":"2"}]"#));
    let script = Script::new(answers);
    let cloud = connection(JiraCloud);
    let all: Vec<_> =
        Jira::new(&script, &cloud).search_users("a b").try_collect().now_or_never().unwrap().unwrap();
    assert_eq!(all.len(), 2);
    let asked = paths(&script);
    assert_eq!(asked[2], "GET /rest/api/3/user/search?query=a%20b&maxResults=50&startAt=100");
    assert_eq!(asked.len(), 20, "Cloud looks at the first thousand");
    let script = Script::new([(200, r#"[{"name":"a"},{"name":"b"}]"#), (200, "[]")]);
    let center = connection(JiraDc);
    let all: Vec<_> =
        Jira::new(&script, &center).search_users("a").try_collect().now_or_never().unwrap().unwrap();
    assert_eq!((all.len(), paths(&script).len()), (2, 2));
}

#[test]
fn a_sprint_of_a_board_is_asked_for_by_a_number() {
    let script = Script::new([(201, r#"{"id":5,"name":"n"}"#)]);
    let connection = connection(JiraCloud);
    let sprint = NewSprint { board: "7", name: "n", ..NewSprint::default() };
    Jira::new(&script, &connection).create_sprint(&sprint).now_or_never().unwrap().unwrap();
    let (_, body, repeatable) = script.asked().remove(0);
    assert_eq!((body, repeatable), (json!({"name": "n", "originBoardId": 7}), false));
}
