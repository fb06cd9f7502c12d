//! What is sent: ids, queries and bodies that are wrong in themselves.

use bytes::Bytes;
use serde_json::{Value, json};

/// Members that mean something somewhere; each is given each of the [`odd_values`].
const MEMBERS: &str = "id name key value values ids fields update summary description project projectId issuetype \
    issueTypeId transition comment body started timeSpent timeSpentSeconds properties visibility type \
    inwardIssue outwardIssue jql queries issues issueIds issueIdsOrKeys filterId location originBoardId \
    startDate events url object accountId users groups user group permissions holder position after \
    before rankBeforeIssue mappings contextIds options optionIds statuses transitions scope workflows \
    defaultValues screenId gadgetKey sharePermissions editPermissions expand";

/// Ids that name nothing, and texts that are no ids.
pub(super) const ODD_IDS: &[&str] = &[
    "0",
    "-1",
    "99999999999999999999",
    "x%00y",
    "%FF%FE",
    "%C3",
    "..%2F..",
    "%F0%9F%A6%80",
    "1.5",
    "null",
    "%25",
];

/// Queries whose parameters are of the wrong kind.
pub(super) const ODD_QUERIES: &[&str] = &[
    "startAt=-1&maxResults=-1",
    "startAt=99999999999999999999&maxResults=99999999999999999999",
    "startAt=x&maxResults=",
    "%FF=%FE&startAt=%FF&jql=%00&query=%00&id=%00",
    "jql=%28%28%28&query=%22&expand=%2C%2C&fields=%2C-%2A&orderBy=x&id=-1&ids=x&key=%00&name=%C3",
    "accountId=x&username=x&projectId=x&projectKeys=%00&issueTypeId=1e9&groupname=&permissions=x&nextPageToken=%00",
];

/// Values of a type that nobody expects.
fn odd_values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("\u{0}"),
        json!("x".repeat(1_000)),
        json!([]),
        json!([[[]], null, {}]),
        json!({}),
        json!({"id": {"id": []}, "name": -1, "key": null, "value": [1], "add": 1, "set": {}}),
        json!([{"id": "0", "name": true, "add": [], "key": {}, "value": {}}]),
    ]
}

/// Bodies that are JSON, and that no operation can mean.
pub(super) fn bodies() -> Vec<(String, Bytes)> {
    let with = |value: Value| {
        let members = MEMBERS.split(' ').map(|name| (name.to_owned(), value.clone()));
        (format!("members are {}", value.to_string().chars().take(20).collect::<String>()), members.collect())
    };
    let mut all: Vec<(String, Value)> = odd_values().into_iter().map(with).collect();
    all.extend(
        [json!([]), json!("x"), json!(7), json!(null), json!(true), json!({}), json!([{}])]
            .map(|top| (format!("is {top}"), top)),
    );
    let mut all: Vec<(String, Bytes)> =
        all.into_iter().map(|(what, body)| (what, Bytes::from(body.to_string()))).collect();
    all.push(("number without end".to_owned(), format!("{{\"id\": {}}}", "9".repeat(400)).into()));
    all.push(("is empty".to_owned(), Bytes::new()));
    all
}

/// Bodies that are no JSON.
pub(super) fn broken() -> Vec<(&'static str, Bytes)> {
    vec![
        ("cut off", "{\"fields\": {\"summary\": \"x".into()),
        ("a word", "nonsense".into()),
        ("not UTF-8", Bytes::from_static(b"{\"name\": \"\xff\xfe\", \"body\": \"\xff\"}")),
        ("nested deeply", "[".repeat(3_000).into()),
        ("nested deeply in objects", "{\"a\":".repeat(3_000).into()),
        ("followed by more", "{} {}".into()),
    ]
}
