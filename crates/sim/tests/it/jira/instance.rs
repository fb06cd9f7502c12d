//! Jira as a whole: configuration, properties, banner, licence, audit log, expressions.

use http::Method;
use serde_json::{Value, json};

use super::{CLOUD, DC, world};

#[tokio::test]
async fn the_configuration_tells_how_time_is_counted_and_can_change_it() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let told = world.ada.get("/rest/api/2/configuration").await.expect(200);
        assert_eq!(told["timeTrackingEnabled"], true);
        assert_eq!(told["timeTrackingConfiguration"]["workingHoursPerDay"], 8.0);
    }
    let world = world(CLOUD).await;
    let path = "/rest/api/3/configuration/timetracking";
    assert_eq!(world.ada.get(path).await.status, 403);
    assert_eq!(world.admin.get(path).await.expect(200)["key"], "JIRA");
    assert_eq!(world.admin.get(&format!("{path}/list")).await.expect(200)[0]["key"], "JIRA");
    assert_eq!(world.admin.put(path, json!({"key": "JIRA"})).await.status, 204);
    assert_eq!(world.admin.put(path, json!({"key": "other"})).await.status, 400);
    let path = format!("{path}/options");
    let wrong = json!({"workingHoursPerDay": 0, "workingDaysPerWeek": 5, "timeFormat": "pretty", "defaultUnit": "day"});
    assert_eq!(world.admin.put(&path, wrong).await.status, 400);
    let short = json!({"workingHoursPerDay": 6, "workingDaysPerWeek": 4, "timeFormat": "pretty", "defaultUnit": "hour"});
    assert_eq!(world.admin.put(&path, short.clone()).await.expect(200)["timeFormat"], "pretty");
    assert_eq!(world.admin.get(&path).await.expect(200)["defaultUnit"], "hour");
    let key = world.make("a short week").await;
    let log = json!({"timeSpent": "1w 1d"});
    let log = world.ada.post(&format!("/rest/api/2/issue/{key}/worklog"), log).await.expect(201);
    assert_eq!(
        (log["timeSpentSeconds"].as_u64(), log["timeSpent"].as_str()),
        (Some(30 * 3_600), Some("1w 1d"))
    );
    let jql = crate::client::encode("timespent = 30");
    let found = world.ada.get(&format!("/rest/api/3/search/jql?jql={jql}")).await.expect(200);
    assert_eq!(found["issues"].as_array().unwrap().len(), 1, "a number alone counts hours");
}

#[tokio::test]
async fn application_properties_are_read_and_changed_by_administrators() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let path = &format!("/rest/api/{}/application-properties", if face == CLOUD { 3 } else { 2 });
        assert_eq!(world.ada.get(path).await.status, 403);
        let one = world.admin.get(&format!("{path}?key=jira.clone.prefix")).await.expect(200);
        assert_eq!(one["value"], "CLONE -");
        assert_eq!(world.admin.get(&format!("{path}?key=nope")).await.status, 404);
        let looks = world.admin.get(&format!("{path}?keyFilter=jira.lf.*")).await.expect(200);
        assert!(
            looks.as_array().unwrap().iter().all(|one| one["key"].as_str().unwrap().starts_with("jira.lf."))
        );
        let advanced = world.admin.get(&format!("{path}/advanced-settings")).await.expect(200);
        assert_eq!(advanced.as_array().unwrap().len(), 9);
        let body = json!({"id": "jira.clone.prefix", "value": "Copy of"});
        assert_eq!(world.ada.put(&format!("{path}/jira.clone.prefix"), body.clone()).await.status, 403);
        let set = world.admin.put(&format!("{path}/jira.clone.prefix"), body).await.expect(200);
        assert_eq!(set["value"], "Copy of");
        let flag =
            world.admin.put(&format!("{path}/jira.option.globalsharing"), json!({"value": "maybe"})).await;
        assert_eq!(flag.status, 400);
    }
}

#[tokio::test]
async fn the_base_url_is_where_links_lead() {
    let world = world(DC).await;
    let to = |text: &str| json!(text);
    assert_eq!(world.admin.put("/rest/api/2/settings/baseUrl", to("nowhere")).await.status, 400);
    assert_eq!(world.ada.put("/rest/api/2/settings/baseUrl", to("https://jira.example")).await.status, 403);
    assert_eq!(
        world.admin.put("/rest/api/2/settings/baseUrl", to("https://jira.example/")).await.status,
        200
    );
    let told = world.ada.get("/rest/api/2/serverInfo").await.expect(200);
    assert_eq!(told["baseUrl"], "https://jira.example");
    let project = world.ada.get("/rest/api/2/project/ACME").await.expect(200);
    assert!(project["self"].as_str().unwrap().starts_with("https://jira.example/rest/api/2/project/"));
}

