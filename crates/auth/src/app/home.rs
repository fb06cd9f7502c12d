//! Which tenant a new site belongs to. A site that is known keeps its own, whatever the setting says by now.

use bowline_connect::installation::{Installation, StoreError};
use bowline_core::tenant::Tenant;
use bowline_core::{TenantId, Timestamp};

use super::{Sites, told};
use crate::token::sha256;

/// How much of an address is in a name. People read it; what tells tenants apart comes behind it.
const LONGEST: usize = 30;

impl Sites {
    /// The tenant of a new site, and that it has to be made, if it has.
    pub(super) async fn home(
        &self,
        it: &Installation,
        at: Timestamp,
    ) -> Result<(TenantId, Option<Tenant>), StoreError> {
        let tenants = self.ports.registry.tenants().await.map_err(told)?;
        let called = |name: &String| tenants.iter().find(|tenant| tenant.name == *name);
        let name = match &self.tenant {
            Some(name) => {
                if let Some(tenant) = called(name) {
                    return Ok((tenant.id, None));
                }
                name.clone()
            }
            // The tenant of a site that was forgotten stays, and is not this one's: who comes with a client key is nobody known.
            None => {
                let own = own_name(it);
                let mut names = std::iter::once(own.clone()).chain((2..).map(|next| format!("{own}-{next}")));
                names.find(|name| called(name).is_none()).unwrap_or(own)
            }
        };
        let id = TenantId::new(at, self.ports.entropy.as_ref());
        Ok((id, Some(Tenant { id, name, created_at: at })))
    }
}

/// What a tenant of one site is called: after its address as it is now, and by its client key, for addresses change hands.
fn own_name(it: &Installation) -> String {
    let hash = sha256(it.client_key.as_str().as_bytes());
    let key: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{key}", label(&it.base_url))
}

/// The first part of an address' host, as letters, digits and dashes.
pub(super) fn label(base_url: &str) -> String {
    let host = base_url.split("://").nth(1).unwrap_or_default();
    let first = host.split(['.', '/', ':']).next().unwrap_or_default();
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let label: String = first.chars().filter(|letter| plain(*letter)).take(LONGEST).collect();
    let label = label.trim_matches('-');
    if label.is_empty() { "site".to_owned() } else { label.to_owned() }
}

/// A name that nobody has: the label, or the label with a number.
pub(super) fn free(label: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut names = std::iter::once(label.to_owned()).chain((2..).map(|next| format!("{label}-{next}")));
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_made_of_whatever_address_there_is() {
        for (base_url, expected) in [
            ("https://acme.atlassian.net", "acme"),
            ("https://acme-2.atlassian.net/wiki", "acme-2"),
            ("http://127.0.0.1:8080", "127"),
            ("http://[::1]:8080", "site"),
            ("https://---.example", "site"),
            ("nonsense", "site"),
        ] {
            assert_eq!(label(base_url), expected, "{base_url}");
        }
        assert_eq!(label(&format!("https://{}.example", "a".repeat(63))).len(), LONGEST);
    }
}
