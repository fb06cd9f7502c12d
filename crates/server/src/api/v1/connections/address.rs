//! What may be stored of a connection: names, addresses, ways to sign in, settings.

use std::collections::BTreeMap;

use bowline_core::connection::{SignIn, ToolKind};
use bowline_core::{ConnectionId, code};
use http::StatusCode;

use crate::app::App;
use crate::problem::Problem;

/// Longer is no address of a tool.
const LONGEST_URL: usize = 500;

/// A connection's name: profiles and command lines use it, so it must not need quoting or look like an id.
pub(in crate::api::v1) fn name(name: String) -> Result<String, Problem> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let fits = (1..=60).contains(&name.len())
        && name.bytes().all(plain)
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.parse::<ConnectionId>().is_err();
    let detail = "A connection's name has 1 to 60 letters, digits, dots, dashes and underscores, and starts \
                  with a letter or digit.";
    if fits { Ok(name) } else { Err(Problem::bad_request(detail)) }
}

/// An address without what could hold a secret or change where calls go; the trailing slash is cut off.
///
/// Whether it may be called is `net`'s business, at every call anew.
pub(in crate::api::v1) fn url(field: &str, url: &str) -> Result<String, Problem> {
    let wrong = || {
        Problem::bad_request(format!(
            "`{field}` is an address like `https://acme.example.net/jira`: http or https, a host, and neither user \
             name, query nor fragment."
        ))
    };
    let parsed: http::Uri = url.parse().map_err(|_| wrong())?;
    let scheme = matches!(parsed.scheme_str(), Some("http" | "https"));
    let host = parsed.host().is_some_and(|host| !host.is_empty());
    let bare = !url.contains(['@', '?', '#', '\\']) && !url.chars().any(char::is_whitespace);
    if !(scheme && host && bare && url.len() <= LONGEST_URL) {
        return Err(wrong());
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// A way to sign in that the tool knows.
pub(super) fn sign_in(tool: ToolKind, sign_in: SignIn) -> Result<SignIn, Problem> {
    let (fits, known) = match tool {
        ToolKind::JiraCloud => {
            (matches!(sign_in, SignIn::ApiToken { .. } | SignIn::Grant { .. }), "`api_token` or `grant`")
        }
        ToolKind::JiraDc => (
            !matches!(sign_in, SignIn::ApiToken { .. } | SignIn::AccessToken | SignIn::ServiceToken),
            "`personal_access_token`, `grant`, `basic`, `session` or `in_front`",
        ),
        ToolKind::Targetprocess => (
            matches!(
                sign_in,
                SignIn::Basic { .. } | SignIn::Session { .. } | SignIn::AccessToken | SignIn::ServiceToken
            ),
            "`access_token`, `service_token`, `basic` or `session`",
        ),
    };
    let named = match &sign_in {
        SignIn::ApiToken { email: name } | SignIn::Basic { user: name } | SignIn::Session { user: name } => {
            !name.is_empty() && name.len() <= 200 && !name.contains([':', '\r', '\n'])
        }
        SignIn::PersonalAccessToken
        | SignIn::AccessToken
        | SignIn::ServiceToken
        | SignIn::InFront
        | SignIn::Connect { .. }
        | SignIn::Grant { .. } => true,
    };
    match (fits, named) {
        (true, true) => Ok(sign_in),
        (true, false) => {
            Err(Problem::bad_request("The account's name in `sign_in` has 1 to 200 characters and no colon."))
        }
        (false, _) => Err(Problem::bad_request(format!("`{tool}` knows the sign-in method {known}."))),
    }
}

/// The secret itself: something, and nothing that no header can carry.
pub(super) fn secret(field: &str, secret: &str) -> Result<(), Problem> {
    let fits = (1..=4_000).contains(&secret.len()) && !secret.contains(['\r', '\n', '\0']);
    let detail = || format!("`{field}` has 1 to 4000 characters, on one line.");
    if fits { Ok(()) } else { Err(Problem::bad_request(detail())) }
}

/// Whether this installation may take a secret for a tool: an app of Atlassian's Marketplace may not collect API tokens, passwords
/// and personal access tokens of Atlassian accounts (developer.atlassian.com/platform/marketplace/security-requirements).
/// Those of other tools are none of theirs.
pub(super) fn collected(app: &App, tool: ToolKind) -> Result<(), Problem> {
    let is_atlassians = match tool {
        ToolKind::JiraCloud | ToolKind::JiraDc => true,
        ToolKind::Targetprocess => false,
    };
    if app.options.collects_credentials || !is_atlassians {
        return Ok(());
    }
    let detail =
        "This installation takes no API tokens, passwords and personal access tokens of Atlassian accounts.";
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code::API_CREDENTIAL_REFUSED, detail))
}

/// Settings of the adapter.
pub(super) fn settings(settings: &BTreeMap<String, String>) -> Result<(), Problem> {
    let fits = settings.len() <= 50
        && settings.iter().all(|(name, value)| (1..=60).contains(&name.len()) && value.len() <= 500);
    let detail = "`settings` has at most 50 entries, each with a short name and at most 500 characters.";
    if fits { Ok(()) } else { Err(Problem::bad_request(detail)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_web_address_is_one() {
        assert_eq!(
            url("base_url", "https://a.example/jira/").ok().as_deref(),
            Some("https://a.example/jira")
        );
        assert_eq!(url("base_url", "http://127.0.0.1:8080").ok().as_deref(), Some("http://127.0.0.1:8080"));
        for bad in [
            "",
            "a.example",
            "/jira",
            "ftp://a.example",
            "file:///etc/passwd",
            "https://",
            "https://user@a.example",
            "https://user:pw@a.example",
            "https://a.example/?x=1",
            "https://a.example/#x",
            "https://a.example\\@b",
            "https://a.example/ b",
            "javascript:alert(1)",
        ] {
            assert!(url("base_url", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_needs_no_quoting_and_is_no_id() {
        assert!(name("jira-cloud.1".to_owned()).is_ok());
        for bad in ["", "-x", "a b", "ä", "a/b", &"x".repeat(61), "con_0190b0b0b0b07b0b8b0b0b0b0b0b0b0b"] {
            assert!(name(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
