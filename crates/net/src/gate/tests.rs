//! Who may go through the gate, and who waits for what.

use super::*;

struct Hand(Mutex<Timestamp>);
impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}
impl Hand {
    fn turn(&self, seconds: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_secs(seconds);
    }
}

fn gate(width: usize) -> (Gate, Arc<Hand>) {
    let hand = Arc::new(Hand(Mutex::new(Timestamp::UNIX_EPOCH)));
    (Gate::new(Arc::clone(&hand) as Arc<dyn Clock>, width, false), hand)
}

/// A call: over which connection, signed with whose grant, what it does and to what, in which lane.
#[derive(Clone, Copy)]
struct Call {
    connection: u128,
    grant: Option<u128>,
    operation: &'static str,
    subject: Option<&'static str>,
    lane: usize,
    payer: Option<&'static str>,
}

const EDIT: Call =
    Call { connection: 1, grant: None, operation: "issue.edit", subject: None, lane: 0, payer: None };

impl Call {
    fn caller(self) -> Caller {
        let connection: ConnectionId = format!("con_{:032x}", self.connection).parse().unwrap();
        let grant = self.grant.map(|number| format!("grt_{number:032x}").parse().unwrap());
        let about = self.subject.map(|subject| Held::Subject(subject.to_owned()));
        let held =
            [Held::Account(grant), Held::Operation(self.operation.into())].into_iter().chain(about).collect();
        let is_app = self.payer.is_some();
        let payer = self.payer.map_or(connection.to_string(), |payer| format!("app/{payer}"));
        let purses = [payer.clone(), format!("{payer}@{connection}")];
        let tenant = format!("ten_{:032x}", self.connection).parse().unwrap();
        let spender = Spender { tenant, lane: self.lane, cost: 1 };
        let wish = Arc::new(Wish { lane: self.lane, held, purses, spender });
        let subject = self.subject.map(str::to_owned);
        Caller { connection, wish, subject, operation: self.operation, grant, is_app }
    }
}

fn of(connection: u128) -> Call {
    Call { connection, ..EDIT }
}

fn person(grant: u128) -> Call {
    Call { grant: Some(grant), ..EDIT }
}

impl Gate {
    /// `None` if there is no place.
    fn enter(&self, call: Call) -> Option<Result<Place, Stopped>> {
        heard(&self.join(&call.caller()))
    }

    fn may(&self, call: Call) -> bool {
        self.enter(call).unwrap().is_ok()
    }

    fn hold(&self, call: Call, reach: Reach, seconds: u64) {
        self.pause(&call.caller(), reach, Duration::from_secs(seconds));
    }
}

fn heard(waiter: &Waiter<'_>) -> Option<Result<Place, Stopped>> {
    match waiter.look() {
        Standing::In(place) => Some(Ok(place)),
        Standing::Out(stopped) => Some(Err(stopped)),
        Standing::Spent(left) => Some(Err(Stopped::Spent(left))),
        Standing::Crowded => None,
    }
}

const FIVE: Stopped = Stopped::Paused(Duration::from_secs(5));

#[test]
fn a_pause_is_of_the_account_that_was_asked_to_wait() {
    let (gate, _) = gate(2);
    gate.hold(person(1), Reach::Account, 1_800);
    assert!(!gate.may(person(1)));
    assert!(gate.may(person(2)) && gate.may(EDIT), "one person's limit is nobody else's");
    gate.hold(EDIT, Reach::Account, 30);
    assert!(!gate.may(EDIT) && gate.may(person(2)), "nor is the service account's theirs");
    let most = crate::line::PAUSES;
    for number in 10..(most as u128 + 50) {
        gate.hold(person(number), Reach::Account, 60);
    }
    assert_eq!(gate.all().lines[&EDIT.caller().connection].paused.len(), most);
    assert!(!gate.may(person(1)), "the longest pause is the last to be forgotten");
}

#[test]
fn a_narrow_pause_holds_up_nothing_else() {
    let (gate, hand) = gate(2);
    let edit = |issue| Call { subject: Some(issue), ..EDIT };
    let comment = |issue| Call { operation: "comment.create", ..edit(issue) };
    gate.hold(edit("ACME-1"), Reach::Subject, 2);
    assert!(
        !gate.may(edit("ACME-1")) && !gate.may(comment("ACME-1")),
        "writes to an issue are counted together"
    );
    assert!(gate.may(edit("ACME-2")) && gate.may(EDIT));
    let theirs = Call { grant: Some(1), ..edit("ACME-1") };
    assert!(!gate.may(theirs), "whoever signs them");
    gate.hold(comment("ACME-2"), Reach::Operation, 5);
    assert!(!gate.may(comment("ACME-3")) && gate.may(edit("ACME-3")));
    hand.turn(2);
    assert!(gate.may(edit("ACME-1")) && !gate.may(comment("ACME-1")));
    gate.hold(EDIT, Reach::Subject, 5);
    assert!(!gate.may(EDIT), "a write to nothing known stands for its operation");
}

