//! The OAuth 1.0a provider of application links: who may call by a signature. Cloud has it as well, for links that there are
//! (developer.atlassian.com/cloud/jira/platform/jira-rest-api-oauth-authentication, "deprecated").
//!
//! Order of the checks, lifetimes and problem codes are those of Atlassian's provider as published for Jenkins
//! (jenkinsci/atlassian-bitbucket-server-integration-plugin, `applink.oauth.serviceprovider`), which Jira's own shares its
//! origin with. The three steps of the dance are in [`crate::jira::route::oauth1`].

pub(crate) mod change;
pub(crate) mod consumer;
pub(crate) mod message;
pub(crate) mod problem;
pub(crate) mod tokens;

use crate::frame::call::{Call, Person};
use crate::jira::access::oauth1::consumer::Consumer;
use crate::jira::access::oauth1::message::Message;
use crate::jira::access::oauth1::problem::{Problem, problem};
use crate::jira::access::oauth1::tokens::{Kind, Rules, Tokens};
use crate::jira::site::Site;

/// The servlets of the dance, where a signature does not make a caller.
pub(crate) const SERVLETS: &str = "/plugins/servlet/oauth/";

/// The provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    pub(crate) rules: Rules,
    pub(crate) consumers: Vec<Consumer>,
    pub(crate) tokens: Tokens,
    /// At which address Jira believes to be, when that is wrong: a proxy that nobody told it of.
    pub(crate) seen: Option<String>,
}

impl Links {
    pub(crate) fn consumer(&self, key: &str) -> Option<&Consumer> {
        self.consumers.iter().find(|consumer| consumer.key == key)
    }

    /// Version, method, time, nonce, signature; the consumer is known by then.
    pub(crate) fn validate(&mut self, message: &Message, now: i64) -> Result<(), Problem> {
        if let Some(name) = message.doubled() {
            return Err(problem("parameter_rejected").telling("oauth_parameters_rejected", name));
        }
        if message.get("oauth_version").is_some_and(|version| version != "1.0") {
            return Err(problem("version_rejected").telling("oauth_acceptable_versions", "1.0-1.0"));
        }
        if message.need("oauth_signature_method")? != "RSA-SHA1" {
            return Err(problem("signature_method_rejected"));
        }
        let (stamp, nonce) = (message.need("oauth_timestamp")?, message.need("oauth_nonce")?);
        let wrong = || problem("parameter_rejected").telling("oauth_parameters_rejected", "oauth_timestamp");
        let stamp: i64 = stamp.parse().map_err(|_| wrong())?;
        let (now, window) = (now / 1_000, self.rules.window / 1_000);
        let (oldest, newest) = (now - window, now.saturating_add(window));
        if stamp < oldest || stamp > newest {
            let range = format!("{oldest}-{newest}");
            return Err(problem("timestamp_refused").telling("oauth_acceptable_timestamps", range));
        }
        let key = message.need("oauth_consumer_key")?;
        let whose = format!("{nonce} {key} {}", message.get("oauth_token").unwrap_or_default());
        if !self.tokens.is_new(stamp, whose, oldest) {
            return Err(problem("nonce_used"));
        }
        let consumer = self.consumer(key).ok_or_else(|| problem("consumer_key_unknown"))?;
        if consumer.refused {
            return Err(problem("consumer_key_refused"));
        }
        if consumer.signed(&message.base_string(), message.need("oauth_signature")?) {
            Ok(())
        } else {
            Err(problem("signature_invalid"))
        }
    }
}

/// Who calls by a signed request: the token first, the signature last.
pub(crate) fn admit(site: &Site, call: &Call<'_>) -> Result<Person, Problem> {
    let (mut links, now) = (site.gate.links(), site.frame.clock.now());
    let message = Message::read(site, call, links.seen.as_deref());
    let token = links.tokens.get(message.need("oauth_token")?).ok_or_else(|| problem("token_rejected"))?;
    let Kind::Access { who, .. } = token.kind else { return Err(problem("token_rejected")) };
    if site.catalog.account(who).inactive || message.get("oauth_consumer_key") != Some(&*token.consumer) {
        return Err(problem("token_rejected"));
    }
    if now >= token.ends {
        return Err(problem("token_expired"));
    }
    links.validate(&message, now)?;
    Ok(who)
}

/// Whose token a signed request names, without looking at the signature: nothing is counted.
pub(crate) fn holder(site: &Site, call: &Call<'_>) -> Option<Person> {
    let links = site.gate.links();
    let message = Message::read(site, call, links.seen.as_deref());
    match links.tokens.get(message.get("oauth_token")?)?.kind {
        Kind::Access { who, .. } => Some(who),
        Kind::Request { .. } => None,
    }
}
