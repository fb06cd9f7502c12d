//! What people and tools do while the canaries fly.

use serde_json::{Value, json};

use super::scene::Scene;
use super::{ANSWER, DESCRIPTION, LABEL, LOSER, PARKED, REFUSED, REMARK, TITLE};
use crate::house::{Hook, World};

impl Scene {
    /// Items are tied, edited on both sides, in conflict and commented.
    pub(super) async fn sync(&self) {
        let World { jira, targetprocess, service, .. } = &self.world;
        let (issue, story) = self.world.share("left", &self.world.stories().await[0]).await;
        let number: u64 = story.parse().unwrap();
        let fields =
            json!({"summary": TITLE, "description": format!("h1. {DESCRIPTION}"), "labels": [LABEL]});
        jira.edit(json!({"as": "ada", "item": issue, "fields": fields, "comment": REMARK})).await;
        targetprocess
            .edit(json!({"as": "bob", "item": number, "comment": format!("<div>{ANSWER}</div>")}))
            .await;
        targetprocess.until(&story, |item| has(item, &[TITLE, DESCRIPTION, LABEL, REMARK])).await;
        jira.until(&issue, |item| has(item, &[ANSWER])).await;

        service.settled().await;
        service.ok("POST", "/api/v1/profiles/stories/pause", &json!({})).await;
        let words = json!({"summary": LOSER, "description": LOSER});
        jira.edit(json!({"as": "ada", "item": issue, "fields": words})).await;
        jira.get("webhooks?since=0&wait_ms=20").await;
        let words =
            json!({"Name": format!("{TITLE} stays"), "Description": format!("<p>{DESCRIPTION} stays</p>")});
        targetprocess.edit(json!({"as": "bob", "item": number, "fields": words})).await;
        service.ok("POST", "/api/v1/profiles/stories/resume", &json!({})).await;
        jira.until(&issue, |item| has(item, &["title-7d1fb2c4e9 stays", "description-b3f6a82d10 stays"]))
            .await;
        let decided = |line: &Value| line["deed"] == "decided" && line["left_key"] == json!(issue);
        let lines = service.get("/api/v1/activity?limit=200").await;
        assert!(lines["items"].as_array().unwrap().iter().any(decided), "{lines:#}");
    }

    /// A tool refuses a write and quotes it, fails, and cuts a connection.
    pub(super) async fn fail(&self) {
        let World { jira, targetprocess, service, .. } = &self.world;
        let (issue, story) = self.world.share("left", &self.world.stories().await[1]).await;
        let path = format!("/api/v1/UserStories/{story}");
        let matching = json!({"method": "POST", "path": path});
        for deed in [json!({"kind": "status", "status": 500}), json!({"kind": "done_then_reset"})] {
            targetprocess.fault(matching.clone(), deed, 1).await;
            let words = format!("{TITLE} again");
            jira.edit(
                json!({"as": "ada", "item": issue, "fields": {"summary": words, "description": words}}),
            )
            .await;
            targetprocess.until(&story, |item| has(item, &["again"])).await;
            service.settled().await;
            jira.edit(
                json!({"as": "ada", "item": issue, "fields": {"summary": "Calm", "description": "Calm"}}),
            )
            .await;
            targetprocess.until(&story, |item| !has(item, &["again"])).await;
        }
        let refusal =
            json!({"kind": "reject_field", "field": "Name", "message": format!("Name '{REFUSED}' is taken")});
        targetprocess.fault(matching, refusal, 100).await;
        jira.edit(json!({"as": "ada", "item": issue, "fields": {"summary": REFUSED}})).await;
        let refused = |page: &Value| page["items"][0]["code"] == "sync.field_refused";
        let findings = service.until("/api/v1/findings", refused).await;
        // Whoever may see the tool's words does see them, at the latest when somebody has it say them again.
        let path = format!("/api/v1/findings/{}", findings["items"][0]["id"].as_str().unwrap());
        service.ok("POST", &format!("{path}/retry"), &json!({})).await;
        service
            .until(&path, |whole| whole["words"].as_str().is_some_and(|words| words.contains(REFUSED)))
            .await;
    }

    /// Deliveries that say too much: unreadable, of an unknown kind, and not authentic.
    pub(super) async fn deliver(&mut self) {
        let jira = Hook::of(&self.world.service, &self.world.jira_hook);
        let unreadable =
            format!("{{\"webhookEvent\": \"jira:issue_updated\", \"issue\": {{\"fields\": \"{PARKED}\"");
        let galaxy = json!({"webhookEvent": "jira:galaxy_created", "galaxy": {"name": PARKED}}).to_string();
        let shapeless = json!({"webhookEvent": [PARKED]}).to_string();
        let unsigned = Hook { secret: None, ..jira.clone() };
        let elsewhere = Hook { url: format!("{}/{PARKED}", jira.url), ..jira.clone() };
        for (hook, body, status) in [
            (&jira, &unreadable, 204),
            (&jira, &galaxy, 204),
            (&jira, &shapeless, 204),
            (&unsigned, &unreadable, 401),
            (&elsewhere, &galaxy, 404),
        ] {
            let answer = hook.post(body.clone(), &[("x-atlassian-webhook-flow", PARKED)]).await.unwrap();
            assert_eq!(answer.status, status);
            self.said.push(("the answer to a delivery".to_owned(), answer.body.to_string()));
        }
        let page = self.world.service.get("/api/v1/inbox?state=parked").await;
        let path = format!("/api/v1/inbox/{}", page["items"][1]["id"].as_str().unwrap());
        let whole = self.world.service.get(&path).await;
        assert!(
            whole["body"]["text"].as_str().unwrap().contains(PARKED),
            "whoever may see the body does see it"
        );
    }
}

/// Whether everything is said somewhere in an item.
fn has(item: &Value, words: &[&str]) -> bool {
    let text = item.to_string();
    words.iter().all(|word| text.contains(word))
}