#[tokio::test]
async fn a_data_center_is_reindexed_looked_over_and_its_people_signed_out() {
    let world = world(DC).await;
    assert_eq!(world.ada.get("/rest/api/2/reindex").await.status, 403);
    assert_eq!(world.admin.get("/rest/api/2/reindex").await.status, 404, "there was none");
    assert_eq!(world.admin.post("/rest/api/2/reindex?type=sideways", Value::Null).await.status, 400);
    let run = world.admin.post("/rest/api/2/reindex?type=foreground", Value::Null).await.expect(202);
    assert_eq!((run["type"].as_str(), run["success"].as_bool()), (Some("FOREGROUND"), Some(true)));
    assert_eq!(world.admin.get("/rest/api/2/reindex/progress").await.expect(200)["currentProgress"], 100);
    assert_eq!(world.admin.post("/rest/api/2/reindex/issue?issueId=ACME-1", Value::Null).await.status, 200);
    assert_eq!(world.admin.post("/rest/api/2/reindex/issue?issueId=NO-1", Value::Null).await.status, 404);
    let lag = json!({"do": {"kind": "stale_index", "lag_ms": 60_000}});
    world.control.post("/_sim/faults", lag).await;
    world.make("not indexed yet").await;
    let index = world.admin.get("/rest/api/2/index/summary").await.expect(200)["issueIndex"].clone();
    let (stored, indexed) =
        (index["countInDatabase"].as_u64().unwrap(), index["countInIndex"].as_u64().unwrap());
    assert_eq!(stored, indexed + 1);
    assert_eq!(world.admin.get("/rest/api/2/cluster/nodes").await.expect(200)[0]["state"], "ACTIVE");
    assert_eq!(world.ada.get("/rest/api/2/password/policy").await.expect(200), json!([]));
    let weigh = json!({"username": "new", "password": "x"});
    assert_eq!(world.ada.post("/rest/api/2/password/policy/createUser", weigh).await.expect(200), json!([]));
    let weigh = json!({"username": "nobody", "newPassword": "x"});
    assert_eq!(world.ada.post("/rest/api/2/password/policy/updateUser", weigh).await.status, 404);
    let login = json!({"username": "ada", "password": "ada"});
    let session = world.control.post("/rest/auth/1/session", login).await.expect(200)["session"].clone();
    let cookie = format!("{}={}", session["name"].as_str().unwrap(), session["value"].as_str().unwrap());
    let ada = world.control.clone().and("cookie", &cookie);
    assert_eq!(ada.get("/rest/api/2/myself").await.status, 200);
    assert_eq!(world.ada.delete("/rest/api/2/user/session/ada").await.status, 403);
    assert_eq!(world.admin.delete("/rest/api/2/user/session/ada").await.status, 200);
    assert_eq!(ada.get("/rest/api/2/myself").await.status, 401);
    assert_eq!(world.admin.delete("/rest/api/2/user/session/nobody").await.status, 404);
}

#[tokio::test]
async fn the_banner_is_set_and_read_by_administrators() {
    let world = world(CLOUD).await;
    let path = "/rest/api/3/announcementBanner";
    assert_eq!(world.ada.get(path).await.status, 403);
    let before = world.admin.get(path).await.expect(200);
    assert_eq!((before["isEnabled"].as_bool(), before["message"].as_str()), (Some(false), Some("")));
    assert_eq!(world.admin.put(path, json!({"isEnabled": true})).await.status, 400, "there is no message");
    let banner =
        json!({"message": "Down at noon", "isEnabled": true, "isDismissible": true, "visibility": "private"});
    assert_eq!(world.admin.put(path, banner).await.status, 204);
    let after = world.admin.get(path).await.expect(200);
    assert_eq!(
        (after["message"].as_str(), after["visibility"].as_str()),
        (Some("Down at noon"), Some("private"))
    );
    assert_ne!(after["hashId"], before["hashId"]);
    assert_eq!(world.admin.put(path, json!({"visibility": "some"})).await.status, 400);
}

