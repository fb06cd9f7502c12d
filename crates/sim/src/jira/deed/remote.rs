//! Links from an issue to things in other systems.

use serde_json::Value;

use crate::jira::hook::{self, News};
use crate::jira::input::{flag, text};
use crate::jira::issue::Deed;
use crate::jira::part::{Icon, Numbered, Remote};
use crate::jira::refusal::Refusal;
use crate::jira::site::{By, Site};

/// The longest text of a link but for its addresses.
const TEXT: usize = 255;

/// Reads a link's body; a refusal names every field that is wrong.
pub(crate) fn read(body: &Value) -> Result<Remote, Refusal> {
    let nothing = Value::Null;
    let at = |names: &[&str]| names.iter().fold(body, |value, name| value.get(name).unwrap_or(&nothing));
    let said = |names: &[&str], name: &str| text(at(names), name).map(Into::into);
    let icon = |names: &[&str]| Icon {
        url: said(names, "url16x16"),
        title: said(names, "title"),
        link: said(names, "link"),
    };
    let remote = Remote {
        id: 0,
        global: said(&[], "globalId"),
        application: (said(&["application"], "type"), said(&["application"], "name")),
        relationship: said(&[], "relationship"),
        url: said(&["object"], "url").unwrap_or_default(),
        title: said(&["object"], "title").unwrap_or_default(),
        summary: said(&["object"], "summary"),
        icon: icon(&["object", "icon"]),
        resolved: flag(at(&["object", "status"]), "resolved"),
        status: icon(&["object", "status", "icon"]),
    };
    let wrong = faults(&remote);
    if wrong.is_empty() { Ok(remote) } else { Err(Refusal::fields(wrong)) }
}

fn faults(remote: &Remote) -> Vec<(String, String)> {
    let mut wrong = Vec::new();
    let mut fail = |name: &str, text: String| wrong.push((name.to_owned(), text));
    for (name, value) in [("title", &remote.title), ("url", &remote.url)] {
        if value.trim().is_empty() {
            fail(name, format!("'{name}' is required."));
        }
    }
    let addresses = [
        ("url", Some(&remote.url)),
        ("iconUrl", remote.icon.url.as_ref()),
        ("statusIconUrl", remote.status.url.as_ref()),
        ("statusIconLink", remote.status.link.as_ref()),
    ];
    for (name, address) in addresses {
        if address.is_some_and(|address| !address.trim().is_empty() && !is_address(address)) {
            fail(name, format!("'{name}' is not a valid URI."));
        }
    }
    for (name, value) in [("title", Some(&remote.title)), ("globalId", remote.global.as_ref())] {
        if value.is_some_and(|value| value.chars().count() > TEXT) {
            fail(name, format!("'{name}' cannot exceed {TEXT} characters."));
        }
    }
    wrong
}

/// Whether a text has nothing that no address may have (RFC 3986, and letters of all languages).
fn is_address(text: &str) -> bool {
    !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
}

/// Makes a link, or replaces the one with its global id; the answer is its id and whether it is new.
pub(crate) fn put(site: &mut Site, by: By, issue: u32, remote: Remote) -> (u32, bool) {
    let remotes = site.issues.get(issue).map(|issue| issue.parts().remotes.as_slice()).unwrap_or_default();
    let known = remotes.iter().find(|kept| kept.global.is_some() && kept.global == remote.global);
    match known.map(|kept| kept.id) {
        Some(id) => {
            replace(site, by, issue, id, remote);
            (id, false)
        }
        None => {
            let id = site.parts.number(Numbered::Remote);
            let to = Some(words(&remote));
            change(site, by, issue, (Deed::RemoteLinkSet, id), (None, to), |remotes| {
                remotes.push(Remote { id, ..remote });
            });
            (id, true)
        }
    }
}

/// Replaces a link that is there; the history does not tell of it.
pub(crate) fn replace(site: &mut Site, by: By, issue: u32, id: u32, remote: Remote) {
    change(site, by, issue, (Deed::RemoteLinkSet, id), (None, None), |remotes| {
        if let Some(kept) = remotes.iter_mut().find(|kept| kept.id == id) {
            *kept = Remote { id, ..remote };
        }
    });
}

/// Takes a link away.
pub(crate) fn delete(site: &mut Site, by: By, issue: u32, id: u32) {
    let remotes = site.issues.get(issue).map(|issue| issue.parts().remotes.as_slice()).unwrap_or_default();
    let from = remotes.iter().find(|kept| kept.id == id).map(words);
    change(site, by, issue, (Deed::RemoteLinkDelete, id), (from, None), |remotes| {
        remotes.retain(|kept| kept.id != id);
    });
}

fn words(remote: &Remote) -> String {
    let Remote { title, application: (_, name), .. } = remote;
    match name.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => format!("This issue links to \"{title} ({name})\""),
        None => format!("This issue links to \"{title} (Web Link)\""),
    }
}

fn change(
    site: &mut Site,
    by: By,
    issue: u32,
    (deed, id): (Deed, u32),
    (from, to): (Option<String>, Option<String>),
    apply: impl FnOnce(&mut Vec<Remote>),
) {
    let name = if site.is_cloud() { "RemoteWorkItemLink" } else { "RemoteIssueLink" };
    let noted = from.is_some() || to.is_some();
    let side = |words: Option<String>| match words {
        Some(words) => (Some(id.to_string().into()), Some(words.into())),
        None => (None, None),
    };
    let done = site.change(issue, by, (deed, id, Box::default()), false, |issue, desk| {
        apply(&mut issue.parts_mut().remotes);
        noted.then(|| desk.note(name, side(from), side(to))).into_iter().collect()
    });
    if let Some(done) = done.filter(|done| done.change != 0) {
        hook::announce(site, issue, by.who, &News::IssueUpdated { event: "issue_updated", done });
    }
}
