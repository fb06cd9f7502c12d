//! People: myself, one by name, and searches.

use http::StatusCode;

use super::{page, signed_in, slice};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::jira::refusal::Refusal;
use crate::jira::site::{Right, Site};
use crate::jira::view::person::{PersonView, whole};
use crate::jira::view::{Show, each};

/// `GET myself`: the one address that proves who calls.
pub(crate) fn myself(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let who = call.caller.ok_or_else(|| {
        Refusal::new(StatusCode::UNAUTHORIZED, "Client must be authenticated to access this resource.")
    })?;
    Ok(Answer::ok(&whole(Show::call(site, call), who, &call.query.list("expand"))))
}

/// `GET user`: by `accountId` on Cloud, by `username` or `key` on Data Center.
pub(crate) fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (query, cloud) = (&call.query, site.is_cloud());
    let found = if cloud {
        let wanted = query
            .get("accountId")
            .ok_or_else(|| Refusal::bad("The accountId query parameter needs to be provided"))?;
        (wanted, site.catalog.person(|account| *account.account_id == *wanted))
    } else if let Some(key) = query.get("key") {
        (key, site.catalog.person(|account| *account.key == *key))
    } else {
        let wanted = query.get("username");
        let wanted = wanted.ok_or_else(|| {
            Refusal::bad("Either the 'username' or the 'key' query parameters need to be provided")
        })?;
        (wanted, site.catalog.person(|account| *account.name == *wanted))
    };
    let missing = || {
        if cloud {
            Refusal::missing("Specified user does not exist or you do not have required permissions")
        } else {
            Refusal::missing(format!("The user named '{}' does not exist", found.0))
        }
    };
    let person = found.1.ok_or_else(missing)?;
    Ok(Answer::ok(&whole(Show::call(site, call), person, &call.query.list("expand"))))
}

/// The text a search is for: `query` on Cloud (or `accountId`), `username` on Data Center, where `.` is everybody.
pub(super) fn wanted(site: &Site, call: &Call<'_>) -> Option<String> {
    let query = &call.query;
    let text =
        if site.is_cloud() { query.get("query").or(query.get("accountId")) } else { query.get("username") };
    text.map(|text| if text == "." { String::new() } else { text.to_lowercase() })
}

/// Whether the start of a name, an e-mail or an id is this text.
pub(super) fn fits(site: &Site, person: Person, text: &str) -> bool {
    let account = site.catalog.account(person);
    let parts =
        [&account.display, &account.email, if site.is_cloud() { &account.account_id } else { &account.name }];
    parts.iter().any(|part| part.to_lowercase().split([' ', '@']).any(|word| word.starts_with(text)))
        || parts.iter().any(|part| part.to_lowercase().starts_with(text))
}

/// Active people, and inactive ones when they are asked for.
fn people<'a>(site: &'a Site, call: &Call<'_>) -> impl Iterator<Item = Person> + 'a {
    let inactive = call.query.flag("includeInactive");
    let active = call.query.get("includeActive").is_none_or(|flag| flag != "false");
    let wanted = move |inactive_one: bool| if inactive_one { inactive } else { active };
    site.catalog.people().filter(move |(_, account)| wanted(account.inactive)).map(|(person, _)| person)
}

fn answer(site: &Site, call: &Call<'_>, found: impl Iterator<Item = Person>) -> Answer {
    let found: Vec<Person> = found.collect();
    let show = Show::call(site, call);
    Answer::ok(&each(slice(&found, page(call, 50, 1_000)).iter(), |person| PersonView(show, *person)))
}

/// Those of a page who are meant. Cloud cuts everybody who fits into pages, up to the thousandth, and then looks who of a page is
/// meant, so that a page may be short or empty although others follow ("Find users assignable to issues"). Data Center looks
/// first.
pub(super) fn of_page(
    site: &Site,
    call: &Call<'_>,
    fitting: impl Iterator<Item = Person>,
    meant: impl Fn(&Person) -> bool,
) -> Answer {
    if !site.is_cloud() {
        return answer(site, call, fitting.filter(meant));
    }
    let all: Vec<Person> = fitting.take(1_000).collect();
    let found = slice(&all, page(call, 50, 1_000)).iter().copied().filter(|person| meant(person));
    let (found, show): (Vec<Person>, _) = (found.collect(), Show::call(site, call));
    Answer::ok(&each(found.iter(), |person| PersonView(show, *person)))
}

/// `GET user/search`
pub(crate) fn search(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let text = wanted(site, call).ok_or_else(|| {
        let name = if site.is_cloud() { "query" } else { "username" };
        Refusal::bad(format!("The {name} query parameter was not provided"))
    })?;
    Ok(answer(site, call, people(site, call).filter(|person| fits(site, *person, &text))))
}

/// `GET user/assignable/search`: those who may edit in the project, or in the issue's project.
pub(crate) fn assignable(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let query = &call.query;
    let project = match (query.get("project"), query.get("issueKey").or(query.get("issueId"))) {
        (Some(project), _) => {
            site.catalog.project(project).filter(|row| site.may(call.caller, *row, Right::Browse))
        }
        (None, Some(issue)) => Some(site.see(call.caller, issue)?.project),
        (None, None) => {
            return Err(Refusal::bad("Either the 'project' or the 'issueKey' query parameter is required"));
        }
    };
    let project = project.ok_or_else(|| Refusal::missing("No project could be found with the given key."))?;
    let text = wanted(site, call).unwrap_or_default();
    let fitting = people(site, call).filter(|person| fits(site, *person, &text));
    Ok(of_page(site, call, fitting, |person| site.may(Some(*person), project, Right::Edit)))
}
