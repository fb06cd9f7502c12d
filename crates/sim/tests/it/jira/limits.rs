//! What a client may spend: points, bursts, writes to one issue, and Data Center's bucket.

use bowline_sim::jira::Options;
use serde_json::{Value, json};

use super::{CLOUD, DC, World, issue, start_with, world};
use crate::client::{Client, Reply};

/// 2030-03-17 18:30:00 UTC: half an hour before points come in.
const HALF: i64 = 1_900_002_600_000;

async fn limited(deployment: bowline_sim::jira::Deployment, limits: Value) -> World {
    let world = world(deployment).await;
    world.control.post("/_sim/clock", json!({"freeze": true})).await.expect(200);
    world.control.post("/_sim/clock", json!({"set": HALF})).await.expect(200);
    set(&world, json!({"limits": limits})).await;
    world
}

async fn set(world: &World, change: Value) {
    world.control.post("/_sim/settings", change).await.expect(200);
}

async fn pass(world: &World, ms: i64) -> i64 {
    world.control.post("/_sim/clock", json!({"advance_ms": ms})).await.expect(200)["now"].as_i64().unwrap()
}

/// Ada's calls are an app's, and the administrator's.
async fn app(world: &World) {
    set(world, json!({"app": {"key": "sync", "kind": "oauth", "users": ["ada", "admin"]}})).await;
}

#[track_caller]
fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply.headers.get(name).map(|value| value.to_str().unwrap())
}

/// The refusal's headers: reason, limit, seconds to wait.
#[track_caller]
fn refused(reply: &Reply) -> (&str, u64, i64) {
    assert_eq!(reply.status, 429);
    assert_eq!(header(reply, "x-ratelimit-remaining"), Some("0"));
    assert_eq!(reply.json()["status"], 429);
    let number = |name| header(reply, name).unwrap().parse::<i64>().unwrap();
    let limit = number("x-ratelimit-limit").unsigned_abs();
    (header(reply, "ratelimit-reason").unwrap(), limit, number("retry-after"))
}

#[tokio::test]
async fn nobody_is_limited_unless_a_test_says_so() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        for _ in 0..200 {
            let reply = world.ada.get("/rest/api/2/myself").await;
            assert_eq!((reply.status, header(&reply, "x-ratelimit-limit")), (200, None));
        }
    }
    let world = start_with(Options { limits: true, ..Options::default() }).await;
    let reply = world.ada.get("/rest/api/3/myself").await;
    assert_eq!(header(&reply, "x-ratelimit-limit"), Some("100"));
    assert_eq!(header(&reply, "ratelimit-policy"), Some("\"jira-burst-based\";q=100;w=1"));
    assert_eq!(header(&reply, "ratelimit"), Some("\"jira-burst-based\";r=99;t=1"));
}

#[tokio::test]
async fn a_burst_empties_the_bucket_of_one_endpoint_and_method() {
    let world = limited(CLOUD, json!({"burst": true})).await;
    let one = "/rest/api/3/issue/ACME-1";
    for left in (0..150).rev() {
        let reply = world.ada.get(one).await;
        assert_eq!(reply.status, 200);
        assert_eq!(header(&reply, "x-ratelimit-limit"), Some("150"));
        assert_eq!(header(&reply, "x-ratelimit-remaining"), Some(left.to_string().as_str()));
    }
    let reply = world.bob.get("/rest/api/2/issue/OPS-1").await;
    assert_eq!(refused(&reply), ("jira-burst-based", 150, 1), "the site's bucket, whoever calls");
    assert_eq!(header(&reply, "x-ratelimit-reset"), Some("2030-03-17T18:30:01Z"));
    assert_eq!(header(&reply, "ratelimit"), Some("\"jira-burst-based\";r=0;t=1"));
    assert_eq!(header(&reply, "x-ratelimit-nearlimit"), None, "not for bursts");
    assert_eq!(world.ada.get("/rest/api/3/myself").await.status, 200, "another endpoint");
    assert_eq!(world.ada.put(one, json!({"fields": {"summary": "x"}})).await.status, 204, "another method");
    pass(&world, 999).await;
    assert_eq!(world.ada.get(one).await.status, 429);
    pass(&world, 1).await;
    assert_eq!(world.ada.get(one).await.status, 200);
}

