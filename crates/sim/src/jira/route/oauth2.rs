//! Data Center's OAuth 2.0 provider as clients and browsers meet it: `rest/oauth2/latest/{authorize,token}`, and the
//! page where somebody consents.
//!
//! "Jira OAuth 2.0 provider API" (confluence.atlassian.com/adminjiraserver). What the errors say beside their codes is in
//! our words. Both addresses may be `http` here, as with the `skip.*.https.requirement` properties.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use http::header::{CACHE_CONTROL, PRAGMA};
use serde_json::{Value, json};

use crate::frame::answer::Answer;
use crate::frame::call::{Call, Query};
use crate::frame::consent::{Button, Page};
use crate::frame::oauth::{Challenge, error, is_form, redirect};
use crate::frame::world::{Act, Route};
use crate::jira::access::oauth2::client::Client;
use crate::jira::access::oauth2::scope::Scope;
use crate::jira::access::oauth2::tokens::{Asked, Pair};
use crate::jira::refusal::Refusal;
use crate::jira::route::session;
use crate::jira::site::Site;

/// Where somebody consents.
const CONSENT: &str = "/plugins/servlet/oauth2/consent";
/// What Jira's REST framework says of a body that is no form.
const NO_FORM: &str = "The @FormParam is utilized when the content type of the request entity is not \
    application/x-www-form-urlencoded";

/// Below `/rest/oauth2/latest` and `/rest/oauth2/1.0`.
pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/authorize", Read(authorize as fn(&Site, &Call<'_>) -> _)),
        (Method::POST, "/token", Read(token)),
    ]
}

/// The pages.
pub(crate) fn pages() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, CONSENT, Read(ask as fn(&Site, &Call<'_>) -> _)),
        (Method::POST, CONSENT, Read(decide)),
    ]
}

/// `GET authorize`: what a client asks for is looked at before anybody is bothered.
fn authorize(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let query = &call.query;
    let text = |name: &str| query.get(name).unwrap_or_default();
    let mut provider = site.gate.provider();
    let Some(client) = provider.client(text("client_id")) else {
        return Ok(wrong("There is no application link with this client_id."));
    };
    let back = text("redirect_uri");
    if !client.may_return(back) {
        return Ok(wrong("The redirect_uri is none of those registered for this application link."));
    }
    let asked = match read(client, query) {
        Ok(asked) => asked,
        Err((code, words)) => {
            let pairs = [("error", code), ("error_description", words), ("state", text("state"))];
            let said = if query.get("state").is_some() { 3 } else { 2 };
            return Ok(redirect(back, pairs.get(..said).unwrap_or(&pairs)));
        }
    };
    let ticket = provider.tokens.wait(asked, site.seed, site.frame.clock.now());
    Ok(redirect(&format!("{}{CONSENT}", site.base), &[("ticket", &ticket)]))
}

/// What a client asks for, or the error that its browser is sent back with.
fn read(client: &Client, query: &Query) -> Result<Asked, (&'static str, &'static str)> {
    if query.get("response_type") != Some("code") {
        return Err(("unsupported_response_type", "response_type is code"));
    }
    let scope = Scope::read(query.get("scope").unwrap_or_default())
        .ok_or(("invalid_scope", "scope is READ, WRITE, ADMIN or SYSTEM_ADMIN"))?;
    if scope > client.scope {
        return Err(("invalid_scope", "the application link does not allow this scope"));
    }
    let challenge = Challenge::read(query).map_err(|words| ("invalid_request", words))?;
    Ok(Asked {
        client: client.id.clone(),
        redirect: query.get("redirect_uri").unwrap_or_default().to_owned(),
        scope,
        state: query.get("state").map(str::to_owned),
        challenge,
    })
}

fn wrong(words: &str) -> Answer {
    Page::notice(StatusCode::BAD_REQUEST, "This request cannot be authorized", words)
}

fn expired() -> Answer {
    wrong("It is not known, was decided already, or has waited too long. Start again in the application.")
}

/// `GET consent`: first who, then whether.
fn ask(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let ticket = call.query.get("ticket").unwrap_or_default();
    let provider = site.gate.provider();
    let Some(asked) = provider.tokens.waiting(ticket, site.frame.clock.now()) else { return Ok(expired()) };
    let Some(who) = call.caller else {
        return Ok(session::first_sign_in(site, &format!("{CONSENT}?ticket={ticket}")));
    };
    let name = provider.client(&asked.client).map_or(&*asked.client, |client| &*client.name);
    let below = Scope::ALL.into_iter().filter(|scope| *scope <= asked.scope);
    let page = Page {
        title: format!("{name} would like to access Jira"),
        lead: format!("You are signed in as {}. It would be able to:", site.catalog.account(who).display),
        lines: below.map(|scope| format!("{}: {}", scope.name(), scope.words())).collect(),
        action: format!("{}{CONSENT}", site.base),
        hidden: vec![("ticket".to_owned(), ticket.to_owned())],
        groups: Vec::new(),
        buttons: vec![
            Button { id: "allow", name: "decision", value: "allow", label: "Allow" },
            Button { id: "deny", name: "decision", value: "deny", label: "Deny" },
        ],
    };
    Ok(page.show(StatusCode::OK))
}

