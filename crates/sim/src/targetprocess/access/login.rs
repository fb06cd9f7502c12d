//! Checking passwords (developer hub, "Validate Users and Requesters"), and the page people log in at.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use http::header::{LOCATION, SET_COOKIE};
use serde_json::{Value, json};

use super::by_password;
use super::session::{self, NAME};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Query};
use crate::frame::world::{Act, Route};
use crate::targetprocess::account::{Account, Sort};
use crate::targetprocess::deed::Members;
use crate::targetprocess::format;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::site::Site;

/// The page's beginning and its end.
const PAGE: [&str; 2] = [
    "<!DOCTYPE html>\n<html><head><title>Targetprocess - Log in</title></head><body>",
    "<form method=\"post\" action=\"/login.aspx\"><label>Login <input name=\"UserName\"></label>\
     <label>Password <input type=\"password\" name=\"Password\"></label><button>Log in</button></form></body></html>",
];

/// The routes.
pub(crate) fn routes() -> Vec<Route<Site>> {
    vec![
        (Method::POST, "/api/login/{what}", Act::Read(validate)),
        (Method::GET, "/login.aspx", Act::Read(page)),
        (Method::POST, "/login.aspx", Act::Write(log_in)),
        (Method::GET, "/logout.aspx", Act::Write(log_out)),
    ]
}

/// `POST /api/login/validate` and `POST /api/login/ValidateRequester`, which need no credentials but those in the body.
fn validate(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let requester = match call.param("what").to_lowercase().as_str() {
        "validate" => false,
        "validaterequester" => true,
        other => return Err(Refusal::new(StatusCode::NOT_FOUND, format!("'{other}' is not found."))),
    };
    let body = body(call)?;
    let members = Members::of(&body)?;
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let name = if requester { text("Email") } else { text("username") };
    let (Some(name), Some(password)) = (name, text("Password")) else {
        let name = if requester { "Email" } else { "username" };
        return Err(Refusal::bad(format!("{name} and Password are required.")));
    };
    if requester {
        let fits = |account: &Account| {
            let known = [&account.email, &account.login].iter().any(|own| own.eq_ignore_ascii_case(name));
            known && account.sort == Sort::Requester && account.active && account.deleted.is_none()
        };
        let valid = site.catalog.person(|account| fits(account) && &*account.password == password).is_some();
        return format::answer(call, StatusCode::OK, &json!({"isValid": valid}));
    }
    let person = by_password(site, name, password).and_then(|person| site.catalog.account(person));
    match person.filter(|account| account.may_sign_in()) {
        Some(_) => Ok(Answer::empty(StatusCode::OK)),
        None => Err(Refusal::new(StatusCode::UNAUTHORIZED, "Login or password is wrong.")),
    }
}

/// The body as JSON, also in single quotes, as the vendor's example for a shell has it.
fn body(call: &Call<'_>) -> Result<Value, Refusal> {
    call.json().or_else(|_| {
        let text = std::str::from_utf8(&call.body).unwrap_or_default();
        let wrong = || Refusal::unreadable("JSON");
        if text.contains('"') {
            Err(wrong())
        } else {
            serde_json::from_str(&text.replace('\'', "\"")).map_err(|_| wrong())
        }
    })
}

fn page(_: &Site, _: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::page(StatusCode::OK, PAGE.concat()))
}

/// The form of the page: a session for whoever knows the password, requesters included, who see pages but no API.
fn log_in(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let text = std::str::from_utf8(&call.body).unwrap_or_default();
    let form = format!("/?{text}").parse().map(|uri| Query::of(&uri)).unwrap_or_default();
    let (name, password) =
        (form.get("UserName").unwrap_or_default(), form.get("Password").unwrap_or_default());
    let person = by_password(site, name, password);
    let active = person.and_then(|person| site.catalog.account(person)).is_some_and(|account| account.active);
    let Some(person) = person.filter(|_| active) else {
        let [begin, end] = PAGE;
        return Ok(Answer::page(
            StatusCode::OK,
            format!("{begin}<p>Login or password is incorrect.</p>{end}"),
        ));
    };
    let id = site.sessions.start(person, site.frame.clock.now());
    let cookie = format!("{NAME}={id}; Path=/; HttpOnly; SameSite=Lax");
    Ok(Answer::empty(StatusCode::FOUND).header(SET_COOKIE, &cookie).header(LOCATION, "/"))
}

fn log_out(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    if let Some(id) = session::cookie(call.headers) {
        site.sessions.end(&id);
    }
    let cookie = format!("{NAME}=; Path=/; Max-Age=0");
    Ok(Answer::empty(StatusCode::FOUND).header(SET_COOKIE, &cookie).header(LOCATION, "/login.aspx"))
}
