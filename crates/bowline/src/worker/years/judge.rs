//! What must be true when the years are over.

use bowline_core::SignedDuration;
use bowline_core::connection::Health;
use bowline_core::grant::{GrantEvent, GrantEventKind, GrantState};
use bowline_core::port::{Clock as _, Grants as _};

use super::Wish;
use super::land::{Land, Person};
use super::people::{Manner, again, manner};
use super::provider::{ABSOLUTE, End};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// When people are told that their consent ends: days before it.
const WARNINGS: [i32; 5] = [30, 14, 7, 3, 1];
/// How late anything may be.
const LATE: SignedDuration = SignedDuration::from_mins(1);
/// In the busiest time there are at most so many times the mean of requests.
const PEAK: u64 = 3;
/// So many requests a time has on average that is looked at: a minute, where there are many.
const ENOUGH: u64 = 20;

/// How the requests were spread.
#[derive(Debug)]
pub(super) struct Spread {
    pub(super) renewals: u64,
    /// How many minutes one time has.
    pub(super) minutes: u64,
    pub(super) busiest: u64,
    pub(super) mean: f64,
}

/// Holds the requests to what a provider may expect of us.
pub(super) fn spread(land: &Land, wish: Wish) -> Spread {
    let all = u64::try_from(wish.length().as_mins()).unwrap();
    let spread = land.provider.told(|_, minutes| {
        let renewals: u64 = minutes.iter().copied().map(u64::from).sum();
        let width = (ENOUGH * all).div_ceil(renewals.max(1)).max(1);
        let times = minutes.chunks(usize::try_from(width).unwrap());
        let busiest = times.map(|time| time.iter().copied().map(u64::from).sum()).max().unwrap_or(0);
        let mean = super::number(renewals) / super::number(all) * super::number(width);
        Spread { renewals, minutes: width, busiest, mean }
    });
    assert!(super::number(spread.busiest) <= super::number(PEAK) * spread.mean, "{spread:?}");
    spread
}

/// No family ended but those whose consent nobody gave again in time.
pub(super) fn families(land: &Land, wish: Wish) {
    land.provider.told(|families, _| {
        for family in families {
            let person = &land.people[family.person];
            let expected = is_over(person, family.person, wish).then_some(End::Old);
            let first = family.end.is_some() || person.consents.len() == 1;
            assert!(!first || family.end == expected, "person {}: {:?}", family.person, family.end);
        }
    });
}

/// Whether nobody was in time for the end of the first consent.
fn is_over(person: &Person, number: usize, wish: Wish) -> bool {
    let over = person.consents[0] + ABSOLUTE + LATE < wish.length();
    over && matches!(manner(number), Manner::Late | Manner::Never)
}

/// Each person was told of each deadline that came before the next consent, and of the end if none came.
pub(super) async fn deadlines(land: &Land, wish: Wish) -> u64 {
    let mut told = 0;
    for (number, person) in land.people.iter().enumerate() {
        let events = land.store.grant_events(person.tenant, person.grant).await.unwrap();
        let until = again(number).map_or(wish.length(), |again| person.consents[0] + again);
        let end = person.consents[0] + ABSOLUTE;
        for days in WARNINGS {
            let due = end - DAY * days;
            if due + LATE < until.min(wish.length()) {
                let words = format!("{days} days are left.");
                let warned = |event: &GrantEvent| event.words.as_deref() == Some(&words);
                assert!(in_time(land, &events, due, warned), "person {number}, {days} days: {events:#?}");
                told += 1;
            }
        }
        if is_over(person, number, wish) {
            let ended = |event: &GrantEvent| event.kind == GrantEventKind::NeedsReauth;
            assert!(in_time(land, &events, end, ended), "person {number}: {events:#?}");
        }
    }
    told
}

/// Whether there is such a line at about that time.
fn in_time(
    land: &Land,
    events: &[GrantEvent],
    due: SignedDuration,
    wanted: impl Fn(&GrantEvent) -> bool,
) -> bool {
    let beginning = land.clock.now() - land.clock.passed();
    events.iter().filter(|event| wanted(event)).any(|event| {
        let late = event.at.duration_since(beginning) - due;
        late >= SignedDuration::ZERO && late <= LATE
    })
}

/// Each grant and its connection stand as its person left them.
pub(super) async fn states(land: &Land, wish: Wish) -> u64 {
    let mut paused = 0;
    for (number, person) in land.people.iter().enumerate() {
        let never = is_over(person, number, wish) && person.consents.len() == 1;
        let wanted = if never { GrantState::NeedsReauth } else { GrantState::Active };
        let row = land.row(number).await;
        assert_eq!((row.state, row.attempt), (wanted, None), "person {number}");
        let health = land.health(number).await;
        assert_eq!(matches!(health, Health::NeedsAttention { .. }), never, "person {number}: {health:?}");
        paused += u64::from(never);
    }
    paused
}
