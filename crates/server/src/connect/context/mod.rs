//! `/connect/context/…`: what the panel's script asks for, with a token of the person who looks.
//!
//! Such a token says who, and not what they may: each call asks the site whether this person may do this with this issue
//! (`POST /rest/api/3/permissions/check`). Nothing of the answer is kept, so a permission that is taken away is gone at once.

pub(super) mod share;
pub(super) mod state;
pub(super) mod sync;
pub(super) mod tie;
pub(super) mod unlink;

use axum::body::Body;
use axum::extract::Request;
use bowline_connect::client::{self, HostCall, Identity};
use bowline_connect::verify::Caller;
use bowline_core::connection::Connection;
use bowline_core::port::StoreError;
use bowline_core::profile::Profile;
use bowline_core::share::Share;
use bowline_core::{ShareId, Side, code};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Held;
use crate::body::{self, Limits};
use crate::problem::Problem;

/// The longest body of the panel's script, in bytes.
const LONGEST_BODY: usize = 4 << 10;

/// Who looks at which issue of which site.
struct Looking<'a> {
    held: &'a Held,
    caller: Caller,
    connection: Connection,
    account: String,
    issue: i64,
}

/// What a person wants to do, as the site's permissions (developer.atlassian.com/cloud/jira/platform/rest/v3, “Permissions”).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum May {
    /// See what the issue is tied to.
    See,
    /// Have it carried over and looked at: what they could do by editing.
    Edit,
    /// Tie it to, or untie it from, an item of their choice: whoever may see the issue then sees what that item says.
    Tie,
}

impl May {
    const ALL: [Self; 3] = [Self::See, Self::Edit, Self::Tie];

    const fn permission(self) -> &'static str {
        match self {
            Self::See => "BROWSE_PROJECTS",
            Self::Edit => "EDIT_ISSUES",
            Self::Tie => "ADMINISTER_PROJECTS",
        }
    }
}

#[derive(Deserialize)]
struct Checked {
    #[serde(rename = "projectPermissions", default)]
    project: Vec<Permission>,
}

#[derive(Deserialize)]
struct Permission {
    permission: String,
    #[serde(default)]
    issues: Vec<i64>,
}

impl<'a> Looking<'a> {
    /// By a token. If that names an issue, it is that one and no other.
    async fn of(held: &'a Held, caller: Caller, asked: Option<&str>) -> Result<Self, Problem> {
        let missing = || Problem::bad_request("`issue` is the id of the issue that is looked at.");
        let told =
            caller.claims.context.as_ref().and_then(|context| context.pointer("/jira/issue/id")).map(text);
        let issue = match (told, asked) {
            (Some(told), Some(asked)) if told != asked => {
                return Err(forbidden("The token was made for another issue."));
            }
            (Some(told), _) => told,
            (None, Some(asked)) => asked.to_owned(),
            (None, None) => return Err(missing()),
        };
        let issue = issue.parse().map_err(|_| missing())?;
        let account = caller.claims.account_id().map(str::to_owned);
        let account = account.ok_or_else(|| forbidden("The token names no person."))?;
        let found = held.connect.sites.connection(&caller.installation().client_key).await?;
        let connection = found.ok_or_else(|| Problem::not_found("connection"))?;
        Ok(Self { held, caller, connection, account, issue })
    }

    /// What the person may, as the site says now.
    async fn may(&self) -> Result<Vec<May>, Problem> {
        let permissions = May::ALL.map(May::permission);
        let asked = json!({"permissions": permissions, "issues": [self.issue]});
        let body = json!({"accountId": self.account, "projectPermissions": [asked]}).to_string().into_bytes();
        let call = HostCall {
            method: Method::POST,
            path: "/rest/api/3/permissions/check",
            body,
            operation: "connect.permissions.check",
        };
        let installation = self.caller.installation();
        let answer =
            self.held.connect.client.send(installation, Identity::App, call).await.map_err(unasked)?;
        if answer.status != StatusCode::OK {
            return Err(not_told());
        }
        let checked: Checked = serde_json::from_slice(&answer.body).map_err(|_| not_told())?;
        let has = |may: &May| {
            let of =
                |one: &Permission| one.permission == may.permission() && one.issues.contains(&self.issue);
            checked.project.iter().any(of)
        };
        Ok(May::ALL.into_iter().filter(has).collect())
    }

    /// Refuses a person who may not. Who may not even see the issue learns nothing about it.
    async fn need(&self, wanted: May) -> Result<(), Problem> {
        let may = self.may().await?;
        match may.contains(&May::See) && may.contains(&wanted) {
            true => Ok(()),
            false => Err(forbidden("Jira says that you may not do this with this issue.")),
        }
    }

    /// The issue's id, as tools have it.
    fn item(&self) -> String {
        self.issue.to_string()
    }

    /// The shares that tie the issue.
    async fn shares(&self) -> Result<Vec<Share>, StoreError> {
        let connection = &self.connection;
        let shares =
            self.held.app.ports.desk.shares_of(connection.tenant, connection.id, &[self.item()]).await?;
        Ok(shares.into_iter().filter(|share| share.state.ties()).collect())
    }

    /// One of them; another issue's is unknown.
    async fn share(&self, id: &str) -> Result<Share, Problem> {
        let unknown = || Problem::not_found("share");
        let id: ShareId = id.parse().map_err(|_| unknown())?;
        self.shares().await?.into_iter().find(|share| share.id == id).ok_or_else(unknown)
    }

    /// The active profiles over the site's connection.
    async fn profiles(&self) -> Result<Vec<Profile>, StoreError> {
        self.held.app.ports.desk.profiles_of(self.connection.tenant, self.connection.id).await
    }

    async fn profile(&self, name: &str) -> Result<Profile, Problem> {
        let found = self.profiles().await?.into_iter().find(|profile| profile.name == name);
        found.ok_or_else(|| Problem::not_found("profile"))
    }

    /// On which side of a profile the site is.
    fn side(&self, profile: &Profile) -> Side {
        if profile.left == self.connection.id { Side::Left } else { Side::Right }
    }
}

/// An id as text: the host sends it as either.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn forbidden(detail: &'static str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, code::API_FORBIDDEN, detail)
}

/// Nobody could say what the person may, so they may nothing now.
fn not_told() -> Problem {
    Problem::unavailable("Jira does not say what you may do with this issue.", 5)
}

fn unasked(error: client::Error) -> Problem {
    match error {
        client::Error::NotInstalled => forbidden("The app is not installed there any more."),
        error => {
            tracing::warn!(%error, "a site cannot be asked what a person may");
            not_told()
        }
    }
}

/// The JSON that the script sent.
async fn sent<T: DeserializeOwned>(held: &Held, request: Request<Body>) -> Result<T, Problem> {
    let (parts, body) = request.into_parts();
    let (app, rooms) = (&held.app, [&held.app.api_room]);
    let limits = Limits { size: LONGEST_BODY, within: app.options.read_within, rooms: &rooms };
    let read = body::read(&parts.headers, body, limits).await?;
    serde_json::from_slice(&read.bytes).map_err(|_| Problem::bad_request("The body does not fit."))
}
