//! The registry: every kind of tool is there, and adapters live as long as their connection stays as it is.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bowline_core::code::{AUTH_REJECTED, AUTH_SCOPE_MISSING, NET_UNREACHABLE};
use bowline_core::connection::{Connection, SignIn, ToolKind};
use bowline_core::delegation::{Delegate, Delegation, Refused};
use bowline_core::event::Delivery;
use bowline_core::failure::Executed;
use bowline_core::grant::{Grant, GrantState};
use bowline_core::layers::{Gateway, GatewayProof, Transport};
use bowline_core::port::{Ask, Outbound, OutboundAnswer, OutboundCall, Tools};
use bowline_core::{Failure, GrantId, SignedDuration, Timestamp};
use bowline_tools::Registry;
use http::HeaderMap;

use crate::script::{Script, Standing, connection};

#[test]
fn a_tool_is_kept_until_its_connection_changes() {
    let registry = Registry::new(Script::new([]), Arc::new(Standing));
    let first = connection(ToolKind::JiraCloud);
    let tool = registry.tool(&first);
    assert!(Arc::ptr_eq(&tool, &registry.tool(&first)));
    assert!(Arc::ptr_eq(&registry.catalogue(&first), &registry.catalogue(&first)));
    let changed = Connection { revision: 2, ..first.clone() };
    let second = registry.tool(&changed);
    assert!(!Arc::ptr_eq(&tool, &second), "what was learnt before may be wrong now");
    assert!(Arc::ptr_eq(&second, &registry.tool(&changed)));
    let other = Connection { id: format!("con_{}", "1".repeat(32)).parse().unwrap(), ..changed };
    assert!(!Arc::ptr_eq(&second, &registry.tool(&other)));
}

#[test]
fn every_kind_of_tool_has_a_tool_a_catalogue_and_hints() {
    let registry = Registry::new(Script::new([]), Arc::new(Standing));
    for (number, kind) in ToolKind::ALL.into_iter().enumerate() {
        let id = format!("con_{number:032x}").parse().unwrap();
        let connection = Connection { id, ..connection(kind) };
        let (_, _) = (registry.tool(&connection), registry.catalogue(&connection));
        let nonsense = Delivery { headers: HeaderMap::new(), body: "nonsense".into() };
        assert!(registry.hints(kind).hint(&nonsense).is_err());
    }
}

/// Says for each call with whose credential it would be signed, and where it would go.
#[derive(Default)]
struct Wiretap(Mutex<Vec<(SignIn, String, bool)>>, Mutex<Vec<bool>>);

#[async_trait]
impl Outbound for Wiretap {
    async fn send(&self, connection: &Connection, _: OutboundCall) -> Result<OutboundAnswer, Failure> {
        let (sign_in, gateway) = (connection.sign_in.clone(), connection.gateway.is_some());
        self.0.lock().unwrap().push((sign_in, connection.base_url.clone(), gateway));
        self.1.lock().unwrap().push(!connection.transport.is_plain());
        Err(Failure::retry(NET_UNREACHABLE, Executed::No))
    }
}

fn delegate(connection: &Connection, number: u32, base_url: Option<&str>) -> Delegate {
    let grant: GrantId = format!("grt_{number:032x}").parse().unwrap();
    let zero = Timestamp::UNIX_EPOCH;
    let delegation = Delegation {
        tenant: connection.tenant,
        connection: connection.id,
        person: format!("person-{number}"),
        grant,
        site: connection.browse_url.clone(),
        base_url: base_url.map(str::to_owned),
        since: zero,
        consented_at: zero,
        refused: None,
    };
    let grant = Grant {
        tenant: connection.tenant,
        id: grant,
        client: format!("cli_{}", "0".repeat(32)).parse().unwrap(),
        subject: None,
        redirect_uri: None,
        scopes: Vec::new(),
        state: GrantState::Active,
        reason: None,
        words: None,
        since: zero,
        secret: None,
        version: 1,
        consented_at: None,
        rotated_at: None,
        used_at: None,
        access_until: Some(zero),
        idle_until: None,
        ends_at: None,
        attempt: None,
        fails: 0,
        retry_at: None,
        warned: None,
        personal: false,
        revision: 1,
        created_at: zero,
    };
    Delegate { delegation, grant }
}

