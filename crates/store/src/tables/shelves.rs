//! The columns where values sealed under data keys lie, whichever table they are in.
//!
//! A value begins with its format and the version of its key ([`Sealed::beginning`]), and both databases compare bytes
//! from the first on: that is how old ones are counted and found.

use bowline_core::port::{SealedAsk, SealedCount, SealedRow};
use bowline_core::secret::{Sealed, Shelf};
use bowline_core::{AuthorizationId, EventId, FindingId, SecretId, TenantId};
use uuid::Uuid;

use crate::arg::{Arg, args};
use crate::row::{Record, Row, Wrong};
use crate::stmt::{Stmt, Text};

/// How many values of a shelf begin alike.
pub(crate) fn count(tenant: TenantId, shelf: Shelf) -> Stmt {
    const SECRETS: Text = Text::both(
        "SELECT 'secrets', substr(sealed, 1, 5), count(*) FROM secrets WHERE tenant_id = $1 \
         GROUP BY substr(sealed, 1, 5)",
    );
    const BODIES: Text = Text::both(
        "SELECT 'parked_bodies', substr(body, 1, 5), count(*) FROM inbox \
         WHERE tenant_id = $1 AND body IS NOT NULL GROUP BY substr(body, 1, 5)",
    );
    const WORDS: Text = Text::both(
        "SELECT 'vendor_words', substr(words, 1, 5), count(*) FROM findings \
         WHERE tenant_id = $1 AND words IS NOT NULL GROUP BY substr(words, 1, 5)",
    );
    const LOSERS: Text = Text::both(
        "SELECT 'conflict_losers', substr(sealed, 1, 5), count(*) FROM losers WHERE tenant_id = $1 \
         GROUP BY substr(sealed, 1, 5)",
    );
    const SIGN_INS: Text = Text::both(
        "SELECT 'authorizations', substr(sealed, 1, 5), count(*) FROM authorizations WHERE tenant_id = $1 \
         GROUP BY substr(sealed, 1, 5)",
    );
    let text = match shelf {
        Shelf::Secrets => SECRETS,
        Shelf::ParkedBodies => BODIES,
        Shelf::VendorWords => WORDS,
        Shelf::ConflictLosers => LOSERS,
        Shelf::Authorizations => SIGN_INS,
    };
    Stmt::new(text, args![tenant])
}

/// Values of a shelf, by id.
pub(crate) fn list(tenant: TenantId, ask: &SealedAsk) -> Stmt {
    const SECRETS: Text = Text::both(
        "SELECT 'secrets', id, CAST(NULL AS TEXT), sealed FROM secrets WHERE tenant_id = $1 \
         AND substr(sealed, 1, 5) < $2 AND id > $3 ORDER BY id LIMIT $4",
    );
    const BODIES: Text = Text::both(
        "SELECT 'parked_bodies', id, CAST(NULL AS TEXT), body FROM inbox WHERE tenant_id = $1 AND body IS NOT NULL \
         AND substr(body, 1, 5) < $2 AND id > $3 ORDER BY id LIMIT $4",
    );
    const WORDS: Text = Text::both(
        "SELECT 'vendor_words', id, cause, words FROM findings WHERE tenant_id = $1 AND words IS NOT NULL \
         AND substr(words, 1, 5) < $2 AND id > $3 ORDER BY id LIMIT $4",
    );
    const LOSERS: Text = Text::both(
        "SELECT 'conflict_losers', id, CAST(NULL AS TEXT), sealed FROM losers WHERE tenant_id = $1 \
         AND substr(sealed, 1, 5) < $2 AND id > $3 ORDER BY id LIMIT $4",
    );
    const SIGN_INS: Text = Text::both(
        "SELECT 'authorizations', id, CAST(NULL AS TEXT), sealed FROM authorizations WHERE tenant_id = $1 \
         AND substr(sealed, 1, 5) < $2 AND id > $3 ORDER BY id LIMIT $4",
    );
    let text = match ask.shelf {
        Shelf::Secrets => SECRETS,
        Shelf::ParkedBodies => BODIES,
        Shelf::VendorWords => WORDS,
        Shelf::ConflictLosers => LOSERS,
        Shelf::Authorizations => SIGN_INS,
    };
    // Nothing begins with six such bytes, so everything is below them.
    let below = ask.below.map_or(vec![0xff; 6], |version| Sealed::beginning(version).to_vec());
    let after = ask.after.as_deref().and_then(|after| id(ask.shelf, after)).unwrap_or_default();
    Stmt::new(text, args![tenant, below, Arg::Id(Some(after)), ask.limit])
}

