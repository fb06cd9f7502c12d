//! The store: what both tables say of a site is one installation.
//!
//! A row that has nothing beside it was there before. It was installed by a signed call, or its next install will be: calls of
//! the legacy scheme change nothing of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bowline_connect::installation::{
    Change, ClientKey, Committed, Installation, Installations, Previous, Product, Revision, Scheme, State,
    StoreError, Stored, UsedToken,
};
use bowline_connect::jose::SharedSecret;
use bowline_core::secret::Secret;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};

/// Both tables, row by row.
const ROWS: &str = "SELECT h.client_key, product_type, base_url, display_url, shared_secret, addon_installed,
        oauth_client_id, installation_id, entitlement_id, created_date, last_modified_date,
        switched_off, legacy, previous, previous_since, previous_until, COALESCE(revision, 0)
    FROM atlassian_host h LEFT JOIN bowline_host b ON b.client_key = h.client_key";

/// Writes what is ours to say of the other program's row, and leaves the rest of it.
const PUT: &str = "INSERT INTO atlassian_host (client_key, product_type, base_url, display_url, shared_secret,
        addon_installed, oauth_client_id, installation_id, entitlement_id, created_date, last_modified_date)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
    ON CONFLICT (client_key) DO UPDATE SET product_type = ?2, base_url = ?3, display_url = ?4, shared_secret = ?5,
        addon_installed = ?6, oauth_client_id = ?7, installation_id = ?8, entitlement_id = ?9, created_date = ?10,
        last_modified_date = ?11";

const PUT_BESIDE: &str = "INSERT OR REPLACE INTO bowline_host
    (client_key, revision, switched_off, legacy, previous, previous_since, previous_until)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// A store over another program's table.
pub(crate) struct ForeignTable(Mutex<Connection>);

