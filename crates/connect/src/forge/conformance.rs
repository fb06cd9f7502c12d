//! What every store of Forge's installations must do. Run it from a test of the store, on an empty one:
//!
//! ```
//! use bowline_connect::forge::{MemoryRemotes, conformance};
//!
//! # futures_util::FutureExt::now_or_never(async {
//! conformance::check(&MemoryRemotes::default()).await.unwrap();
//! # }).unwrap();
//! ```

use futures_util::future::join;
use jiff::{SignedDuration, Timestamp};

use super::installation_id::InstallationId;
use super::pairing::{CodeHash, Offer};
use super::store::{Once, Remotes, Used};
use crate::installation::conformance::hold;

pub use crate::installation::conformance::Broken;

/// Checks every rule, one after the other. The store is left with a few rows.
pub async fn check(store: &dyn Remotes) -> Result<(), Broken> {
    used_once(store).await?;
    paired_by_code(store).await?;
    raced(store).await?;
    wiped_in_time(store).await
}

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(28_333_333 + minutes)
}

fn site(name: &str) -> Result<InstallationId, Broken> {
    InstallationId::parse(name).ok_or(Broken::Rule("the suite's own name is good"))
}

fn offer(code: u8, owner: &str, minutes: i64) -> Offer {
    Offer { code: CodeHash([code; 32]), owner: owner.to_owned(), until: at(minutes) }
}

async fn used_once(store: &dyn Remotes) -> Result<(), Broken> {
    let token = Once::token(site("one")?, "name", at(0));
    hold(store.use_once(&token, at(0)).await? == Used::First, "what was never used is used first")?;
    hold(store.use_once(&token, at(1)).await? == Used::Again, "what was used is used again")?;
    let event = Once::event(site("one")?, "name", at(0));
    hold(store.use_once(&event, at(0)).await? == Used::First, "an event is no token of the same name")?;
    let other = Once::token(site("two")?, "name", at(0));
    hold(store.use_once(&other, at(0)).await? == Used::First, "another installation's is another")?;
    let capital = Once::token(site("ONE")?, "name", at(0));
    hold(store.use_once(&capital, at(0)).await? == Used::First, "installations are told apart by case")?;
    hold(
        store.use_once(&token, token.until).await? == Used::First,
        "what can be forgotten counts as forgotten",
    )?;
    hold(
        store.use_once(&event, at(60)).await? == Used::Again,
        "an event is remembered for longer than a token",
    )
}

async fn paired_by_code(store: &dyn Remotes) -> Result<(), Broken> {
    let (one, two) = (site("one")?, site("two")?);
    hold(store.owner(&one).await?.is_none(), "an installation belongs to nobody at first")?;
    hold(store.offers(at(0)).await?.is_empty(), "there is no code at first")?;
    store.offer(offer(1, "ada", 10)).await?;
    store.offer(offer(2, "bob", 20)).await?;
    let mut open = store.offers(at(9)).await?;
    open.sort_by_key(|offer| offer.until);
    let told: Vec<_> = open.iter().map(|offer| (offer.code.0, offer.owner.as_str(), offer.until)).collect();
    hold(told == [([1; 32], "ada", at(10)), ([2; 32], "bob", at(20))], "codes come back as they were given")?;
    hold(store.offers(at(10)).await?.len() == 1, "a code ends at its time")?;
    hold(!store.pair(&one, &CodeHash([3; 32]), at(0)).await?, "a code that nobody offered ties nothing")?;
    hold(!store.pair(&one, &CodeHash([1; 32]), at(10)).await?, "a code that ended ties nothing")?;
    hold(store.owner(&one).await?.is_none(), "what ties nothing changes nothing")?;
    hold(store.pair(&one, &CodeHash([1; 32]), at(9)).await?, "a code ties an installation")?;
    hold(store.owner(&one).await?.as_deref() == Some("ada"), "to whom the code was made for")?;
    hold(!store.pair(&two, &CodeHash([1; 32]), at(9)).await?, "a code is good once")?;
    hold(store.owner(&two).await?.is_none(), "a used code ties nothing")?;
    hold(store.pair(&one, &CodeHash([2; 32]), at(9)).await?, "an installation can be tied anew")?;
    hold(store.owner(&one).await?.as_deref() == Some("bob"), "and then belongs to the other")?;
    hold(store.unpair(&one).await? && !store.unpair(&one).await?, "untying says whether it was tied")?;
    hold(store.owner(&one).await?.is_none(), "what was untied belongs to nobody")
}

async fn raced(store: &dyn Remotes) -> Result<(), Broken> {
    let token = Once::token(site("one")?, "raced", at(0));
    let (a, b) = join(store.use_once(&token, at(0)), store.use_once(&token, at(0))).await;
    let used = [a?, b?];
    hold(used.contains(&Used::First) && used.contains(&Used::Again), "of two at once one is the first")?;
    store.offer(offer(4, "eve", 10)).await?;
    let (code, one, two) = (CodeHash([4; 32]), site("one")?, site("two")?);
    let (a, b) = join(store.pair(&one, &code, at(0)), store.pair(&two, &code, at(0))).await;
    let (a, b) = (a?, b?);
    hold(a != b, "of two installations that enter a code at once one is tied")?;
    let owners = [store.owner(&one).await?, store.owner(&two).await?];
    hold(owners.iter().flatten().count() == 1, "and the other belongs to nobody")
}

async fn wiped_in_time(store: &dyn Remotes) -> Result<(), Broken> {
    store.wipe(at(19)).await?;
    store.offer(offer(5, "ada", 30)).await?;
    let token = Once::token(site("wiped")?, "name", at(10));
    store.use_once(&token, at(10)).await?;
    hold(store.wipe(at(29)).await? > 0, "wiping says how much it did")?;
    hold(store.use_once(&token, at(29)).await? == Used::Again, "what is to be remembered outlives a wipe")?;
    hold(store.offers(at(29)).await?.len() == 1, "a code that can be entered outlives a wipe")?;
    hold(store.wipe(at(30)).await? == 2, "a token and a code go at their time")?;
    hold(store.wipe(at(30)).await? == 0, "nothing is wiped twice")
}
