//! What stands before anything is measured: connections, a profile, linked items.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::client::Client;
use crate::tool::Tool;

const PROFILE: &str = include_str!("profile.toml");

/// So many calls are under way at once while items are made and linked.
const AT_ONCE: usize = 8;

/// Linking that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(600);

/// A description of usual size: about 700 characters of wiki markup.
const DESCRIPTION: &str = "h2. What\n\nThe basket *forgets* its items when a session ends; see \
    [the report|https://example.com/reports/17].\n\n* open the shop\n* put two things into the basket\n* wait half an \
    hour\n\nh2. Why it matters\n\nPeople who come back find an empty basket and do not fill it again. We lose about \
    _one in twelve_ of them.\n\n{code:java}\nif (session.isOver()) {\n    basket.keep(Duration.ofDays(30));\n}\n{code}\n\n\
    ||case||before||after||\n|signed in|empty|kept|\n|not signed in|empty|empty|\n\nDone when a basket outlives its \
    session by a month, and a test says so.";

/// Two items that belong together, as the tools call them.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) jira: String,
    pub(crate) targetprocess: String,
}

/// Makes stories, before anybody listens for webhooks.
pub(crate) async fn stories(jira: &Tool, count: usize) -> Result<Vec<String>> {
    let make = |number: usize| async move {
        let fields = json!({
            "project": {"key": "ACME"}, "issuetype": {"name": "Story"},
            "summary": format!("Story {number}"), "description": DESCRIPTION, "labels": ["basket"],
        });
        let made = jira.edit(&json!({"as": "ada", "create": fields})).await?;
        made["key"].as_str().map(str::to_owned).context("the new issue has no key")
    };
    stream::iter(0..count).map(make).buffer_unordered(AT_ONCE).try_collect().await
}

/// Makes both connections, enters the webhooks in the tools, checks and stores the profile.
pub(crate) async fn connect(service: &Client, jira: &Tool, targetprocess: &Tool) -> Result<()> {
    let made = service
        .post(
            "/api/v1/connections",
            &json!({
                "name": "jira", "tool": "jira_cloud", "base_url": jira.url(),
                "sign_in": {"method": "api_token", "email": "admin@example.com"}, "secret": "token-admin",
            }),
        )
        .await?;
    let hook = &made["webhook"];
    let target = json!({"url": hook["url"], "secret": hook["secret"]});
    jira.client.post("/_sim/hook-target", &target).await?;
    let made = service
        .post("/api/v1/connections", &json!({
            "name": "targetprocess", "tool": "targetprocess", "base_url": targetprocess.url(),
            "sign_in": {"method": "access_token"}, "secret": "token-admin", "header": {"name": "x-bowline-token"},
        }))
        .await?;
    let hook = &made["webhook"];
    let header = json!([hook["header"]["name"], hook["header"]["token"]]);
    let target = json!({"url": hook["url"], "header": header});
    targetprocess.client.post("/_sim/hook-target", &target).await?;
    for name in ["jira", "targetprocess"] {
        let verdict = service.post(&format!("/api/v1/connections/{name}/test"), &json!({})).await?;
        if verdict["ok"] != json!(true) {
            bail!("the connection {name} does not work: {verdict}");
        }
    }
    let verdict = service.post("/api/v1/profiles/check", &json!({"document": PROFILE})).await?;
    if verdict["ok"] != json!(true) {
        bail!("the profile does not fit the tools: {verdict}");
    }
    service.post("/api/v1/profiles", &json!({"document": PROFILE})).await.map(drop)
}

/// Shares issues and waits until all have their counterpart.
pub(crate) async fn share(service: &Client, issues: &[String]) -> Result<Vec<Pair>> {
    let one = |issue: &String| {
        let body = json!({"profile": "bench", "side": "left", "item": issue});
        async move { service.post("/api/v1/shares", &body).await.map(drop) }
    };
    let asked: Vec<_> = issues.iter().map(one).collect();
    stream::iter(asked).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    let started = Instant::now();
    loop {
        let pairs = active(service).await?;
        if pairs.len() >= issues.len() {
            return Ok(pairs);
        }
        if started.elapsed() > PATIENCE {
            bail!("{} of {} items were linked", pairs.len(), issues.len());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn active(service: &Client) -> Result<Vec<Pair>> {
    let (mut pairs, mut after) = (Vec::new(), String::new());
    loop {
        let page = service.get(&format!("/api/v1/shares?state=active&limit=1000{after}")).await?;
        let key = |share: &Value, side: &str| share[side]["key"].as_str().unwrap_or_default().to_owned();
        let shares = page["items"].as_array().into_iter().flatten();
        pairs.extend(
            shares.map(|share| Pair { jira: key(share, "left"), targetprocess: key(share, "right") }),
        );
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(pairs),
        }
    }
}
