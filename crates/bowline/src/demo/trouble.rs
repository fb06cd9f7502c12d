//! What goes wrong in the demo on purpose, and is survived.

use serde_json::{Value, json};
use tokio::time::Instant;

use super::report::{Step, ms};
use super::scenario::{SOON, Scenario, named};
use super::site::writes;
use super::world::PROFILE;

/// Both sides change the same title before Bowline looks; the later change stays.
pub(super) async fn conflict(scenario: &Scenario<'_>) -> Step {
    let (world, pair) = (scenario.world, scenario.pair(12)?);
    world.call(&format!("/api/v1/profiles/{PROFILE}/pause"), &json!({})).await?;
    world
        .jira
        .edit(&json!({"as": "ada", "item": pair.jira, "fields": {"summary": "Ada says one thing"}}))
        .await?;
    // The tools date edits in milliseconds; the later one must be later.
    world.jira.get("webhooks?since=999999999&wait_ms=20").await?;
    let name = "Bob, later, says another";
    let edit = json!({"as": "bob", "item": named(&pair.targetprocess), "fields": {"Name": name}});
    world.targetprocess.edit(&edit).await?;
    world.call(&format!("/api/v1/profiles/{PROFILE}/resume"), &json!({})).await?;
    world.jira.until(&pair.jira, SOON, |item| item["title"] == json!(name)).await?;
    scenario.settled().await?;
    let story = world.targetprocess.item(&pair.targetprocess).await?;
    if story["title"] != json!(name) {
        return Err(format!("the later change did not stay: {}", story["title"]));
    }
    let lines = world.ask("/api/v1/activity?limit=100").await?;
    let decided = |line: &Value| line["deed"] == "decided" && line["left_key"] == json!(pair.jira);
    if !lines["items"].as_array().into_iter().flatten().any(decided) {
        return Err("no line says that a conflict was decided".to_owned());
    }
    Ok(format!("{} was edited on both sides; the later edit stayed, and a line says so", pair.jira))
}

/// Targetprocess answers 429 once; the write arrives after the wait it asked for, once.
pub(super) async fn rate_limit(scenario: &Scenario<'_>) -> Step {
    let (world, pair) = (scenario.world, scenario.pair(13)?);
    let before = writes(&world.targetprocess.item(&pair.targetprocess).await?).len();
    let matching = json!({"method": "POST", "path": format!("/api/v1/UserStories/{}", pair.targetprocess)});
    let deed = json!({"kind": "status", "status": 429, "retry_after": 1});
    let fault = world.targetprocess.fault(&matching, &deed).await?;
    let (started, title) = (Instant::now(), "Written in spite of a 429");
    world.jira.edit(&json!({"as": "ada", "item": pair.jira, "fields": {"summary": title}})).await?;
    let story =
        world.targetprocess.until(&pair.targetprocess, SOON, |item| item["title"] == json!(title)).await?;
    match (world.targetprocess.struck(&fault).await?, writes(&story).len() - before) {
        (1, 1) => Ok(format!("told to wait a second, it did; written once, after {}", ms(started.elapsed()))),
        (struck, written) => Err(format!("429 was answered {struck} times and written {written} times")),
    }
}

/// A webhook is lost; the next sweep finds the edit.
pub(super) async fn lost_webhook(scenario: &Scenario<'_>) -> Step {
    let (world, pair) = (scenario.world, scenario.pair(14)?);
    world.jira.block_hooks(true).await?;
    let (started, title) = (Instant::now(), "Nobody told Bowline of this");
    let edit = json!({"as": "ada", "item": pair.jira, "fields": {"summary": title}});
    let lost = world.jira.quiet_edit(&edit).await;
    world.jira.block_hooks(false).await?;
    lost?;
    world.targetprocess.until(&pair.targetprocess, SOON, |item| item["title"] == json!(title)).await?;
    Ok(format!("the next sweep found the edit, after {}", ms(started.elapsed())))
}
