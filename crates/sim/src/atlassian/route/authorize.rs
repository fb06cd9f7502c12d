//! `auth.atlassian.com/authorize`: the page where somebody picks an account and a site and consents.
//!
//! "OAuth 2.0 (3LO) apps" (developer.atlassian.com). Signing in is part of the page here: whoever looks at it picks who
//! they are. The form brings everything that was asked along, so nothing is kept until somebody decided.

use http::StatusCode;

use crate::atlassian::app::App;
use crate::atlassian::world::{Code, Identity};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Query};
use crate::frame::consent::{Button, Group, Page};
use crate::frame::oauth::{Challenge, redirect};

/// What the form carries along.
const CARRIED: [&str; 9] = [
    "audience",
    "client_id",
    "scope",
    "redirect_uri",
    "state",
    "response_type",
    "prompt",
    "code_challenge",
    "code_challenge_method",
];
/// Scopes that are about the person and not about a site.
const PERSONAL: [&str; 4] = ["offline_access", "read:me", "read:account", "report:personal-data"];

/// What an app asks for, once it is known where to send refusals.
struct Asked<'a> {
    app: u16,
    own: &'a App,
    scopes: Vec<&'a str>,
    challenge: Option<Challenge>,
}

fn wrong(words: &str) -> Answer {
    Page::notice(StatusCode::BAD_REQUEST, "Something went wrong", words)
}

/// Reads the request, or says where it leads instead.
fn read<'a>(identity: &'a Identity, query: &'a Query) -> Result<Asked<'a>, Answer> {
    let text = |name: &str| query.get(name).unwrap_or_default();
    let found = identity.app(text("client_id")).filter(|(_, app)| app.service.is_none());
    let (app, own) = found.ok_or_else(|| wrong("There is no app with this client_id."))?;
    let back = text("redirect_uri");
    if !own.may_return(back) {
        return Err(wrong("The redirect_uri is none of the app's callback URLs."));
    }
    let refuse = |error: &str, words: &str| refused(query, back, error, words);
    if text("response_type") != "code" {
        return Err(refuse("unsupported_response_type", "response_type is code"));
    }
    if text("audience") != "api.atlassian.com" {
        return Err(refuse("invalid_request", "audience is api.atlassian.com"));
    }
    let scopes: Vec<&str> = text("scope").split_whitespace().collect();
    if scopes.is_empty() {
        return Err(refuse("invalid_scope", "scope is missing"));
    }
    if let Some(lacking) = own.lacks(&scopes) {
        return Err(refuse("invalid_scope", &format!("The app does not have the scope {lacking}")));
    }
    let challenge = Challenge::read(query).map_err(|words| refuse("invalid_request", words))?;
    Ok(Asked { app, own, scopes, challenge })
}

fn refused(query: &Query, back: &str, error: &str, words: &str) -> Answer {
    let mut pairs = vec![("error", error), ("error_description", words)];
    pairs.extend(query.get("state").map(|state| ("state", state)));
    redirect(back, &pairs)
}

/// `GET authorize`
pub(crate) fn ask(identity: &Identity, call: &Call<'_>) -> Result<Answer, Answer> {
    let asked = read(identity, &call.query)?;
    let people = identity.accounts.iter().filter(|account| account.active && !account.service);
    let hint = call.query.get("login_hint").unwrap_or("ada");
    let people = people.map(|account| {
        let words = format!("{} ({})", account.display, account.email);
        (account.name.clone(), words, hint == account.name || hint == account.email)
    });
    let mut groups = vec![Group { name: "account", label: "Account", options: people.collect() }];
    if asked.scopes.iter().any(|scope| !PERSONAL.contains(scope)) {
        let sites = identity.doors.iter().zip(&identity.signs).enumerate();
        let sites = sites.map(|(at, (door, sign))| {
            (door.cloud_id.clone(), format!("{} ({})", sign.name, sign.url), at == 0)
        });
        groups.push(Group { name: "site", label: "Use app on", options: sites.collect() });
    }
    let page = Page {
        title: format!("{} is requesting access to your Atlassian account", asked.own.name),
        lead: "It would be able to use these scopes:".to_owned(),
        lines: asked.scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        action: format!("{}/authorize", identity.base),
        hidden: CARRIED
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), call.query.get(name)?.to_owned())))
            .collect(),
        groups,
        buttons: vec![
            Button { id: "accept", name: "decision", value: "accept", label: "Accept" },
            Button { id: "cancel", name: "decision", value: "cancel", label: "Cancel" },
        ],
    };
    Ok(page.show(StatusCode::OK))
}

/// `POST authorize`: sends the browser back with a code, or with the refusal.
pub(crate) fn decide(identity: &mut Identity, call: &Call<'_>) -> Result<Answer, Answer> {
    let form = Query::form(&call.body);
    let asked = read(identity, &form)?;
    let back = form.get("redirect_uri").unwrap_or_default();
    if form.get("decision") != Some("accept") {
        return Ok(refused(&form, back, "access_denied", "User did not authorize the request"));
    }
    let who = form.get("account").and_then(|name| identity.person(name));
    let able = |account: &crate::atlassian::world::Account| account.active && !account.service;
    let who = who.filter(|who| identity.account(*who).is_some_and(able));
    let who = who.ok_or_else(|| wrong("Nobody can sign in with this account."))?;
    let site = form.get("site").map(|id| identity.site(id).filter(|site| identity.may_enter(who, *site)));
    if site == Some(None) {
        return Err(wrong("This account has no access to this site."));
    }
    let needs_site = asked.scopes.iter().any(|scope| !PERSONAL.contains(scope));
    if needs_site && site.is_none() {
        return Err(wrong("Choose a site."));
    }
    let code = Code {
        app: asked.app,
        who,
        scopes: asked.scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        site: site.flatten().filter(|_| needs_site),
        redirect: back.to_owned(),
        challenge: asked.challenge,
        at: identity.now(),
    };
    let (now, life) = (identity.now(), identity.habits.code);
    identity.codes.retain(|_, code| now - code.at < life);
    let text = identity.draw(96);
    identity.codes.insert(text.clone(), code);
    let mut pairs = vec![("code", text.as_str())];
    pairs.extend(form.get("state").map(|state| ("state", state)));
    Ok(redirect(back, &pairs))
}
