//! `auth.atlassian.com/oauth/token`: tokens for a code, for a refresh token, and for a service account.
//!
//! Statuses and words are those that apps have met: 403 and `invalid_grant` for a refresh token that is worth nothing
//! ("OAuth 2.0 (3LO) apps", "Unknown or invalid refresh token."), 403 and `unauthorized_client` for one that was revoked
//! (raycast/extensions issue 11836), 401 and `access_denied` for a wrong client secret.

use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde_json::{Value, json};

use crate::atlassian::family::End;
use crate::atlassian::token::Kind;
use crate::atlassian::world::{Identity, Pair};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Query};
use crate::frame::oauth::{error, is_form};

/// A body's fields, which come as JSON or as a form.
enum Body {
    Form(Query),
    Json(Value),
}

impl Body {
    fn read(call: &Call<'_>) -> Result<Self, Answer> {
        if is_form(call.headers) {
            return Ok(Self::Form(Query::form(&call.body)));
        }
        let body = call.json().ok().filter(Value::is_object);
        body.map(Self::Json).ok_or_else(|| {
            error(StatusCode::BAD_REQUEST, "invalid_request", "The body is neither a JSON object nor a form")
        })
    }

    fn get(&self, name: &str) -> &str {
        let text = match self {
            Self::Form(form) => form.get(name),
            Self::Json(body) => body.get(name).and_then(Value::as_str),
        };
        text.unwrap_or_default()
    }
}

/// `POST oauth/token`
pub(crate) fn token(identity: &mut Identity, call: &Call<'_>) -> Result<Answer, Answer> {
    let body = Body::read(call)?;
    let grant_type = body.get("grant_type");
    if grant_type.is_empty() {
        return Err(error(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "Missing required parameter: grant_type",
        ));
    }
    let app = identity.app(body.get("client_id")).filter(|(_, app)| app.secret == body.get("client_secret"));
    let app = app.map(|(at, app)| (at, app.service.is_some()));
    let (app, is_service) =
        app.ok_or_else(|| error(StatusCode::UNAUTHORIZED, "access_denied", "Unauthorized"))?;
    let pair = match grant_type {
        "authorization_code" if !is_service => by_code(identity, app, &body)?,
        "refresh_token" if !is_service => by_refresh(identity, app, body.get("refresh_token"))?,
        "client_credentials" if is_service => identity.serve(app).ok_or_else(broken)?,
        "authorization_code" | "refresh_token" | "client_credentials" => {
            let words = format!("Grant type '{grant_type}' not allowed for the client.");
            return Err(error(StatusCode::FORBIDDEN, "unauthorized_client", &words));
        }
        other => {
            let words = format!("Unsupported grant type: {other}");
            return Err(error(StatusCode::FORBIDDEN, "unsupported_grant_type", &words));
        }
    };
    Ok(answer(identity, &pair))
}

fn broken() -> Answer {
    error(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "")
}

fn invalid(words: &str) -> Answer {
    error(StatusCode::FORBIDDEN, "invalid_grant", words)
}

fn by_code(identity: &mut Identity, app: u16, body: &Body) -> Result<Pair, Answer> {
    let (now, habits) = (identity.now(), identity.habits);
    let code = identity.codes.remove(body.get("code"));
    let code = code.filter(|code| code.app == app && now - code.at < habits.code);
    let code = code.ok_or_else(|| invalid("Invalid authorization code"))?;
    if code.redirect != body.get("redirect_uri") {
        return Err(invalid("The redirect_uri is not the one that the code was asked for with"));
    }
    let verifier = Some(body.get("code_verifier")).filter(|text| !text.is_empty());
    if habits.pkce && code.challenge.as_ref().is_some_and(|challenge| !challenge.fits(verifier)) {
        return Err(invalid("Failed to verify code verifier"));
    }
    if !identity.account(code.who).is_some_and(|account| account.active) {
        return Err(invalid("Invalid authorization code"));
    }
    let grant = identity.consent(&code);
    identity.begin(grant).ok_or_else(broken)
}

fn by_refresh(identity: &mut Identity, app: u16, token: &str) -> Result<Pair, Answer> {
    let unknown = || invalid("Unknown or invalid refresh token.");
    let (now, rules) = (identity.now(), identity.rules);
    let stub = identity.seal.read(token).filter(|stub| stub.kind == Kind::Refresh).ok_or_else(unknown)?;
    let at = usize::try_from(stub.of).map_err(|_| unknown())?;
    let grant = identity.families.get(at).and_then(|family| usize::try_from(family.grant).ok());
    let grant = grant.and_then(|grant| identity.grants.get(grant)).filter(|grant| grant.app == app);
    let active = grant.is_some_and(|grant| identity.account(grant.who).is_some_and(|account| account.active));
    let family = identity.families.get_mut(at).filter(|_| active).ok_or_else(unknown)?;
    match family.refresh(stub.generation, now, rules) {
        Ok(generation) => identity.pair(stub.of, generation).ok_or_else(broken),
        Err(End::Revoked) => {
            Err(error(StatusCode::FORBIDDEN, "unauthorized_client", "refresh_token is invalid"))
        }
        Err(_) => Err(unknown()),
    }
}

fn answer(identity: &Identity, pair: &Pair) -> Answer {
    let mut told = json!({
        "access_token": pair.access, "expires_in": identity.rules.access / 1_000, "scope": pair.scope,
    });
    if let Some(members) = told.as_object_mut() {
        if let Some(refresh) = &pair.refresh {
            members.insert("refresh_token".to_owned(), Value::from(refresh.as_str()));
        }
        if identity.habits.token_type {
            members.insert("token_type".to_owned(), Value::from("Bearer"));
        }
    }
    Answer::ok(&told).header(CACHE_CONTROL, "no-store")
}
