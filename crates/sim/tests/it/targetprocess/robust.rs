//! Requests drawn at random: none is answered with a 5xx or not at all.

use bowline_sim::targetprocess::Options;
use bytes::Bytes;
use http::Method;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::world;
use crate::client::encode;
use crate::robust::check;

const LOGIN: &str = "access_token=token-admin&format=json";

/// Members of bodies. References lead somewhere as often as not.
const NAMES: &[&str] = &[
    "Id",
    "Name",
    "Description",
    "Project",
    "EntityState",
    "General",
    "CustomFields",
    "Value",
    "Tags",
    "TagObjects",
    "Items",
    "Comments",
    "Tasks",
    "Assignments",
    "Assignable",
    "Role",
    "GeneralUser",
    "RelationType",
    "Master",
    "Slave",
    "ParentId",
    "Team",
    "Effort",
    "Priority",
    "Severity",
    "StartDate",
    "EndDate",
    "Release",
    "Iteration",
    "Date",
    "Spent",
    "User",
    "Login",
    "Password",
    "Email",
    "FirstName",
    "LastName",
    "EntityType",
    "Kind",
    "Url",
    "IsPrivate",
    "UserStory",
    "Feature",
    "TestCases",
    "Projects",
    "NumericPriority",
    "Owner",
    "ResourceType",
    "RoleEfforts",
    "AssignedTeams",
    "OutboundRelations",
    "IsActive",
];
const TEXTS: &[&str] = &[
    "",
    "x y",
    "\u{0}",
    "2020-01-01",
    "/Date(1)/",
    "/Date(9223372036854775807)/",
    "Risk",
    "Due Date",
    "UserStory",
    "1",
    "a,b",
    "token",
];
const RESOURCES: &[&str] = &[
    "UserStories",
    "Bugs",
    "Tasks",
    "Features",
    "Epics",
    "PortfolioEpics",
    "Requests",
    "TestPlans",
    "TestCases",
    "Comments",
    "Attachments",
    "Assignments",
    "TeamAssignments",
    "RoleEfforts",
    "Relations",
    "Times",
    "Projects",
    "Releases",
    "Iterations",
    "TeamIterations",
    "Milestones",
    "Teams",
    "Users",
    "Requesters",
    "Tags",
    "Generals",
    "Assignables",
    "EntityStates",
    "GeneralConversions",
    "UserStoryHistories",
    "BugSimpleHistories",
    "CustomFields",
    "Undelete",
    "Context",
    "Index",
    "Nothing",
];

fn id() -> impl Strategy<Value = u32> {
    prop_oneof![0_u32..12, 40_u32..110, 200_u32..215, 300_u32..315, 1000_u32..1010, any::<u32>()]
}

fn body() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        id().prop_map(Value::from),
        id().prop_map(|id| json!({"Id": id})),
        id().prop_map(|id| json!({"Items": [{"Id": id, "Name": "n"}]})),
        select(TEXTS).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 30, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((select(NAMES), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

fn path() -> impl Strategy<Value = String> {
    let tail = prop_oneof![
        3 => Just(String::new()),
        3 => id().prop_map(|id| format!("/{id}")),
        1 => Just("/bulk".to_owned()),
        1 => Just("/meta".to_owned()),
        1 => (id(), select(NAMES)).prop_map(|(id, name)| format!("/{id}/{name}")),
    ];
    (select(RESOURCES), tail).prop_map(|(resource, tail)| format!("/api/v1/{resource}{tail}"))
}

/// A body as XML: members as elements.
fn xml(name: &str, value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let inner: String = members.iter().map(|(name, value)| xml(name, value)).collect();
            format!("<{name}>{inner}</{name}>")
        }
        Value::Array(rows) => {
            let inner: String = rows.iter().map(|row| xml("Row", row)).collect();
            format!("<{name}>{inner}</{name}>")
        }
        Value::Null => format!("<{name} nil=\"true\"/>"),
        other => format!("<{name}>{}</{name}>", other.to_string().replace(['<', '&'], "")),
    }
}

#[test]
fn odd_bodies_are_survived() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(world(Options::default()));
    let methods = select(vec![Method::POST, Method::POST, Method::POST, Method::DELETE]);
    let writes = (methods, path(), body(), any::<bool>()).prop_map(|(method, path, body, as_xml)| {
        let body = if as_xml { xml("UserStory", &body) } else { body.to_string() };
        (method, format!("{path}?{LOGIN}"), Bytes::from(body))
    });
    check(1_500, writes, world.control(), &runtime);
    let raw = (path(), proptest::collection::vec(any::<u8>(), 0..60))
        .prop_map(|(path, bytes)| (Method::POST, format!("{path}?{LOGIN}"), bytes.into()));
    check(100, raw, world.control(), &runtime);
    let others = select(vec![
        "/api/login/validate",
        "/api/login/ValidateRequester",
        "/login.aspx",
        "/UploadFile.ashx?access_token=token-admin",
        "/api/deletedItems/v1/users/3/restore?access_token=token-admin",
        "/_sim/settings",
        "/_sim/edit",
    ]);
    let others =
        (others, body()).prop_map(|(path, body)| (Method::POST, path.to_owned(), body.to_string().into()));
    check(150, others, world.control(), &runtime);
    runtime.block_on(async {
        let made = json!({"Name": "alive", "Project": {"Id": 101}});
        world.rule("/api/v1/Bugs", made).await.json();
        assert_eq!(world.control().get("/_sim/state").await.status, 200);
        assert_eq!(world.control().get("/_sim/items").await.status, 200);
    });
}

#[test]
fn odd_queries_are_survived() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(world(Options { stories: 10, bugs: 5, ..Options::default() }));
    let v2 = select(vec![
        "/api/v2/bug",
        "/api/v2/comment",
        "/api/v2/UserStory/1002",
        "/api/history/v2/Bug",
        "/api/v2/General",
        "/svc/tp-apiv2-streaming-service/stream/userstory",
    ]);
    let paths = prop_oneof![path(), v2.prop_map(str::to_owned)];
    let names = select(vec![
        "where",
        "include",
        "exclude",
        "append",
        "select",
        "filter",
        "result",
        "orderBy",
        "take",
        "skip",
        "innerTake",
        "format",
        "callback",
        "dateFormat",
        "isoDate",
        "includeDeleted",
        "ids",
        "login",
        "childrenIds",
        "resultInclude",
    ]);
    let texts = prop_oneof![
        "\\PC{0,40}",
        "[\\[\\]a-zA-Z,.{}()'\" =<>!0-9?-]{0,40}",
        select(vec![
            "Name eq 'x'",
            "[Id,Name]",
            "{id,name}",
            "count",
            "?Owner is Me",
            "1",
            "-1",
            "99999999999999999999",
            "json"
        ])
        .prop_map(str::to_owned),
    ];
    let reads = (paths, proptest::collection::vec((names, texts), 0..4)).prop_map(|(path, query)| {
        let query: String = query.iter().map(|(name, text)| format!("&{name}={}", encode(text))).collect();
        (Method::GET, format!("{path}?access_token=token-admin{query}"), Bytes::new())
    });
    check(1_200, reads, world.control(), &runtime);
    let odd = "[a-z0-9%/&?=.-]{0,30}"
        .prop_map(|tail| (Method::GET, format!("/api/v1/{tail}?access_token=token-ada"), Bytes::new()));
    check(100, odd, world.control(), &runtime);
    runtime.block_on(async {
        assert!(world.make("alive").await > 0);
    });
}
