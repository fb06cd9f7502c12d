//! The dance of OAuth 1.0a: `plugins/servlet/oauth/{request-token,authorize,access-token}`.
//!
//! On Data Center and Server people sign in at Jira's own page first. On Cloud they have an Atlassian account and sign in
//! elsewhere, which is left out: the page asks who they are.
//! What is checked in which order is said in [`crate::jira::access::oauth1`]; the signature always comes last.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person, Query};
use crate::frame::consent::{Button, Group, Page};
use crate::frame::oauth::redirect;
use crate::frame::world::{Act, Route};
use crate::jira::access::oauth1::message::{Message, encode};
use crate::jira::access::oauth1::problem::{Problem, problem};
use crate::jira::access::oauth1::tokens::{Kind, Token, Verdict};
use crate::jira::access::oauth1::{Links, SERVLETS};
use crate::jira::refusal::Refusal;
use crate::jira::route::session;
use crate::jira::site::Site;

/// Below `/plugins/servlet/oauth`.
pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/request-token", Read(request as fn(&Site, &Call<'_>) -> _)),
        (Method::POST, "/request-token", Read(request)),
        (Method::GET, "/authorize", Read(ask)),
        (Method::POST, "/authorize", Read(decide)),
        (Method::GET, "/access-token", Read(access)),
        (Method::POST, "/access-token", Read(access)),
    ]
}

/// An answer in the form encoding, whatever its type says.
fn told(pairs: &[(&str, &str)]) -> Answer {
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let answer = Answer { body: pairs.join("&").into(), ..Answer::empty(StatusCode::OK) };
    answer.header(CONTENT_TYPE, "text/plain;charset=UTF-8")
}

/// `request-token`: a token to be authorized, for a consumer that signs with its key.
fn request(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let made = || -> Result<Answer, Problem> {
        let (mut links, now) = (site.gate.links(), site.frame.clock.now());
        let message = Message::read(site, call, links.seen.as_deref());
        let key = message.need("oauth_consumer_key")?;
        links.consumer(key).ok_or_else(|| problem("consumer_key_unknown"))?;
        links.validate(&message, now)?;
        let callback = message.need("oauth_callback")?;
        let is_absolute = ["http://", "https://"].iter().any(|scheme| callback.starts_with(scheme));
        if callback != "oob" && !is_absolute {
            return Err(problem("parameter_rejected").telling("oauth_parameters_rejected", "oauth_callback"));
        }
        let callback = is_absolute.then(|| callback.to_owned());
        let rules = links.rules;
        let (token, secret) = links.tokens.request(key, callback, (site.seed, now, rules));
        Ok(told(&[
            ("oauth_token", &token),
            ("oauth_token_secret", &secret),
            ("oauth_callback_confirmed", "true"),
        ]))
    };
    Ok(made().unwrap_or_else(|problem| problem.answer(site)))
}

/// The token that somebody is asked about, if it still can be decided.
fn open<'a>(links: &'a Links, token: &str, now: i64) -> Option<&'a Token> {
    let is_open = |token: &&Token| matches!(token.kind, Kind::Request { verdict: Verdict::Open, .. });
    links.tokens.get(token).filter(is_open).filter(|token| now < token.ends)
}

fn wrong() -> Answer {
    let words =
        "The request token is not known, was decided already, or is over. Start again in the application.";
    Page::notice(StatusCode::UNAUTHORIZED, "OAuth problem: token_rejected", words)
}

/// `GET authorize`: first who, then whether.
fn ask(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let token = call.query.get("oauth_token").unwrap_or_default();
    let links = site.gate.links();
    let Some(found) = open(&links, token, site.frame.clock.now()) else { return Ok(wrong()) };
    let (who, groups) = match call.caller {
        Some(who) => (format!("You are signed in as {}.", site.catalog.account(who).display), Vec::new()),
        None if site.is_cloud() => ("Say which account is yours.".to_owned(), vec![accounts(site)]),
        None => {
            let path = format!("{SERVLETS}authorize?oauth_token={}", encode(token));
            return Ok(session::first_sign_in(site, &path));
        }
    };
    let name = links.consumer(&found.consumer).map_or(&*found.consumer, |consumer| &*consumer.name);
    let page = Page {
        title: format!("{name} would like to have access to Jira"),
        lead: format!("{who} It would be able to do everything that you may, in your name."),
        groups,
        action: format!("{}{SERVLETS}authorize", site.base),
        hidden: vec![("oauth_token".to_owned(), token.to_owned())],
        buttons: vec![
            Button { id: "approve", name: "approve", value: "Allow", label: "Allow" },
            Button { id: "deny", name: "deny", value: "Deny", label: "Deny" },
        ],
        ..Page::default()
    };
    Ok(page.show(StatusCode::OK))
}

