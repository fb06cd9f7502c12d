//! The last page of each browser's sign-in, kept in memory until it is looked at or ten minutes have passed.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use bowline_core::{SignedDuration, Timestamp};

use super::page::Page;

/// So many are kept; the oldest go first.
const MOST: usize = 500;
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// What sign-ins came to.
#[derive(Default)]
pub(crate) struct Ends(Mutex<VecDeque<End>>);

struct End {
    browser: [u8; 32],
    page: Page,
    until: Timestamp,
}

impl Ends {
    pub(super) fn put(&self, browser: [u8; 32], page: Page, now: Timestamp) {
        let mut ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ends.retain(|end| end.until > now && end.browser != browser);
        if ends.len() >= MOST {
            ends.pop_front();
        }
        ends.push_back(End { browser, page, until: now.saturating_add(LIFE).unwrap_or(now) });
    }

    pub(super) fn find(&self, browser: [u8; 32], now: Timestamp) -> Option<Page> {
        let ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ends.iter().find(|end| end.browser == browser && end.until > now).map(|end| end.page.clone())
    }
}
