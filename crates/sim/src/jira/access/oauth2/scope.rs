//! The scopes of Data Center's OAuth 2.0 provider, and which one a call needs.
//!
//! `READ` ⊂ `WRITE` ⊂ `ADMIN` ⊂ `SYSTEM_ADMIN` ("Jira OAuth 2.0 provider API"). Rights are those of the scope and of the
//! person, whichever are fewer: the scope is checked here, the person's rights by each route. Which resource needs
//! which is not published; what only administrators may do on it needs `ADMIN` here.

use http::StatusCode;
use http::header::WWW_AUTHENTICATE;

use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// What an access token may be used for; each contains those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Scope {
    Read,
    Write,
    Admin,
    SystemAdmin,
}

impl Scope {
    pub(crate) const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Admin, Self::SystemAdmin];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::Admin => "ADMIN",
            Self::SystemAdmin => "SYSTEM_ADMIN",
        }
    }

    /// What it says on the page where somebody consents.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Read => "See projects and issues, and what is about them",
            Self::Write => "Make, change and delete projects' content and issues",
            Self::Admin => "Administer Jira",
            Self::SystemAdmin => "Administer Jira and the system it runs on",
        }
    }

    /// The widest of some names; `None` if there is none, or one that does not exist.
    pub(crate) fn read(names: &str) -> Option<Self> {
        let named = |name: &str| Self::ALL.into_iter().find(|scope| scope.name() == name);
        let all: Option<Vec<Self>> = names.split_whitespace().map(named).collect();
        all?.into_iter().max()
    }
}

/// Where people work; everything else is set up by administrators.
const WORK: &[&str] = &[
    "attachment",
    "avatar",
    "backlog",
    "board",
    "bulk",
    "comment",
    "component",
    "dashboard",
    "epic",
    "filter",
    "issue",
    "issueLink",
    "jql",
    "mypreferences",
    "myself",
    "project",
    "search",
    "sprint",
    "tokens",
    "universal_avatar",
    "user",
    "version",
    "worklog",
];
/// What is looked at by a POST.
const LOOKS: &[&str] = &["/search", "/worklog/list", "/jql/", "/permissions/check"];
/// What only administrators look at.
const SETUP: &[&str] = &[
    "application-properties",
    "auditing",
    "configuration",
    "customFields",
    "issuesecurityschemes",
    "notificationscheme",
    "permissionscheme",
    "screens",
    "settings",
    "workflowscheme",
];
/// What only the system's administrators touch.
const SYSTEM: &[&str] = &["cluster", "index", "index-snapshot", "reindex", "upgrade"];

/// The scope that a call needs.
pub(crate) fn needed(call: &Call<'_>) -> Scope {
    if ["/rest/webhooks/", "/rest/jira-webhook/"].iter().any(|prefix| call.path.starts_with(prefix)) {
        return Scope::Admin;
    }
    let root = call.route.trim_start_matches('/').split('/').next().unwrap_or_default();
    let looks = matches!(call.method, "GET" | "HEAD" | "OPTIONS")
        || (call.method == "POST" && LOOKS.iter().any(|look| call.route.starts_with(look)));
    match root {
        root if SYSTEM.contains(&root) => Scope::SystemAdmin,
        root if SETUP.contains(&root) => Scope::Admin,
        _ if looks => Scope::Read,
        // Accounts and projects are made by administrators; one's own columns are one's own.
        "user" if !call.route.starts_with("/user/columns") => Scope::Admin,
        "project" if call.route == "/project" => Scope::Admin,
        root if WORK.contains(&root) => Scope::Write,
        _ => Scope::Admin,
    }
}

/// Refuses a call whose access token has too little scope, or is not for this part of Jira.
pub(crate) fn check(site: &Site, call: &Call<'_>) -> Result<(), Answer> {
    let Some((held, service)) = super::held(site, call) else { return Ok(()) };
    if service && !["/rest/api/2/", "/rest/api/latest/"].iter().any(|prefix| call.path.starts_with(prefix)) {
        // "Service accounts" (confluence.atlassian.com/enterprise, 1627095923): only /rest/api/2/* at first.
        return Err(refused(site, held, Scope::Write));
    }
    let needed = needed(call);
    if held < needed { Err(refused(site, held, needed)) } else { Ok(()) }
}

/// Jira takes the permission away and says no more; a switch names the scope as RFC 6750 would.
fn refused(site: &Site, held: Scope, needed: Scope) -> Answer {
    if !site.gate.provider().rules.scope_named {
        return Refusal::forbidden("You do not have the permission to do this operation.").into();
    }
    let told = format!("The access token has the scope {}; {} is needed.", held.name(), needed.name());
    let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{}\"", needed.name());
    Answer::from(Refusal::new(StatusCode::FORBIDDEN, told)).header(WWW_AUTHENTICATE, &challenge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_of_the_named_scopes_counts_and_clouds_are_unknown() {
        assert_eq!(Scope::read("READ WRITE"), Some(Scope::Write));
        assert_eq!(Scope::read("SYSTEM_ADMIN"), Some(Scope::SystemAdmin));
        for wrong in ["", "read", "read:jira-work", "READ offline_access"] {
            assert_eq!(Scope::read(wrong), None, "{wrong}");
        }
        assert!(
            Scope::Read < Scope::Write && Scope::Write < Scope::Admin && Scope::Admin < Scope::SystemAdmin
        );
    }
}
