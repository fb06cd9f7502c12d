//! What people are shown of a simulated Atlassian: its items are families of tokens.

use serde_json::{Value, json};

use crate::atlassian::family::Family;
use crate::atlassian::world::Identity;
use crate::frame::shown::{About, PersonAbout, Shown, SignIn, Toggle, has_words, words};

impl Identity {
    /// A page of the families, newest first, that have all these words.
    pub(crate) fn page(&self, text: &str, start: usize, max: usize) -> Value {
        let words = words(text);
        let shown =
            self.families.iter().enumerate().rev().map(|(at, family)| (at, family, self.title(family)));
        let found =
            shown.filter(|(at, _, title)| words.is_empty() || has_words(&format!("{at} {title}"), &words));
        let found: Vec<_> = found.collect();
        let page = found.iter().skip(start).take(max).map(|(at, family, _)| self.family(*at, family));
        json!({"items": page.collect::<Vec<_>>(), "total": found.len(), "deleted": []})
    }

    fn title(&self, family: &Family) -> String {
        let grant = usize::try_from(family.grant).ok().and_then(|at| self.grants.get(at));
        let Some(grant) = grant else { return String::new() };
        let app = self.apps.get(usize::from(grant.app)).map_or("", |app| &app.id);
        format!("{app} for {}", self.account(grant.who).map_or("", |account| &account.name))
    }

    /// A family in short; its number is its id and its key.
    pub(crate) fn family(&self, at: usize, family: &Family) -> Value {
        let grant = usize::try_from(family.grant).ok().and_then(|at| self.grants.get(at));
        let sites = grant.map(|grant| {
            let names = self.reached(grant).filter_map(|site| self.signs.get(usize::from(site)));
            names.map(|sign| sign.name.clone()).collect::<Vec<_>>()
        });
        let over = family.over(self.now(), self.rules);
        json!({
            "id": at.to_string(),
            "key": at.to_string(),
            "type": "Family",
            "title": self.title(family),
            "state": over.map_or("live", |end| end.name()),
            "updated": family.used,
            "consented": family.consented,
            "refreshed": family.generation,
            "scopes": grant.map(|grant| grant.scopes.join(" ")),
            "sites": sites,
            "marker": null,
        })
    }
}

impl Shown for Identity {
    fn about(&self) -> About {
        let people = self.accounts.iter().map(|account| PersonAbout {
            name: account.name.clone(),
            display: account.display.clone(),
            email: account.email.clone(),
            id: account.id.clone(),
            admin: false,
            active: account.active,
        });
        About {
            title: "Atlassian",
            base_url: self.base.clone(),
            people: people.collect(),
            sign_in: self.sign_in(),
            projects: Vec::new(),
            rights: Vec::new(),
            denied: Vec::new(),
        }
    }

    fn list(&self, words: &str, start: usize, max: usize) -> Value {
        self.page(words, start, max)
    }

    fn states_of(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn draft(&self, _: &str, _: &str, _: &str) -> Value {
        Value::Null
    }

    fn retitled(&self, _: &str) -> Value {
        Value::Null
    }

    fn toggles(&self) -> Vec<Toggle> {
        let (checked, leeway) = (self.habits.pkce, self.rules.leeway > 0);
        let toggle = |label: &str, on, change| Toggle {
            label: label.to_owned(),
            on,
            change: json!({"rules": change}),
        };
        vec![
            toggle(
                "The verifier of PKCE is checked",
                checked,
                json!({"pkce": if checked { "ignored" } else { "checked" }}),
            ),
            toggle(
                "A used refresh token works for ten minutes more",
                leeway,
                json!({"leeway_seconds": if leeway { 0 } else { 600 }}),
            ),
        ]
    }
}

impl Identity {
    fn sign_in(&self) -> Vec<SignIn> {
        let base = &self.base;
        let callback = "http%3A%2F%2F127.0.0.1%3A8000%2Fcallback";
        let query = "audience=api.atlassian.com&client_id=bowline&response_type=code&prompt=consent&state=x";
        vec![
            SignIn {
                how: "OAuth 2.0 app `bowline`, secret `secret-bowline`: open in a browser",
                example: format!(
                    "{base}/authorize?{query}&scope=offline_access%20read%3Ame%20read%3Ajira-work&redirect_uri={callback}"
                ),
            },
            SignIn {
                how: "service account: its own token, without anybody's consent",
                example: format!(
                    "curl {base}/oauth/token -d grant_type=client_credentials -d client_id=bowline-service -d \
                     client_secret=secret-bowline-service"
                ),
            },
            SignIn {
                how: "e-mail and scoped API token, which is scoped-token-NAME, through the gateway (Basic)",
                example: format!(
                    "curl -u ada@example.com:scoped-token-ada {base}/ex/jira/{}/rest/api/3/myself",
                    self.doors.first().map_or("CLOUD-ID", |door| &door.cloud_id)
                ),
            },
        ]
    }
}
