//! `Slices`: parts of limits that several processes share.

use async_trait::async_trait;
use bowline_core::port::{Hold, Slice, SliceAsk, Slices, StoreError, WHOLE};
use bowline_core::{SignedDuration, Timestamp};

use crate::Store;
use crate::row::Reply;
use crate::stmt::Plan;
use crate::tables::slices::{self, HeldRow, STEPS, SliceRow};

/// Two that mean the same window may know its end from answers that told it in whole seconds.
const SAME: SignedDuration = SignedDuration::from_mins(5);

#[async_trait]
impl Slices for Store {
    async fn lease(&self, asks: &[SliceAsk]) -> Result<Vec<Slice>, StoreError> {
        // In one order everywhere, so that two of these cannot wait for each other.
        let mut order: Vec<(usize, &SliceAsk)> = asks.iter().enumerate().collect();
        order.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        let stmts = order.iter().flat_map(|(_, ask)| slices::lease(ask)).collect();
        let mut replies = self.write(Plan::system(stmts)).await?.into_iter();
        let mut leased = Vec::with_capacity(asks.len());
        for (index, ask) in order {
            let [_, _, _, rows, holds] =
                std::array::from_fn::<Reply, STEPS, _>(|_| replies.next().unwrap_or_default());
            leased.push((index, slice(ask, rows.all()?, holds.all()?)));
        }
        leased.sort_by_key(|(index, _)| *index);
        Ok(leased.into_iter().map(|(_, slice)| slice).collect())
    }

    async fn retire_slices(&self, owner: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(Plan::system(vec![slices::retire(owner, now)])).await.map(|_| ())
    }

    async fn hold(&self, hold: &Hold) -> Result<(), StoreError> {
        self.write(Plan::system(vec![slices::hold(hold)])).await.map(|_| ())
    }

    async fn forget_slices(&self, now: Timestamp) -> Result<u64, StoreError> {
        let replies = self.write(Plan::system(slices::forget(now).into())).await?;
        Ok(replies.iter().map(|reply| reply.changed).sum())
    }
}

/// What of a limit is a fair part where others want as much as this; `tables/slices.rs` cuts by the same rule.
fn fair(wants: u32, others: &[i64]) -> u32 {
    let (wants, theirs) = (i64::from(wants.max(1)), others.iter().sum::<i64>());
    if theirs == 0 {
        return WHOLE;
    }
    let most = 100 - 10 * i64::try_from(others.len()).unwrap_or(9);
    let part = (20 * wants + theirs + wants) / (2 * (theirs + wants)) * 10;
    u32::try_from(part.min(most).max(10)).unwrap_or(10)
}

/// What the rows of a limit come to for one owner.
fn slice(ask: &SliceAsk, rows: Vec<SliceRow>, holds: Vec<HeldRow>) -> Slice {
    // The newest window that anybody knows and that is not over.
    let quota = rows.iter().filter(|row| row.size > 0).filter_map(|row| Some((row.resets?, row.size)));
    let (quota, now) = (quota.filter(|(resets, _)| *resets > ask.now).max(), ask.now);
    let in_window = |row: &&SliceRow| {
        let window = quota.zip(row.resets);
        window.is_some_and(|((resets, _), own)| own > now && resets.duration_since(own).abs() < SAME)
    };
    let own = |row: &&SliceRow| row.owner == ask.owner;
    let part = rows.iter().find(own).map_or(0, |row| row.part.clamp(0, i64::from(WHOLE)));
    let others: Vec<i64> =
        rows.iter().filter(|row| !own(row)).map(|row| row.wants).filter(|wants| *wants > 0).collect();
    Slice {
        fair: fair(ask.wants, &others),
        part: u32::try_from(part).unwrap_or_default(),
        others: rows.iter().filter(|row| !own(row)).filter(in_window).map(|row| row.spent).sum(),
        seen: rows.iter().filter(in_window).map(|row| row.seen).max().unwrap_or_default(),
        quota: quota.map(|(resets, size)| (size, resets)),
        holds: holds.into_iter().map(|HeldRow(what, until)| (what, until)).collect(),
    }
}
