//! Secrets and what items say, followed through a running service at its most talkative: they are found nowhere but
//! where they belong.

mod deed;
mod grants;
mod needle;
mod question;
mod scene;

pub(crate) use self::needle::{Needle, Search};
use self::scene::Scene;
use crate::house::Kind;

/// What people write into items here, by where they write it.
const TITLE: &str = "Canary-title-7d1fb2c4e9";
const LOSER: &str = "Canary-loser-90aa13d5f7";
const REFUSED: &str = "Canary-refused-4c77e0b1d2";
const DESCRIPTION: &str = "Canary-description-b3f6a82d10";
const LABEL: &str = "Canary-label-5e21c9f0a4";
const REMARK: &str = "Canary-remark-e8d04b7c36";
const ANSWER: &str = "Canary-answer-1a9c5f3e77";
const PARKED: &str = "Canary-parked-c02e6d8b49";
const TEXTS: [&str; 8] = [TITLE, LOSER, REFUSED, DESCRIPTION, LABEL, REMARK, ANSWER, PARKED];

/// Text for a URL, as everybody writes it.
fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The search looks where it says: things that may be there are found by it.
async fn control(scene: &Scene, kind: Kind) {
    let issue = scene.world.stories().await[0].clone();
    let log = scene.world.folder.path().join("service.log").display().to_string();
    let store = if kind == Kind::Sqlite { "bowline.db" } else { "the database" };
    let needles = [
        Needle::new("an issue's key", &issue),
        Needle::new("a route", "/hooks/{connection}/{token}"),
        Needle::new("a metric", "bowline_intake_events_total"),
        Needle::new("a name", "targetprocess"),
    ];
    let search = Search::new(&needles);
    let found: Vec<String> =
        scene.places().await.iter().flat_map(|(place, bytes)| search.find(place, bytes)).collect();
    for (needle, place) in
        [("an issue's key", store), ("a route", &log), ("a metric", "/metrics"), ("a name", store)]
    {
        assert!(
            found.iter().any(|line| line.starts_with(needle) && line.contains(place)),
            "no {needle} in {place}"
        );
    }
    let told = scene.world.service.told();
    assert!(
        ["TRACE", "DEBUG", "INFO"].iter().all(|level| told.contains(level)),
        "the log is not at its most talkative"
    );
}

async fn nothing_leaks(kind: Kind) {
    let mut scene = Scene::new(kind).await;
    scene.enter_secrets().await;
    scene.sync().await;
    scene.fail().await;
    scene.deliver().await;
    scene.question().await;
    control(&scene, kind).await;
    let mut found = scene.found().await;
    assert!(scene.world.service.terminate().await.success());
    // Closed, the database has moved its log into itself.
    found.extend(scene.found().await);
    found.sort();
    found.dedup();
    assert!(found.is_empty(), "{found:#?}");
    scene.world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_nothing_that_an_item_says_is_found_where_it_does_not_belong() {
    nothing_leaks(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_and_nothing_that_an_item_says_is_found_where_it_does_not_belong_with_postgresql() {
    nothing_leaks(Kind::Postgres).await;
}
