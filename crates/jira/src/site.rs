//! The Jira at one connection: which face it has, and how a call is sent and its answer read.

use bowline_core::connection::{Connection, ToolKind};
use bowline_core::port::{Asker, Outbound, OutboundAnswer, OutboundCall};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Refusal};
use crate::url::Path;

/// Which Jira.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// Jira Cloud: REST version 3, rich text as ADF, people by `accountId`.
    Cloud,
    /// Jira Data Center and Server: REST version 2, rich text as wiki markup, people by `name`.
    DataCenter,
}

/// The Jira at one connection. Cheap to make; one for each use.
#[derive(Clone, Copy)]
pub struct Jira<'a> {
    outbound: &'a dyn Outbound,
    connection: &'a Connection,
    deployment: Deployment,
    asker: Asker,
}

impl<'a> Jira<'a> {
    /// The Jira at a connection: Cloud if the connection says so, else Data Center.
    pub fn new(outbound: &'a dyn Outbound, connection: &'a Connection) -> Self {
        let deployment = match connection.tool {
            ToolKind::JiraCloud => Deployment::Cloud,
            _ => Deployment::DataCenter,
        };
        Self { outbound, connection, deployment, asker: Asker::Work }
    }

    /// The same, with somebody who waits for the answers.
    #[must_use]
    pub fn asked_by(self, asker: Asker) -> Self {
        Self { asker, ..self }
    }

    /// Which Jira it is.
    pub fn deployment(&self) -> Deployment {
        self.deployment
    }

    pub(crate) fn connection(&self) -> &'a Connection {
        self.connection
    }

    pub(crate) fn asker(&self) -> Asker {
        self.asker
    }

    /// Where the platform's REST API begins.
    pub(crate) fn api(&self) -> Path {
        Path::new(match self.deployment {
            Deployment::Cloud => "/rest/api/3",
            Deployment::DataCenter => "/rest/api/2",
        })
    }

    /// Reads something.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: Path,
    ) -> Result<T, Error> {
        let answer = self.answer(operation, Method::GET, path, None, true).await?;
        read(operation, &answer)
    }

    /// Asks by POST for something to read, so that it may be repeated.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: Path,
        body: &Value,
    ) -> Result<T, Error> {
        let answer = self.answer(operation, Method::POST, path, Some(body), true).await?;
        read(operation, &answer)
    }

    /// Changes something; the answer is returned for the caller to read.
    pub(crate) async fn change(
        &self,
        operation: &'static str,
        method: Method,
        path: Path,
        body: &Value,
    ) -> Result<OutboundAnswer, Error> {
        self.answer(operation, method, path, Some(body), false).await
    }

    /// Sends a call; anything but 2xx is an error.
    pub(crate) async fn answer(
        &self,
        operation: &'static str,
        method: Method,
        path: Path,
        body: Option<&Value>,
        repeatable: bool,
    ) -> Result<OutboundAnswer, Error> {
        let json = HeaderValue::from_static("application/json");
        let mut headers = HeaderMap::from_iter([(ACCEPT, json.clone())]);
        if body.is_some() {
            headers.insert(CONTENT_TYPE, json);
        }
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let ((path, subject), asker) = (path.finish(), self.asker);
        let call = OutboundCall { method, path, headers, body, operation, subject, repeatable, asker };
        let answer = self.outbound.send(self.connection, call).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(Error::Refused { operation, status: answer.status, refusal: Refusal::parse(&answer.body) })
    }
}

/// Reads the body of an answer, whatever its content type claims.
pub(crate) fn read<T: DeserializeOwned>(
    operation: &'static str,
    answer: &OutboundAnswer,
) -> Result<T, Error> {
    serde_json::from_slice(&answer.body).map_err(|error| Error::Unreadable {
        operation,
        line: error.line(),
        column: error.column(),
    })
}
