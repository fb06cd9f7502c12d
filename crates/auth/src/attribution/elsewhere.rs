//! Answers of something that is not the tool: a page, or the way to one, where JSON was due; and the way to sign in, where a
//! file was.

use bowline_core::attribution::{Attribution, Class, Heard, Layer, Reaction};
use http::HeaderValue;
use http::header::LOCATION;
use url::Url;

use super::{Known, refused};

/// Where Jira says as whom it took a call.
const USER: &str = "x-ausername";

/// A proxy or a single sign-on that answered instead of the tool. Its page is never followed.
pub(super) fn read(heard: &Heard<'_>, known: &Known<'_>) -> Option<Attribution> {
    let answer = heard.answer;
    let leads = answer.status.is_redirection().then(|| leads(heard)).flatten();
    if !heard.json_due {
        return of_file(heard, leads, known);
    }
    let is_elsewhere = match answer.status {
        status if status.is_redirection() => answer.is_page() || leads.is_some(),
        status => status.is_success() && answer.is_page(),
    };
    is_elsewhere.then(elsewhere)
}

fn elsewhere() -> Attribution {
    Attribution::new(Layer::Gateway, Class::Elsewhere, Reaction::Owner)
}

/// Where an answer leads that does not lead on within the API.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leads {
    /// To a page of the tool's own to sign in at.
    ToSignIn,
    /// To one of somebody else's.
    ToSignInElsewhere,
    /// To another host.
    Away,
}

fn leads(heard: &Heard<'_>) -> Option<Leads> {
    let location = heard.answer.headers.get(LOCATION)?;
    let joined = location.to_str().ok().and_then(|location| Some((Url::parse(heard.url).ok()?, location)));
    let Some((here, there)) = joined.and_then(|(here, to)| Some((here.clone(), here.join(to).ok()?))) else {
        return Some(Leads::Away);
    };
    let signs_in = there.path().to_ascii_lowercase().contains("login");
    match (there.origin() == here.origin(), signs_in) {
        (true, true) => Some(Leads::ToSignIn),
        (false, true) => Some(Leads::ToSignInElsewhere),
        (false, false) => Some(Leads::Away),
        (true, false) => None,
    }
}

/// A file may be a page, and may lie on another host. The way to sign in is neither: Data Center leads there from
/// `/secure/attachment` whom it does not know (`login.jsp?permissionViolation=true&os_destination=…`), where its API would say
/// 401. Somebody whom it does know, and names, lacks a right to the file instead: that is the adapter's to judge.
fn of_file(heard: &Heard<'_>, leads: Option<Leads>, known: &Known<'_>) -> Option<Attribution> {
    let user = heard.answer.headers.get(USER).map(HeaderValue::as_bytes);
    match leads? {
        Leads::ToSignIn if user.is_none_or(|user| user == b"anonymous") => {
            Some(refused(Layer::Application, known.application))
        }
        Leads::ToSignInElsewhere => Some(elsewhere()),
        Leads::ToSignIn | Leads::Away => None,
    }
}
