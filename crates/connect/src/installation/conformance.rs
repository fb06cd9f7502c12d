//! What every store of installations must do. Run it from a test of the store, on an empty one:
//!
//! ```
//! use bowline_connect::installation::{MemoryInstallations, conformance};
//!
//! # futures_util::FutureExt::now_or_never(async {
//! conformance::check(&MemoryInstallations::default()).await.unwrap();
//! # }).unwrap();
//! ```

use bowline_core::secret::Secret;
use futures_util::future::join;
use jiff::{SignedDuration, Timestamp};

use super::row::{ClientKey, Installation, Previous, Product, Scheme, State};
use super::store::{Change, Committed, Installations, Revision, StoreError, Stored, UsedToken};
use crate::jose::SharedSecret;

/// A rule that the store breaks.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The rule, in words.
    #[error("{0}")]
    Rule(&'static str),
    /// The store failed altogether.
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(crate) fn hold(holds: bool, rule: &'static str) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken::Rule(rule)) }
}

/// Checks every rule, one after the other. The store is left with a few rows.
pub async fn check(store: &dyn Installations) -> Result<(), Broken> {
    kept_as_given(store).await?;
    changed_by_number(store).await?;
    tokens_used_once(store).await?;
    apart(store).await?;
    listed_in_order(store).await?;
    wiped_in_time(store).await?;
    raced(store).await
}

const NOW: i64 = 1_700_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(NOW + seconds)
}

fn key(text: &str) -> Result<ClientKey, Broken> {
    ClientKey::parse(text).ok_or(Broken::Rule("the suite's own client key is good"))
}

fn secret(letter: &str) -> Result<SharedSecret, Broken> {
    SharedSecret::new(Secret::from(letter.repeat(40)))
        .map_err(|_| Broken::Rule("the suite's own secret is good"))
}

fn row(client_key: &str) -> Result<Installation, Broken> {
    Ok(Installation {
        client_key: key(client_key)?,
        product: Product::Confluence,
        base_url: "https://acme.atlassian.net/wiki".to_owned(),
        display_url: Some("https://wiki.acme.example".to_owned()),
        secret: Some(secret("s")?),
        previous: Some(Previous { secret: secret("p")?, since: at(-10), until: at(300) }),
        state: State::Disabled,
        scheme: Scheme::Signed,
        oauth_client_id: Some("client".to_owned()),
        forge_installation: Some("ari:cloud:ecosystem::installation/1".to_owned()),
        entitlement_id: Some("entitlement".to_owned()),
        installed_at: at(-60),
        changed_at: at(0),
    })
}

const fn used(token: u8, body: u8, until: Timestamp) -> UsedToken {
    UsedToken { token: [token; 32], body: [body; 32], until }
}

async fn get(store: &dyn Installations, client_key: &str) -> Result<Stored, Broken> {
    store.find(&key(client_key)?).await?.ok_or(Broken::Rule("what was committed is found"))
}

/// Everything that was given, seen from outside: secrets compared by their bytes.
fn same(a: &Installation, b: &Installation) -> bool {
    let bytes = |secret: Option<&SharedSecret>| secret.map(|secret| secret.secret().expose().to_vec());
    let previous = |row: &Installation| {
        row.previous.as_ref().map(|previous| (bytes(Some(&previous.secret)), previous.since, previous.until))
    };
    let texts = |row: &Installation| {
        let Installation {
            base_url, display_url, oauth_client_id, forge_installation, entitlement_id, ..
        } = row;
        let some = [display_url, oauth_client_id, forge_installation, entitlement_id].map(Clone::clone);
        (base_url.clone(), some)
    };
    let rest = |row: &Installation| {
        (row.client_key.clone(), row.product, row.state, row.scheme, row.installed_at, row.changed_at)
    };
    bytes(a.secret.as_ref()) == bytes(b.secret.as_ref())
        && previous(a) == previous(b)
        && texts(a) == texts(b)
        && rest(a) == rest(b)
}

async fn kept_as_given(store: &dyn Installations) -> Result<(), Broken> {
    hold(store.find(&key("kept")?).await?.is_none(), "an unknown client key has no row")?;
    let full = row("kept")?;
    let change = Change { installation: full.clone(), expected: None, used: None };
    hold(store.commit(change, at(0)).await? == Committed::Done, "a first row is taken")?;
    let stored = get(store, "kept").await?;
    hold(same(&stored.installation, &full), "a row comes back as it was given")?;
    let bare = Installation {
        product: Product::Jira,
        display_url: None,
        secret: None,
        previous: None,
        state: State::Uninstalled,
        scheme: Scheme::Legacy,
        oauth_client_id: None,
        forge_installation: None,
        entitlement_id: None,
        ..full
    };
    let change = Change { installation: bare.clone(), expected: Some(stored.revision), used: None };
    hold(store.commit(change, at(0)).await? == Committed::Done, "a row is replaced under its number")?;
    hold(same(&get(store, "kept").await?.installation, &bare), "what is taken away is gone")
}

