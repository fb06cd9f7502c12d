//! Activity: pages and event streams.

use std::time::Duration;

use axum::body::BodyDataStream;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::house::House;

/// The events of a stream, one after the other.
struct Events {
    body: BodyDataStream,
    rest: String,
}

/// An event: its name, id and data.
#[derive(Debug, PartialEq)]
struct Event {
    name: String,
    id: Option<String>,
    data: Value,
}

impl Events {
    async fn open(house: &House, token: &str, last: Option<&str>) -> Self {
        let call = house.call("GET", "/api/v1/events").token(token);
        let call = match last {
            Some(last) => call.header("last-event-id", last),
            None => call,
        };
        let response = call.open().await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), rest: String::new() }
    }

    /// The next event; comments are passed over. `None` at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.rest = rest;
                if let Some(event) = parse(&block) {
                    return Some(event);
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.body.next()).await.unwrap()?;
            self.rest.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| {
        block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned)
    };
    Some(Event {
        name: field("event")?,
        id: field("id"),
        data: serde_json::from_str(&field("data")?).unwrap(),
    })
}

#[tokio::test]
async fn lines_are_listed_newest_first() {
    let house = House::new().await;
    house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let tenant = house.tenant("default").await;
    let first = house.line(tenant, &share, 1_000).await;
    let second = house.line(tenant, &share, 2_000).await;
    let page = house.call("GET", "/api/v1/activity?limit=1").send().await.status(200).json();
    assert_eq!(page["items"][0]["id"], second.to_string());
    let path = format!("/api/v1/activity?after={}", page["next"].as_str().unwrap());
    let page = house.call("GET", &path).send().await.status(200).json();
    assert_eq!(page["items"][0]["id"], first.to_string());
    for bad in ["?limit=0", "?after=x", "?share=x"] {
        house.call("GET", &format!("/api/v1/activity{bad}")).send().await.status(400);
    }
}

#[tokio::test]
async fn a_stream_tells_the_status_first_and_then_every_new_line() {
    let house = House::new().await;
    house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let tenant = house.tenant("default").await;
    house.line(tenant, &share, 1_000).await;
    let token = house.token("default", &["sync:read"]).await;
    let mut events = Events::open(&house, &token, None).await;
    let first = events.next().await.unwrap();
    assert_eq!((first.name.as_str(), &first.data["shares"]["intended"]), ("status", &json!(1)));

    let id = house.line(tenant, &share, 3_000).await;
    house.tell();
    let line = events.next().await.unwrap();
    assert_eq!((line.name.as_str(), line.id.as_deref()), ("activity", Some(id.to_string().as_str())));
    assert_eq!(line.data["delay_us"], 3_000);
    let status = events.next().await.unwrap();
    assert_eq!((status.name.as_str(), &status.data["delay"]["samples"]), ("status", &json!(2)));
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_event_seen() {
    let house = House::new().await;
    house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let tenant = house.tenant("default").await;
    let seen = house.line(tenant, &share, 1_000).await;
    let missed = [house.line(tenant, &share, 2_000).await, house.line(tenant, &share, 3_000).await];
    let admin = house.admin.clone();
    let mut events = Events::open(&house, &admin, Some(&seen.to_string())).await;
    for id in missed {
        assert_eq!(events.next().await.unwrap().id, Some(id.to_string()));
    }
    let call = house.call("GET", "/api/v1/events").header("last-event-id", "yesterday");
    call.send().await.status(400);
}

#[tokio::test]
async fn a_line_that_is_committed_late_is_told_all_the_same() {
    use bowline_auth::SystemEntropy;
    use bowline_core::port::Clock;
    let house = House::new().await;
    house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let tenant = house.tenant("default").await;
    let admin = house.admin.clone();
    let mut events = Events::open(&house, &admin, None).await;
    assert_eq!(events.next().await.unwrap().name, "status");
    // Drawn first, committed second.
    let early = bowline_core::EventId::new(house.clock.now(), &SystemEntropy);
    let late = house.line(tenant, &share, 1_000).await;
    house.tell();
    assert_eq!(events.next().await.unwrap().id, Some(late.to_string()));
    assert_eq!(events.next().await.unwrap().name, "status");
    house.line_with(tenant, &share, early).await;
    house.tell();
    assert_eq!(events.next().await.unwrap().id, Some(early.to_string()));
    assert_eq!(events.next().await.unwrap().name, "status", "the other line is not told again");
}

#[tokio::test]
async fn too_many_missed_lines_are_a_gap() {
    let house = House::new().await;
    house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let tenant = house.tenant("default").await;
    let seen = house.line(tenant, &share, 1).await;
    for _ in 0..1_001 {
        house.line(tenant, &share, 1).await;
    }
    let admin = house.admin.clone();
    let mut events = Events::open(&house, &admin, Some(&seen.to_string())).await;
    assert_eq!(events.next().await.unwrap().name, "gap");
    for _ in 0..1_000 {
        assert_eq!(events.next().await.unwrap().name, "activity");
    }
    assert_eq!(events.next().await.unwrap().name, "status");
}

#[tokio::test]
async fn a_stream_ends_when_the_server_closes_and_no_more_are_served_than_allowed() {
    let house = House::with(|options| options.streams = 1).await;
    let admin = house.admin.clone();
    let mut events = Events::open(&house, &admin, None).await;
    assert_eq!(events.next().await.unwrap().name, "status");
    let refused = house.call("GET", "/api/v1/events").send().await.status(503);
    assert_eq!(refused.header("retry-after"), "5");
    house.app.close();
    assert_eq!(events.next().await, None);
    drop(events);
    let mut again = Events::open(&house, &admin, None).await;
    assert_eq!(again.next().await.unwrap().name, "status");
    assert_eq!(again.next().await, None);
}

#[tokio::test]
async fn a_stream_ends_when_its_token_is_revoked() {
    let house = House::new().await;
    house.profile("default").await;
    let share = house.share("default", "ACME-1").await;
    let tenant = house.tenant("default").await;
    let token = house.token("default", &["sync:read"]).await;
    let mut events = Events::open(&house, &token, None).await;
    assert_eq!(events.next().await.unwrap().name, "status");
    house.line(tenant, &share, 1_000).await;
    house.tell();
    assert_eq!(events.next().await.unwrap().name, "activity");
    assert_eq!(events.next().await.unwrap().name, "status");
    let tokens = house.call("GET", "/api/v1/tokens").send().await.status(200).json();
    let path = format!("/api/v1/tokens/{}", tokens["items"][0]["id"].as_str().unwrap());
    house.call("DELETE", &path).send().await.status(204);
    house.line(tenant, &share, 2_000).await;
    house.tell();
    assert_eq!(events.next().await, None, "the line is not told any more");
}

#[tokio::test]
async fn a_stream_tells_nothing_of_another_tenant() {
    let house = House::new().await;
    house.profile("other").await;
    let share = house.share("other", "ACME-1").await;
    let other = house.tenant("other").await;
    let token = house.token("default", &["sync:read"]).await;
    let mut events = Events::open(&house, &token, None).await;
    assert_eq!(events.next().await.unwrap().data["shares"]["intended"], 0);
    house.line(other, &share, 1_000).await;
    house.tell();
    house.profile("default").await;
    let own = house.share("default", "ACME-2").await;
    let id = house.line(house.tenant("default").await, &own, 5).await;
    house.tell();
    loop {
        let event = events.next().await.unwrap();
        if event.name == "activity" {
            assert_eq!(event.id, Some(id.to_string()));
            break;
        }
    }
}
