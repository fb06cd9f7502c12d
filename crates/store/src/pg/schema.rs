//! Brings a PostgreSQL database up to this release's schema. The steps are in `migration`.

use super::session::Session;
use super::{connect, roles};
use crate::error::{Error, Fault};
use crate::migration;
use crate::options::Options;

/// Any number that nobody else uses as an advisory lock in this database: “bowline” in ASCII.
const LOCK: i64 = 0x62_6f_77_6c_69_6e_65;

const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS migrations (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)";

/// Applies what is missing, all of it or nothing. Of several processes one does it and the others wait. A login
/// that may not change anything is enough when nothing is missing.
pub(super) async fn migrate(options: &Options) -> Result<(), Error> {
    let url = options.migrate_url.as_deref().unwrap_or(&options.url);
    let mut session = connect::login(options, url).await?;
    if !migration::after(found(&mut session).await?)?.is_empty() {
        roles::create(&mut session).await?;
        // What fails half-way ends with its connection.
        apply(&mut session).await?;
    }
    session.close().await;
    Ok(())
}

async fn apply(session: &mut Session) -> Result<(), Error> {
    session.execute(&format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})")).await?;
    roles::admit(session).await?;
    roles::act_as_owner(session).await?;
    session.execute(TABLE).await?;
    for step in migration::after(found(session).await?)? {
        session.execute(step.postgres).await?;
        session.execute(&done(step.version, step.name)).await?;
        tracing::info!(version = step.version, name = step.name, "schema migrated");
    }
    Ok(session.execute("COMMIT").await?)
}

/// Version and name are compiled in.
fn done(version: i64, name: &str) -> String {
    format!("INSERT INTO migrations (version, name) VALUES ({version}, '{name}')")
}

/// The newest migration the database has; 0 if it has none.
async fn found(session: &mut Session) -> Result<i64, Fault> {
    let number = async |session: &mut Session, text| {
        let rows = session.rows(text, &[]).await?;
        rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(Fault::from)
    };
    if number(session, "SELECT count(*) FROM pg_class WHERE oid = to_regclass('migrations')").await? == 0 {
        return Ok(0);
    }
    number(session, "SELECT COALESCE(max(version), 0) FROM migrations").await
}
