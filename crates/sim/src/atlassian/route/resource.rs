//! What an access token tells of itself: the sites it reaches, and who gave it.

use serde_json::{Value, json};

use super::{bearer, scope_missing, unauthorized};
use crate::atlassian::world::Identity;
use crate::frame::answer::Answer;
use crate::frame::call::Call;

/// `GET oauth/token/accessible-resources`: an entry for each site, and a second one with the same id where the scopes
/// are of Confluence as well.
pub(crate) fn sites(identity: &Identity, call: &Call<'_>) -> Result<Answer, Answer> {
    let bearer = bearer(identity, call.headers)?;
    let of = |product: &str| -> Vec<&String> {
        bearer.scopes.iter().filter(|scope| scope.contains(product)).collect()
    };
    let (jira, confluence) = (of(":jira"), of("confluence"));
    let mut entries: Vec<Value> = Vec::new();
    for site in &bearer.sites {
        let at = usize::from(*site);
        let Some((door, sign)) = identity.doors.get(at).zip(identity.signs.get(at)) else { continue };
        for (scopes, product) in [(&jira, "jira"), (&confluence, "confluence")] {
            if !scopes.is_empty() {
                let avatar = format!("{}/avatars/{product}.png", identity.base);
                entries.push(json!({
                    "id": door.cloud_id, "url": sign.url, "name": sign.name, "scopes": scopes, "avatarUrl": avatar,
                }));
            }
        }
    }
    Ok(Answer::ok(&entries))
}

/// `GET me`: with the scope `read:me`.
pub(crate) fn me(identity: &Identity, call: &Call<'_>) -> Result<Answer, Answer> {
    let bearer = bearer(identity, call.headers)?;
    if !bearer.scopes.iter().any(|scope| scope == "read:me") {
        return Err(scope_missing());
    }
    let account = identity.account(bearer.who).ok_or_else(unauthorized)?;
    Ok(Answer::ok(&json!({
        "account_type": if account.service { "app" } else { "atlassian" },
        "account_id": account.id,
        "email": account.email,
        "email_verified": true,
        "name": account.display,
        "nickname": account.name,
        "picture": format!("{}/avatars/{}.png", identity.base, account.name),
        "account_status": "active",
        "characteristics": {"not_mentionable": false},
        "last_updated": "2026-01-01T00:00:00.000Z",
        "zoneinfo": "Etc/UTC",
        "locale": "en-US",
        "extended_profile": {"team_type": "Software Development"},
    })))
}