impl ForeignTable {
    /// Makes the tables beside it if they are not there.
    pub(crate) fn over(database: Connection) -> Result<Self, StoreError> {
        database.execute_batch(include_str!("beside.sql")).map_err(failed)?;
        Ok(Self(Mutex::new(database)))
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Installations for ForeignTable {
    async fn find(&self, client_key: &ClientKey) -> Result<Option<Stored>, StoreError> {
        find(&self.database(), client_key).map_err(failed)
    }

    async fn commit(&self, change: Change, now: Timestamp) -> Result<Committed, StoreError> {
        let mut database = self.database();
        let step = database.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let outcome = carry_out(&step, &change, now).map_err(failed)?;
        // What is not committed is as if it had never been.
        if outcome == Committed::Done {
            step.commit().map_err(failed)?;
        }
        Ok(outcome)
    }

    async fn use_token(&self, used: UsedToken, now: Timestamp) -> Result<Committed, StoreError> {
        let mut database = self.database();
        let step = database.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let outcome = use_up(&step, &used, now).and_then(|outcome| step.commit().map(|()| outcome));
        outcome.map_err(failed)
    }

    async fn list(&self, after: Option<&ClientKey>, limit: usize) -> Result<Vec<Installation>, StoreError> {
        let (after, limit) = (after.map_or("", ClientKey::as_str), i64::try_from(limit).unwrap_or(i64::MAX));
        let database = self.database();
        let sql = format!("{ROWS} WHERE h.client_key > ?1 ORDER BY h.client_key LIMIT ?2");
        let mut page = database.prepare_cached(&sql).map_err(failed)?;
        let rows = page.query_map(params![after, limit], stored).map_err(failed)?;
        rows.map(|row| row.map(|stored| Arc::unwrap_or_clone(stored.installation)))
            .collect::<Result<_, _>>()
            .map_err(failed)
    }

    async fn wipe(&self, now: Timestamp) -> Result<usize, StoreError> {
        let wipe = "UPDATE bowline_host SET previous = NULL, previous_since = NULL, previous_until = NULL,
            revision = revision + 1 WHERE previous_until <= ?1";
        let database = self.database();
        let wiped = database.execute(wipe, [now.as_microsecond()]).map_err(failed)?;
        let forget = "DELETE FROM bowline_used_token WHERE until <= ?1";
        Ok(wiped + database.execute(forget, [now.as_microsecond()]).map_err(failed)?)
    }
}

fn find(database: &Connection, client_key: &ClientKey) -> rusqlite::Result<Option<Stored>> {
    let sql = format!("{ROWS} WHERE h.client_key = ?1");
    database.prepare_cached(&sql)?.query_row([client_key.as_str()], stored).optional()
}

fn carry_out(step: &Transaction<'_>, change: &Change, now: Timestamp) -> rusqlite::Result<Committed> {
    let it = &change.installation;
    if let Some(used) = &change.used {
        let outcome = use_up(step, used, now)?;
        if outcome != Committed::Done {
            return Ok(outcome);
        }
    }
    let found = find(step, &it.client_key)?.map(|stored| stored.revision);
    if found != change.expected {
        return Ok(Committed::Stale);
    }
    let key = it.client_key.as_str();
    step.prepare_cached(PUT)?.execute(params![
        key,
        word(it.product),
        it.base_url,
        it.display_url,
        it.secret.as_ref().map(text),
        it.state != State::Uninstalled,
        it.oauth_client_id,
        it.forge_installation,
        it.entitlement_id,
        it.installed_at.to_string(),
        it.changed_at.to_string(),
    ])?;
    let previous = it.previous.as_ref();
    step.prepare_cached(PUT_BESIDE)?.execute(params![
        key,
        found.map_or(1, |Revision(number)| number + 1),
        it.state == State::Disabled,
        it.scheme == Scheme::Legacy,
        previous.map(|previous| text(&previous.secret)),
        previous.map(|previous| previous.since.as_microsecond()),
        previous.map(|previous| previous.until.as_microsecond()),
    ])?;
    Ok(Committed::Done)
}

fn use_up(step: &Transaction<'_>, used: &UsedToken, now: Timestamp) -> rusqlite::Result<Committed> {
    let known = "SELECT body = ?2 FROM bowline_used_token WHERE token = ?1 AND until > ?3";
    let asked = params![used.token, used.body, now.as_microsecond()];
    let before: Option<bool> = step.prepare_cached(known)?.query_row(asked, |row| row.get(0)).optional()?;
    if let Some(same_body) = before {
        return Ok(if same_body { Committed::Repeated } else { Committed::Replayed });
    }
    let put = "INSERT OR REPLACE INTO bowline_used_token (token, body, until) VALUES (?1, ?2, ?3)";
    step.prepare_cached(put)?.execute(params![used.token, used.body, used.until.as_microsecond()])?;
    Ok(Committed::Done)
}

/// A row of [`ROWS`].
fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let (is_there, is_off): (bool, Option<bool>) = (row.get(5)?, row.get(11)?);
    let state = match (is_there, is_off.unwrap_or(false)) {
        (false, _) => State::Uninstalled,
        (true, true) => State::Disabled,
        (true, false) => State::Enabled,
    };
    let is_legacy: Option<bool> = row.get(12)?;
    let client_key: String = row.get(0)?;
    let product: Option<String> = row.get(1)?;
    let installation = Installation {
        client_key: ClientKey::parse(&client_key).ok_or_else(|| unreadable(0))?,
        product: if product.as_deref() == Some("confluence") { Product::Confluence } else { Product::Jira },
        base_url: row.get(2)?,
        display_url: row.get(3)?,
        secret: secret(row, 4)?,
        previous: previous(row)?,
        state,
        scheme: if is_legacy.unwrap_or(false) { Scheme::Legacy } else { Scheme::Signed },
        oauth_client_id: row.get(6)?,
        forge_installation: row.get(7)?,
        entitlement_id: row.get(8)?,
        installed_at: instant(row, 9)?,
        changed_at: instant(row, 10)?,
    };
    Ok(Stored { installation: Arc::new(installation), revision: Revision(row.get(16)?) })
}

/// A secret that is shorter than any that Atlassian gives is none.
fn secret(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<SharedSecret>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| SharedSecret::new(Secret::from(text)).ok()))
}

fn previous(row: &Row<'_>) -> rusqlite::Result<Option<Previous>> {
    let Some(secret) = secret(row, 13)? else { return Ok(None) };
    let at = |column| Timestamp::from_microsecond(row.get(column)?).map_err(|_| unreadable(column));
    Ok(Some(Previous { secret, since: at(14)?, until: at(15)? }))
}

/// An instant of the other program, which has some without.
fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or(Timestamp::UNIX_EPOCH))
}

const fn word(product: Product) -> &'static str {
    match product {
        Product::Jira => "jira",
        Product::Confluence => "confluence",
    }
}

/// In the clear, for the other program has it so: whoever reads the table may sign for the sites.
fn text(secret: &SharedSecret) -> String {
    secret.secret().expose_text().to_owned()
}

fn unreadable(column: usize) -> rusqlite::Error {
    let kind = rusqlite::types::Type::Text;
    rusqlite::Error::InvalidColumnType(column, "a column of a site".to_owned(), kind)
}

/// The words of the database's errors quote no value.
fn failed(error: rusqlite::Error) -> StoreError {
    StoreError(error.to_string())
}
