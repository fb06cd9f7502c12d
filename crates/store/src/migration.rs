//! Migrations: numbered SQL files for both databases, compiled in.
//!
//! A number means the same step on both. Files are never changed once released; a new step is a new pair of files
//! and a line in [`ALL`]. How they are applied is in `lite::schema` and `pg::schema`.

use crate::error::Error;

/// One step of the schema.
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    pub(crate) sqlite: &'static str,
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "only PostgreSQL reads it"))]
    pub(crate) postgres: &'static str,
}

macro_rules! migration {
    ($version:literal, $name:literal) => {
        Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        }
    };
}

/// Every step of this release, oldest first.
pub(crate) const ALL: &[Migration] = &[
    migration!(1, "0001_start"),
    migration!(2, "0002_grants"),
    migration!(3, "0003_layers"),
    migration!(4, "0004_credentials"),
    migration!(5, "0005_delegations"),
    migration!(6, "0006_installations"),
    migration!(7, "0007_slices"),
    migration!(8, "0008_traces"),
];

/// The steps that a database still lacks, given the newest it has (0 for none).
pub(crate) fn after(found: i64) -> Result<&'static [Migration], Error> {
    let known = ALL.last().map_or(0, |migration| migration.version);
    if found > known {
        return Err(Error::TooNew { found, known });
    }
    let done = ALL.partition_point(|migration| migration.version <= found);
    Ok(ALL.get(done..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_by_one_and_lead_the_names() {
        for (migration, expected) in ALL.iter().zip(1..) {
            assert_eq!(migration.version, expected);
            assert!(migration.name.starts_with(&format!("{expected:04}_")), "{}", migration.name);
        }
    }

    #[test]
    fn a_newer_database_is_refused() {
        let newest = ALL.last().unwrap().version;
        assert!(after(newest).unwrap().is_empty());
        assert_eq!(after(0).unwrap().len(), ALL.len());
        assert_eq!(after(newest - 1).unwrap().len(), 1);
        assert!(matches!(after(newest + 1), Err(Error::TooNew { found, known }) if found == known + 1));
    }
}
