//! The two calls: which accounts have closed or changed, and what somebody is called now.

use std::collections::BTreeMap;

use bowline_core::Timestamp;
use bowline_core::code::{AUTH_FORBIDDEN, TOOL_BAD_ANSWER};
use bowline_core::connection::Connection;
use bowline_core::failure::{Failure, Words};
use bowline_core::layers::Transport;
use bowline_core::port::{Asker, Outbound, OutboundAnswer, OutboundCall};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::CYCLE;
use crate::percent::encoded;

/// What Atlassian says of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// It is gone: erase.
    Closed,
    /// It has changed since: read it anew.
    #[serde(other)]
    Updated,
}

#[derive(Deserialize)]
struct Answer {
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    account_id: String,
    status: Status,
}

/// Asks about accounts; says what is to be done about some of them, and how many days the cycle has.
pub(super) async fn report(
    outbound: &dyn Outbound,
    (by, cloud_api): (&Connection, &str),
    accounts: &BTreeMap<&str, Timestamp>,
) -> Result<(BTreeMap<String, Status>, i64), Failure> {
    let entry = |(id, at): (&&str, &Timestamp)| {
        // To the millisecond, as in the guide's examples.
        let at = at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
        json!({ "accountId": id, "updatedAt": at })
    };
    let body = json!({ "accounts": accounts.iter().map(entry).collect::<Vec<_>>() });
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let call = OutboundCall {
        method: Method::POST,
        path: "/app/report-accounts/".to_owned(),
        headers,
        body: Bytes::from(body.to_string()),
        operation: "atlassian.report_accounts",
        subject: None,
        // It changes nothing there.
        repeatable: true,
        asker: Asker::Work,
    };
    // Atlassian itself is called: what stands before the connection's site has no business there, nor what is shown to it.
    let (transport, gateway) = (Transport::default(), None);
    let there = Connection { base_url: cloud_api.to_owned(), transport, gateway, ..by.clone() };
    let answer = outbound.send(&there, call).await?;
    let days = cycle(&answer.headers);
    match answer.status {
        StatusCode::NO_CONTENT => Ok((BTreeMap::new(), days)),
        StatusCode::OK => {
            let Answer { accounts } =
                serde_json::from_slice(&answer.body).map_err(|_| Failure::park(TOOL_BAD_ANSWER))?;
            Ok((accounts.into_iter().map(|account| (account.account_id, account.status)).collect(), days))
        }
        StatusCode::FORBIDDEN => Err(Failure::wait(AUTH_FORBIDDEN)),
        _ => Err(unexpected(&answer)),
    }
}

/// `Cycle-Period`, in days.
fn cycle(headers: &HeaderMap) -> i64 {
    let told = headers.get("cycle-period").and_then(|days| days.to_str().ok()?.trim().parse().ok());
    told.filter(|days| (1..=365).contains(days)).unwrap_or(CYCLE)
}

fn unexpected(answer: &OutboundAnswer) -> Failure {
    Failure::park(TOOL_BAD_ANSWER).with_words(Words::new(format!("status {}", answer.status.as_u16())))
}

/// What somebody is called now; `None` if the site does not tell.
pub(super) async fn name_of(
    outbound: &dyn Outbound,
    by: &Connection,
    account: &str,
) -> Result<Option<String>, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct User {
        display_name: Option<String>,
    }
    let call = OutboundCall {
        method: Method::GET,
        path: format!("/rest/api/3/user?accountId={}", encoded(account)),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        operation: "jira.user.get",
        subject: None,
        repeatable: true,
        asker: Asker::Work,
    };
    let answer = outbound.send(by, call).await?;
    match answer.status {
        status if status.is_success() => {
            let user: User =
                serde_json::from_slice(&answer.body).map_err(|_| Failure::park(TOOL_BAD_ANSWER))?;
            Ok(user.display_name.filter(|name| !name.is_empty()))
        }
        status if status.is_client_error() => Ok(None),
        _ => Err(unexpected(&answer)),
    }
}