async fn changed_by_number(store: &dyn Installations) -> Result<(), Broken> {
    let commit = |installation: Installation, expected| async move {
        store.commit(Change { installation, expected, used: None }, at(0)).await
    };
    let installation = row("numbered")?;
    let absent = Some(Revision(1));
    hold(
        commit(installation.clone(), absent).await? == Committed::Stale,
        "a row that is not there has no number",
    )?;
    hold(commit(installation.clone(), None).await? == Committed::Done, "a first row is taken")?;
    hold(commit(installation.clone(), None).await? == Committed::Stale, "a second first row is refused")?;
    let first = get(store, "numbered").await?.revision;
    let other =
        Installation { base_url: "https://new.atlassian.net/wiki".to_owned(), ..installation.clone() };
    hold(commit(other, Some(first)).await? == Committed::Done, "a row is replaced under its number")?;
    let second = get(store, "numbered").await?;
    hold(second.revision != first, "the number changes with the row")?;
    hold(commit(installation, Some(first)).await? == Committed::Stale, "an old number is refused")?;
    let now = get(store, "numbered").await?;
    hold(now.installation.base_url == second.installation.base_url, "what is refused changes nothing")
}

async fn tokens_used_once(store: &dyn Installations) -> Result<(), Broken> {
    let commit = |base_url: &str, expected, used, now| {
        let installation = row("token").map(|row| Installation { base_url: base_url.to_owned(), ..row });
        async move {
            let change = Change { installation: installation?, expected, used: Some(used) };
            Ok::<_, Broken>(store.commit(change, now).await?)
        }
    };
    let first = used(1, 1, at(100));
    hold(commit("a", None, first, at(0)).await? == Committed::Done, "a fresh token is taken")?;
    let number = Some(get(store, "token").await?.revision);
    let repeated = commit("b", number, first, at(1)).await?;
    hold(repeated == Committed::Repeated, "a token with the same body is a repetition")?;
    let repeated = commit("b", None, first, at(1)).await?;
    hold(repeated == Committed::Repeated, "a repetition is one whatever the row's number")?;
    let replayed = commit("b", number, used(1, 2, at(100)), at(1)).await?;
    hold(replayed == Committed::Replayed, "a token with another body is a replay")?;
    hold(get(store, "token").await?.installation.base_url == "a", "neither changes anything")?;
    let stale = commit("b", None, used(2, 2, at(100)), at(1)).await?;
    hold(stale == Committed::Stale, "an old number is refused with a fresh token too")?;
    let kept = commit("b", number, used(2, 2, at(100)), at(1)).await?;
    hold(kept == Committed::Done, "the token of a refused change was not used up")?;
    hold(
        store.use_token(used(3, 3, at(400)), at(1)).await? == Committed::Done,
        "a token is used up without a row",
    )?;
    let again = store.use_token(used(3, 3, at(400)), at(1)).await?;
    hold(again == Committed::Repeated, "a token that was used up without a row is a repetition")?;
    hold(
        store.use_token(used(3, 4, at(400)), at(1)).await? == Committed::Replayed,
        "and with another body a replay",
    )?;
    let number = Some(get(store, "token").await?.revision);
    let replayed = commit("c", number, used(3, 4, at(400)), at(1)).await?;
    hold(replayed == Committed::Replayed, "a token that was used up without a row changes none")?;
    let ended = commit("c", number, used(1, 2, at(300)), at(100)).await?;
    hold(ended == Committed::Done, "a token whose time is over counts as forgotten")
}

async fn apart(store: &dyn Installations) -> Result<(), Broken> {
    let commit = |client_key: &str, token: UsedToken| {
        let installation = row(client_key);
        async move {
            let change = Change { installation: installation?, expected: None, used: Some(token) };
            Ok::<_, Broken>(store.commit(change, at(0)).await?)
        }
    };
    let one = commit("site:1", used(11, 1, at(100))).await?;
    let other = commit("site:2", used(12, 1, at(100))).await?;
    hold((one, other) == (Committed::Done, Committed::Done), "two client keys of one address are two rows")?;
    hold(store.find(&key("SITE:1")?).await?.is_none(), "client keys are told apart by case")?;
    let foreign = commit("site:3", used(11, 2, at(100))).await?;
    hold(foreign == Committed::Replayed, "a token is used up for every client key")?;
    hold(store.find(&key("site:3")?).await?.is_none(), "a replay makes no row")
}

