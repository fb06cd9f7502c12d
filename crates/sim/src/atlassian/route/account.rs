//! `POST app/report-accounts`: an app says of which accounts it keeps personal data, and since when, and is told which of them to
//! forget and which to read anew ("User privacy guide for app developers").

use http::{HeaderName, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::{bearer, told};
use crate::atlassian::world::Identity;
use crate::frame::answer::Answer;
use crate::frame::call::Call;

/// How many accounts one call may name.
const MOST: usize = 90;
/// Within how many days each account is to be named again.
const PERIOD: HeaderName = HeaderName::from_static("cycle-period");
const CYCLE: &str = "7";

/// What has become of an account.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Profile {
    /// It is no more.
    pub(crate) closed: bool,
    /// When what it shows of itself was changed.
    pub(crate) changed_at: i64,
}

#[derive(Deserialize)]
struct Report {
    accounts: Vec<Kept>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    account_id: String,
    updated_at: jiff::Timestamp,
}

pub(crate) fn report(identity: &Identity, call: &Call<'_>) -> Result<Answer, Answer> {
    let bearer = bearer(identity, call.headers)?;
    if !bearer.scopes.iter().any(|scope| scope == "report:personal-data") {
        return Err(told(StatusCode::FORBIDDEN, "The app may not report personal data"));
    }
    let bad = |words: &str| told(StatusCode::BAD_REQUEST, words);
    let report: Report = serde_json::from_slice(&call.body).map_err(|_| bad("The report cannot be read"))?;
    if report.accounts.is_empty() || report.accounts.len() > MOST {
        return Err(bad("A report names 1 to 90 accounts"));
    }
    let status = |kept: &Kept| {
        let at = identity.accounts.iter().position(|account| account.id == kept.account_id);
        let profile = at.and_then(|at| identity.profiles.get(&at)).copied().unwrap_or_default();
        match profile {
            Profile { closed: true, .. } => Some("closed"),
            Profile { changed_at, .. } if changed_at > kept.updated_at.as_millisecond() => Some("updated"),
            Profile { .. } => None,
        }
    };
    let found = report.accounts.iter().filter_map(|kept| Some((&kept.account_id, status(kept)?)));
    let found: Vec<_> = found.map(|(id, status)| json!({ "accountId": id, "status": status })).collect();
    let answer = match found.is_empty() {
        true => Answer::empty(StatusCode::NO_CONTENT),
        false => Answer::ok(&json!({ "accounts": found })),
    };
    Ok(answer.header(PERIOD, CYCLE))
}
