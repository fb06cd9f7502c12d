//! Sessions: `rest/auth/1/session`, and giving up an administrator's secure session.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use http::header::{LOCATION, SET_COOKIE};
use serde_json::{Value, json};

use super::body;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person, Query};
use crate::frame::oauth::redirect;
use crate::frame::world::{Act, Route};
use crate::jira::access::login::{self, Verdict};
use crate::jira::access::session::{self, COOKIE_NAME};
use crate::jira::access::xsrf::LOGIN_PAGE;
use crate::jira::access::{challenge, disabled, failed};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// The login page, with the names of fields that browsers' forms and login scripts send.
const FORM: &str = "<!DOCTYPE html>\n<html><head><title>Log in - Jira</title></head><body>\
    <form action=\"login.jsp\" method=\"post\"><label>Username <input name=\"os_username\"></label>\
    <label>Password <input type=\"password\" name=\"os_password\"></label>\
    <label>CAPTCHA <input name=\"os_captcha\"></label>DESTINATION<button id=\"login\">Log In</button></form></body></html>";

/// Below `/rest/auth/1` and `/rest/auth/latest`. Cloud has no passwords, so it only tells who calls.
pub(crate) fn table(cloud: bool) -> Vec<Route<Site>> {
    use Act::Read;
    let mut table: Vec<Route<Site>> = vec![(Method::GET, "/session", Read(current))];
    if !cloud {
        table.extend([
            (Method::POST, "/session", Read(open as fn(&Site, &Call<'_>) -> _)),
            (Method::DELETE, "/session", Read(close)),
            (Method::DELETE, "/websudo", Read(step_down)),
        ]);
    }
    table
}

/// The page where people sign in with a browser, on Data Center and Server.
pub(crate) fn page() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, LOGIN_PAGE, Read(form as fn(&Site, &Call<'_>) -> _)),
        (Method::POST, LOGIN_PAGE, Read(submit)),
    ]
}

fn shown(site: &Site, who: Person) -> Value {
    let (account, cloud) = (site.catalog.account(who), site.is_cloud());
    let (member, value) =
        if cloud { ("accountId", &account.account_id) } else { ("username", &account.name) };
    let mut shown = json!({
        "self": format!("{}/rest/api/latest/user?{member}={value}", site.base),
        "name": if cloud { &account.email } else { &account.name },
        "loginInfo": site.gate.logins().info(who),
    });
    if let (true, Some(members)) = (cloud, shown.as_object_mut()) {
        members.insert("accountId".to_owned(), json!(account.account_id));
    }
    shown
}

/// `GET session`: who calls, with whatever credentials.
fn current(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(Answer::ok(&shown(site, call.caller.ok_or_else(Refusal::anonymous)?)))
}

/// `POST session`: opens a session with a name and a password.
fn open(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    if site.gate.basic_disabled {
        return Ok(disabled());
    }
    let wanted = body(call)?;
    let text = |name: &str| wanted.get(name).and_then(Value::as_str).unwrap_or_default();
    let refusal = |status, message| Answer::from(Refusal::new(status, message));
    let who = match login::password(site, text("username"), text("password")) {
        Verdict::In(who) => who,
        Verdict::Wrong => return Ok(failed(site, refusal(StatusCode::UNAUTHORIZED, "Login failed"))),
        Verdict::Challenge => return Ok(challenge(site, refusal(StatusCode::FORBIDDEN, "Login denied"))),
    };
    let id = session::start(site, who);
    let answer = json!({
        "session": {"name": COOKIE_NAME, "value": id},
        "loginInfo": site.gate.logins().info(who),
    });
    Ok(Answer::ok(&answer).header(SET_COOKIE, &set_cookie(site, &id)))
}

fn set_cookie(site: &Site, id: &str) -> String {
    format!("{COOKIE_NAME}={id}; Path={}; HttpOnly", place(site))
}

/// `GET login.jsp`: name, password, and the CAPTCHA that is solved by whatever is typed.
fn form(_: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    Ok(login_page(destination(&call.query)))
}

/// The page, with where its form leads in the end.
fn login_page(destination: &str) -> Answer {
    let hidden = match destination {
        "" => String::new(),
        path => {
            let path = minijinja::HtmlEscape(path);
            format!("<input type=\"hidden\" name=\"os_destination\" value=\"{path}\">")
        }
    };
    Answer::page(StatusCode::OK, FORM.replace("DESTINATION", &hidden))
}

/// Where somebody wanted to go, if that is on this Jira.
fn destination(query: &Query) -> &str {
    let path = query.get("os_destination").unwrap_or_default();
    if path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') { path } else { "" }
}

/// Sends a browser to the login page, and from there on to a path of this Jira.
pub(crate) fn first_sign_in(site: &Site, path: &str) -> Answer {
    let told = [("permissionViolation", "true"), ("os_destination", path)];
    redirect(&format!("{}{LOGIN_PAGE}", site.base), &told)
}

/// `POST login.jsp`: opens a session; a solved CAPTCHA lifts the bar for programs as well.
fn submit(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let form = Query::form(&call.body);
    let destination = destination(&form);
    let (name, password) =
        (form.get("os_username").unwrap_or_default(), form.get("os_password").unwrap_or_default());
    let account = site.catalog.person(|account| account.name.eq_ignore_ascii_case(name));
    if let (Some(who), Some(_)) = (account, form.get("os_captcha").filter(|text| !text.is_empty())) {
        site.gate.logins().forgive(who);
    }
    Ok(match login::password(site, name, password) {
        Verdict::In(who) => Answer::empty(StatusCode::FOUND)
            .header(LOCATION, &format!("{}{}", site.base, first(destination, "/secure/Dashboard.jspa")))
            .header(SET_COOKIE, &set_cookie(site, &session::start(site, who))),
        Verdict::Wrong => failed(site, login_page(destination)),
        Verdict::Challenge => challenge(site, login_page(destination)),
    })
}

/// A path, or the other one where there is none.
fn first<'a>(path: &'a str, other: &'a str) -> &'a str {
    if path.is_empty() { other } else { path }
}

/// `DELETE session`: ends the session whose cookie was sent.
fn close(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.caller.ok_or_else(Refusal::anonymous)?;
    if let Some(id) = session::cookie(call) {
        site.gate.sessions().end(&id);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE websudo`: administrators here never need a secure session, so there is none to keep.
fn step_down(_: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    call.caller.ok_or_else(Refusal::anonymous)?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The path of the base URL: cookies go no further.
fn place(site: &Site) -> &str {
    let host = site.base.split_once("://").map_or(&*site.base, |(_, host)| host);
    host.find('/').and_then(|at| host.get(at..)).unwrap_or("/")
}