/// Cloud: everybody who may sign in.
fn accounts(site: &Site) -> Group {
    let active = site.catalog.people().filter(|(_, account)| !account.inactive);
    let option = active.map(|(_, account)| {
        let words = format!("{} ({})", account.display, account.email);
        (account.name.to_string(), words, false)
    });
    Group { name: "account", label: "Account", options: option.collect() }
}

/// Who decides: whoever is signed in, or on Cloud whoever the page was told.
fn decider(site: &Site, call: &Call<'_>, form: &Query) -> Option<Person> {
    let named = || {
        let name = form.get("account").filter(|_| site.is_cloud())?;
        site.catalog.person(|account| *account.name == *name && !account.inactive)
    };
    call.caller.or_else(named)
}

/// `POST authorize`: sends the browser back with the verifier, or shows it.
fn decide(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let form = Query::form(&call.body);
    let token = form.get("oauth_token").unwrap_or_default();
    let Some(who) = decider(site, call, &form) else {
        if site.is_cloud() {
            return Ok(wrong());
        }
        let path = format!("{SERVLETS}authorize?oauth_token={}", encode(token));
        return Ok(session::first_sign_in(site, &path));
    };
    let allowed = form.get("approve").is_some();
    let verdict = if allowed { Verdict::Allowed(who) } else { Verdict::Denied };
    let decided = site.gate.links().tokens.decide(token, verdict, site.frame.clock.now());
    let Some((callback, verifier)) = decided else { return Ok(wrong()) };
    let verifier = if allowed { verifier.as_str() } else { "denied" };
    Ok(match callback {
        Some(callback) => redirect(&callback, &[("oauth_token", token), ("oauth_verifier", verifier)]),
        None if allowed => {
            let lead = format!("The verification code is {verifier}. Enter it in the application.");
            Page::notice(StatusCode::OK, "Access approved", &lead)
        }
        None => Page::notice(StatusCode::OK, "Access denied", "The application gets no access to Jira."),
    })
}

/// `access-token`: for an authorized request token and its verifier, or for an access token and its session handle.
fn access(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let made = || -> Result<Answer, Problem> {
        let (mut links, now) = (site.gate.links(), site.frame.clock.now());
        let message = Message::read(site, call, links.seen.as_deref());
        let text = message.need("oauth_token")?;
        let token = links.tokens.get(text).ok_or_else(|| problem("token_rejected"))?;
        let who = entitled(token, &message, now)?;
        links.validate(&message, now)?;
        let rules = links.rules;
        let made = links.tokens.follow(text, who, (site.seed, now, rules));
        let (text, token) = made.ok_or_else(|| problem("token_rejected"))?;
        let Kind::Access { handle, .. } = &token.kind else { return Err(problem("token_rejected")) };
        Ok(told(&[
            ("oauth_token", &text),
            ("oauth_token_secret", &token.secret),
            ("oauth_expires_in", &(rules.access / 1_000).to_string()),
            ("oauth_session_handle", handle),
            ("oauth_authorization_expires_in", &(rules.session / 1_000).to_string()),
        ]))
    };
    Ok(made().unwrap_or_else(|problem| problem.answer(site)))
}

/// Whose access token this token may be exchanged for.
fn entitled(token: &Token, message: &Message, now: i64) -> Result<Person, Problem> {
    let rejected = || problem("token_rejected");
    match &token.kind {
        Kind::Request { verdict, verifier, .. } => {
            if now >= token.ends {
                return Err(problem("token_expired"));
            }
            let who = match verdict {
                Verdict::Open => return Err(problem("permission_unknown")),
                Verdict::Denied => return Err(problem("permission_denied")),
                Verdict::Allowed(who) => *who,
            };
            if message.get("oauth_consumer_key") != Some(&*token.consumer) {
                return Err(rejected());
            }
            if message.need("oauth_verifier")? == verifier { Ok(who) } else { Err(rejected()) }
        }
        Kind::Access { who, handle, session_ends } => {
            if message.get("oauth_consumer_key") != Some(&*token.consumer) {
                return Err(rejected());
            }
            if message.need("oauth_session_handle")? != handle {
                return Err(rejected());
            }
            if now >= *session_ends { Err(problem("permission_denied")) } else { Ok(*who) }
        }
    }
}
