//! Names of people at Atlassian's cloud: reported once a cycle, and read anew or erased as the simulated Atlassian says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bowline_auth::SystemEntropy;
use bowline_auth::privacy::{Ports, Reported, Reporter, SCOPE};
use bowline_core::commit::Change;
use bowline_core::connection::{Connection, Identity, SignIn};
use bowline_core::grant::{Grant, GrantEventKind};
use bowline_core::port::{Clock, Grants as _, KeptNames as _, Registry as _};
use bowline_core::{GrantId, SignedDuration, Timestamp};
use bowline_net::plain::Plain;
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::scopes::{House, grant};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
const SCOPES: [&str; 2] = ["read:jira-user", SCOPE];

/// The time of reports; tokens go by the real one.
struct Hand(Mutex<Timestamp>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

struct Desk {
    house: House,
    hand: Arc<Hand>,
    reporter: Reporter,
    /// Ada's account.
    ada: String,
    /// What Ada let us do.
    grant: GrantId,
}

impl Desk {
    /// Ada has consented to these scopes an hour ago, for one connection.
    async fn new(scopes: &[&str]) -> Self {
        let house = House::new().await;
        let now = bowline_auth::SystemClock.now();
        let ada =
            house.ask(Method::GET, "myself", Value::Null).await["accountId"].as_str().unwrap().to_owned();
        let connection = house.with(scopes).await;
        let SignIn::Grant { grant } = connection.sign_in else { panic!("{connection:?}") };
        let hand = Arc::new(Hand(Mutex::new(now)));
        let ports = Ports {
            clock: hand.clone(),
            entropy: Arc::new(SystemEntropy),
            registry: house.store.clone(),
            grants: house.store.clone(),
            names: house.store.clone(),
            commits: house.store.clone(),
            outbound: house.careless.clone(),
        };
        let reporter = Reporter::new(ports, house.cloud.url());
        let desk = Self { house, hand, reporter, ada, grant };
        let subject = Some(Identity { id: desk.ada.clone(), name: "Ada Before".into() });
        let (stored, consented_at) = (desk.stored().await, Some(now - HOUR));
        let stored = Grant { subject: subject.clone(), consented_at, ..stored };
        let connection = Connection { identity: subject, ..connection };
        let connection = Change::PutConnection(Box::new(connection));
        desk.house.write(vec![Change::PutGrant(Box::new(stored)), connection]).await;
        desk
    }

    async fn stored(&self) -> Grant {
        self.house.store.grant(self.house.client.tenant, self.grant).await.unwrap().unwrap()
    }

    /// As whom Ada is shown, with the grant and with the connection.
    async fn shown(&self) -> [String; 2] {
        let connections = self.house.store.connections(self.house.client.tenant).await.unwrap();
        let of_grant =
            |one: &&Connection| matches!(one.sign_in, SignIn::Grant { grant } if grant == self.grant);
        let connection = connections.iter().find(of_grant).unwrap();
        [self.stored().await.subject.unwrap().name, connection.identity.clone().unwrap().name]
    }

    async fn history(&self) -> Vec<GrantEventKind> {
        let events = self.house.store.grant_events(self.house.client.tenant, self.grant).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }

    /// A pass after some time.
    async fn pass_after(&self, wait: SignedDuration) -> Reported {
        *self.hand.0.lock().unwrap() += wait;
        self.reporter.pass().await.unwrap()
    }

    async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        let request =
            Request::builder().method(method).uri(format!("{}/_sim/{path}", self.house.cloud.url()));
        let request = request.header("content-type", "application/json");
        let request =
            request.body(Bytes::from(if body.is_null() { String::new() } else { body.to_string() }));
        let answer = Plain::new(Duration::from_secs(10)).unwrap().send(request.unwrap()).await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", String::from_utf8_lossy(answer.body()));
        serde_json::from_slice(answer.body()).unwrap()
    }

    async fn profile(&self, what: &str) {
        self.control("POST", "settings", json!({"profile": {"user": "ada", what: true}})).await;
    }

    /// The status of each report so far.
    async fn reports(&self) -> Vec<u64> {
        let page = self.control("GET", "requests?since=0", Value::Null).await;
        let all = page["requests"].as_array().unwrap().iter();
        let reports = all.filter(|one| one["path"].as_str().unwrap().starts_with("/app/report-accounts"));
        reports.map(|one| one["status"].as_u64().unwrap()).collect()
    }
}