#[tokio::test]
async fn the_licence_counts_who_has_a_seat() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        assert_eq!(world.ada.get("/rest/api/2/applicationrole").await.status, 403);
        let role = world.admin.get("/rest/api/2/applicationrole/jira-software").await.expect(200);
        assert_eq!(role["userCount"], 3);
        assert_eq!(world.admin.get("/rest/api/2/applicationrole").await.expect(200)[0], role);
        assert_eq!(world.admin.get("/rest/api/2/applicationrole/other").await.status, 404);
    }
    let dc = world(DC).await;
    let only = json!({"groups": ["jira-administrators"]});
    let role = dc.admin.put("/rest/api/2/applicationrole/jira-software", only).await.expect(200);
    assert_eq!(role["userCount"], 1);
    let none = json!({"groups": ["nobody"]});
    assert_eq!(dc.admin.put("/rest/api/2/applicationrole/jira-software", none).await.status, 400);
    let cloud = world(CLOUD).await;
    let licence = cloud.ada.get("/rest/api/3/instance/license").await.expect(200);
    assert_eq!(licence["applications"][0]["plan"], "PAID");
    let count = cloud.admin.get("/rest/api/3/license/approximateLicenseCount").await.expect(200);
    assert_eq!(count["value"], "3");
    let path = "/rest/api/3/license/approximateLicenseCount/product/jira-servicedesk";
    assert_eq!(cloud.admin.get(path).await.expect(200)["value"], "0");
}

#[tokio::test]
async fn the_audit_log_tells_what_administrators_did() {
    let world = world(CLOUD).await;
    let path = "/rest/api/3/auditing/record";
    assert_eq!(world.ada.get(path).await.status, 403);
    assert_eq!(world.admin.get(path).await.expect(200)["total"], 0);
    let project = json!({"key": "AUD", "name": "Audited", "projectTypeKey": "software"});
    world.admin.post("/rest/api/3/project", project).await.expect(201);
    world.admin.post("/rest/api/3/group", json!({"name": "auditors"})).await.expect(201);
    let scheme =
        world.admin.post("/rest/api/3/permissionscheme", json!({"name": "Strict"})).await.expect(201);
    let path_of = format!("/rest/api/3/permissionscheme/{}", scheme["id"]);
    assert_eq!(world.admin.delete(&path_of).await.status, 204);
    let all = world.admin.get(path).await.expect(200);
    let said: Vec<&str> =
        all["records"].as_array().unwrap().iter().map(|one| one["summary"].as_str().unwrap()).collect();
    assert_eq!(
        said,
        ["Permission scheme deleted", "Permission scheme created", "Group created", "Project created"]
    );
    let found = world.admin.get(&format!("{path}?filter=audited%20project&limit=1")).await.expect(200);
    assert_eq!(
        (found["total"].as_u64(), found["records"][0]["objectItem"]["name"].as_str()),
        (Some(1), Some("Audited"))
    );
    let later = world.admin.get(&format!("{path}?from=2999-01-01T00:00:00Z")).await.expect(200);
    assert_eq!(later["total"], 0);
    assert_eq!(world.admin.get(&format!("{path}?from=tomorrow")).await.status, 400);
}

#[tokio::test]
async fn expressions_are_analysed_and_evaluated() {
    let world = world(CLOUD).await;
    let key = world.make("count me").await;
    world.ada.post(&format!("/rest/api/2/issue/{key}/comment"), json!({"body": "first"})).await.expect(201);
    let path = "/rest/api/3/expression/analyse?check=complexity";
    let body = json!({"expressions": ["issue.comments.length > 2", "issue."]});
    let told = world.ada.post(path, body).await.expect(200);
    assert_eq!(told["results"][0]["complexity"]["expensiveOperations"], "1");
    let fault = &told["results"][1]["errors"][0];
    assert_eq!(
        (told["results"][1]["valid"].as_bool(), fault["type"].as_str()),
        (Some(false), Some("syntax"))
    );
    let typed = json!({"expressions": ["1 + 1 > 2", "[1]"]});
    let typed = world.ada.post("/rest/api/3/expression/analyse?check=type", typed).await.expect(200);
    assert_eq!(
        (typed["results"][0]["type"].as_str(), typed["results"][1]["type"].as_str()),
        (Some("boolean"), Some("list"))
    );
    let path = "/rest/api/3/expression/evaluate?expand=meta.complexity";
    let ask = |text: &str| json!({"expression": text, "context": {"issue": {"key": key}, "issues": {"jql": {"query": "project = ACME", "maxResults": 2}}}});
    let text = "{ key: issue.key, who: user.displayName, comments: issue.comments.map(c => c.body.plainText), n: issues.length }";
    let told = world.ada.post(path, ask(text)).await.expect(200);
    assert_eq!(told["value"], json!({"key": key, "who": "Ada Byron", "comments": ["first"], "n": 2}));
    assert_eq!(told["meta"]["issues"]["jql"]["isLast"], false);
    assert!(told["meta"]["complexity"]["steps"]["value"].as_u64().unwrap() > 5);
    let wrong = world.ada.post(path, ask("issue.nope")).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.json()["errorMessages"][0].as_str().unwrap().contains("Unrecognized property of `Issue`"));
    let hidden = json!({"expression": "1", "context": {"issue": {"key": "ACME-99999"}}});
    assert_eq!(world.ada.post(path, hidden).await.status, 404);
    let whole =
        world.ada.post("/rest/api/3/expression/evaluate", ask("issue.status.category.key")).await.expect(200);
    assert_eq!(whole["value"], "new");
}

