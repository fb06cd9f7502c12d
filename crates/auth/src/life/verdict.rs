//! What an exchange with a provider means for the grant. Pure.

use std::time::Duration;

use bowline_core::attribution::{Attribution, Class, Heard, Layer, Reaction};
use bowline_core::code::{AUTH_TOKEN_STALE, Code, NET_NOT_JSON};
use bowline_core::failure::{Act, Failure};
use bowline_core::grant::{OauthClient, Provider};
use bowline_core::port::{Exchanged, OutboundAnswer};
use bowline_core::{SignedDuration, Timestamp};

use super::tokens::{self, Given};
use crate::attribution::{Age, Asked, Known, Presented, attribute};

/// The longest words of a provider that are kept.
const WORDS: usize = 500;

/// What it means.
pub(crate) enum Verdict {
    /// New tokens.
    Given(Box<Given>),
    /// The grant is over, by the provider's own definite word.
    Ended { words: Option<String> },
    /// It is our registration that is refused, or something only whoever runs Bowline can mend.
    Ours { code: Code, words: Option<String> },
    /// It passes. `unsure`: the tokens may have been renewed all the same.
    Passing { code: Code, after: Option<Duration>, unsure: bool, words: Option<String> },
}

/// It was not carried out, and has to be asked again.
pub(crate) enum Anew {
    /// Signed anew; if the time was refused, with how far the provider's clock is ahead of ours.
    Signed(Option<SignedDuration>),
    /// With a new token for the gateway.
    Passed,
}

/// What was asked, and how.
#[derive(Clone, Copy)]
pub(crate) struct Put<'a> {
    pub(crate) client: &'a OauthClient,
    /// Whether the request was signed anew already.
    pub(crate) signed_anew: bool,
    /// What a gateway in front was shown, if there is one.
    pub(crate) gateway: Option<Presented>,
}

/// Reads an exchange.
pub(crate) fn read(exchanged: Exchanged, put: Put<'_>, at: Timestamp) -> Result<Verdict, Anew> {
    Ok(match exchanged {
        Exchanged::Answer(answer) => return answered(&answer, put, at),
        Exchanged::Unsent(failure) => unsent(failure),
        Exchanged::Unsure(failure) => {
            let words = words(failure.words.expose());
            Verdict::Passing { code: failure.code, after: None, unsure: true, words }
        }
    })
}

/// Nothing came to the provider.
pub(crate) fn unsent(failure: Failure) -> Verdict {
    let words = words(failure.words.expose());
    match failure.act {
        Act::Retry { after } => Verdict::Passing { code: failure.code, after, unsure: false, words },
        Act::Wait | Act::Park => Verdict::Ours { code: failure.code, words },
    }
}

fn answered(answer: &OutboundAnswer, put: Put<'_>, at: Timestamp) -> Result<Verdict, Anew> {
    let Put { client, signed_anew, gateway } = put;
    let signs = client.provider == Provider::JiraOauth1;
    let age = if signed_anew { Age::Renewed } else { Age::Fresh };
    let application = if signs { Presented::Signature(age) } else { Presented::Fixed };
    let known = Known { asked: Asked::TokenEndpoint, application, gateway, site: &client.issuer };
    let heard = Heard { answer, url: &client.issuer, json_due: !signs, at };
    if let Some(blame) = attribute(&heard, &known) {
        return blamed(blame, answer);
    }
    let given = if signs { tokens::oauth1(answer) } else { tokens::oauth2(answer) };
    Ok(match given {
        Ok(given) => Verdict::Given(Box::new(given)),
        // It was accepted, so the old token may be used up.
        Err(tokens::Unreadable(why)) => Verdict::Passing {
            code: NET_NOT_JSON,
            after: None,
            unsure: answer.status.is_success(),
            words: Some(why.to_owned()),
        },
    })
}

fn blamed(blame: Attribution, answer: &OutboundAnswer) -> Result<Verdict, Anew> {
    let said = said(answer).or(blame.told);
    Ok(match (blame.class, blame.reaction) {
        (Class::GrantEnded | Class::ConsentIncomplete, _) => Verdict::Ended { words: said },
        (_, Reaction::Renew) if blame.layer == Layer::Gateway => return Err(Anew::Passed),
        // The renewal itself was refused as stale: there is nothing left to renew with.
        (_, Reaction::Renew) if blame.code == AUTH_TOKEN_STALE => Verdict::Ended { words: said },
        (class, Reaction::SignAnew(ahead)) => {
            return Err(Anew::Signed((class == Class::ClockSkew).then_some(ahead)));
        }
        (Class::Throttled, _) => {
            Verdict::Passing { code: blame.code, after: wait(answer), unsure: false, words: said }
        }
        (_, Reaction::Later) => {
            let unsure = answer.status.is_server_error();
            Verdict::Passing { code: blame.code, after: wait(answer), unsure, words: said }
        }
        _ => Verdict::Ours { code: blame.code, words: said },
    })
}

/// What the provider asks to wait, in seconds; at most an hour is believed.
fn wait(answer: &OutboundAnswer) -> Option<Duration> {
    let text = answer.headers.get(http::header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse::<u64>().ok().map(|seconds| Duration::from_secs(seconds.min(3_600)))
}

/// The provider's own words: the members of an OAuth error, or its problem code. Never a page, never a whole body.
fn said(answer: &OutboundAnswer) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Refusal {
        error: Option<String>,
        error_description: Option<String>,
        message: Option<String>,
    }
    if let Ok(refusal) = serde_json::from_slice::<Refusal>(&answer.body) {
        let parts = [refusal.error, refusal.error_description, refusal.message];
        return words(&parts.into_iter().flatten().collect::<Vec<_>>().join(": "));
    }
    form_urlencoded::parse(&answer.body)
        .find(|(name, _)| name == "oauth_problem")
        .and_then(|(_, problem)| words(&problem))
}

/// Printable and short; `None` if nothing is left.
fn words(text: &str) -> Option<String> {
    let kept: String = text.chars().filter(|sign| !sign.is_control()).take(WORDS).collect();
    (!kept.trim().is_empty()).then(|| kept.trim().to_owned())
}
