//! The two roles: one owns the tables and migrates, the other serves and is bound by the row policies.
//!
//! Roles belong to the cluster, not to a database, so two processes that migrate two databases may make them at
//! the same moment. Whoever comes second takes what is there.

use super::session::Session;
use crate::error::Fault;

/// Owns every table.
pub(super) const OWNER: &str = "bowline_owner";
/// Serves: no superuser, no BYPASSRLS, owns nothing.
pub(super) const APP: &str = "bowline_app";

const CREATE: &str = "
    DO $$
    DECLARE
        wanted TEXT;
    BEGIN
        FOREACH wanted IN ARRAY ARRAY['bowline_owner', 'bowline_app'] LOOP
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                BEGIN
                    EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
                EXCEPTION WHEN duplicate_object OR unique_violation THEN
                    NULL;
                END;
            END IF;
        END LOOP;
    END $$";

/// Lets the owner make tables, and both find them; PostgreSQL 15 took the first from everybody.
const ADMIT: &str = "
    DO $$
    DECLARE
        place TEXT := current_schema();
    BEGIN
        IF NOT has_schema_privilege('bowline_owner', place, 'CREATE') THEN
            EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO bowline_owner', place);
        END IF;
        IF NOT has_schema_privilege('bowline_app', place, 'USAGE') THEN
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO bowline_app', place);
        END IF;
    END $$";

/// Makes the roles if they do not exist.
pub(super) async fn create(session: &mut Session) -> Result<(), Fault> {
    session.execute(CREATE).await
}

/// Gives the owner its rights in the schema; one process at a time, under the migration's lock.
pub(super) async fn admit(session: &mut Session) -> Result<(), Fault> {
    session.execute(ADMIT).await
}

/// Acts as a role until the transaction ends; a login that made the roles may first have to join them.
pub(super) async fn act_as_owner(session: &mut Session) -> Result<(), Fault> {
    let join = "
        DO $$ BEGIN
            SET LOCAL ROLE bowline_owner;
        EXCEPTION WHEN insufficient_privilege THEN
            GRANT bowline_owner, bowline_app TO CURRENT_USER;
        END $$";
    session.execute(join).await?;
    session.execute(&format!("SET LOCAL ROLE {OWNER}")).await
}
