//! `oauth1` of `POST /_sim/settings`: consumers, lifetimes, and what is taken back.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::jira::access::oauth1::consumer::Consumer;
use crate::jira::site::Site;

/// What is not named stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    #[serde(default)]
    request_seconds: Option<i64>,
    #[serde(default)]
    access_seconds: Option<i64>,
    #[serde(default)]
    session_seconds: Option<i64>,
    #[serde(default)]
    window_seconds: Option<i64>,
    /// The address that Jira believes to be at; empty is the one it is called at.
    #[serde(default)]
    seen: Option<String>,
    #[serde(default)]
    consumer: Option<NewConsumer>,
    #[serde(default)]
    revoke: Option<Revoke>,
}

/// A consumer that is made or changed, which ends its tokens; without a public key, one that is deleted or refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewConsumer {
    key: String,
    #[serde(default)]
    public_key: Option<String>,
    #[serde(default)]
    name: Option<String>,
    /// Whether it is refused for now; its tokens stay.
    #[serde(default)]
    refused: Option<bool>,
}

/// Whose consent, to which consumer; all when not named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    consumer: Option<String>,
}

impl Change {
    /// Changes what is named; the answer says how many tokens were ended, if any were to be.
    pub(crate) fn apply(self, site: &Site) -> Result<Value, String> {
        let mut links = site.gate.links();
        let rules = &mut links.rules;
        let times = [
            (&mut rules.request, self.request_seconds),
            (&mut rules.access, self.access_seconds),
            (&mut rules.session, self.session_seconds),
            (&mut rules.window, self.window_seconds),
        ];
        for (rule, seconds) in times.into_iter().filter_map(|(rule, seconds)| Some((rule, seconds?))) {
            *rule = seconds.saturating_mul(1_000);
        }
        if let Some(seen) = self.seen {
            links.seen = (!seen.is_empty()).then_some(seen);
        }
        if let Some(NewConsumer { key, public_key, name, refused }) = self.consumer {
            match (public_key, refused) {
                (Some(public), refused) => {
                    let former = || links.consumer(&key).map(|own| own.name.clone());
                    let name = name.or_else(former).unwrap_or_else(|| key.clone());
                    let mut made = Consumer::new(key.clone(), name, &public)?;
                    made.refused = refused.unwrap_or(false);
                    // Whoever edits a link drops its tokens (knowledge base, "oauth_problem=token_rejected").
                    links.tokens.revoke(Some(&key), None);
                    links.consumers.retain(|own| own.key != key);
                    links.consumers.push(made);
                }
                (None, Some(refused)) => {
                    let own = links.consumers.iter_mut().find(|own| own.key == key);
                    own.ok_or_else(|| format!("there is no consumer '{key}'"))?.refused = refused;
                }
                (None, None) => {
                    links.tokens.revoke(Some(&key), None);
                    links.consumers.retain(|own| own.key != key);
                }
            }
        }
        let Some(Revoke { user, consumer }) = self.revoke else { return Ok(json!({})) };
        let person = |name: &String| {
            let found = site.catalog.person(|account| *account.name == **name);
            found.ok_or_else(|| format!("there is no person '{name}'"))
        };
        let who = user.as_ref().map(person).transpose()?;
        Ok(json!({"revoked": links.tokens.revoke(consumer.as_deref(), who)}))
    }
}