#[tokio::test]
async fn a_burst_can_be_made_small() {
    let world = limited(CLOUD, json!({"burst": {"rate": 2, "buffer": 2}})).await;
    let many = async |count: usize| {
        let mut good = 0;
        for _ in 0..count {
            good += usize::from(world.ada.get("/rest/api/3/myself").await.status == 200);
        }
        good
    };
    assert_eq!(many(6).await, 4);
    pass(&world, 1_000).await;
    assert_eq!(many(6).await, 2, "two come in every second");
    set(&world, json!({"limits": false})).await;
    assert_eq!(many(6).await, 6);
}

#[tokio::test]
async fn one_issue_takes_twenty_writes_in_two_seconds() {
    let world = limited(CLOUD, json!({"issue_writes": true})).await;
    let (one, other) = ("/rest/api/3/issue/ACME-1", "/rest/api/3/issue/ACME-2");
    let write = async |path: &'static str| world.ada.put(path, json!({"fields": {"labels": ["x"]}})).await;
    for _ in 0..19 {
        assert_eq!(write(one).await.status, 204);
    }
    let comment = json!({"body": "x"});
    assert_eq!(world.ada.post("/rest/api/2/issue/ACME-1/comment", comment).await.status, 201);
    let reply = world.bob.put("/rest/api/2/issue/acme-1/properties/x", json!(1)).await;
    assert_eq!(refused(&reply), ("jira-per-issue-on-write", 20, 2), "whatever is written and by whom");
    assert_eq!((write(other).await.status, world.ada.get(one).await.status), (204, 200));
    for _ in 0..4 {
        pass(&world, 2_000).await;
        for _ in 0..20 {
            assert_eq!(write(one).await.status, 204);
        }
    }
    pass(&world, 2_000).await;
    assert_eq!(refused(&write(one).await), ("jira-per-issue-on-write", 100, 20));
    pass(&world, 20_000).await;
    assert_eq!(write(one).await.status, 204);
}

#[tokio::test]
async fn an_app_pays_for_what_it_reads() {
    let world = limited(CLOUD, json!({"points": {"quota": 1_000}})).await;
    app(&world).await;
    let mut spent = 0;
    let mut costs = async |points: u64, reply: Reply| {
        assert!(reply.status < 300, "{}", reply.status);
        spent += points;
        let told = header(&reply, "ratelimit").unwrap().to_owned();
        let left = 1_000 - spent;
        let shown = if left * 5 < 1_000 { format!(";r={left}") } else { String::new() };
        assert_eq!(told, format!("\"global-app-quota\"{shown};t=1800"), "after {points}");
        assert_eq!(header(&reply, "x-ratelimit-nearlimit"), (left * 5 < 1_000).then_some("true"));
        assert_eq!(header(&reply, "ratelimit-policy"), Some("\"global-app-quota\";q=1000;w=3600"));
    };
    costs(2, world.ada.get("/rest/api/3/issue/ACME-1").await).await;
    costs(11, world.ada.get("/rest/api/3/search/jql?jql=project=ACME&maxResults=10").await).await;
    let asked = json!({"jql": "project = ACME", "maxResults": 20});
    costs(21, world.ada.post("/rest/api/3/search/jql", asked).await).await;
    costs(7, world.admin.get("/rest/api/3/group/member?groupname=jira-users").await).await;
    costs(3, world.ada.get("/rest/api/3/myself").await).await;
    costs(1, world.ada.get("/rest/api/3/serverInfo").await).await;
    costs(1, world.ada.post("/rest/api/2/issue", issue("written")).await).await;
    let fetched = json!({"issueIdsOrKeys": ["ACME-1", "ACME-2", "ACME-3"]});
    costs(4, world.ada.post("/rest/api/3/issue/bulkfetch", fetched).await).await;
    for _ in 0..8 {
        costs(101, world.ada.get("/rest/api/3/search/jql?jql=project=ACME%20or%20project=OPS&maxResults=100&fields=summary").await)
            .await;
    }
}

