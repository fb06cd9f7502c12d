//! What every store of Forge's installations must do. Run it from a test of the store, on an empty one:
//!
//! ```
//! use bowline_connect::forge::{MemoryRemotes, conformance};
//!
//! # futures_util::FutureExt::now_or_never(async {
//! conformance::check(&MemoryRemotes::default(), ["ada", "bob"]).await.unwrap();
//! # }).unwrap();
//! ```

use futures_util::future::join;
use jiff::{SignedDuration, Timestamp};

use super::claims::{App, Environment, Invocation, Module};
use super::installation_id::InstallationId;
use super::pairing::{CodeHash, Offer};
use super::store::{Once, Remotes, Used};
use super::verify::Invoked;
use crate::installation::conformance::hold;

pub use crate::installation::conformance::Broken;

/// Checks every rule, one after the other, with two owners that the store knows. It is left with a few rows.
pub async fn check(store: &dyn Remotes, owners: [&str; 2]) -> Result<(), Broken> {
    used_once(store).await?;
    paired_by_code(store, owners).await?;
    raced(store, owners).await?;
    wiped_in_time(store, owners).await
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

/// What comes with a call of an installation: of a site of Jira, with a token of the app.
fn invoked(installation: &InstallationId) -> Invoked {
    let id = installation.as_str().to_owned();
    let api_base_url = "https://api.atlassian.com/ex/jira/d0d52620-3203-4cfa-8db5-f2587155f0dd".to_owned();
    let app = App {
        id: "ari:cloud:ecosystem::app/8db33809-1f32-48bb-8c52-5877dab48107".to_owned(),
        installation_id: id,
        api_base_url,
        app_version: None,
        environment: Environment { kind: "PRODUCTION".to_owned(), id: "environment".to_owned() },
        module: Module { kind: "jira:adminPage".to_owned(), key: "pairing".to_owned() },
        installation: None,
        license: None,
    };
    let (principal, jti) = (Some("5b10a2844c20165700ede21g".to_owned()), "name".to_owned());
    let invocation = Invocation { app, context: None, principal, ic_label: None, jti };
    Invoked { invocation, system_token: Some("token".to_owned().into()), user_token: None }
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

async fn paired_by_code(store: &dyn Remotes, [ada, bob]: [&str; 2]) -> Result<(), Broken> {
    let (one, two) = (site("one")?, site("two")?);
    let pair = async |site: &InstallationId, code: u8, minutes: i64| {
        store.pair(site, &invoked(site), &CodeHash([code; 32]), at(minutes)).await
    };
    let owner_of = async |site: &InstallationId| store.owner(site).await;
    let offered = async |code: u8, minutes: i64| store.offered(&CodeHash([code; 32]), at(minutes)).await;
    hold(owner_of(&one).await?.is_none(), "an installation belongs to nobody at first")?;
    hold(offered(1, 0).await?.is_none(), "there is no code at first")?;
    store.offer(offer(1, ada, 10)).await?;
    store.offer(offer(2, bob, 20)).await?;
    for (code, owner, minutes) in [(1, ada, 10), (2, bob, 20)] {
        let found = offered(code, 9).await?;
        let found = found.map(|offer| (offer.code.0, offer.owner, offer.until));
        hold(
            found == Some(([code; 32], owner.to_owned(), at(minutes))),
            "codes come back as they were given",
        )?;
    }
    hold(offered(1, 10).await?.is_none(), "a code ends at its time")?;
    hold(offered(2, 10).await?.is_some(), "and no other with it")?;
    hold(!pair(&one, 3, 0).await?, "a code that nobody offered ties nothing")?;
    hold(!pair(&one, 1, 10).await?, "a code that ended ties nothing")?;
    hold(owner_of(&one).await?.is_none(), "what ties nothing changes nothing")?;
    hold(pair(&one, 1, 9).await?, "a code ties an installation")?;
    hold(owner_of(&one).await?.as_deref() == Some(ada), "to whom the code was made for")?;
    hold(offered(1, 9).await?.is_none(), "a code that was used is none any more")?;
    hold(!pair(&two, 1, 9).await?, "a code is good once")?;
    hold(owner_of(&two).await?.is_none(), "a used code ties nothing")?;
    // A store may leave an installation with its owner until it is untied.
    if !pair(&one, 2, 9).await? {
        hold(owner_of(&one).await?.as_deref() == Some(ada), "what is refused to another owner stays")?;
        hold(store.unpair(&one).await?, "an installation can be untied")?;
        hold(pair(&one, 2, 9).await?, "an installation can be tied anew")?;
    }
    hold(owner_of(&one).await?.as_deref() == Some(bob), "and then belongs to the other")?;
    hold(store.unpair(&one).await? && !store.unpair(&one).await?, "untying says whether it was tied")?;
    hold(owner_of(&one).await?.is_none(), "what was untied belongs to nobody")
}

async fn raced(store: &dyn Remotes, [ada, _]: [&str; 2]) -> Result<(), Broken> {
    let token = Once::token(site("one")?, "raced", at(0));
    let (a, b) = join(store.use_once(&token, at(0)), store.use_once(&token, at(0))).await;
    let used = [a?, b?];
    hold(used.contains(&Used::First) && used.contains(&Used::Again), "of two at once one is the first")?;
    store.offer(offer(4, ada, 10)).await?;
    let (code, one, two) = (CodeHash([4; 32]), site("one")?, site("two")?);
    let (first, second) = (invoked(&one), invoked(&two));
    let (a, b) = join(store.pair(&one, &first, &code, at(0)), store.pair(&two, &second, &code, at(0))).await;
    let (a, b) = (a?, b?);
    hold(a != b, "of two installations that enter a code at once one is tied")?;
    let owners = [store.owner(&one).await?, store.owner(&two).await?];
    hold(owners.iter().flatten().count() == 1, "and the other belongs to nobody")
}

async fn wiped_in_time(store: &dyn Remotes, [ada, _]: [&str; 2]) -> Result<(), Broken> {
    store.wipe(at(19)).await?;
    store.offer(offer(5, ada, 30)).await?;
    let token = Once::token(site("wiped")?, "name", at(10));
    store.use_once(&token, at(10)).await?;
    hold(store.wipe(at(29)).await? > 0, "wiping says how much it did")?;
    hold(store.use_once(&token, at(29)).await? == Used::Again, "what is to be remembered outlives a wipe")?;
    let open = store.offered(&CodeHash([5; 32]), at(29)).await?;
    hold(open.is_some(), "a code that can be entered outlives a wipe")?;
    hold(store.wipe(at(30)).await? == 2, "a token and a code go at their time")?;
    hold(store.wipe(at(30)).await? == 0, "nothing is wiped twice")
}
