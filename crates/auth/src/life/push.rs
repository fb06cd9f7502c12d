//! Tokens that come by themselves: taken in as they arrive, and missed if they do not.
//!
//! Forge sends the app's token with every call and cannot be asked for one (developer.atlassian.com/platform/forge/remote/
//! calling-product-apis, “Token expiry”). So nothing is renewed here: the row says when one was last heard of and when it
//! ends, and whoever looks at the row raises the alarm in time ([`super::schedule`]). The same token comes many times.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use bowline_core::code::{AUTH_FORGE_TOKEN_LATE, AUTH_FORGE_TOKEN_MISSING};
use bowline_core::commit::{Change, Commit};
use bowline_core::connection::{Connection, Health};
use bowline_core::finding::Cause;
use bowline_core::grant::{Grant, GrantEventKind, GrantState};
use bowline_core::port::{SealError, StoreError};
use bowline_core::secret::Secret;
use bowline_core::work::{Entity, Lane, Touch};
use bowline_core::{GrantId, SignedDuration, TenantId, Timestamp, crash};

use super::settle::TRIES;
use super::store::told;
use super::tend::{Look, Tended};
use super::tokens::Tokens;
use super::{Life, row};

/// How often the row is written for a token that is known already: it comes with every event.
const QUIET: SignedDuration = SignedDuration::from_mins(10);
/// How long a token is good that does not say so: what Forge promises for those it sends to an endpoint.
const LEAST: SignedDuration = SignedDuration::from_hours(2);
/// How long any is good at most (changelog, CHANGE-2160).
const LONGEST: SignedDuration = SignedDuration::from_hours(4);
/// How long after an installation refusals are normal: its permissions arrive within minutes (“Life cycle events”).
const YOUNG: SignedDuration = SignedDuration::from_mins(10);

impl Life {
    /// Takes in a token that came for a grant. Nothing happens to a grant that a person has taken back.
    pub async fn push(&self, tenant: TenantId, id: GrantId, token: &Secret) -> Result<(), SealError> {
        let mut tries = 0;
        loop {
            let before = self.grant(tenant, id).await?;
            let served =
                if before.state == GrantState::Active { Vec::new() } else { self.served(&before).await? };
            let Some(changes) = self.taken_in(before, &served, token).await? else { return Ok(()) };
            crash::point("forge.push.before");
            match self.ports.commits.commit(Commit { tenant, fence: None, changes, at: self.now() }).await {
                // Another call brought one at the same time, or the row was looked at.
                Err(StoreError::Conflict(_)) if tries < TRIES => tries += 1,
                done => {
                    done?;
                    break;
                }
            }
        }
        self.shelf().remove(&(tenant, id));
        self.tended.notify_waiters();
        self.ports.bell.ring(Lane::Sweep).await;
        Ok(())
    }

    /// What a grant begins with, or goes on with, once its installation is tied to the connection: the token that came with
    /// it, or none, which the connection is told.
    pub(crate) async fn tied(
        &self,
        before: Grant,
        connection: &mut Connection,
        token: Option<&Secret>,
    ) -> Result<Vec<Change>, SealError> {
        let now = self.now();
        let mut grant = Grant { consented_at: Some(now), ..before };
        if let Some(token) = token {
            let served = connection.clone();
            connection.health = Health::Unknown;
            let grant = Grant { state: GrantState::Pending, ..grant };
            let changes = self.taken_in(grant, std::slice::from_ref(&served), token).await?;
            return Ok(changes.unwrap_or_default());
        }
        let code = AUTH_FORGE_TOKEN_MISSING;
        connection.health = Health::NeedsAttention { code: code.clone() };
        row::stand(&mut grant, GrantState::NeedsReauth, &code, None, now);
        let raised = self.raised(&grant, code, std::slice::from_ref(connection)).await?;
        Ok([Change::PutGrant(Box::new(grant))].into_iter().chain(raised).collect())
    }

