//! The script of the demo: linking, edits on both sides, and what must not happen.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::report::{Counts, Report, Step, ms};
use super::site::{Site, writes};
use super::world::{PROFILE, World};
use super::{Fault, trouble};

/// How many items are linked from each side.
const FROM_EACH: usize = 10;

/// How long an edit may take to arrive. It takes some ten milliseconds; a machine may be busy.
pub(super) const SOON: Duration = Duration::from_secs(10);

/// Two items that belong together.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) jira: String,
    pub(super) targetprocess: String,
}

/// The script, with the pairs it has made.
pub(super) struct Scenario<'a> {
    pub(super) world: &'a World,
    pairs: Mutex<Vec<Pair>>,
}

impl<'a> Scenario<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        Self { world, pairs: Mutex::default() }
    }

    /// Plays it all; stops at the first step that fails.
    pub(super) async fn play(&self, report: &mut Report, fault: Option<Fault>) {
        report.step("connect", self.connect(fault)).await;
        report.step("profile", self.profile(fault)).await;
        report.step("link", self.link()).await;
        report.step("edit-jira", self.edit_jira()).await;
        report.step("edit-targetprocess", self.edit_targetprocess()).await;
        report.step("text", self.text()).await;
        report.step("state", self.state()).await;
        report.step("person", self.person()).await;
        report.step("comments", self.comments()).await;
        report.step("echoes", self.echoes()).await;
        report.step("conflict", trouble::conflict(self)).await;
        report.step("rate-limit", trouble::rate_limit(self)).await;
        report.step("lost-webhook", trouble::lost_webhook(self)).await;
        report.step("agreement", self.agreement()).await;
    }

    pub(super) fn pair(&self, index: usize) -> Result<Pair, String> {
        let pairs = self.pairs.lock().map_err(|error| error.to_string())?;
        pairs.get(index).cloned().ok_or_else(|| format!("there is no pair {index}"))
    }

    pub(super) fn pairs(&self) -> Result<Vec<Pair>, String> {
        self.pairs.lock().map(|pairs| pairs.clone()).map_err(|error| error.to_string())
    }

    async fn connect(&self, fault: Option<Fault>) -> Step {
        self.world.connect(fault).await?;
        Ok("both tools accept the credentials; webhooks are signed or carry a token".to_owned())
    }

    async fn profile(&self, fault: Option<Fault>) -> Step {
        self.world.profile(fault).await?;
        Ok("stories <-> user stories, checked against both tools".to_owned())
    }

    async fn link(&self) -> Step {
        let started = Instant::now();
        let (jira, targetprocess) = (&self.world.jira, &self.world.targetprocess);
        for key in
            candidates(jira, "Story", |item| item["key"].as_str().is_some_and(|key| key.starts_with("ACME-")))
                .await?
        {
            self.share("left", &key).await?;
        }
        for id in
            candidates(targetprocess, "UserStory", |item| item["project"].to_string().contains("Web Shop"))
                .await?
        {
            self.share("right", &id).await?;
        }
        let pairs = self.linked(started).await?;
        *self.pairs.lock().map_err(|error| error.to_string())? = pairs.clone();
        for pair in &pairs {
            agree(&jira.item(&pair.jira).await?, &targetprocess.item(&pair.targetprocess).await?)?;
        }
        Ok(format!("{} items linked, half of them from each side, {}", pairs.len(), ms(started.elapsed())))
    }

    async fn share(&self, side: &str, item: &str) -> Result<(), String> {
        let body = json!({"profile": PROFILE, "side": side, "item": item});
        self.world.call("/api/v1/shares", &body).await.map(drop)
    }

    /// Waits until all shares are active; the newest webhook of either tool says when to look again.
    async fn linked(&self, started: Instant) -> Result<Vec<Pair>, String> {
        loop {
            let page = self.world.ask("/api/v1/shares?state=active&limit=100").await?;
            let shares = page["items"].as_array().cloned().unwrap_or_default();
            if shares.len() >= 2 * FROM_EACH {
                let text = |share: &Value, at: &str| {
                    share.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned()
                };
                let pair =
                    |share| Pair { jira: text(share, "/left/key"), targetprocess: text(share, "/right/key") };
                return Ok(shares.iter().map(pair).collect());
            }
            if started.elapsed() > 3 * SOON {
                return Err(format!("{} of {} items were linked", shares.len(), 2 * FROM_EACH));
            }
            self.world.jira.get("webhooks?since=999999999&wait_ms=100").await?;
        }
    }

    async fn edit_jira(&self) -> Step {
        self.retitle(&[0, 1, 2], |site| (&site.jira, &site.targetprocess), "ada").await
    }

    async fn edit_targetprocess(&self) -> Step {
        self.retitle(&[3, 4, 5], |site| (&site.targetprocess, &site.jira), "bob").await
    }

    /// Gives items new titles on one side and waits for them on the other.
    async fn retitle(&self, which: &[usize], sites: impl Fn(&World) -> (&Site, &Site), who: &str) -> Step {
        let (from, to) = sites(self.world);
        let from_jira = from.url == self.world.jira.url;
        let mut delays = Vec::new();
        for index in which {
            let pair = self.pair(*index)?;
            let (here, there, field) = match from_jira {
                true => (&pair.jira, &pair.targetprocess, "summary"),
                false => (&pair.targetprocess, &pair.jira, "Name"),
            };
            let title = format!("{who} was here, {here}");
            let started = Instant::now();
            let edit = json!({"as": who, "item": named(here), "fields": {field: title}});
            from.edit(&edit).await?;
            to.until(there, SOON, |item| item["title"] == json!(title)).await?;
            delays.push(ms(started.elapsed()));
        }
        Ok(format!("{} edits arrived after {}", which.len(), delays.join(", ")))
    }

    async fn text(&self) -> Step {
        let (one, other) = (self.pair(6)?, self.pair(7)?);
        let wiki = "h2. Plan\n\nFirst *bold*, then a [link|https://example.com/].\n\n* one\n* two\n\n{code:java}int i = 1;{code}";
        self.world
            .jira
            .edit(&json!({"as": "ada", "item": one.jira, "fields": {"description": wiki}}))
            .await?;
        let has = |item: &Value, parts: &[&str]| {
            let text = item["description"].to_string();
            parts.iter().all(|part| text.contains(part))
        };
        let html = ["<h2>", "Plan", "<li>", "one", "https://example.com/", "int i = 1;"];
        self.world.targetprocess.until(&one.targetprocess, SOON, |item| has(item, &html)).await?;
        let html = "<div><h3>Notes</h3><p>Some <em>words</em></p><table><tr><th>a</th></tr><tr><td>b</td></tr></table></div>";
        let edit = json!({"as": "bob", "item": named(&other.targetprocess), "fields": {"Description": html}});
        self.world.targetprocess.edit(&edit).await?;
        let adf = ["heading", "Notes", "em", "table"];
        self.world.jira.until(&other.jira, SOON, |item| has(item, &adf)).await?;
        Ok("headings, marks, lists, links, code and tables arrived as such, both ways".to_owned())
    }

    async fn state(&self) -> Step {
        let pair = self.pair(8)?;
        let started = Instant::now();
        self.world
            .targetprocess
            .edit(&json!({"as": "bob", "item": named(&pair.targetprocess), "state": "Done"}))
            .await?;
        let done = |item: &Value| item["state"] == json!("Done");
        let issue = self.world.jira.until(&pair.jira, SOON, done).await?;
        if issue["resolution"] != json!("Done") {
            return Err(format!("{} is Done without the resolution that its screen requires", pair.jira));
        }
        Ok(format!(
            "{} went to Done step by step, with its resolution, after {}",
            pair.jira,
            ms(started.elapsed())
        ))
    }

    async fn person(&self) -> Step {
        let pair = self.pair(9)?;
        let started = Instant::now();
        self.world
            .targetprocess
            .edit(&json!({"as": "bob", "item": named(&pair.targetprocess), "assign": "ada"}))
            .await?;
        self.world.jira.until(&pair.jira, SOON, |item| item["assignee"] == json!("ada")).await?;
        Ok(format!("{} is assigned to ada on both sides, after {}", pair.jira, ms(started.elapsed())))
    }

    async fn comments(&self) -> Step {
        let (one, other) = (self.pair(10)?, self.pair(11)?);
        let said = |text: &'static str| {
            move |item: &Value| {
                let comments = item["comments"].as_array().cloned().unwrap_or_default();
                comments.iter().filter(|comment| comment["body"].to_string().contains(text)).count() == 1
            }
        };
        let made = self
            .world
            .jira
            .edit(&json!({"as": "ada", "item": one.jira, "comment": "Is it *ready*?"}))
            .await?;
        self.world.targetprocess.until(&one.targetprocess, SOON, said("ready")).await?;
        let edit = json!({"as": "bob", "item": named(&other.targetprocess), "comment": "<div>Not before noon</div>"});
        self.world.targetprocess.edit(&edit).await?;
        self.world.jira.until(&other.jira, SOON, said("noon")).await?;
        let again = json!({"id": made["comment"], "body": "Is it really *finished*?"});
        self.world.jira.edit(&json!({"as": "ada", "item": one.jira, "edit_comment": again})).await?;
        self.world.targetprocess.until(&one.targetprocess, SOON, said("finished")).await?;
        Ok("two comments and an edit of one arrived, each once, with their author's name".to_owned())
    }

    /// Waits until nothing is left to do; then nothing must be written any more.
    async fn echoes(&self) -> Step {
        self.settled().await?;
        let before = self.written().await?;
        let echoes = self.counts().await.echoes;
        // Two more webhooks that say nothing new.
        let pair = self.pair(0)?;
        for (site, key) in [(&self.world.jira, &pair.jira), (&self.world.targetprocess, &pair.targetprocess)]
        {
            let last = site.get("webhooks?since=0").await?;
            let all = last["webhooks"].as_array().cloned().unwrap_or_default();
            let of_item = all.iter().rev().find(|hook| hook["item"].to_string().contains(key.as_str()));
            let id = of_item.map(|hook| hook["id"].clone()).ok_or("no webhook of the item was sent")?;
            site.post("webhooks/redeliver", &json!({"ids": [id]})).await?;
        }
        self.settled().await?;
        match (echoes, self.written().await?) {
            (0, _) => Err("no write of ours was seen to come back".to_owned()),
            (_, after) if after != before => Err(format!("{} writes too many", after - before)),
            (echoes, _) => Ok(format!("{echoes} writes of ours came back as webhooks and were left alone")),
        }
    }

    /// Every pair says the same on both sides, and was created once.
    async fn agreement(&self) -> Step {
        self.settled().await?;
        let pairs = self.pairs()?;
        for pair in &pairs {
            let issue = self.world.jira.item(&pair.jira).await?;
            let story = self.world.targetprocess.item(&pair.targetprocess).await?;
            agree(&issue, &story)?;
            let created = |item: &Value| writes(item).iter().filter(|deed| *deed == "create").count();
            if created(&issue) + created(&story) != 1 {
                return Err(format!("{} and {} were not created once", pair.jira, pair.targetprocess));
            }
        }
        Ok(format!("{} pairs say the same on both sides; none was made twice", pairs.len()))
    }

    /// Waits until no work is due.
    pub(super) async fn settled(&self) -> Result<(), String> {
        let started = Instant::now();
        let mut idle = 0;
        while idle < 3 {
            let status = self.world.ask("/api/v1/status").await?;
            idle = if waiting(&status["work"]) == 0 { idle + 1 } else { 0 };
            if started.elapsed() > SOON {
                return Err(format!("work does not come to an end: {}", status["work"]));
            }
            self.world.jira.get("webhooks?since=999999999&wait_ms=50").await?;
        }
        Ok(())
    }

    /// How many writes the linked items have seen from us.
    async fn written(&self) -> Result<usize, String> {
        let mut count = 0;
        for pair in self.pairs()? {
            count += writes(&self.world.jira.item(&pair.jira).await?).len();
            count += writes(&self.world.targetprocess.item(&pair.targetprocess).await?).len();
        }
        Ok(count)
    }

    /// What was counted so far; what cannot be read counts as nothing.
    pub(super) async fn counts(&self) -> Counts {
        let metrics = self.world.client.text("/metrics").await.unwrap_or_default();
        let status = self.world.ask("/api/v1/status").await.unwrap_or_default();
        let shares =
            status["shares"].as_object().map(|states| states.values().filter_map(Value::as_u64).sum());
        Counts {
            shares: shares.unwrap_or_default(),
            events: sum(&metrics, "bowline_intake_events_total"),
            commands: self.written().await.unwrap_or_default() as u64,
            echoes: sum(&metrics, "bowline_sync_echo_suppressed_total"),
            findings: status["findings_open"].as_u64().unwrap_or_default(),
        }
    }
}