async fn listed_in_order(store: &dyn Installations) -> Result<(), Broken> {
    let names = |rows: Vec<Installation>| -> Vec<String> {
        rows.into_iter().map(|row| row.client_key.as_str().to_owned()).collect()
    };
    let all = names(store.list(None, 100).await?);
    hold(all == ["kept", "numbered", "site:1", "site:2", "token"], "every row is listed once, in order")?;
    let page = names(store.list(Some(&key("numbered")?), 2).await?);
    hold(page == ["site:1", "site:2"], "a page begins behind its client key and ends at its limit")
}

async fn wiped_in_time(store: &dyn Installations) -> Result<(), Broken> {
    store.wipe(at(299)).await?;
    hold(get(store, "site:1").await?.installation.previous.is_some(), "a secret stays until its time")?;
    let before = get(store, "site:1").await?.revision;
    hold(store.wipe(at(300)).await? > 0, "wiping says how much it did")?;
    let after = get(store, "site:1").await?;
    hold(after.installation.previous.is_none(), "a previous secret goes at its time")?;
    hold(after.installation.secret.is_some(), "the present secret stays")?;
    hold(after.revision != before, "the number changes with the row")?;
    hold(store.wipe(at(300)).await? == 0, "nothing is wiped twice")?;
    let known = store.use_token(used(3, 3, at(400)), at(300)).await?;
    hold(known == Committed::Repeated, "a token whose time is not over outlives a wipe")?;
    hold(store.wipe(at(400)).await? == 1, "a token goes at its time")
}

/// Two at once: one of them is first, the other finds what the first did. A store whose calls do not overlap passes too.
async fn raced(store: &dyn Installations) -> Result<(), Broken> {
    let change = |base_url: &str, expected, used| {
        let row = row("raced").map(|row| Installation { base_url: base_url.to_owned(), ..row });
        Ok::<_, Broken>(Change { installation: row?, expected, used })
    };
    let both = |one, other| both(store, one, other);
    let first = both(change("a", None, None)?, change("b", None, None)?).await?;
    hold(is(&first, Committed::Done, Committed::Stale), "of two first rows at once one is taken")?;
    let kept = get(store, "raced").await?;
    let winner = if first.first() == Some(&Committed::Done) { "a" } else { "b" };
    hold(kept.installation.base_url == winner, "the row is that of the one that was taken")?;
    let number = Some(kept.revision);
    let second = both(change("c", number, None)?, change("d", number, None)?).await?;
    hold(
        is(&second, Committed::Done, Committed::Stale),
        "of two changes of one number at once one is taken",
    )?;
    let (one, other) = (used(21, 1, at(900)), used(21, 2, at(900)));
    let (a, b) = join(store.use_token(one, at(400)), store.use_token(other, at(400))).await;
    hold(
        is(&[a?, b?], Committed::Done, Committed::Replayed),
        "of two bodies of a token at once one is a replay",
    )?;
    let (a, b) =
        join(store.use_token(used(22, 1, at(900)), at(400)), store.use_token(used(22, 1, at(900)), at(400)))
            .await;
    hold(
        is(&[a?, b?], Committed::Done, Committed::Repeated),
        "of a call that came twice at once one is a repetition",
    )?;
    let number = Some(get(store, "raced").await?.revision);
    let (one, other) = (Some(used(23, 1, at(900))), Some(used(23, 2, at(900))));
    let third = both(change("e", number, one)?, change("f", number, other)?).await?;
    let lost =
        is(&third, Committed::Done, Committed::Replayed) || is(&third, Committed::Done, Committed::Stale);
    hold(lost, "of two bodies that change a row at once one is taken")?;
    let winner = if third.first() == Some(&Committed::Done) { "e" } else { "f" };
    hold(get(store, "raced").await?.installation.base_url == winner, "and the row is that of this one")
}

async fn both(store: &dyn Installations, one: Change, other: Change) -> Result<[Committed; 2], Broken> {
    let (a, b) = join(store.commit(one, at(400)), store.commit(other, at(400))).await;
    Ok([a?, b?])
}

/// Whether one of the two ended so and the other so.
fn is(ends: &[Committed; 2], one: Committed, other: Committed) -> bool {
    *ends == [one, other] || *ends == [other, one]
}
