//! What each kind of provider must not get away with, and what it is never told.

use std::collections::BTreeMap;

use bowline_core::SignedDuration;
use bowline_core::grant::GrantState;
use serde_json::json;

use super::{Browser, grant_of, state};
use crate::house::House;

/// A provider of Data Center's: the word for it, and under which name its key travels.
#[derive(Clone, Copy)]
struct Way {
    provider: &'static str,
    key: &'static str,
    with: &'static str,
}

const OAUTH1: Way = Way { provider: "jira_oauth1", key: "oauth_token", with: "oauth_verifier=v" };
const OAUTH2: Way = Way { provider: "jira_oauth2", key: "state", with: "code=the-code" };

impl Way {
    /// A connection `dc` whose grant nobody has consented to.
    async fn connect(self, house: &House) {
        let mut ask = json!({
            "name": "link", "provider": self.provider, "issuer": "https://jira.example", "client_id": "bowline",
        });
        if self.provider == "jira_oauth2" {
            ask["secret"] = json!("client-secret");
        }
        house.call("POST", "/api/v1/oauth-clients").json(ask).send().await.status(201);
        let ask = json!({
            "name": "dc", "tool": "jira_dc", "base_url": "https://jira.example", "oauth_client": "link",
        });
        house.call("POST", "/api/v1/connections").json(ask).send().await.status(201);
    }

    fn key(self, url: &url::Url) -> String {
        url.query_pairs().find(|(name, _)| name == self.key).unwrap().1.into_owned()
    }

    fn back(self, key: &str) -> String {
        format!("{}&{}={key}", self.with, self.key)
    }
}

#[tokio::test]
async fn a_sign_in_at_data_center_is_for_its_own_browser_once_and_in_time() {
    for way in [OAUTH1, OAUTH2] {
        let house = House::new().await;
        way.connect(&house).await;
        let mut browser = Browser::invited_to(&house, "dc").await;
        let url = browser.go("").await;
        assert_eq!(url.origin().ascii_serialization(), "https://jira.example");
        let good = way.key(&url);
        for query in ["", way.with, &way.back(""), &way.back("made-up"), &way.back(&format!("{good}x"))] {
            browser.back(query).await.status(400);
        }
        let mut other = Browser::invited_to(&house, "dc").await;
        other.back(&way.back(&good)).await.status(400);
        other.go("").await;
        other.back(&way.back(&good)).await.status(400);
        assert_eq!(house.identity.exchanges(), 0, "{}: nothing was exchanged", way.provider);

        let page = Browser::said(&browser.back(&way.back(&good)).await.status(200));
        assert!(page.contains("<b>ada</b> signed in"), "{page}");
        browser.back(&way.back(&good)).await.status(400);
        assert_eq!(house.identity.exchanges(), 1);

        let late = way.key(&browser.go("").await);
        house.clock.advance(SignedDuration::from_mins(11));
        browser.back(&way.back(&late)).await.status(400);
        assert_eq!(house.identity.exchanges(), 1, "{}", way.provider);
    }
}

#[tokio::test]
async fn data_center_is_sent_a_challenge_too_though_it_does_not_ask_for_one() {
    let house = House::new().await;
    OAUTH2.connect(&house).await;
    let mut browser = Browser::invited_to(&house, "dc").await;
    let url = browser.go("").await;
    let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(
        (url.path(), query["code_challenge_method"].as_str()),
        ("/rest/oauth2/latest/authorize", "S256")
    );
    assert_eq!(query["code_challenge"].len(), 43, "SHA-256 without padding");
    assert_eq!(query["redirect_uri"], "http://127.0.0.1:7700/authorize/callback");
    browser.back(&OAUTH2.back(&query["state"])).await.status(200);
    let asked = house.identity.asked.lock().unwrap().clone();
    let (url, form) = &asked[0];
    assert!(url.ends_with("/oauth2/latest/token") && form.contains("code_verifier="), "{url}");
}

/// RFC 5849 section 2.1: the value must be `true`; without it the provider speaks the older protocol, in which a sign-in can
/// be fixed to somebody else's.
#[tokio::test]
async fn a_provider_that_does_not_confirm_the_callback_is_left_alone() {
    let house = House::new().await;
    OAUTH1.connect(&house).await;
    *house.identity.confirms.lock().unwrap() = false;
    let browser = Browser::invited_to(&house, "dc").await;
    let (path, query) = browser.link.split_once('?').unwrap();
    let page = Browser::said(&browser.post(path, query).await.status(502));
    assert!(page.contains("the callback was not confirmed"), "{page}");
    assert_eq!(house.identity.exchanges(), 0);
}

/// RFC 9207: who sent the browser back says who it is, so that the code of one provider is not shown to another.
#[tokio::test]
async fn an_answer_in_the_name_of_another_provider_is_refused() {
    let house = House::new().await;
    house.grant("default").await;
    let mut browser = Browser::invited(&house).await;
    let said = state(&browser.go("").await);
    browser.back(&format!("code=x&state={said}&iss=https://evil.example")).await.status(400);
    assert_eq!(house.identity.exchanges(), 0, "the code is shown to nobody");
    let said = state(&browser.go("").await);
    browser.back(&format!("code=x&state={said}&iss=https://auth.atlassian.com")).await.status(200);
}

#[tokio::test]
async fn scopes_are_stored_as_they_were_granted_and_not_as_they_were_asked_for() {
    let house = House::new().await;
    house.grant("default").await;
    *house.identity.scope.lock().unwrap() = Some("offline_access read:jira-work");
    let mut browser = Browser::invited(&house).await;
    let said = state(&browser.go("").await);
    browser.back(&format!("code=x&state={said}")).await.status(200);
    let grant = grant_of(&house).await;
    assert_eq!(
        (grant.state, grant.scopes),
        (GrantState::Active, vec!["offline_access".to_owned(), "read:jira-work".to_owned()],)
    );
}

#[tokio::test]
async fn only_the_token_endpoint_hears_the_clients_secret_and_the_refresh_token() {
    for way in [OAUTH1, OAUTH2] {
        let house = House::new().await;
        way.connect(&house).await;
        let mut browser = Browser::invited_to(&house, "dc").await;
        let key = way.key(&browser.go("").await);
        browser.back(&way.back(&key)).await.status(200);
        let asked = house.identity.asked.lock().unwrap().clone();
        let others: Vec<_> = asked.iter().filter(|(url, _)| url.ends_with("/myself")).collect();
        assert!(!others.is_empty());
        for (url, body) in &others {
            for secret in ["client-secret", "canary", "the-code"] {
                assert!(!url.contains(secret) && !body.contains(secret), "{url} heard {secret}");
            }
        }
        assert!(asked.iter().all(|(url, _)| !url.contains("client-secret") && !url.contains("canary")));
    }
}
