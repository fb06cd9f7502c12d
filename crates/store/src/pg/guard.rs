//! The start-up check: would row-level security hold, on this connection, with these tables?
//!
//! Policies do nothing for a superuser, for a role with BYPASSRLS, for an owner without FORCE, and a second policy
//! widens the first. All of that looks right until somebody sees another tenant's rows, so it is looked at before
//! anything is served.

use super::session::Session;
use crate::error::{Error, Fault, FaultKind};

/// System tables: they name tenants, but are read over all of them, and hold ids, hashes and times only.
const SYSTEM: [&str; 2] = ["directory", "work"];

/// What both halves of the one policy must say, as PostgreSQL prints it.
const POLICY: &str = "(tenant_id = (NULLIF(current_setting('bowline.tenant'::text, true), ''::text))::uuid)";

/// Refuses to serve if tenants would not be kept apart, and says everything that is wrong.
pub(super) async fn check(session: &mut Session) -> Result<(), Error> {
    let mut problems = role(session).await?.problems();
    for table in tables(session).await? {
        problems.extend(table.problems());
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Unguarded(problems)) }
}

struct Role {
    name: String,
    superuser: bool,
    bypasses: bool,
    /// Whether a tenant is set on a connection that nobody has used.
    preset: bool,
}

async fn role(session: &mut Session) -> Result<Role, Fault> {
    let sql = "SELECT rolname::text, rolsuper, rolbypassrls, \
               COALESCE(current_setting('bowline.tenant', true), '') <> '' \
               FROM pg_roles WHERE rolname = current_user";
    let rows = session.rows(sql, &[]).await?;
    let row =
        rows.first().ok_or_else(|| Fault::new(FaultKind::Other, "the serving role is not to be seen"))?;
    Ok(Role {
        name: row.try_get(0)?,
        superuser: row.try_get(1)?,
        bypasses: row.try_get(2)?,
        preset: row.try_get(3)?,
    })
}

impl Role {
    fn problems(&self) -> Vec<String> {
        let name = &self.name;
        let mut problems = Vec::new();
        if self.superuser {
            problems.push(format!("the serving role {name} is a superuser"));
        }
        if self.bypasses {
            problems.push(format!("the serving role {name} bypasses row-level security"));
        }
        if self.preset {
            problems.push("a new connection has a tenant before anybody named one".to_owned());
        }
        problems
    }
}

struct Table {
    name: String,
    owned: bool,
    by_tenant: bool,
    enabled: bool,
    forced: bool,
    policies: i64,
    sound: i64,
}

async fn tables(session: &mut Session) -> Result<Vec<Table>, Fault> {
    let sql = "SELECT c.relname::text AS name, pg_has_role(current_user, c.relowner, 'MEMBER') AS owned, \
               EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' \
               AND NOT a.attisdropped) AS by_tenant, \
               c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced, \
               count(p.oid) AS policies, \
               count(p.oid) FILTER (WHERE p.polcmd = '*' AND p.polpermissive AND p.polroles = '{0}' \
               AND pg_get_expr(p.polqual, p.polrelid) = $1 \
               AND pg_get_expr(p.polwithcheck, p.polrelid) = $1) AS sound \
               FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid \
               WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') \
               GROUP BY c.oid ORDER BY c.relname";
    let rows = session.rows(sql, &[POLICY]).await?;
    rows.iter()
        .map(|row| {
            Ok(Table {
                name: row.try_get(0)?,
                owned: row.try_get(1)?,
                by_tenant: row.try_get(2)?,
                enabled: row.try_get(3)?,
                forced: row.try_get(4)?,
                policies: row.try_get(5)?,
                sound: row.try_get(6)?,
            })
        })
        .collect()
}

impl Table {
    fn problems(&self) -> Vec<String> {
        let name = &self.name;
        let mut problems = Vec::new();
        if self.owned {
            problems.push(format!("the serving role owns {name}"));
        }
        if !self.by_tenant || SYSTEM.contains(&name.as_str()) {
            return problems;
        }
        if !self.enabled {
            problems.push(format!("{name} has no row-level security"));
        }
        if !self.forced {
            problems.push(format!("{name} does not force row-level security on its owner"));
        }
        if self.policies != 1 {
            problems.push(format!("{name} has {} policies instead of one", self.policies));
        } else if self.sound != 1 {
            problems.push(format!("the policy of {name} is not the tenant policy"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The other regressions are planted in a real database (tests/it/postgres/guard.rs). These two would be planted
    // in the whole cluster, under every other test.
    #[test]
    fn a_role_that_row_level_security_does_not_bind_is_refused() {
        let sound = || Role { name: "app".into(), superuser: false, bypasses: false, preset: false };
        assert!(sound().problems().is_empty());
        let superuser = Role { superuser: true, ..sound() };
        assert_eq!(superuser.problems(), ["the serving role app is a superuser"]);
        let bypasses = Role { bypasses: true, ..sound() };
        assert_eq!(bypasses.problems(), ["the serving role app bypasses row-level security"]);
    }
}
