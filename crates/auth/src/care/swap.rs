//! A personal access token is replaced: a new one is made, stored, proved, used, and the old one revoked if we made it.
//! One that a person made is left to its end: nobody here knows who else calls with it.
//!
//! Each step is durable before the next one's call, so that whoever goes on after a crash knows what may be there: a token
//! of a name that no other has, which is revoked because its secret was lost; a stored one that is not proved; an old
//! one that is still to be revoked. The connection has a token that works at every moment.
//!
//! Whoever is at it holds the row for some minutes, or until it starts again. A call takes no longer than half of one.

use bowline_core::commit::Change;
use bowline_core::connection::Connection;
use bowline_core::credential::{Credential, Known, Swap};
use bowline_core::port::Entropy;
use bowline_core::secret::Purpose;
use bowline_core::{SecretId, SignedDuration, crash};

use super::{Care, Stopped, pat};

/// How long a step may take before somebody else goes on.
const HOLD: SignedDuration = SignedDuration::from_mins(3);

impl Care {
    /// Goes through the steps up to the new token's use, or revokes the old one; says whether the token was replaced.
    ///
    /// The old one is left to the next pass: calls that were under way with it have ended by then.
    pub(super) async fn replaced(
        &self,
        mut connection: Connection,
        mut row: Credential,
    ) -> Result<bool, Stopped> {
        loop {
            // Durable before anything is called: nobody else goes on meanwhile.
            row.held_until = self.now().saturating_add(HOLD).ok();
            row.held_by.clone_from(&self.name);
            let swap =
                row.swap.get_or_insert_with(|| Swap::Begun { name: name(self.ports.entropy.as_ref()) });
            let swap = swap.clone();
            self.put(&mut row, Vec::new()).await?;
            crash::point("pat.held");
            match swap {
                Swap::Begun { name } => self.make(&connection, &mut row, &name).await?,
                Swap::Made { id, secret, expires_at } => {
                    let next = Connection { secret, ..connection.clone() };
                    if !pat::is_good(self.ports.outbound.as_ref(), &next).await? {
                        return self.given_up(&connection, row, (&id, secret)).await;
                    }
                    // Only a token of our making has an id here.
                    let old = row.vendor_id.replace(id);
                    let stored_at = self.now();
                    row = Credential { secret, expires_at, known: Known::Told, stored_at, ..row };
                    self.use_it(&mut connection, &mut row, old).await?;
                    return Ok(true);
                }
                Swap::Swapped { old } => {
                    pat::revoke(self.ports.outbound.as_ref(), &connection, &old).await?;
                    (row.swap, row.held_until) = (None, None);
                    self.put(&mut row, Vec::new()).await?;
                    return Ok(false);
                }
            }
        }
    }

    /// Makes a token of that name. One that is there already was made before a crash, and nobody has its secret.
    async fn make(&self, connection: &Connection, row: &mut Credential, name: &str) -> Result<(), Stopped> {
        let outbound = self.ports.outbound.as_ref();
        for lost in pat::list(outbound, connection).await?.unwrap_or_default() {
            if lost.name == name {
                pat::revoke(outbound, connection, &lost.id).await?;
            }
        }
        let (made, raw) = pat::create(outbound, connection, name, self.options.life_days).await?;
        crash::point("pat.made");
        let secret = SecretId::new(self.now(), self.ports.entropy.as_ref());
        let sealed = self.ports.seal.seal(row.tenant, Purpose::Credential, &secret.to_string(), &raw).await?;
        row.swap = Some(Swap::Made { id: made.id, secret, expires_at: made.expires_at });
        self.put(row, vec![Change::PutSecret { id: secret, sealed }]).await?;
        crash::point("pat.kept");
        Ok(())
    }

    /// From here on the connection calls with the new token.
    async fn use_it(
        &self,
        connection: &mut Connection,
        row: &mut Credential,
        old: Option<String>,
    ) -> Result<(), Stopped> {
        let before = std::mem::replace(&mut connection.secret, row.secret);
        (row.swap, row.held_until) = (old.map(|old| Swap::Swapped { old }), None);
        let mut changes =
            vec![Change::PutConnection(Box::new(connection.clone())), Change::DropSecret(before)];
        changes.extend(self.announced(row, self.now(), &mut super::Done::default()));
        self.put(row, changes).await?;
        connection.revision += 1;
        crash::point("pat.swapped");
        Ok(())
    }

    /// The new token proves nothing: it goes, and the old one stays.
    async fn given_up(
        &self,
        connection: &Connection,
        mut row: Credential,
        (id, secret): (&str, SecretId),
    ) -> Result<bool, Stopped> {
        pat::revoke(self.ports.outbound.as_ref(), connection, id).await?;
        (row.swap, row.held_until) = (None, None);
        self.put(&mut row, vec![Change::DropSecret(secret)]).await?;
        Ok(false)
    }
}

/// A name that no other token has; Jira takes 40 characters.
fn name(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    format!("Bowline {:016x}", u64::from_be_bytes(bytes))
}
