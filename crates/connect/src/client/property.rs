//! Entity properties and app properties: JSON that an app keeps in a site. Those of Confluence's content are next door, in
//! `content`.

use bowline_core::port::OutboundAnswer;
use http::{Method, StatusCode};
use serde_json::Value;

use super::call::{Client, HostCall, Identity};
use super::error::Error;
use crate::installation::Installation;
use crate::percent;

/// The largest value, in bytes of JSON (developer.atlassian.com/cloud/jira/platform/jira-entity-properties).
pub const LARGEST_PROPERTY: usize = 32_768;
/// The longest name, in characters, likewise.
const LONGEST_NAME: usize = 255;

/// Where a property is, by the entity's id or key and the property's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property<'a> {
    /// Of an issue.
    Issue(&'a str, &'a str),
    /// Of a comment, by its id.
    Comment(&'a str, &'a str),
    /// Of a project.
    Project(&'a str, &'a str),
    /// Of a dashboard's item, by the ids of both.
    DashboardItem(&'a str, &'a str, &'a str),
    /// Of a user, by account id.
    User(&'a str, &'a str),
    /// Of the app in this site. Nobody but the app can write it; people who administer the site can read it.
    App(&'a str),
}

impl Property<'_> {
    /// The path below the base URL. Names and ids are encoded, so that none reaches another entity.
    fn path(self, app_key: &str) -> Result<String, Error> {
        let name = match self {
            Self::Issue(_, name) | Self::Comment(_, name) | Self::Project(_, name) => name,
            Self::DashboardItem(_, _, name) | Self::User(_, name) | Self::App(name) => name,
        };
        let name = read_name(name)?;
        Ok(match self {
            Self::Issue(id, _) => format!("/rest/api/3/issue/{}/properties/{name}", part(id)?),
            Self::Comment(id, _) => format!("/rest/api/3/comment/{}/properties/{name}", part(id)?),
            Self::Project(id, _) => format!("/rest/api/3/project/{}/properties/{name}", part(id)?),
            Self::DashboardItem(board, item, _) => {
                format!("/rest/api/3/dashboard/{}/items/{}/properties/{name}", part(board)?, part(item)?)
            }
            Self::User(id, _) => format!("/rest/api/3/user/properties/{name}?accountId={}", part(id)?),
            Self::App(_) => format!("/rest/atlassian-connect/1/addons/{}/properties/{name}", part(app_key)?),
        })
    }
}

/// The name of a property, as a segment or a value.
pub(super) fn read_name(name: &str) -> Result<String, Error> {
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Error::Unfit("the name of a property is 1 to 255 characters"));
    }
    part(name)
}

/// One segment. A slash in it would be one of the path to some servers even when it is encoded, and dots would lead out.
pub(super) fn part(text: &str) -> Result<String, Error> {
    match text {
        "" | "." | ".." => Err(Error::Unfit("an id or a name is empty or made of dots")),
        _ if text.contains(['/', '\\']) => Err(Error::Unfit("an id or a name has a slash")),
        _ => Ok(percent::encoded(text)),
    }
}

impl Client {
    /// The value of a property; `None` if there is none, or no such entity that the identity can see.
    pub async fn find_property(
        &self,
        installation: &Installation,
        identity: Identity<'_>,
        property: Property<'_>,
    ) -> Result<Option<Value>, Error> {
        let path = property.path(self.app_key())?;
        let answer = self.send(installation, identity, HostCall::get(&path, "connect.property.get")).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::OK => {
                let body: Value = serde_json::from_slice(&answer.body)
                    .map_err(|_| Error::Answer("a property is no JSON"))?;
                body.get("value").cloned().map(Some).ok_or(Error::Answer("a property without a value"))
            }
            _ => Err(Error::Refused(answer.status)),
        }
    }

    /// Sets a property.
    pub async fn put_property(
        &self,
        installation: &Installation,
        identity: Identity<'_>,
        property: Property<'_>,
        value: &Value,
    ) -> Result<(), Error> {
        let body = value.to_string().into_bytes();
        if body.len() > LARGEST_PROPERTY {
            return Err(Error::Unfit("the value of a property is longer than 32 KiB"));
        }
        let path = property.path(self.app_key())?;
        let call = HostCall { method: Method::PUT, path: &path, body, operation: "connect.property.put" };
        done(self.send(installation, identity, call).await?, &[StatusCode::OK, StatusCode::CREATED])
    }

    /// Removes a property; one that is not there is removed already.
    pub async fn delete_property(
        &self,
        installation: &Installation,
        identity: Identity<'_>,
        property: Property<'_>,
    ) -> Result<(), Error> {
        let path = property.path(self.app_key())?;
        let operation = "connect.property.delete";
        let call = HostCall { method: Method::DELETE, path: &path, body: Vec::new(), operation };
        let answer = self.send(installation, identity, call).await?;
        done(answer, &[StatusCode::NO_CONTENT, StatusCode::NOT_FOUND])
    }
}

pub(super) fn done(answer: OutboundAnswer, good: &[StatusCode]) -> Result<(), Error> {
    if good.contains(&answer.status) { Ok(()) } else { Err(Error::Refused(answer.status)) }
}