#[tokio::test]
async fn an_app_without_points_waits_for_the_full_hour() {
    let world = limited(CLOUD, json!({"points": true})).await;
    app(&world).await;
    set(&world, json!({"limits": {"points": {"spent": 64_999}}})).await;
    let last = world.ada.get("/rest/api/3/issue/ACME-1").await;
    assert_eq!((last.status, header(&last, "ratelimit")), (200, Some("\"global-app-quota\";r=0;t=1800")));
    let reply = world.ada.get("/rest/api/3/serverInfo").await;
    assert_eq!(refused(&reply), ("jira-quota-global-based", 65_000, 1_800));
    assert_eq!(header(&reply, "x-ratelimit-reset"), Some("2030-03-17T19:00:00Z"));
    assert_eq!(header(&reply, "x-ratelimit-nearlimit"), Some("true"));
    assert_eq!(world.ada.post("/rest/api/2/issue", issue("x")).await.status, 429, "nothing is done");
    let bob = world.bob.get("/rest/api/3/issue/ACME-1").await;
    assert_eq!((bob.status, header(&bob, "ratelimit")), (200, None), "a person's token pays nothing");
    pass(&world, 1_799_999).await;
    assert_eq!(world.ada.get("/rest/api/3/serverInfo").await.status, 429);
    pass(&world, 1).await;
    let fresh = world.ada.get("/rest/api/3/serverInfo").await;
    assert_eq!((fresh.status, header(&fresh, "ratelimit")), (200, Some("\"global-app-quota\";t=3600")));
}

#[tokio::test]
async fn a_reviewed_app_has_points_of_its_own_on_every_site() {
    let rule = json!({"points": {"pool": "tenant", "edition": "premium"}, "burst": true});
    let world = limited(CLOUD, rule).await;
    app(&world).await;
    let reply = world.ada.get("/rest/api/3/serverInfo").await;
    // Three people have accounts: 130,000 and 20 for each.
    assert_eq!(
        header(&reply, "ratelimit-policy"),
        Some("\"tenant-app-quota\";q=130060;w=3600,\"jira-burst-based\";q=100;w=1")
    );
    assert_eq!(
        header(&reply, "ratelimit"),
        Some("\"tenant-app-quota\";t=1800,\"jira-burst-based\";r=99;t=1")
    );
    set(&world, json!({"limits": {"points": {"pool": "tenant", "edition": "free", "spent": 65_000}}})).await;
    let reply = world.ada.get("/rest/api/3/serverInfo").await;
    assert_eq!(refused(&reply), ("jira-quota-tenant-based", 65_000, 1_800));
}

#[tokio::test]
async fn before_enforcement_points_are_only_told() {
    let world = limited(CLOUD, json!({"points": {"beta": true}})).await;
    app(&world).await;
    set(&world, json!({"limits": {"points": {"beta": true, "spent": 70_000}}})).await;
    let reply = world.ada.get("/rest/api/3/serverInfo").await;
    assert_eq!(reply.status, 200);
    assert_eq!(header(&reply, "beta-ratelimit"), Some("\"global-app-quota\";r=0;t=1800"));
    assert_eq!(header(&reply, "beta-ratelimit-policy"), Some("\"global-app-quota\";q=65000;w=3600"));
    assert_eq!(header(&reply, "beta-retry-after"), Some("1800"));
    assert_eq!((header(&reply, "ratelimit"), header(&reply, "retry-after")), (None, None));
}