/// How much work waits, sweeps aside: those always come back.
fn waiting(work: &Value) -> u64 {
    ["due", "claimed"].iter().filter_map(|key| work[*key].as_u64()).sum()
}

/// A Targetprocess id as a number, a Jira key as it is.
pub(super) fn named(key: &str) -> Value {
    key.parse::<u64>().map_or_else(|_| json!(key), |id| json!(id))
}

/// The first items of a type that pass, by key or id.
async fn candidates(site: &Site, kind: &str, pass: impl Fn(&Value) -> bool) -> Result<Vec<String>, String> {
    let all = site.get("items").await?;
    let mut keys = Vec::new();
    for item in all["items"].as_array().into_iter().flatten().filter(|item| item["type"] == kind) {
        let key = ["key", "id"].iter().find_map(|name| item[*name].as_str()).unwrap_or_default().to_owned();
        if pass(&site.item(&key).await?) {
            keys.push(key);
        }
        if keys.len() == FROM_EACH {
            return Ok(keys);
        }
    }
    Err(format!("there are only {} items of type {kind}", keys.len()))
}

/// Whether two linked items say the same.
fn agree(issue: &Value, story: &Value) -> Result<(), String> {
    let state = |story: &Value| match story["state"].as_str().unwrap_or_default() {
        "Open" | "Planned" => "To Do",
        "In Testing" => "In Review",
        "Done" => "Done",
        _ => "In Progress",
    };
    if issue["title"] != story["title"] {
        return Err(format!("the titles differ: {} and {}", issue["title"], story["title"]));
    }
    if issue["state"] != json!(state(story)) {
        return Err(format!(
            "the states of {} differ: {} and {}",
            issue["title"], issue["state"], story["state"]
        ));
    }
    Ok(())
}

/// The sum of a counter over all its labels.
fn sum(metrics: &str, name: &str) -> u64 {
    let of_name = metrics
        .lines()
        .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' '])));
    of_name.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_is_summed_over_its_labels_and_no_other_is_taken_in() {
        let text = "a_total{x=\"1\"} 2\na_total{x=\"2\"} 3\na_total_more 7\n# TYPE a_total counter\nb 9\n";
        assert_eq!(sum(text, "a_total"), 5);
    }
}
