//! The HTTP clients: one for all calls that show nothing in the TLS handshake, and one for each customer and
//! certificate, and for each customer who may call what others may not. Connections are kept inside a client, so what one
//! customer's certificate or address rule opened never carries another's call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bowline_core::port::Handshake;
use bowline_core::secret::Secret;
use bowline_core::{SecretId, SignedDuration, TenantId, Timestamp};
use reqwest::{Certificate, Identity};

use crate::pipeline::Settings;
use crate::plain;
use crate::wire::Wire;

/// How long a client is kept that nobody uses: its key leaves the memory with it.
const IDLE: SignedDuration = SignedDuration::from_mins(10);

/// How many clients with a handshake of their own there are at most.
const CAPACITY: usize = 1_000;

/// What tells one client from another. The id names certificate and key, as another certificate is another row.
type Key = (TenantId, Option<SecretId>, Option<String>);

/// Whether chain and key in one PEM text can prove anybody: the TLS library takes them, and they are of one pair.
pub fn is_pair(pem: &Secret) -> bool {
    let client = |identity| reqwest::Client::builder().identity(identity).tls_certs_only([]).build();
    Identity::from_pem(pem.expose()).and_then(client).is_ok()
}

/// All clients of one door.
pub(crate) struct Wires {
    usual: Arc<Wire>,
    own: Mutex<HashMap<Key, (Arc<Wire>, Timestamp)>>,
    settings: Settings,
    body_limit: usize,
}

/// A certificate, a key or an authority that cannot be read. What it was made of is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unusable;

impl Wires {
    /// With the times and the trust of these settings.
    pub(crate) fn new(settings: &Settings, body_limit: usize) -> Result<Self, plain::Error> {
        let usual = Arc::new(Wire::new(settings.connect, settings.exchange, body_limit, None, &[])?);
        Ok(Self { usual, own: Mutex::default(), settings: settings.clone(), body_limit })
    }

    /// The client for a handshake, or for nothing but a customer whose connections are kept apart.
    pub(crate) fn of(
        &self,
        apart: Option<TenantId>,
        handshake: Option<&Handshake>,
        now: Timestamp,
    ) -> Result<Arc<Wire>, Unusable> {
        let Some(tenant) = handshake.map(|handshake| handshake.tenant).or(apart) else {
            return Ok(Arc::clone(&self.usual));
        };
        let identity = handshake.and_then(|handshake| handshake.certificate.as_ref());
        let trusted = handshake.and_then(|handshake| handshake.authorities.as_ref());
        let trusted = trusted.filter(|_| self.settings.own_authorities);
        let key = (tenant, identity.map(|(id, _)| *id), trusted.cloned());
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.retain(|_, (_, used)| now.duration_since(*used) < IDLE);
        if let Some((wire, used)) = own.get_mut(&key) {
            *used = now;
            return Ok(Arc::clone(wire));
        }
        let wire = Arc::new(self.make(identity.map(|(_, pem)| pem), trusted)?);
        if own.len() >= CAPACITY {
            let oldest = own.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone());
            oldest.map(|key| own.remove(&key));
        }
        own.insert(key, (Arc::clone(&wire), now));
        Ok(wire)
    }

    fn make(&self, identity: Option<&Secret>, trusted: Option<&String>) -> Result<Wire, Unusable> {
        let identity =
            identity.map(|pem| Identity::from_pem(pem.expose())).transpose().map_err(|_| Unusable)?;
        let authorities = match trusted {
            Some(pem) => Certificate::from_pem_bundle(pem.as_bytes()).map_err(|_| Unusable)?,
            None => Vec::new(),
        };
        let Settings { connect, exchange, .. } = self.settings;
        Wire::new(connect, exchange, self.body_limit, identity.as_ref(), &authorities).map_err(|_| Unusable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handshake(tenant: u32, authorities: Option<&str>) -> Handshake {
        let tenant = format!("ten_{tenant:032x}").parse().unwrap();
        Handshake { tenant, certificate: None, authorities: authorities.map(str::to_owned) }
    }

    fn wires() -> Wires {
        crate::start();
        Wires::new(&Settings::default(), 1).unwrap()
    }

    #[test]
    fn a_customer_who_is_kept_apart_has_a_client_of_its_own_without_any_handshake() {
        let (wires, now) = (wires(), Timestamp::UNIX_EPOCH);
        let tenant = |number| handshake(number, None).tenant;
        let of = |apart: Option<TenantId>| wires.of(apart, None, now).unwrap();
        let first = of(Some(tenant(1)));
        assert!(Arc::ptr_eq(&first, &of(Some(tenant(1)))));
        assert!(!Arc::ptr_eq(&first, &of(Some(tenant(2)))));
        assert!(!Arc::ptr_eq(&first, &of(None)));
    }

    #[test]
    fn where_only_the_machine_says_whom_to_trust_a_connections_own_authorities_are_not_looked_at() {
        crate::start();
        let settings = Settings { own_authorities: false, ..Settings::default() };
        let wires = Wires::new(&settings, 1).unwrap();
        // It could not even be read, so the client is made without it.
        let of = |authorities| wires.of(None, Some(&handshake(1, authorities)), Timestamp::UNIX_EPOCH);
        let bad = of(Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")).unwrap();
        assert!(Arc::ptr_eq(&bad, &of(None).unwrap()));
    }

    #[test]
    fn each_customer_has_a_client_of_its_own_and_calls_without_a_handshake_share_one() {
        let (wires, now) = (wires(), Timestamp::UNIX_EPOCH);
        let of = |handshake: Option<Handshake>| wires.of(None, handshake.as_ref(), now).unwrap();
        let first = of(Some(handshake(1, None)));
        assert!(Arc::ptr_eq(&first, &of(Some(handshake(1, None)))));
        assert!(!Arc::ptr_eq(&first, &of(Some(handshake(2, None)))));
        assert!(!Arc::ptr_eq(&first, &of(None)));
        assert!(Arc::ptr_eq(&of(None), &of(None)));
    }

    #[test]
    fn a_client_that_nobody_uses_is_forgotten_with_its_key() {
        let (wires, now) = (wires(), Timestamp::UNIX_EPOCH);
        let first = Arc::downgrade(&wires.of(None, Some(&handshake(1, None)), now).unwrap());
        let later = now.saturating_add(IDLE).unwrap();
        wires.of(None, Some(&handshake(2, None)), later).unwrap();
        assert!(first.upgrade().is_none());
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let wires = wires();
        let bad = handshake(1, Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
        assert!(wires.of(None, Some(&bad), Timestamp::UNIX_EPOCH).is_err());
        assert!(!is_pair(&Secret::from("no PEM".to_owned())));
    }
}
