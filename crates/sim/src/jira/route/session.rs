//! Sessions: `rest/auth/1/session`, and giving up an administrator's secure session.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use http::header::SET_COOKIE;
use serde_json::{Value, json};

use super::body;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::access::login::{self, Verdict};
use crate::jira::access::session::{self, COOKIE_NAME};
use crate::jira::access::{challenge, failed};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

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
    Ok(Answer::ok(&answer).header(SET_COOKIE, &format!("{COOKIE_NAME}={id}; Path={}; HttpOnly", place(site))))
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
