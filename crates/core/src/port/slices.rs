//! Limits that several processes share, in slices: what a process may use for some seconds without asking again.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::port::StoreError;

/// Everything that is shared of one limit: a connection's places and buckets, or an app's quota.
pub const WHOLE: u32 = 100;

/// What a process wants of a limit, and what it has to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceAsk {
    /// What is limited: the printed id of a connection, or the name of an app's quota.
    pub name: String,
    /// Who asks: a name that no two living processes share.
    pub owner: String,
    /// How much was wanted here lately; slices are cut in this ratio.
    pub wants: u32,
    /// Hundredths that are in use and cannot be given back yet.
    pub keeps: u32,
    /// What was spent here of a quota in this window.
    pub spent: i64,
    /// The most that the vendor told to be spent, by anybody, in this window; 0 if it told nothing.
    pub seen: i64,
    /// The quota's size; 0 if it is not known here, or there is none.
    pub size: i64,
    /// When the window ends, which also tells windows apart; `None` as the size.
    pub resets: Option<Timestamp>,
    /// Now, and when the slice ends.
    pub now: Timestamp,
    /// When the slice ends unless it is leased again.
    pub until: Timestamp,
}

/// A slice, and what the others said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Hundredths of the limit; nothing as long as the others have not given anything back.
    pub part: u32,
    /// Hundredths that are a fair part now. Where it is less than the part, calls under way keep the rest, and no new ones are
    /// to take their places.
    pub fair: u32,
    /// What others have spent of the quota in the window, those included that are gone.
    pub others: i64,
    /// The most that anybody was told to be spent in the window.
    pub seen: i64,
    /// The quota's size and the end of its window, if anybody knows them.
    pub quota: Option<(i64, Timestamp)>,
    /// What is held up, by whoever was asked to wait, and until when.
    pub holds: Vec<(String, Timestamp)>,
}

/// A wait that a vendor asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// As in [`SliceAsk::name`].
    pub name: String,
    /// What of it is held up.
    pub what: String,
    /// Until when.
    pub until: Timestamp,
}

/// Where slices are leased.
#[async_trait]
pub trait Slices: Send + Sync {
    /// Leases slices, or leases them again, in the order of the asks. What live slices of one limit add up to is never more than
    /// the whole of it, unless more than ten processes share it and keep more than their part. A slice that was not leased again
    /// in time is free for others.
    async fn lease(&self, asks: &[SliceAsk]) -> Result<Vec<Slice>, StoreError>;

    /// Takes over from a process of the same name that is gone: its parts are free at once, what it spent stays counted.
    async fn retire_slices(&self, owner: &str, now: Timestamp) -> Result<(), StoreError>;

    /// Tells the others of a wait; a longer one stays.
    async fn hold(&self, hold: &Hold) -> Result<(), StoreError>;

    /// Forgets slices and waits that are over; says how many.
    async fn forget_slices(&self, now: Timestamp) -> Result<u64, StoreError>;
}