    /// The row with a token; `None` if that would tell nothing new.
    async fn taken_in(
        &self,
        before: Grant,
        served: &[Connection],
        token: &Secret,
    ) -> Result<Option<Vec<Change>>, SealError> {
        let now = self.now();
        let until = end_of(token, now);
        let ill = before.state != GrantState::Active;
        let better = !before.state.serves()
            || before.secret.is_none()
            || before.access_until.is_none_or(|end| end < until);
        let heard = before.rotated_at.is_some_and(|at| now.duration_since(at) < QUIET);
        if before.state == GrantState::Revoked || until <= now || (heard && !ill && !better) {
            return Ok(None);
        }
        // The same one again is no news: it ends when it ends, and one that was refused is not taken back.
        let known = better && self.is_known(&before, token).await?;
        if known && (heard || !before.state.serves()) {
            return Ok(None);
        }
        let better = better && !known;
        let mut changes = Vec::new();
        let mut grant = Grant { rotated_at: Some(now), ..before };
        if better {
            let (id, old) = (self.new_row(), grant.secret);
            let access = token.expose_text().to_owned();
            let tokens = Tokens { access, token_secret: String::new(), refresh: None };
            let sealed = self.sealed(grant.tenant, id, &tokens).await?;
            changes.push(Change::PutSecret { id, sealed });
            changes.extend(old.map(Change::DropSecret));
            grant.secret = Some(id);
            grant.version += 1;
            grant.access_until = Some(until);
        }
        if ill {
            let was = grant.state;
            grant = Grant { state: GrantState::Active, reason: None, words: None, since: now, ..grant };
            grant = Grant { retry_at: None, fails: 0, ..grant };
            let first = matches!(was, GrantState::Pending);
            let kind = if first { GrantEventKind::Consented } else { GrantEventKind::Recovered };
            changes.push(self.noted(&grant, kind, None, None, now));
            changes.extend(woken(&grant, served, now));
        }
        let entity = Entity::Grant(grant.id);
        changes.push(Change::PutGrant(Box::new(grant)));
        // The first look finds out when the next one is due.
        changes.push(Change::Touch(Touch { entity, lane: Lane::Renewal, due_at: now }));
        Ok(Some(changes))
    }

    /// Whether this is the token that is kept.
    async fn is_known(&self, grant: &Grant, token: &Secret) -> Result<bool, SealError> {
        let kept = self.tokens(grant).await?;
        Ok(kept.is_some_and(|kept| verify_slices_are_equal(kept.access.as_bytes(), token.expose()).is_ok()))
    }

    /// None has come for longer than is usual. Calls go on.
    pub(super) async fn late(&self, look: Look<'_>, now: Timestamp) -> Result<Tended, StoreError> {
        let end = look.grant.access_until.unwrap_or(now);
        self.degrade(look, AUTH_FORGE_TOKEN_LATE, None, end, now).await
    }

    /// The last one has ended, or was refused.
    pub(super) async fn missing(&self, look: Look<'_>, now: Timestamp) -> Result<Tended, StoreError> {
        self.over(look, AUTH_FORGE_TOKEN_MISSING, None, now).await
    }

    /// Whether the tokens of a grant come by themselves.
    pub(super) async fn is_pushed(&self, grant: &Grant) -> Result<bool, StoreError> {
        let client = self.ports.grants.oauth_client(grant.tenant, grant.client).await?;
        Ok(client.is_some_and(|client| client.provider.is_pushed()))
    }
}

/// Whether a grant is so young that its permissions may not have arrived at the tool.
pub(super) fn is_young(grant: &Grant, now: Timestamp) -> bool {
    grant.consented_at.is_some_and(|at| now.duration_since(at) < YOUNG)
}

/// Its connections may be called again, and catch up at once.
fn woken(grant: &Grant, served: &[Connection], at: Timestamp) -> Vec<Change> {
    let mut changes = vec![Change::Settle { entity: Entity::Grant(grant.id), except: Vec::new() }];
    changes.extend(told(served, &Health::Unknown));
    for connection in served {
        if let Health::NeedsAttention { code } = &connection.health {
            let key = Cause::of(code.clone()).at(connection.id).key();
            changes.push(Change::SettleCause { key });
        }
        let entity = Entity::Sweep(connection.id);
        changes.push(Change::Touch(Touch { entity, lane: Lane::Sweep, due_at: at }));
    }
    changes
}

/// When a token ends: the one thing in it that the documentation lets be read. One that does not say so, or nonsense, is
/// good for as long as Forge promises.
fn end_of(token: &Secret, now: Timestamp) -> Timestamp {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    #[derive(serde::Deserialize)]
    struct Claims {
        exp: i64,
    }
    let after = |span: SignedDuration| now.saturating_add(span).unwrap_or(now);
    let claims = token.expose_text().split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let told = claims.and_then(|json| serde_json::from_slice::<Claims>(&json).ok());
    let told = told.and_then(|claims| Timestamp::from_second(claims.exp).ok());
    told.filter(|end| *end <= after(LONGEST + QUIET)).unwrap_or_else(|| after(LEAST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> Secret {
        use base64::Engine as _;
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(payload);
        Secret::from(format!("head.{payload}.signature"))
    }

    #[test]
    fn a_token_ends_when_it_says_and_what_says_nonsense_after_two_hours() {
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let seconds = |token: &Secret| end_of(token, now).duration_since(now).as_secs();
        assert_eq!(seconds(&token(r#"{"exp":1790003600}"#)), 3_600);
        assert_eq!(seconds(&token(r#"{"exp":1789999999}"#)), -1, "one that is over is over");
        for text in [r#"{"exp":1890000000}"#, r#"{"exp":"soon"}"#, "{}", "nonsense"] {
            assert_eq!(seconds(&token(text)), 7_200, "{text}");
        }
        assert_eq!(seconds(&Secret::from("opaque".to_owned())), 7_200);
    }
}