#[test]
fn a_quotas_pause_holds_up_the_app_everywhere_or_on_one_site() {
    let (gate, hand) = gate(2);
    let app = |connection| Call { payer: Some("sync"), ..of(connection) };
    gate.hold(app(1), Reach::Site, 5);
    assert!(!gate.may(app(1)) && gate.may(app(2)));
    gate.hold(app(1), Reach::App, 9);
    assert!(!gate.may(app(1)) && !gate.may(app(2)));
    assert!(gate.may(of(1)) && gate.may(of(2)), "who is no app pays nothing");
    hand.turn(9);
    assert!(gate.may(app(1)) && gate.may(app(2)));
}

#[test]
fn one_call_more_than_fits_waits_until_one_leaves() {
    let (gate, _) = gate(2);
    let first = gate.enter(EDIT).unwrap().unwrap();
    let _second = gate.enter(EDIT).unwrap().unwrap();
    let caller = EDIT.caller();
    let third = gate.join(&caller);
    assert!(heard(&third).is_none());
    assert!(gate.may(of(2)), "others are not held up");
    drop(first);
    assert!(heard(&third).unwrap().is_ok());
}

#[test]
fn who_goes_away_leaves_its_turn_to_the_next() {
    let (gate, _) = gate(1);
    let first = gate.enter(EDIT).unwrap().unwrap();
    let (caller, other) = (EDIT.caller(), EDIT.caller());
    let (second, third) = (gate.join(&caller), gate.join(&other));
    assert!(heard(&second).is_none() && heard(&third).is_none());
    // The second is told that it may go, and does not hear it any more.
    drop(first);
    drop(second);
    assert!(heard(&third).unwrap().is_ok());
    drop(third);
    assert!(gate.may(EDIT));
    assert_eq!(gate.all().lines[&EDIT.caller().connection].flying, 0);
}

/// The lanes in the order in which calls went, of so many that wait in each.
fn order(waiting: [usize; 4]) -> Vec<usize> {
    let (gate, _) = gate(1);
    let mut place = Some(gate.enter(EDIT).unwrap().unwrap());
    let lanes = waiting.into_iter().enumerate().rev();
    let callers: Vec<_> =
        lanes.flat_map(|(lane, count)| std::iter::repeat_n(Call { lane, ..EDIT }.caller(), count)).collect();
    let mut waiters: Vec<_> = callers.iter().map(|caller| (caller.wish.lane, gate.join(caller))).collect();
    let mut order = Vec::new();
    while !waiters.is_empty() {
        drop(place.take());
        let index = waiters.iter().position(|(_, waiter)| match waiter.cell.heard() {
            Some(word) => {
                waiter.cell.say_again(word);
                true
            }
            None => false,
        });
        let (lane, waiter) = waiters.remove(index.unwrap());
        place = Some(heard(&waiter).unwrap().unwrap());
        order.push(lane);
    }
    order
}

#[test]
fn nobody_waits_behind_the_backlog_of_a_lesser_lane() {
    assert_eq!(order([2, 2, 2, 2]), [0, 0, 1, 1, 2, 2, 3, 3]);
}

#[test]
fn and_nobody_waits_for_ever() {
    let order = order([0, 100, 10, 10]);
    let first = |lane| order.iter().position(|other| *other == lane).unwrap();
    assert_eq!((first(2), first(3)), (15, 32));
    let before_the_last_live = order.iter().rposition(|lane| *lane == 1).unwrap();
    let others = order[..before_the_last_live].iter().filter(|lane| **lane != 1).count();
    assert!((6..=12).contains(&others), "{others}: a small part");
}

#[test]
fn a_pause_stops_calls_with_the_time_left_until_it_is_over() {
    let (gate, hand) = gate(2);
    gate.hold(EDIT, Reach::Account, 30);
    gate.hold(EDIT, Reach::Account, 10);
    hand.turn(20);
    let left = gate.enter(EDIT).unwrap().err().unwrap();
    assert_eq!(left, Stopped::Paused(Duration::from_secs(10)));
    assert!(gate.may(of(2)));
    hand.turn(10);
    assert!(gate.may(EDIT));
}

#[test]
fn a_call_waiting_for_a_place_learns_of_a_pause() {
    let (gate, _) = gate(1);
    let _first = gate.enter(EDIT).unwrap().unwrap();
    let caller = EDIT.caller();
    let second = gate.join(&caller);
    assert!(heard(&second).is_none());
    gate.hold(EDIT, Reach::Account, 5);
    assert_eq!(
        gate.enter(EDIT).unwrap().err(),
        Some(FIVE),
        "whoever comes now does not even wait for a place"
    );
    assert_eq!(heard(&second).unwrap().err(), Some(FIVE));
}

#[test]
fn memory_is_bounded_and_pauses_are_the_last_to_be_forgotten() {
    let (gate, _) = gate(1);
    gate.hold(of(0), Reach::Account, 60);
    let _busy = gate.enter(EDIT).unwrap().unwrap();
    for number in 2..(CAPACITY as u128 + 50) {
        assert!(gate.may(of(number)));
    }
    assert_eq!(gate.all().lines.len(), CAPACITY);
    assert!(!gate.may(of(0)), "the pause still holds");
    assert!(gate.enter(EDIT).is_none(), "the place is still taken");
}
