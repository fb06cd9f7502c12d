//! Content properties: JSON that an app keeps at pages and other content of Confluence.
//!
//! They are the properties of version 2 of Confluence's API (developer.atlassian.com/cloud/confluence/rest/v2, “Content
//! Properties”; those of version 1 are deprecated). One is found by its key and changed by its id, under a number that counts its
//! changes.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::call::{Client, HostCall, Identity};
use super::error::Error;
use super::property::{LARGEST_PROPERTY, done, part, read_name};
use crate::installation::{Installation, Product};

/// Content that can have properties, by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// A page.
    Page(&'a str),
    /// A blog post.
    BlogPost(&'a str),
    /// An attachment.
    Attachment(&'a str),
    /// A comment, below the content or inside it.
    Comment(&'a str),
    /// Content of a kind that an app made.
    Custom(&'a str),
}

impl Content<'_> {
    /// The path of its properties below the base URL.
    fn path(self) -> Result<String, Error> {
        let (kind, id) = match self {
            Self::Page(id) => ("pages", id),
            Self::BlogPost(id) => ("blogposts", id),
            Self::Attachment(id) => ("attachments", id),
            Self::Comment(id) => ("comments", id),
            Self::Custom(id) => ("custom-content", id),
        };
        Ok(format!("/api/v2/{kind}/{}/properties", part(id)?))
    }
}

/// A property as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ContentProperty {
    /// By what it is changed and removed.
    pub id: String,
    /// What it holds.
    pub value: Value,
    /// How often it was written.
    pub version: u64,
}

#[derive(Deserialize)]
struct Page {
    results: Vec<Wire>,
}

#[derive(Deserialize)]
struct Wire {
    id: String,
    key: String,
    value: Value,
    version: Version,
}

#[derive(Deserialize)]
struct Version {
    number: u64,
}

impl Client {
    /// A property of content; `None` if there is none, or no such content that the identity can see.
    pub async fn find_content_property(
        &self,
        installation: &Installation,
        identity: Identity<'_>,
        content: Content<'_>,
        key: &str,
    ) -> Result<Option<ContentProperty>, Error> {
        if installation.product != Product::Confluence {
            return Err(Error::Unfit("content properties are Confluence's"));
        }
        let path = format!("{}?key={}", content.path()?, read_name(key)?);
        let call = HostCall::get(&path, "connect.content_property.get");
        let answer = self.send(installation, identity, call).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(None),
            StatusCode::OK => {
                let page: Page = serde_json::from_slice(&answer.body)
                    .map_err(|_| Error::Answer("no list of content properties"))?;
                let found = page.results.into_iter().find(|one| one.key == key);
                Ok(found.map(|Wire { id, value, version, .. }| ContentProperty {
                    id,
                    value,
                    version: version.number,
                }))
            }
            _ => Err(Error::Refused(answer.status)),
        }
    }

    /// Sets a property of content. If somebody else writes it at the same time, one of the two is refused with 409.
    pub async fn put_content_property(
        &self,
        installation: &Installation,
        identity: Identity<'_>,
        content: Content<'_>,
        key: &str,
        value: &Value,
    ) -> Result<(), Error> {
        if value.to_string().len() > LARGEST_PROPERTY {
            return Err(Error::Unfit("the value of a property is longer than 32 KiB"));
        }
        let before = self.find_content_property(installation, identity, content, key).await?;
        let operation = "connect.content_property.put";
        let (method, path, body) = match before {
            None => (Method::POST, content.path()?, json!({"key": key, "value": value})),
            Some(ContentProperty { id, version, .. }) => {
                let number = version.saturating_add(1);
                let body = json!({"key": key, "value": value, "version": {"number": number}});
                (Method::PUT, format!("{}/{}", content.path()?, part(&id)?), body)
            }
        };
        let call = HostCall { method, path: &path, body: body.to_string().into_bytes(), operation };
        let answer = self.send(installation, identity, call).await?;
        done(answer, &[StatusCode::OK, StatusCode::CREATED])
    }

    /// Removes a property of content; one that is not there is removed already.
    pub async fn delete_content_property(
        &self,
        installation: &Installation,
        identity: Identity<'_>,
        content: Content<'_>,
        key: &str,
    ) -> Result<(), Error> {
        let found = self.find_content_property(installation, identity, content, key).await?;
        let Some(ContentProperty { id, .. }) = found else { return Ok(()) };
        let path = format!("{}/{}", content.path()?, part(&id)?);
        let operation = "connect.content_property.delete";
        let call = HostCall { method: Method::DELETE, path: &path, body: Vec::new(), operation };
        let answer = self.send(installation, identity, call).await?;
        done(answer, &[StatusCode::NO_CONTENT, StatusCode::NOT_FOUND])
    }
}