#[tokio::test]
async fn data_center_tells_every_user_of_their_bucket() {
    let rule = json!({"bucket": {"capacity": 3, "fill": 2, "interval_seconds": 10}});
    let world = limited(DC, rule).await;
    let told = |reply: &Reply| {
        ["limit", "remaining", "fillrate", "interval-seconds"]
            .map(|name| header(reply, &format!("x-ratelimit-{name}")).map(str::to_owned))
            .map(Option::unwrap_or_default)
            .join(" ")
    };
    for left in [2, 1] {
        let reply = world.ada.get("/rest/api/2/issue/ACME-1").await;
        assert_eq!((told(&reply), header(&reply, "retry-after")), (format!("3 {left} 2 10"), Some("0")));
    }
    let missing = world.ada.get("/rest/api/2/issue/ACME-99999").await;
    assert_eq!((missing.status, told(&missing).as_str()), (404, "3 0 2 10"), "on refusals as well");
    assert_eq!(header(&missing, "retry-after"), Some("10"), "none are left after this one");
    let page = world.ada.get("/rest/api/2/myself").await;
    assert_eq!((page.status, told(&page).as_str()), (429, "3 0 2 10"));
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    let json = world.ada.clone().and("accept", "application/json").get("/rest/api/2/myself").await;
    assert_eq!(header(&json, "retry-after"), Some("10"));
    assert_eq!(json.expect(429), json!({"message": "Rate limit exceeded."}));
    assert_eq!(world.bob.get("/rest/api/2/myself").await.status, 200, "another user's bucket");
    pass(&world, 9_500).await;
    assert_eq!(header(&world.ada.get("/rest/api/2/myself").await, "retry-after"), Some("1"));
    pass(&world, 500).await;
    let reply = world.ada.get("/rest/api/2/myself").await;
    assert_eq!((reply.status, told(&reply).as_str()), (200, "3 1 2 10"));
}

#[tokio::test]
async fn what_looks_like_a_person_at_a_screen_is_not_counted() {
    let world = limited(DC, json!({"bucket": {"capacity": 1, "fill": 0}})).await;
    let body = json!({"username": "ada", "password": "ada"});
    let opened = world.control.post("/rest/auth/1/session", body).await.expect(200);
    let cookie = format!("JSESSIONID={}", opened["session"]["value"].as_str().unwrap());
    let session = world.control.clone().and("cookie", &cookie);
    for _ in 0..5 {
        let reply = session.get("/rest/api/2/myself").await;
        assert_eq!((reply.status, header(&reply, "x-ratelimit-limit")), (200, None));
    }
    assert_eq!(world.control.get("/rest/api/2/serverInfo").await.status, 200);
    let token = Client::anonymous(world.running.url()).with("Bearer pat-ada".to_owned());
    assert_eq!(token.get("/rest/api/2/myself").await.status, 200);
    let reply = token.get("/rest/api/2/myself").await;
    assert_eq!(
        (reply.status, header(&reply, "retry-after")),
        (429, Some("9223372036854775807")),
        "who gets no tokens waits for ever"
    );
}

#[tokio::test]
async fn limits_of_another_product_are_refused() {
    for (face, limits) in [
        (CLOUD, json!({"bucket": true})),
        (DC, json!({"points": true})),
        (DC, json!({"burst": {"rate": 1}})),
        (CLOUD, json!({"points": {"tier": 3}})),
        (CLOUD, json!("many")),
        (CLOUD, json!({"burst": {"rate": 0}})),
    ] {
        let world = world(face).await;
        let answer = world.control.post("/_sim/settings", json!({"limits": limits})).await;
        assert_eq!(answer.status, 400, "{limits}");
    }
    let app = json!({"app": {"key": "a", "kind": "oauth", "users": ["eve"]}});
    assert_eq!(world(CLOUD).await.control.post("/_sim/settings", app).await.status, 400);
}
