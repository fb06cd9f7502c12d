//! What calls cost in points, before and after.

use bowline_core::port::Asker;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::*;

fn call(method: Method, path: &str, body: &'static str) -> OutboundCall {
    OutboundCall {
        method,
        path: path.into(),
        headers: HeaderMap::new(),
        body: Bytes::from_static(body.as_bytes()),
        operation: "test",
        subject: None,
        repeatable: true,
        asker: Asker::Work,
    }
}

fn answered(call: &OutboundCall, body: &'static str) -> u32 {
    let body = Bytes::from_static(body.as_bytes());
    after(call, &OutboundAnswer { status: StatusCode::OK, headers: HeaderMap::new(), body })
}

/// The page's own examples, and the calls that this service makes most.
#[test]
fn costs_are_put_aside_by_what_is_asked_and_paid_by_what_is_shown() {
    let get = |path: &str| call(Method::GET, path, "");
    let issue = get("/rest/api/3/issue/ACME-1?fields=summary");
    assert_eq!((before(&issue), answered(&issue, r#"{"id": "1", "key": "ACME-1"}"#)), (2, 2));
    let members = get("/rest/api/3/group/member?groupname=x&maxResults=8");
    assert_eq!((before(&members), answered(&members, r#"{"values": [1, 2, 3, 4, 5, 6, 7, 8]}"#)), (17, 17));
    let search = call(Method::POST, "/rest/api/3/search/jql", r#"{"jql": "x", "maxResults": 100}"#);
    assert_eq!((before(&search), answered(&search, r#"{"issues": [{}, {}], "isLast": true}"#)), (101, 3));
    let fetch = call(Method::POST, "/rest/api/3/issue/bulkfetch", r#"{"issueIdsOrKeys": ["A-1", "A-2"]}"#);
    assert_eq!((before(&fetch), answered(&fetch, r#"{"issues": [], "issueErrors": []}"#)), (3, 1));
    let myself = get("/rest/api/3/myself");
    assert_eq!((before(&myself), answered(&myself, r#"{"accountId": "x"}"#)), (3, 3));
    let may = get("/rest/api/3/mypermissions?permissions=A,B");
    assert_eq!(answered(&may, r#"{"permissions": {"A": {"id": "1"}, "B": {}}}"#), 5);
    let comments = get("/rest/api/3/issue/ACME-1/comment?startAt=0&maxResults=20");
    assert_eq!((before(&comments), answered(&comments, r#"{"comments": [], "total": 0}"#)), (21, 1));
    let statuses = get("/rest/api/3/project/ACME/statuses");
    assert_eq!((before(&statuses), answered(&statuses, "[{}, {}, {}]")), (51, 4));
}

#[test]
fn writes_and_refusals_cost_one() {
    let edit = call(Method::PUT, "/rest/api/3/issue/ACME-1", "{}");
    assert_eq!((before(&edit), answered(&edit, "")), (1, 1));
    let create = call(Method::POST, "/rest/api/3/issue", "{}");
    assert_eq!((before(&create), answered(&create, r#"{"id": "1"}"#)), (1, 1));
    assert_eq!(before(&call(Method::GET, "/rest/api/3/serverInfo", "")), 1);
    let missing = OutboundAnswer {
        status: StatusCode::NOT_FOUND,
        headers: HeaderMap::new(),
        body: Bytes::from_static(b"{}"),
    };
    assert_eq!(after(&call(Method::GET, "/rest/api/3/issue/X-1", ""), &missing), 1);
}

#[test]
fn nothing_asked_for_makes_a_call_dearer_than_a_page_can_be() {
    for path in
        ["/rest/api/3/search/jql?maxResults=4294967295", "/rest/api/3/search/jql?maxResults=9999999999"]
    {
        assert!(before(&call(Method::GET, path, "")) <= 1 + LARGEST);
    }
    assert_eq!(before(&call(Method::GET, "/", "")), 1);
    assert_eq!(objects(b"\x89PNG"), 1);
    assert_eq!(objects(b"null"), 0);
}
