//! The live page: what it shows, to whom, and what it must never let through.

use std::time::Duration;

use bowline_auth::SystemEntropy;
use bowline_core::activity::{Activity, Deed};
use bowline_core::commit::Change;
use bowline_core::connection::{Health, Identity};
use bowline_core::finding::{Cause, Occurrence};
use bowline_core::item::Locator;
use bowline_core::port::{Clock, Desk};
use bowline_core::share::ShareState;
use bowline_core::work::Entity;
use bowline_core::{ConnectionId, EventId, FindingId, ShareId, Side, SignedDuration, code};
use bowline_server::LivePage;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::house::{Answer, House};

async fn page(house: &House) -> Answer {
    house.call("GET", "/").without("authorization").send().await
}

/// Makes a share whole and active, as the engine would.
async fn activate(house: &House, share: &Value, right: Locator) {
    let tenant = house.tenant("default").await;
    let id: ShareId = share["id"].as_str().unwrap().parse().unwrap();
    let mut share = house.store.view(tenant, id).await.unwrap().unwrap().share;
    share.right.at = Some(right);
    share.state = ShareState::Active;
    house.write(tenant, vec![Change::PutShare(Box::new(share))]).await;
}

fn locator(key: &str, url: &str) -> Locator {
    Locator {
        id: format!("id-{key}"),
        kind: "UserStory".to_owned(),
        key: key.to_owned(),
        scope: "WEB".to_owned(),
        url: url.to_owned(),
    }
}

#[tokio::test]
async fn the_page_shows_connections_shares_events_and_findings() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    house.call("POST", "/api/v1/connections/jira/test").send().await.status(200);
    let share = house.share("default", "ACME-1").await;
    activate(&house, &share, locator("41", "https://tp.example/entity/41")).await;
    let tenant = house.tenant("default").await;
    house.line(tenant, &share, 38_000).await;
    house.finding(tenant, &profile, &share).await;
    let html = page(&house).await.status(200).text().replace("&#x2f;", "/");
    for shown in [
        "acts as <span class=\"account\">Sync Bot</span>",
        "href=\"https://tool.example/browse/ACME-1\"",
        "href=\"https://tp.example/entity/41\"",
        "<li class=\"fields\">summary → Name</li>",
        "38 ms",
        "in sync",
        "The tool refused one field",
        "bowline explain sync.field_refused",
        "stories",
    ] {
        assert!(html.contains(shown), "{shown}\n{html}");
    }
    assert!(!html.contains("Risk"), "the tool's words are not on the page");
}

#[tokio::test]
async fn an_empty_page_names_the_next_command() {
    let house = House::with(|options| options.tenant = "nobody".to_owned()).await;
    let html = house.call("GET", "/?tenant=default").send().await.status(200).text();
    assert!(html.contains("bowline connection create jira"), "{html}");
    house.jira("default").await;
    house.tp("default").await;
    let html = house.call("GET", "/?tenant=default").send().await.status(200).text();
    assert!(html.contains("bowline profile create"), "{html}");
    let ask = json!({ "document": crate::house::DOCUMENT });
    house.call("POST", "/api/v1/profiles").tenant("default").json(ask).send().await.status(201);
    let html = house.call("GET", "/?tenant=default").send().await.status(200).text();
    assert!(html.contains("bowline share create"), "{html}");
    house.call("GET", "/?tenant=nowhere").send().await.status(404);
}

