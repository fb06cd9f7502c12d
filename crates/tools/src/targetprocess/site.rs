//! Sending calls, and evening out the two forms of answers.

use bowline_core::connection::Connection;
use bowline_core::port::{Asker, Outbound, OutboundAnswer, OutboundCall};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Map, Value as Json};

use super::query::{Query, read_path, write_path};
use super::refusal::{Error, said};

/// How many rows to ask for at once: more is treated as 1,000 anyway (developer hub, “Paging”).
pub(crate) const PAGE: usize = 1_000;

/// No list is followed beyond so many pages.
const MAX_PAGES: usize = 1_000;

/// The Targetprocess at one connection.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    outbound: &'a dyn Outbound,
    connection: &'a Connection,
    asker: Asker,
}

/// A page of rows.
pub(crate) struct Page {
    /// The rows, with names in camelCase.
    pub(crate) items: Vec<Json>,
    /// Whether there are more.
    pub(crate) more: bool,
}

impl<'a> Site<'a> {
    /// The site at a connection.
    pub(crate) fn new(outbound: &'a dyn Outbound, connection: &'a Connection) -> Self {
        Self { outbound, connection, asker: Asker::Work }
    }

    /// The same, with somebody who waits for the answers.
    pub(crate) const fn asked_by(self, asker: Asker) -> Self {
        Self { asker, ..self }
    }

    /// Runs a query and reads one page.
    pub(crate) async fn page(&self, operation: &'static str, query: Query) -> Result<Page, Error> {
        let answer = self.send(operation, Method::GET, query.finish(), None).await?;
        let mut found = read(&answer)?;
        let items = found.get_mut("items").map(Json::take);
        let Some(Json::Array(items)) = items else { return Err(Error::Unreadable) };
        let more = found.get("next").is_some_and(|next| !next.is_null()) && !items.is_empty();
        Ok(Page { items, more })
    }

    /// Runs a query and reads all pages.
    pub(crate) async fn all(&self, operation: &'static str, query: Query) -> Result<Vec<Json>, Error> {
        let mut all = Vec::new();
        for _ in 0..MAX_PAGES {
            let page = self.page(operation, query.clone().part(all.len(), PAGE)).await?;
            all.extend(page.items);
            if !page.more {
                break;
            }
        }
        Ok(all)
    }

    /// Runs a query for one entity; `None` if it does not exist or may not be seen.
    pub(crate) async fn find(&self, operation: &'static str, query: Query) -> Result<Option<Json>, Error> {
        match self.page(operation, query).await {
            Ok(page) => Ok(page.items.into_iter().next()),
            Err(Error::Refused(StatusCode::NOT_FOUND, _)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads one entity through v1; `None` if it does not exist or may not be seen.
    pub(crate) async fn get(
        &self,
        operation: &'static str,
        (collection, id): (&str, u64),
        wanted: &str,
    ) -> Result<Option<Json>, Error> {
        match self.send(operation, Method::GET, read_path(collection, id, wanted), None).await {
            Ok(answer) => read(&answer).map(Some),
            Err(Error::Refused(StatusCode::NOT_FOUND, _)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Creates an entity (no id) or changes one, and returns the members named in `read`, in camelCase.
    pub(crate) async fn write(
        &self,
        operation: &'static str,
        (collection, id): (&str, Option<u64>),
        read_back: &str,
        body: Map<String, Json>,
    ) -> Result<Json, Error> {
        let path = write_path(collection, id, read_back);
        let answer = self.send(operation, Method::POST, path, Some(Json::Object(body))).await?;
        read(&answer)
    }

    /// Deletes an entity; one that is gone already is as good.
    pub(crate) async fn delete(
        &self,
        operation: &'static str,
        collection: &str,
        id: u64,
    ) -> Result<(), Error> {
        match self.send(operation, Method::DELETE, format!("/api/v1/{collection}/{id}"), None).await {
            Ok(_) | Err(Error::Refused(StatusCode::NOT_FOUND, _)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The account behind the credential.
    pub(crate) async fn logged_user(&self) -> Result<Json, Error> {
        let path = "/api/v1/Users/LoggedUser?format=json&include=%5BId%2CFirstName%2CLastName%2CLogin%5D";
        read(&self.send("targetprocess.logged_user", Method::GET, path.to_owned(), None).await?)
    }

    async fn send(
        &self,
        operation: &'static str,
        method: Method,
        path: String,
        body: Option<Json>,
    ) -> Result<OutboundAnswer, Error> {
        let json = HeaderValue::from_static("application/json");
        let mut headers = HeaderMap::from_iter([(ACCEPT, json.clone())]);
        if body.is_some() {
            headers.insert(CONTENT_TYPE, json);
        }
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        // A second DELETE finds nothing to delete.
        let repeatable = method != Method::POST;
        let (subject, asker) = (None, self.asker);
        let call = OutboundCall { method, path, headers, body, operation, subject, repeatable, asker };
        let answer = self.outbound.send(self.connection, call).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(Error::Refused(answer.status, said(&answer.body)))
    }
}

/// Reads the body of an answer, whatever its content type claims.
fn read(answer: &OutboundAnswer) -> Result<Json, Error> {
    serde_json::from_slice(&answer.body).map(camel).map_err(|_| Error::Unreadable)
}

/// The same JSON with names that begin in lower case: v1 says `EntityVersion`, v2 says `entityVersion`.
pub(crate) fn camel(json: Json) -> Json {
    match json {
        Json::Object(members) => Json::Object(
            members.into_iter().map(|(name, value)| (lower_first(&name), camel(value))).collect(),
        ),
        Json::Array(all) => Json::Array(all.into_iter().map(camel).collect()),
        other => other,
    }
}

/// A name with its first letter in lower case.
pub(crate) fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