/// Puts another ciphertext in the place of one, if it is there still.
pub(crate) fn reseal(tenant: TenantId, shelf: Shelf, row: &str, was: &Sealed, sealed: &Sealed) -> Stmt {
    const SECRETS: Text =
        Text::both("UPDATE secrets SET sealed = $4 WHERE tenant_id = $1 AND id = $2 AND sealed = $3");
    const BODIES: Text =
        Text::both("UPDATE inbox SET body = $4 WHERE tenant_id = $1 AND id = $2 AND body = $3");
    const WORDS: Text =
        Text::both("UPDATE findings SET words = $4 WHERE tenant_id = $1 AND id = $2 AND words = $3");
    const LOSERS: Text =
        Text::both("UPDATE losers SET sealed = $4 WHERE tenant_id = $1 AND id = $2 AND sealed = $3");
    const SIGN_INS: Text =
        Text::both("UPDATE authorizations SET sealed = $4 WHERE tenant_id = $1 AND id = $2 AND sealed = $3");
    let text = match shelf {
        Shelf::Secrets => SECRETS,
        Shelf::ParkedBodies => BODIES,
        Shelf::VendorWords => WORDS,
        Shelf::ConflictLosers => LOSERS,
        Shelf::Authorizations => SIGN_INS,
    };
    let id = id(shelf, row).unwrap_or_default();
    Stmt::new(text, args![tenant, Arg::Id(Some(id)), was.clone(), sealed.clone()])
}

/// Drops a data key, unless something is sealed under it.
pub(crate) fn drop_key(tenant: TenantId, version: i32) -> Stmt {
    const SQL: Text = Text::both(
        "DELETE FROM keys WHERE tenant_id = $1 AND kind = 'data' AND version = $2 \
         AND NOT EXISTS (SELECT 1 FROM secrets WHERE tenant_id = $1 AND substr(sealed, 1, 5) = $3) \
         AND NOT EXISTS (SELECT 1 FROM inbox WHERE tenant_id = $1 AND substr(body, 1, 5) = $3) \
         AND NOT EXISTS (SELECT 1 FROM findings WHERE tenant_id = $1 AND substr(words, 1, 5) = $3) \
         AND NOT EXISTS (SELECT 1 FROM losers WHERE tenant_id = $1 AND substr(sealed, 1, 5) = $3) \
         AND NOT EXISTS (SELECT 1 FROM authorizations WHERE tenant_id = $1 AND substr(sealed, 1, 5) = $3)",
    );
    Stmt::new(SQL, args![tenant, version, Sealed::beginning(version).to_vec()])
}

/// The id in a printed one; `None` if it is none of this shelf's.
fn id(shelf: Shelf, text: &str) -> Option<Uuid> {
    match shelf {
        Shelf::Secrets => text.parse::<SecretId>().ok().map(|id| id.uuid()),
        Shelf::ParkedBodies | Shelf::ConflictLosers => text.parse::<EventId>().ok().map(|id| id.uuid()),
        Shelf::VendorWords => text.parse::<FindingId>().ok().map(|id| id.uuid()),
        Shelf::Authorizations => text.parse::<AuthorizationId>().ok().map(|id| id.uuid()),
    }
}

fn shelf(row: &mut Row) -> Result<Shelf, Wrong> {
    let word: String = row.take()?;
    Shelf::ALL.into_iter().find(|shelf| shelf.word() == word).ok_or(Wrong("a known shelf"))
}

impl Record for SealedCount {
    const NOUN: &'static str = "count of sealed values";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        let shelf = shelf(row)?;
        // No key has the version 0: what does not begin like a sealed value shows as older than all others.
        let version = Sealed(row.take()?).version().unwrap_or(0);
        Ok(Self { shelf, version, count: row.take()? })
    }
}

impl Record for SealedRow {
    const NOUN: &'static str = "sealed value";
    fn read(row: &mut Row) -> Result<Self, Wrong> {
        let shelf = shelf(row)?;
        let uuid: Uuid = row.take()?;
        let id = match shelf {
            Shelf::Secrets => SecretId::from_uuid(uuid).to_string(),
            Shelf::ParkedBodies | Shelf::ConflictLosers => EventId::from_uuid(uuid).to_string(),
            Shelf::VendorWords => FindingId::from_uuid(uuid).to_string(),
            Shelf::Authorizations => AuthorizationId::from_uuid(uuid).to_string(),
        };
        let bound = row.take::<Option<String>>()?.unwrap_or_else(|| id.clone());
        Ok(Self { id, bound, sealed: row.take()? })
    }
}