#[tokio::test]
async fn nothing_of_a_tool_or_a_person_becomes_markup_or_a_script() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let evil = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>";
    let tenant = house.tenant("default").await;
    let connection: ConnectionId = profile["left"].as_str().unwrap().parse().unwrap();
    let id: ShareId = share["id"].as_str().unwrap().parse().unwrap();
    activate(&house, &share, locator(evil, &format!("javascript:alert(3)//{evil}"))).await;
    let now = house.clock.now();
    let line = Activity {
        tenant,
        id: EventId::new(now, &SystemEntropy),
        share: id,
        deed: Deed::Synced,
        target: Some(Side::Left),
        left_key: evil.to_owned(),
        right_key: evil.to_owned(),
        fields: vec![evil.to_owned()],
        delay_us: Some(1),
        code: Some(bowline_core::Code::stored(evil.to_owned())),
        at: now,
    };
    let cause = Cause::of(bowline_core::Code::stored(evil.to_owned())).at(connection).about(evil);
    let finding = Occurrence {
        id: FindingId::new(now, &SystemEntropy),
        cause,
        entity: Some(Entity::Share(id)),
        words: None,
    };
    let identity = Some(Identity { id: evil.to_owned(), name: evil.to_owned() });
    let health = Health::NeedsAttention { code: bowline_core::Code::stored(evil.to_owned()) };
    house
        .write(
            tenant,
            vec![
                Change::Note(Box::new(line)),
                Change::Raise(Box::new(finding)),
                Change::Health { connection, revision: 1, health, identity },
            ],
        )
        .await;
    let mut html = page(&house).await.status(200).text();
    assert!(html.matches("&lt;script&gt;").count() >= 6, "it is really there, escaped\n{html}");
    html.push_str(&regions(&house, "", 5).await.join(""));
    for bad in ["<script>alert", "<img src=x", "javascript:", "onerror=alert(2)>"] {
        assert!(!html.replace("&gt;", "").replace("&lt;", "").contains(bad), "{bad}\n{html}");
    }
}

#[tokio::test]
async fn a_page_loads_nothing_from_elsewhere_and_runs_nothing_inline() {
    let house = House::new().await;
    house.profile("default").await;
    let answer = page(&house).await.status(200);
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let html = answer.text();
    for tag in html.split('<').filter_map(|rest| rest.split('>').next()) {
        assert!(!tag.contains(" style=") && !tag.contains(" on"), "<{tag}>");
        assert!(tag.starts_with("a ") || !tag.contains("//"), "<{tag}>");
    }
    let loaded: Vec<&str> = html.split(['"', ' ']).filter(|word| word.starts_with("/assets/")).collect();
    assert!(loaded.len() >= 3);
    for path in loaded {
        let asset = house.call("GET", path).without("authorization").send().await.status(200);
        assert!(!asset.text().contains("//cdn") && !asset.text().contains("@import"), "{path}");
    }
    assert!(html.len() < 100_000);
    house.call("GET", "/assets/../Cargo.toml").send().await.status(404);
    house.call("GET", "/assets/other.js").send().await.status(404);
}

/// The HTML of the next regions that the page's stream sends.
async fn regions(house: &House, cookie: &str, count: usize) -> Vec<String> {
    let call =
        house.call("GET", "/live/events?tenant=default").without("authorization").header("cookie", cookie);
    let response = call.open().await;
    assert_eq!(response.status(), 200);
    let mut body = response.into_body().into_data_stream();
    let (mut text, mut told) = (String::new(), Vec::new());
    while told.len() < count {
        let chunk =
            tokio::time::timeout(Duration::from_secs(20), body.next()).await.unwrap().unwrap().unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        while let Some((event, rest)) = text.clone().split_once("\n\n") {
            if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) {
                let data: Value = serde_json::from_str(data).unwrap();
                told.push(data["html"].as_str().unwrap().to_owned());
            }
            text = rest.to_owned();
        }
    }
    told
}