/// `POST consent`: sends the browser back with a code, or with the refusal.
fn decide(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let form = Query::form(&call.body);
    let (ticket, now) = (form.get("ticket").unwrap_or_default(), site.frame.clock.now());
    let mut provider = site.gate.provider();
    let Some(asked) = provider.tokens.waiting(ticket, now).cloned() else { return Ok(expired()) };
    let Some(who) = call.caller else {
        return Ok(session::first_sign_in(site, &format!("{CONSENT}?ticket={ticket}")));
    };
    provider.tokens.decide(ticket);
    let (back, state) = (asked.redirect.clone(), asked.state.clone());
    let state = state.as_deref().map(|state| ("state", state));
    if form.get("decision") != Some("allow") {
        let told = [("error", "access_denied"), ("error_description", "The user denied the request")];
        return Ok(redirect(&back, &told.into_iter().chain(state).collect::<Vec<_>>()));
    }
    let code = provider.tokens.code(asked, who, site.seed, now);
    Ok(redirect(&back, &[("code", &*code)].into_iter().chain(state).collect::<Vec<_>>()))
}

/// `POST token`: a form, and nothing but a form.
fn token(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    if !is_form(call.headers) {
        let told = json!({"message": NO_FORM, "status-code": 500});
        return Ok(Answer::json(StatusCode::INTERNAL_SERVER_ERROR, &told));
    }
    let form = Query::form(&call.body);
    Ok(exchange(site, &form).unwrap_or_else(|(code, words)| {
        let status =
            if code == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        error(status, code, words)
    }))
}

type Wrong = (&'static str, &'static str);

fn exchange(site: &Site, form: &Query) -> Result<Answer, Wrong> {
    let text = |name: &str| form.get(name).unwrap_or_default();
    let mut provider = site.gate.provider();
    let (rules, now) = (provider.rules, site.frame.clock.now());
    let client = provider.client(text("client_id"));
    let client = client.filter(|client| !rules.secret || client.secret == text("client_secret")).cloned();
    let client = client.ok_or(("invalid_client", "The client_id or the client_secret is wrong"))?;
    let pair = match text("grant_type") {
        "authorization_code" => {
            let (asked, who) = provider
                .tokens
                .redeem(text("code"), now, rules)
                .filter(|(asked, _)| asked.client == client.id && asked.redirect == text("redirect_uri"))
                .ok_or((
                    "invalid_grant",
                    "The code is not known, was used, is over, or is not for this client",
                ))?;
            if asked.challenge.as_ref().is_some_and(|challenge| !challenge.fits(form.get("code_verifier"))) {
                return Err(("invalid_grant", "The code_verifier does not fit the code_challenge"));
            }
            provider.tokens.begin(&asked, who, site.seed, (now, rules))
        }
        "refresh_token" => {
            let token = text("refresh_token");
            let renewal = provider.tokens.renewal(token, now).filter(|renewal| renewal.client == client.id);
            // Jira does not say which of these it was.
            let renewal = renewal.ok_or(("invalid_grant", ""))?;
            if rules.redirect_on_refresh && renewal.redirect != text("redirect_uri") {
                return Err(("invalid_grant", ""));
            }
            provider.tokens.renew(token, site.seed, (now, rules)).ok_or(("invalid_grant", ""))?
        }
        "client_credentials" => {
            let who = client.service.ok_or(("unauthorized_client", "This is no service account"))?;
            let scope = Scope::read(text("scope")).filter(|scope| *scope <= Scope::Write.min(client.scope));
            let scope = scope.ok_or(("invalid_scope", "A service account has READ and WRITE"))?;
            provider.tokens.serve(&client.id, who, scope, (site.seed, now, rules))
        }
        "" => return Err(("invalid_request", "grant_type is missing")),
        _ => return Err(("unsupported_grant_type", "")),
    };
    Ok(told(&pair, now, rules.access))
}

fn told(pair: &Pair, now: i64, life: i64) -> Answer {
    let mut told = json!({
        "access_token": pair.access, "token_type": "bearer", "expires_in": life / 1_000, "created_at": now / 1_000,
    });
    if let (Some(refresh), Some(members)) = (&pair.refresh, told.as_object_mut()) {
        members.insert("refresh_token".to_owned(), Value::from(refresh.as_str()));
    }
    Answer::ok(&told).header(CACHE_CONTROL, "no-store").header(PRAGMA, "no-cache")
}