#[tokio::test]
async fn labels_events_locale_and_kinds_of_projects_are_told() {
    let world = world(CLOUD).await;
    let labels = world.ada.get("/rest/api/3/label?maxResults=2").await.expect(200);
    assert_eq!((labels["values"][0].as_str(), labels["maxResults"].as_u64()), (Some("backend"), Some(2)));
    assert_eq!(world.ada.get("/rest/api/3/events").await.status, 403);
    let events = world.admin.get("/rest/api/3/events").await.expect(200);
    assert_eq!((events[0]["id"].as_u64(), events.as_array().unwrap().len()), (Some(1), 17));
    assert_eq!(world.ada.get("/rest/api/3/mypreferences/locale").await.expect(200)["locale"], "en_US");
    assert_eq!(
        world.ada.put("/rest/api/3/mypreferences/locale", json!({"locale": "de_DE"})).await.status,
        204
    );
    assert_eq!(world.ada.get("/rest/api/3/mypreferences/locale").await.expect(200)["locale"], "de_DE");
    assert_eq!(
        world.ada.put("/rest/api/3/mypreferences/locale", json!({"locale": "klingon"})).await.status,
        400
    );
    let kinds = world.ada.get("/rest/api/3/project/type/accessible").await.expect(200);
    assert_eq!(kinds.as_array().unwrap().len(), 2);
    let statuses = world.ada.get("/rest/api/3/statuses/byNames?name=done&name=In%20Review").await.expect(200);
    let names: Vec<&Value> = statuses.as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert!(names.contains(&&json!("Done")) && names.contains(&&json!("In Review")), "{names:?}");
    assert_eq!(world.ada.get("/rest/api/3/statuses/byNames").await.status, 400);
}

#[tokio::test]
async fn avatars_of_types_are_loaded_shown_and_dropped() {
    let world = world(CLOUD).await;
    let admin = world.admin.clone().and("x-atlassian-token", "no-check").and("content-type", "image/png");
    let png = bytes::Bytes::from_static(b"\x89PNG rest");
    let path = "/rest/api/3/issuetype/10002/avatar2?size=16";
    let made = admin.send(Method::POST, path, png.clone()).await.unwrap().expect(201);
    let id = made["id"].as_str().unwrap();
    let path = "/rest/api/3/universal_avatar/type/issuetype/owner/10002";
    let all = world.ada.get(path).await.expect(200);
    assert_eq!(all["custom"][0]["id"], id);
    let second = admin.send(Method::POST, &format!("{path}?size=16"), png).await.unwrap().expect(201);
    assert_ne!(second["id"], id);
    let view = "/rest/api/3/universal_avatar/view/type/issuetype";
    for path in [view.to_owned(), format!("{view}/avatar/{id}"), format!("{view}/owner/10002")] {
        let shown = world.ada.get(&path).await;
        assert_eq!((shown.status, shown.headers["content-type"].to_str().unwrap()), (200, "image/svg+xml"));
    }
    assert_eq!(world.ada.get(&format!("{view}/avatar/1")).await.status, 404);
    assert_eq!(world.ada.delete(&format!("{path}/avatar/{id}")).await.status, 403);
    assert_eq!(world.admin.delete(&format!("{path}/avatar/{id}")).await.status, 204);
    assert_eq!(world.admin.delete(&format!("{path}/avatar/{id}")).await.status, 404);
}

