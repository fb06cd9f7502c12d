//! Tokens for users who are not there.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bowline_connect::exchange::{Exchange, ExchangeCall};
use bowline_connect::forge::{InstallationId, OfflineError, OfflineTokens, OfflineUser};
use bowline_core::Failure;
use bowline_core::code::NET_UNREACHABLE;
use bowline_core::failure::Executed;
use bowline_core::port::{Clock, Exchanged, OutboundAnswer};
use bowline_core::secret::Secret;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::world::{Watch, now};

const GATEWAY: &str = "https://api.atlassian.com/graphql";
const SITE: &str = "ari:cloud:jira::site/d0d52620";

/// The gateway: gives each token a number, unless another answer is set.
#[derive(Default)]
struct Gateway {
    given: Mutex<usize>,
    other: Mutex<Option<(StatusCode, Value)>>,
    is_away: Mutex<bool>,
}

#[async_trait]
impl Exchange for Gateway {
    async fn exchange(&self, call: ExchangeCall) -> Exchanged {
        assert_eq!((call.method, call.url.as_str(), call.site), (Method::POST, GATEWAY, None));
        assert!(call.headers[AUTHORIZATION].is_sensitive());
        assert_eq!(call.headers[AUTHORIZATION], "Bearer system");
        let body: Value = serde_json::from_slice(call.body.expose()).unwrap();
        assert!(body["query"].as_str().unwrap().contains("offlineUserAuthToken(input: $input)"));
        let mut given = self.given.lock().unwrap();
        *given += 1;
        if *self.is_away.lock().unwrap() {
            return Exchanged::Unsent(Failure::retry(NET_UNREACHABLE, Executed::No));
        }
        let user = body["variables"]["input"]["userId"].as_str().unwrap();
        assert_eq!(body["variables"]["input"]["contextIds"], json!([SITE]));
        let token = json!({"token": format!("{user}-{given}"), "ttl": 3_600});
        let payload = json!({"success": true, "errors": null, "authToken": token});
        let plain = (StatusCode::OK, json!({"data": {"offlineUserAuthToken": payload}}));
        let (status, body) = self.other.lock().unwrap().clone().unwrap_or(plain);
        Exchanged::Answer(OutboundAnswer {
            status,
            headers: HeaderMap::new(),
            body: Bytes::from(body.to_string()),
        })
    }
}

struct Place {
    gateway: Arc<Gateway>,
    watch: Arc<Watch>,
    tokens: OfflineTokens,
}

fn place(per_minute: usize) -> Place {
    let (gateway, watch) = (Arc::new(Gateway::default()), Arc::new(Watch::at(1_700_000_000)));
    let clock = Arc::clone(&watch) as Arc<dyn Clock>;
    let tokens = OfflineTokens::new(Arc::clone(&gateway) as _, clock, GATEWAY, per_minute);
    Place { gateway, watch, tokens }
}

impl Place {
    fn get(&self, installation: &str, account_id: &str) -> Result<String, OfflineError> {
        let installation = InstallationId::parse(installation).unwrap();
        let user = OfflineUser { installation: &installation, context: SITE, account_id };
        let token = now(self.tokens.get(user, &Secret::from("system".to_owned())))?;
        assert!(!format!("{token:?}").contains(account_id));
        Ok(token.expose_text().to_owned())
    }
}

#[test]
fn a_token_is_asked_for_once_for_each_installation_and_user_until_it_ends() {
    let place = place(1_000);
    assert_eq!(place.get("one", "ada").unwrap(), "ada-1");
    assert_eq!(place.get("one", "ada").unwrap(), "ada-1");
    assert_eq!(place.get("one", "bob").unwrap(), "bob-2");
    assert_eq!(place.get("two", "ada").unwrap(), "ada-3", "one installation's token is not another's");
    place.watch.pass(3_594);
    assert_eq!(place.get("one", "ada").unwrap(), "ada-1");
    place.watch.pass(1);
    assert_eq!(place.get("one", "ada").unwrap(), "ada-4", "five seconds before its end");
    place.tokens.forget(&InstallationId::parse("one").unwrap());
    assert_eq!(place.get("one", "ada").unwrap(), "ada-5");
}

#[test]
fn no_more_are_asked_for_in_a_minute_than_the_limit_and_known_ones_do_not_suffer() {
    let place = place(2);
    assert!(place.get("one", "ada").is_ok() && place.get("one", "bob").is_ok());
    assert!(matches!(place.get("one", "eve"), Err(OfflineError::TooMany)));
    assert!(place.get("one", "ada").is_ok());
    place.watch.pass(59);
    assert!(matches!(place.get("one", "eve"), Err(OfflineError::TooMany)));
    place.watch.pass(1);
    assert!(place.get("one", "eve").is_ok());
    assert_eq!(*place.gateway.given.lock().unwrap(), 3);
}

#[test]
fn a_refusal_says_what_kind_it_is_and_nothing_of_it_is_remembered() {
    let place = place(1_000);
    let payload = |payload: Value| json!({"data": {"offlineUserAuthToken": payload}});
    let refused = |status: StatusCode, body: Value| {
        *place.gateway.other.lock().unwrap() = Some((status, body));
        place.get("one", "ada").unwrap_err()
    };
    let words = "ada is not a user of this site";
    for body in [
        json!({"errors": [{"message": words}], "data": null}),
        json!({"errors": [{"message": words}]}),
        payload(json!({"success": false, "errors": [{"message": words}], "authToken": null})),
        payload(json!({"success": false, "authToken": {"token": "t", "ttl": 60}})),
    ] {
        let error = refused(StatusCode::OK, body);
        assert!(matches!(error, OfflineError::NotGranted));
        assert!(!format!("{error} {error:?}").contains("ada"));
    }
    for body in [
        json!([]),
        json!("text"),
        payload(json!({"success": true, "authToken": null})),
        payload(json!({"success": true, "authToken": {"token": "", "ttl": 60}})),
        payload(json!({"success": true, "authToken": {"token": "t", "ttl": "60"}})),
    ] {
        assert!(matches!(refused(StatusCode::OK, body.clone()), OfflineError::Answer), "{body}");
    }
    let error = refused(StatusCode::UNAUTHORIZED, Value::Null);
    assert!(matches!(error, OfflineError::Refused(StatusCode::UNAUTHORIZED)));
    *place.gateway.is_away.lock().unwrap() = true;
    assert!(matches!(place.get("one", "ada"), Err(OfflineError::Away(_))));
    (*place.gateway.is_away.lock().unwrap(), *place.gateway.other.lock().unwrap()) = (false, None);
    assert!(place.get("one", "ada").is_ok());
}

#[test]
fn a_life_that_nobody_can_mean_is_not_believed() {
    let place = place(1_000);
    for (ttl, after) in [(i64::MAX, 4 * 3_600), (-1, 0), (i64::MIN, 0)] {
        place.tokens.forget(&InstallationId::parse("one").unwrap());
        let token = json!({"success": true, "authToken": {"token": "t", "ttl": ttl}});
        *place.gateway.other.lock().unwrap() =
            Some((StatusCode::OK, json!({"data": {"offlineUserAuthToken": token}})));
        place.get("one", "ada").unwrap();
        place.watch.pass(after);
        let before = *place.gateway.given.lock().unwrap();
        place.get("one", "ada").unwrap();
        assert_eq!(*place.gateway.given.lock().unwrap(), before + 1, "{ttl}");
    }
}