fn asked(asked: usize) -> Reported {
    Reported { asked, ..Reported::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_account_is_reported_once_in_a_cycle_and_at_most_ninety_in_a_call() {
    let desk = Desk::new(&SCOPES).await;
    let others = (0..200).map(|number| {
        let who = Identity { id: format!("account-{number}"), name: format!("Person {number}") };
        Change::PutGrant(Box::new(Grant { subject: Some(who), ..grant(&desk.house.client, &SCOPES) }))
    });
    desk.house.write(others.collect()).await;
    assert_eq!(desk.pass_after(HOUR).await, asked(201));
    assert_eq!(desk.reports().await, [204; 3]);
    // Over eight weeks, looked at twice a day: nobody is asked about before it is due, and nobody later than a week after.
    let mut due = Vec::new();
    for half in 1..=112 {
        let done = desk.pass_after(DAY / 2).await;
        assert!(done == asked(201) || done == Reported::default(), "{done:?}");
        due.extend((done.asked > 0).then_some(half));
    }
    assert!(due.windows(2).all(|pair| (2..=14).contains(&(pair[1] - pair[0]))), "{due:?}");
    assert!((8..=10).contains(&due.len()), "{due:?}");
    assert_eq!(desk.reports().await.len(), 3 * (1 + due.len()));
    assert_eq!(desk.shown().await, ["Ada Before", "Ada Before"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_name_is_read_anew_and_that_of_a_closed_account_erased_wherever_it_is_kept() {
    let desk = Desk::new(&SCOPES).await;
    desk.profile("changed").await;
    assert_eq!(desk.pass_after(HOUR).await, Reported { asked: 1, renewed: 1, ..Reported::default() });
    assert_eq!(desk.shown().await, ["Ada Byron", "Ada Byron"]);
    assert_eq!(desk.pass_after(DAY * 6).await, asked(1), "it is as new as it can be");
    desk.profile("closed").await;
    assert_eq!(desk.pass_after(DAY * 6).await, Reported { asked: 1, erased: 1, ..Reported::default() });
    let id = desk.ada.clone();
    assert_eq!(desk.shown().await, [id.clone(), id]);
    assert_eq!(desk.history().await, [GrantEventKind::NameErased, GrantEventKind::NameRenewed]);
    assert_eq!(desk.pass_after(DAY * 6).await, Reported::default(), "nothing is kept that could be reported");
    let tenant = desk.house.client.tenant;
    assert_eq!(desk.house.store.kept_names(tenant).await.unwrap(), []);
    // Whoever comes back consents anew, and is shown by name again.
    let who = Some(Identity { id: desk.ada.clone(), name: "Ada Again".into() });
    let consented_at = Some(desk.hand.now());
    let back = Grant { subject: who, consented_at, ..desk.stored().await };
    desk.house.write(vec![Change::PutGrant(Box::new(back))]).await;
    assert_eq!(desk.pass_after(HOUR).await.asked, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_scope_nobody_is_asked_and_no_name_is_kept_for_longer_than_a_cycle() {
    let desk = Desk::new(&["read:jira-user"]).await;
    for _ in 0..6 {
        assert_eq!(desk.pass_after(DAY).await, Reported::default());
    }
    assert_eq!(desk.shown().await, ["Ada Before", "Ada Before"]);
    assert_eq!(desk.pass_after(DAY).await, Reported { erased: 1, ..Reported::default() });
    let id = desk.ada.clone();
    assert_eq!(desk.shown().await, [id.clone(), id]);
    assert_eq!(desk.history().await, [GrantEventKind::NameErased]);
    assert_eq!(desk.reports().await, [0; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_fails_is_tried_again_and_costs_the_name_only_when_the_cycle_is_over() {
    let desk = Desk::new(&SCOPES).await;
    assert_eq!(desk.pass_after(HOUR).await, asked(1));
    let broken = json!({"match": {"path": "/app/**"}, "do": {"kind": "status", "status": 418}});
    desk.control("POST", "faults", broken.clone()).await;
    for _ in 0..2 {
        let done = desk.pass_after(DAY * 3).await;
        assert_eq!((done.asked, done.erased), (0, 0));
    }
    assert_eq!(desk.pass_after(HOUR).await.failed.len(), 1, "it was due, and failed");
    assert_eq!(desk.shown().await[0], "Ada Before");
    desk.control("DELETE", "faults", Value::Null).await;
    assert_eq!(desk.pass_after(HOUR).await, asked(1));
    desk.control("POST", "faults", broken).await;
    let done = desk.pass_after(DAY * 7).await;
    assert_eq!((done.erased, done.failed.len()), (1, 1));
    assert_eq!(desk.shown().await[0], desk.ada);
}