#[tokio::test]
async fn people_are_found_by_what_they_are_of_issues() {
    let world = world(CLOUD).await;
    let key = world.make("mine").await;
    world.bob.post(&format!("/rest/api/2/issue/{key}/comment"), json!({"body": "x"})).await.expect(201);
    let bob = world.bob.get("/rest/api/3/myself").await.expect(200)["accountId"].as_str().unwrap().to_owned();
    let property = format!("/rest/api/3/user/properties/location?accountId={bob}");
    assert_eq!(world.bob.put(&property, json!({"city": "Sydney"})).await.status, 201);
    let find = async |query: &str| {
        let path = format!("/rest/api/3/user/search/query?query={}", crate::client::encode(query));
        let reply = world.ada.get(&path).await;
        if reply.status != 200 {
            return vec![reply.status.to_string()];
        }
        let found = reply.json();
        let values = found["values"].as_array().unwrap().clone();
        values.iter().map(|one| one["displayName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(find(&format!("is reporter of ({key})")).await, ["Ada Byron"]);
    let found = find(&format!("is commenter of ({key}, ACME-1)")).await;
    assert!(found.contains(&"Bob Kahn".to_owned()), "{found:?}");
    let both = format!("is commenter of ({key}) AND [location].city is \"Sydney\"");
    assert_eq!(find(&both).await, ["Bob Kahn"]);
    assert_eq!(find("[location].city is \"Perth\"").await, Vec::<String>::new());
    assert_eq!(find(&format!("is reporter of ({key}) OR [location].city is \"Sydney\"")).await.len(), 2);
    assert_eq!(find("is friend of ACME").await, ["400"]);
    assert_eq!(find("is assignee of (NOPE-1)").await, ["400"]);
    let keys = crate::client::encode(&format!("is reporter of ({key})"));
    let keys = world.ada.get(&format!("/rest/api/3/user/search/query/key?query={keys}")).await.expect(200);
    assert_eq!(keys["total"], 1);
}

#[tokio::test]
async fn seats_policies_attributes_and_limits_are_told() {
    let cloud = world(CLOUD).await;
    assert_eq!(cloud.ada.get("/rest/api/3/data-policy").await.expect(200)["anyContentBlocked"], false);
    let policies = cloud.ada.get("/rest/api/3/data-policy/project?ids=10000,99").await.expect(200);
    assert_eq!(policies["projectDataPolicies"].as_array().unwrap().len(), 1);
    assert_eq!(cloud.ada.get("/rest/api/3/issue/limit/report").await.status, 403);
    let report = cloud.admin.get("/rest/api/3/issue/limit/report?isReturningKeys=true").await.expect(200);
    assert_eq!(
        (report["limits"]["comment"].as_u64(), report["issuesBreachingLimit"].clone()),
        (Some(5_000), json!({}))
    );
    let roles = cloud.ada.get("/rest/api/3/project/ACME").await.expect(200)["roles"].clone();
    assert!(roles["Administrators"].as_str().unwrap().ends_with("/rest/api/3/project/10000/role/10002"));
    let dc = world(DC).await;
    let path = "/rest/api/2/user/application?applicationKey=jira-software&username=bob";
    let seats = async || {
        dc.admin.get("/rest/api/2/applicationrole/jira-software").await.expect(200)["userCount"].clone()
    };
    assert_eq!(dc.admin.delete(path).await.status, 204);
    assert_eq!(seats().await, 2);
    assert_eq!(dc.admin.post(path, Value::Null).await.status, 200);
    assert_eq!(seats().await, 3);
    assert_eq!(dc.ada.post(path, Value::Null).await.status, 403);
    let nobody = "/rest/api/2/user/application?applicationKey=jira-software&username=nobody";
    assert_eq!(dc.admin.post(nobody, Value::Null).await.status, 400);
    let flag = "/rest/api/2/permissionscheme/0/attribute/extended";
    assert_eq!(dc.admin.get(flag).await.expect(200)["value"], "false");
    assert_eq!(dc.admin.put(flag, json!(true)).await.status, 204);
    assert_eq!(dc.admin.get(flag).await.expect(200), json!({"key": "extended", "value": "true"}));
    assert_eq!(dc.ada.get(flag).await.status, 403);
    let versions = dc.ada.get("/rest/api/2/version?query=1.0&projectIds=10000").await.expect(200);
    assert_eq!((versions["total"].as_u64(), versions["values"][0]["name"].as_str()), (Some(1), Some("1.0")));
}
