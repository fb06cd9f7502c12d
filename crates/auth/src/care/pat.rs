//! Personal access tokens of Jira Data Center: `rest/pat/latest/tokens`, called with the token itself.
//!
//! "Using Personal Access Tokens" (confluence.atlassian.com/enterprise, 1026032365) describes making and revoking them.
//! What a list looks like is from answers that people show; of a member that is not there nothing is concluded.

use bowline_core::Timestamp;
use bowline_core::code::{Code, NET_NOT_JSON};
use bowline_core::connection::Connection;
use bowline_core::failure::{Executed, Failure};
use bowline_core::port::{Asker, Outbound, OutboundAnswer, OutboundCall};
use bowline_core::secret::Secret;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

const PATH: &str = "/rest/pat/latest/tokens";

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) expires_at: Option<Timestamp>,
    used_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    id: Value,
    #[serde(default)]
    name: String,
    expiring_at: Option<String>,
    last_accessed_at: Option<String>,
    raw_token: Option<String>,
}

impl Wire {
    fn told(&self) -> Told {
        let time = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
        let id = self.id.as_str().map_or_else(|| self.id.to_string(), str::to_owned);
        Told {
            id,
            name: self.name.clone(),
            expires_at: time(&self.expiring_at),
            used_at: time(&self.last_accessed_at),
        }
    }
}

/// The account's tokens; `None` if this Jira has no such list, or has it for others only.
pub(super) async fn list(
    outbound: &dyn Outbound,
    connection: &Connection,
) -> Result<Option<Vec<Told>>, Failure> {
    let answer = outbound.send(connection, call("jira.pat.list", Method::GET, PATH, None)).await?;
    if !answer.status.is_success() {
        return Ok(None);
    }
    let tokens: Vec<Wire> = read(&answer)?;
    Ok(Some(tokens.iter().map(Wire::told).collect()))
}

/// The token that a connection calls with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Own {
    pub(super) token: Told,
    /// Whether it is this one beyond doubt. Of one that is guessed nothing is believed but its end, and it is never ended.
    pub(super) sure: bool,
}

/// Which of these we call with: the one that is known to be, the only one, or, as a guess, the one used last.
pub(super) fn own(all: Vec<Told>, known: Option<&str>) -> Option<Own> {
    let surely = |token| Own { token, sure: true };
    if let Some(known) = known {
        return all.into_iter().find(|token| token.id == known).map(surely);
    }
    match <[Told; 1]>::try_from(all) {
        Ok([only]) => Some(surely(only)),
        Err(all) => {
            let used = all.into_iter().filter(|token| token.used_at.is_some());
            used.max_by_key(|token| token.used_at).map(|token| Own { token, sure: false })
        }
    }
}

/// Makes a token for the same account.
pub(super) async fn create(
    outbound: &dyn Outbound,
    connection: &Connection,
    name: &str,
    days: i64,
) -> Result<(Told, Secret), Failure> {
    let body = json!({"name": name, "expirationDuration": days});
    let call = call("jira.pat.create", Method::POST, PATH, Some(&body));
    let answer = outbound.send(connection, call).await?;
    if !answer.status.is_success() {
        return Err(refused(&answer));
    }
    let mut made: Wire = read(&answer)?;
    let raw = made.raw_token.take().ok_or_else(|| Failure::retry(NET_NOT_JSON, Executed::Unknown))?;
    Ok((made.told(), Secret::from(raw)))
}

/// Ends a token; one that is gone is no error.
pub(super) async fn revoke(
    outbound: &dyn Outbound,
    connection: &Connection,
    id: &str,
) -> Result<(), Failure> {
    // An id is a number; anything else would reach another resource.
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let call = call("jira.pat.revoke", Method::DELETE, &format!("{PATH}/{id}"), None);
    let answer = outbound.send(connection, call).await?;
    match answer.status {
        status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
        _ => Err(refused(&answer)),
    }
}

/// Whether the connection's token proves who we are.
pub(super) async fn is_good(outbound: &dyn Outbound, connection: &Connection) -> Result<bool, Failure> {
    let call = call("jira.myself", Method::GET, "/rest/api/2/myself", None);
    match outbound.send(connection, call).await {
        Ok(answer) => Ok(answer.status.is_success()),
        Err(failure) if failure.act == bowline_core::failure::Act::Wait => Ok(false),
        Err(failure) => Err(failure),
    }
}

fn refused(answer: &OutboundAnswer) -> Failure {
    let code: Code = bowline_core::code::AUTH_FORBIDDEN;
    let words = bowline_core::failure::Words::new(format!("the answer was {}", answer.status));
    Failure::park(code).with_words(words)
}

fn call(operation: &'static str, method: Method, path: &str, body: Option<&Value>) -> OutboundCall {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if body.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let repeatable = method == Method::GET;
    let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
    let (path, subject, asker) = (path.to_owned(), None, Asker::Work);
    OutboundCall { method, path, headers, body, operation, subject, repeatable, asker }
}

fn read<'a, T: Deserialize<'a>>(answer: &'a OutboundAnswer) -> Result<T, Failure> {
    serde_json::from_slice(&answer.body).map_err(|_| Failure::retry(NET_NOT_JSON, Executed::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(id: &str, used: Option<i64>) -> Told {
        let used_at = used.map(|second| Timestamp::from_second(second).unwrap());
        Told { id: id.to_owned(), name: String::new(), expires_at: None, used_at }
    }

    #[test]
    fn ours_is_the_known_one_the_only_one_or_the_last_one_used() {
        let id = |all: &[Told], known| own(all.to_vec(), known).map(|own| (own.token.id, own.sure));
        let is = |id: &str, sure| Some((id.to_owned(), sure));
        let all = [told("1", Some(5)), told("2", Some(9)), told("3", None)];
        assert_eq!(id(&all, Some("1")), is("1", true));
        assert_eq!(id(&all, Some("7")), None, "it was revoked");
        assert_eq!(id(&all, None), is("2", false), "a guess");
        assert_eq!(id(&all[2..], None), is("3", true));
        assert_eq!(id(&[told("1", None), told("2", None)], None), None, "nobody knows");
    }

    #[test]
    fn an_answer_is_read_whatever_zone_its_times_are_in() {
        let wire: Wire = serde_json::from_value(json!({
            "id": 7, "name": "n", "createdAt": "2026-01-01T00:00:00.000+02:00",
            "expiringAt": "2026-03-01T00:00:00.000+02:00", "other": [],
        }))
        .unwrap();
        assert_eq!(wire.told().id, "7");
        assert_eq!(wire.told().expires_at, Some("2026-02-28T22:00:00Z".parse().unwrap()));
    }
}
