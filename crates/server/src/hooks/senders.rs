//! What each connection may take of the intake at once, so that a tool in a frenzy, or a tenant who means it, leaves
//! places and memory for the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bowline_core::ConnectionId;
use tokio::sync::Semaphore;

use crate::body::Room;
use crate::options::Options;

/// So many senders are remembered before those that send nothing are forgotten.
const REMEMBERED: usize = 1_024;

/// Everybody who sends.
pub(crate) struct Senders {
    places: usize,
    bytes: usize,
    known: Mutex<HashMap<ConnectionId, Arc<Sender>>>,
}

/// One connection's part.
pub(super) struct Sender {
    /// How many of its deliveries may be under way.
    pub(super) places: Semaphore,
    /// What their bodies may take together.
    pub(super) room: Room,
}

impl Senders {
    pub(crate) fn new(options: &Options) -> Self {
        let bytes = (options.all_bodies / 4).max(options.hook_body);
        Self { places: options.hooks_of_one, bytes, known: Mutex::default() }
    }

    pub(super) fn get(&self, connection: ConnectionId) -> Arc<Sender> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, sender| Arc::strong_count(sender) > 1);
        }
        let new = || Arc::new(Sender { places: Semaphore::new(self.places), room: Room::new(self.bytes) });
        Arc::clone(known.entry(connection).or_insert_with(new))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn who_sends_nothing_is_forgotten_and_who_does_is_not() {
        let senders = Senders::new(&Options::new("http://localhost", [0; 32]));
        let id = |number: usize| ConnectionId::from_uuid(Uuid::from_u128(number as u128));
        let busy = senders.get(id(0));
        let place = busy.places.try_acquire_many(16).unwrap();
        for number in 1..=3 * REMEMBERED {
            senders.get(id(number));
        }
        assert!(senders.known.lock().unwrap().len() <= REMEMBERED);
        assert!(senders.get(id(0)).places.try_acquire().is_err());
        drop(place);
    }
}