#[tokio::test]
async fn each_persons_calls_go_with_their_own_tokens_and_the_connections_with_its_own() {
    let tap = Arc::new(Wiretap::default());
    let registry = Registry::new(Arc::clone(&tap) as Arc<dyn Outbound>, Arc::new(Standing));
    let key = GatewayProof::Key { secret: format!("sec_{}", "1".repeat(32)).parse().unwrap() };
    let gateway = Some(Gateway { header: "x-api-key".to_owned(), proof: key });
    let transport = Transport { certificate: None, authorities: Some("a proxy's own authority".to_owned()) };
    let connection = Connection { gateway, transport, ..connection(ToolKind::JiraCloud) };
    let here = connection.base_url.clone();
    let (ada, bob) =
        (delegate(&connection, 1, None), delegate(&connection, 2, Some("https://gate.example/ex")));
    let ask = Ask { id: "10000".to_owned(), kind: None, fields: Vec::new(), history: false };
    let service = registry.tool(&connection);
    for tool in [
        Arc::clone(&service),
        registry.acting(&connection, &ada),
        registry.acting(&connection, &bob),
        registry.tool(&connection),
        registry.acting(&connection, &ada),
    ] {
        assert!(tool.find(&ask).await.is_err());
    }
    let (own, of) = (SignIn::PersonalAccessToken, |one: &Delegate| SignIn::Grant { grant: one.grant.id });
    let expected = [
        (own.clone(), here.clone(), true),
        (of(&ada), here.clone(), true),
        // What stands before the connection's address is shown nothing of elsewhere.
        (of(&bob), "https://gate.example/ex".to_owned(), false),
        (own, here.clone(), true),
        (of(&ada), here, true),
    ];
    assert_eq!(*tap.0.lock().unwrap(), expected);
    // And nobody's own authority is trusted elsewhere, where the person's token would be shown to whoever has it.
    assert_eq!(*tap.1.lock().unwrap(), [true, true, false, true, true]);
    assert!(Arc::ptr_eq(&service, &registry.tool(&connection)), "what it has learnt stays");
}

#[test]
fn nobody_is_tried_whose_grant_gives_nothing() {
    let connection = connection(ToolKind::JiraCloud);
    let now = Timestamp::UNIX_EPOCH;
    let usable = |state: GrantState, until: i64, refused: bool| {
        let mut one = delegate(&connection, 1, None);
        one.grant.state = state;
        one.grant.access_until = Some(Timestamp::from_second(until).unwrap());
        one.delegation.refused =
            refused.then_some(Refused { code: AUTH_REJECTED, at: now, until: None, times: 1 });
        one.is_usable(&connection, now)
    };
    assert!(usable(GrantState::Active, -5, false), "it is renewed for the call");
    assert!(usable(GrantState::Degraded, 5, false), "what there is lives on");
    assert!(!usable(GrantState::Degraded, -5, false), "nobody waits for what may never come");
    for state in [GrantState::Pending, GrantState::NeedsReauth, GrantState::Revoked] {
        assert!(!usable(state, 5, false), "{state}");
    }
    assert!(!usable(GrantState::Active, 5, true));
    // What may pass is tried again after some hours, later each time; what needs another consent is not.
    let mut one = delegate(&connection, 1, None);
    let after = |hours: i64| now + SignedDuration::from_hours(hours);
    for hours in [4, 8, 16, 32] {
        one.delegation.refused = Some(one.delegation.refusal(&AUTH_REJECTED, now));
        assert!(!one.is_usable(&connection, after(hours) - SignedDuration::from_secs(1)));
        assert!(one.is_usable(&connection, after(hours)), "{hours}");
    }
    one.delegation.refused = Some(one.delegation.refusal(&AUTH_SCOPE_MISSING, now));
    assert!(!one.is_usable(&connection, after(10_000)));
}

#[test]
fn a_consent_is_good_where_it_was_given_and_nowhere_else() {
    let now = Timestamp::UNIX_EPOCH;
    let connection = connection(ToolKind::JiraCloud);
    let gate = "https://gate.example/ex/jira/one";
    let at = |base_url: &str, browse_url: &str| {
        let (base_url, browse_url) = (base_url.to_owned(), browse_url.to_owned());
        Connection { base_url, browse_url, ..connection.clone() }
    };
    let (here, there) = ("https://there.example.com", "https://elsewhere.example.com");
    let own = delegate(&connection, 1, None);
    let by_gate = delegate(&connection, 2, Some(gate));
    for (one, place, good) in [
        (&own, at(here, here), true),
        (&own, at("https://api.example.com", here), true),
        (&own, at(there, there), false),
        (&by_gate, at(here, here), true),
        (&by_gate, at(gate, here), true),
        (&by_gate, at("https://gate.example/ex/jira/two", here), false),
        (&by_gate, at(gate, there), false),
    ] {
        assert_eq!(one.is_usable(&place, now), good, "{} {}", place.base_url, place.browse_url);
    }
    let other = Connection { id: format!("con_{}", "1".repeat(32)).parse().unwrap(), ..connection.clone() };
    assert!(!own.is_usable(&other, now), "another connection to the same place");
}
