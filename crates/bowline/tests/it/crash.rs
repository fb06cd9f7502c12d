//! The real binary is killed by SIGKILL at every named point, under work, and started again. Afterwards both tools
//! must say the same, with nothing lost and nothing done twice.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::house::{Kind, SOON, World, writes};

/// Every point of `docs/crash-points.md`, with the visits at which to kill.
const POINTS: [(&str, &[u32]); 18] = [
    ("hooks.accepted", &[1, 3]),
    ("hooks.proved", &[1, 2]),
    ("hooks.commit.before", &[1, 3]),
    ("hooks.commit.after", &[1, 2]),
    ("hooks.answered", &[1, 4]),
    ("store.commit.before", &[4, 9, 15]),
    ("store.commit.after", &[4, 9, 15]),
    ("store.claim.after", &[2, 5]),
    ("sync.call.before", &[1, 2, 4]),
    ("sync.call.after", &[1, 2, 4]),
    ("sync.create.call.before", &[1, 2]),
    ("sync.create.call.after", &[1, 2]),
    ("sync.create.intent.after", &[1, 2]),
    ("sync.create.intent.before", &[1]),
    ("sync.create.result.after", &[1, 2]),
    ("sync.create.result.before", &[1, 2]),
    ("sync.journal.after", &[1, 3]),
    ("sync.journal.before", &[1, 3]),
];

/// What people do while the service may die under them, and what must be there in the end.
struct Work {
    /// Tied before.
    tied: (String, String),
    /// How many comments were carried then.
    carried: (usize, usize),
    /// Shared while it may die.
    issue: String,
    story: String,
}

impl Work {
    async fn prepare(world: &World) -> Self {
        let (stories, user_stories) = (world.stories().await, world.user_stories().await);
        let tied = world.share("left", &stories[0]).await;
        world.service.settled().await;
        let carried =
            (comments(&world.jira.item(&tied.0).await), comments(&world.targetprocess.item(&tied.1).await));
        Self { tied, carried, issue: stories[1].clone(), story: user_stories[0].clone() }
    }

    /// People edit in the tools; they do not care whether Bowline lives.
    async fn edit(&self, world: &World) {
        let (issue, story) = (&self.tied.0, self.tied.1.parse::<u64>().unwrap());
        world.jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": "Ada's title"}})).await;
        world.jira.edit(json!({"as": "ada", "item": issue, "comment": "Ada's remark"})).await;
        world
            .targetprocess
            .edit(json!({"as": "bob", "item": story, "comment": "<div>Bob's remark</div>"}))
            .await;
        world.targetprocess.edit(json!({"as": "bob", "item": story, "state": "Done"})).await;
    }

    /// Somebody shares two items; a call without an answer is made again, as anybody would.
    async fn share(&self, world: &World) {
        for (side, item) in [("left", &self.issue), ("right", &self.story)] {
            let body = json!({"profile": "stories", "side": side, "item": item});
            let answer = world.service.call("POST", "/api/v1/shares", &body).await;
            let fine = answer.as_ref().is_none_or(|answer| matches!(answer.status, 201 | 409 | 503));
            assert!(fine, "{answer:?}");
        }
    }