#[tokio::test]
async fn the_pages_stream_brings_every_region_first_and_then_what_changed() {
    let house = House::new().await;
    house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let tenant = house.tenant("default").await;
    let call = house.call("GET", "/live/events?tenant=default").without("authorization");
    let mut body = call.open().await.into_body().into_data_stream();
    let mut next = async || {
        loop {
            let chunk =
                tokio::time::timeout(Duration::from_secs(20), body.next()).await.unwrap().unwrap().unwrap();
            let text = String::from_utf8(chunk.to_vec()).unwrap();
            if let Some(data) = text.lines().find_map(|line| line.strip_prefix("data: ")) {
                let data: Value = serde_json::from_str(data).unwrap();
                return data["region"].as_str().unwrap().to_owned();
            }
        }
    };
    let mut first = Vec::new();
    for _ in 0..5 {
        first.push(next().await);
    }
    assert_eq!(first, ["totals", "findings", "lines", "shares", "connections"]);
    house.line(tenant, &share, 5_000).await;
    house.tell();
    assert_eq!([next().await, next().await], ["totals", "lines"], "shares and connections are as they were");
}

#[tokio::test]
async fn only_our_own_host_names_are_answered() {
    let house = House::with(|options| options.public_url = "https://bowline.example".to_owned()).await;
    for path in ["/", "/live/events?tenant=default", "/assets/live.js"] {
        for host in ["evil.example", "127.0.0.1.evil.example", ""] {
            let answer = house.call("GET", path).header("host", host).send().await.status(421);
            assert_eq!(answer.problem(), "api.bad_request");
        }
    }
    for host in ["bowline.example", "localhost:7700", "[::1]:7700"] {
        house.call("GET", "/").header("host", host).send().await.status(200);
    }
    // The API needs a token anyway, which no foreign page has.
    house.call("GET", "/api/v1/status").header("host", "evil.example").send().await.status(200);
}

#[tokio::test]
async fn a_sign_in_link_opens_the_page_once() {
    let house = House::with(|options| options.live_page = LivePage::SignedIn).await;
    let closed = page(&house).await.status(401);
    assert!(closed.header("content-type").starts_with("text/html"));
    assert!(closed.text().contains("bowline open"));
    assert!(!closed.text().contains("/live/events"));
    house.call("GET", "/live/events?tenant=default").without("authorization").send().await.status(401);

    let link = house.call("POST", "/api/v1/session-links").send().await.status(201).json();
    let path = link["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:7700").unwrap().to_owned();
    let open = || house.call("GET", &path).without("authorization").send();
    let opened = open().await.status(200);
    let cookie = opened.header("set-cookie").to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "loopback has no TLS");
    let session = cookie.split(';').next().unwrap().to_owned();
    house.call("GET", "/").header("cookie", &session).send().await.status(200);
    assert_eq!(regions(&house, &session, 5).await.len(), 5);
    assert_eq!(open().await.status(401).header("set-cookie"), "");
    // The cookie opens the page and nothing else.
    let call = house.call("GET", "/api/v1/status").without("authorization").header("cookie", &session);
    call.send().await.status(401);
    house.clock.advance(SignedDuration::from_hours(12));
    house.call("GET", "/").header("cookie", &session).send().await.status(401);
}

#[tokio::test]
async fn a_link_that_waited_too_long_opens_nothing() {
    let house = House::with(|options| options.live_page = LivePage::SignedIn).await;
    let link = house.call("POST", "/api/v1/session-links").send().await.status(201).json();
    let path = link["url"].as_str().unwrap().strip_prefix("http://127.0.0.1:7700").unwrap().to_owned();
    house.clock.advance(SignedDuration::from_mins(15));
    house.call("GET", &path).send().await.status(401);
}

#[tokio::test]
async fn a_connection_that_needs_a_person_says_why_and_what_to_do() {
    let house = House::new().await;
    let made = house.jira("default").await;
    let health = Health::NeedsAttention { code: code::AUTH_REJECTED };
    let connection = House::connection_id(&made);
    let tenant = house.tenant("default").await;
    house.write(tenant, vec![Change::Health { connection, revision: 1, health, identity: None }]).await;
    let html = page(&house).await.status(200).text();
    assert!(html.contains("needs you") && html.contains("The tool does not accept the credential"));
    assert!(html.contains("Store a new credential"));
}