    /// Waits until everything is there, and then looks for what is there too often.
    async fn judge(&self, world: &World) {
        let (issue, story) = (&self.tied.0, &self.tied.1);
        world
            .targetprocess
            .until(story, |item| item["title"] == "Ada's title" && said(item, "Ada's remark") == 1)
            .await;
        world.jira.until(issue, |item| item["state"] == "Done" && said(item, "Bob's remark") == 1).await;
        for key in [&self.issue, &self.story] {
            world
                .service
                .until(&format!("/api/v1/shares?item={key}"), |page| page["items"][0]["state"] == "active")
                .await;
        }
        // Two more sweeps: whatever would be done twice is done twice by then.
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        world.service.settled().await;

        let (left, right) = (world.jira.item(issue).await, world.targetprocess.item(story).await);
        assert_eq!((said(&left, "Ada's remark"), said(&left, "Bob's remark")), (1, 1), "{left:#}");
        assert_eq!((said(&right, "Ada's remark"), said(&right, "Bob's remark")), (1, 1), "{right:#}");
        assert_eq!((&left["title"], &right["title"]), (&json!("Ada's title"), &json!("Ada's title")));
        assert_eq!((&left["state"], &right["state"]), (&json!("Done"), &json!("Done")));
        assert_eq!(made_by_us(world).await, (1, 2), "items made in Jira and in Targetprocess");
        let carried = (self.carried.0 + 1, self.carried.1 + 1);
        assert_eq!((comments(&left), comments(&right)), carried, "comments made");
        let findings = world.service.get("/api/v1/findings").await;
        assert_eq!(findings["items"], json!([]), "{findings:#}");
    }
}

/// How often an item's comments say something.
fn said(item: &Value, words: &str) -> usize {
    let comments = item["comments"].as_array().unwrap();
    comments.iter().filter(|comment| comment["body"].to_string().contains(words)).count()
}

/// How many comments were made through the API.
fn comments(item: &Value) -> usize {
    writes(item).iter().filter(|deed| *deed == "comment_create").count()
}

/// How many items were made through the APIs, in Jira and in Targetprocess.
async fn made_by_us(world: &World) -> (usize, usize) {
    let mut counts = [0, 0];
    for (count, tool) in counts.iter_mut().zip([&world.jira, &world.targetprocess]) {
        let all = tool.get("items").await;
        assert_eq!(all["deleted"], json!([]));
        for item in all["items"].as_array().unwrap() {
            let whole = tool.item(item["id"].as_str().unwrap()).await;
            *count += writes(&whole).iter().filter(|deed| *deed == "create").count();
        }
    }
    (counts[0], counts[1])
}

/// One life, one death, one resurrection.
async fn killed_at(kind: Kind, point: &str, visit: u32) {
    let mut world = World::new(kind, &[]).await;
    let work = Work::prepare(&world).await;
    assert!(world.service.terminate().await.success());
    world.restart(&[("BOWLINE_CRASH", &format!("{point}:{visit}"))]).await;
    work.share(&world).await;
    work.edit(&world).await;
    assert!(
        world.service.killed(SOON).await,
        "{point} was not reached {visit} times\n{}",
        world.service.told()
    );
    world.restart(&[]).await;
    work.share(&world).await;
    work.judge(&world).await;
    world.end().await;
}

/// How many lives go on at once, whichever test they belong to: each has three processes.
static LIVES: Semaphore = Semaphore::const_new(4);

/// Every point, some at once; each has its own processes and data.
async fn all(kind: Kind, wanted: impl Fn(&str) -> bool, visits: usize) {
    use futures_util::StreamExt as _;
    let cases = POINTS.iter().filter(|(point, _)| wanted(point));
    let cases = cases.flat_map(|(point, at)| at.iter().take(visits).map(move |visit| (*point, *visit)));
    let lives = cases.map(|(point, visit)| async move {
        let _turn = LIVES.acquire().await.unwrap();
        let life = tokio::spawn(killed_at(kind, point, visit));
        life.await.map_err(|error| format!("{point}:{visit}: {error}"))
    });
    let results: Vec<_> = futures_util::stream::iter(lives).buffer_unordered(4).collect().await;
    let failed: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_a_webhook_is_taken_in() {
    all(Kind::Sqlite, |point| point.starts_with("hooks."), 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_around_a_commit_or_a_claim() {
    all(Kind::Sqlite, |point| point.starts_with("store."), 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_around_a_call_to_a_tool() {
    all(Kind::Sqlite, |point| point.starts_with("sync."), 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_point_with_postgresql() {
    all(Kind::Postgres, |_| true, 1).await;
}
