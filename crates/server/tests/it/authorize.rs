//! Browser sign-ins, page by page: from the link to the page that says who signed in, and every way to go wrong.

use bowline_core::grant::GrantState;
use bowline_core::port::Grants as _;
use bowline_core::{GrantId, SignedDuration};
use http::StatusCode;
use serde_json::json;

use crate::house::{Answer, House};

mod providers;

/// A browser: the link it was given, and its cookie.
struct Browser<'a> {
    house: &'a House,
    connection: &'static str,
    link: String,
    cookie: String,
}

impl<'a> Browser<'a> {
    async fn invited(house: &'a House) -> Self {
        Self::invited_to(house, "cloud").await
    }

    async fn invited_to(house: &'a House, connection: &'static str) -> Self {
        let path = format!("/api/v1/connections/{connection}/authorize");
        let ask = house.call("POST", &path).json(json!({}));
        let link = ask.send().await.status(201).json()["url"].as_str().unwrap().to_owned();
        let link = link.strip_prefix("http://127.0.0.1:7700").unwrap().to_owned();
        Self { house, connection, link, cookie: String::new() }
    }

    /// What a page says, with its slashes as they were.
    fn said(answer: &Answer) -> String {
        answer.text().replace("&#x2f;", "/")
    }

    async fn get(&self, path: &str) -> Answer {
        self.house.call("GET", path).without("authorization").header("cookie", &self.cookie).send().await
    }

    async fn post(&self, path: &str, form: &str) -> Answer {
        let call = self.house.call("POST", path).without("authorization").header("cookie", &self.cookie);
        call.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned()).send().await
    }

    /// Presses the button behind a new link, for a link is used up by a sign-in; gives the provider's address.
    async fn go(&mut self, more: &str) -> url::Url {
        self.link = Self::invited_to(self.house, self.connection).await.link;
        let (path, query) = self.link.split_once('?').unwrap();
        let answer = self.post(path, &format!("{query}{more}")).await.status(303);
        self.cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        assert!(answer.header("set-cookie").contains("HttpOnly; SameSite=Lax"));
        answer.header("location").parse().unwrap()
    }

    /// Comes back from the provider, and looks at the page it is sent on to.
    async fn back(&self, query: &str) -> Answer {
        let answer = self.get(&format!("/authorize/callback?{query}")).await;
        if answer.code != 303 {
            return answer;
        }
        assert_eq!(answer.header("location"), "/authorize/result", "a clean address");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        self.get("/authorize/result").await
    }
}

fn state(url: &url::Url) -> String {
    url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
}

async fn grant_of(house: &House) -> bowline_core::grant::Grant {
    let shown = house.call("GET", "/api/v1/connections/cloud").send().await.status(200).json();
    let id: GrantId = shown["sign_in"]["grant"].as_str().unwrap().parse().unwrap();
    house.store.grant(house.tenant("default").await, id).await.unwrap().unwrap()
}

#[tokio::test]
async fn from_the_link_to_the_page_that_says_who_signed_in() {
    let house = House::new().await;
    house.grant("default").await;
    let mut browser = Browser::invited(&house).await;
    let first = Browser::said(&browser.get(&browser.link).await.status(200));
    assert!(first.contains("Sign in with Atlassian") && first.contains("https://acme.example"), "{first}");
    let url = browser.go("").await;
    assert_eq!(url.origin().ascii_serialization(), "https://auth.atlassian.com");
    let query: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(query["audience"], "api.atlassian.com");
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(query["redirect_uri"], "http://127.0.0.1:7700/authorize/callback");
    assert!(query["scope"].starts_with("offline_access"));
    assert_eq!(grant_of(&house).await.state, GrantState::Pending);

    let page =
        Browser::said(&browser.back(&format!("code=the-code&state={}", query["state"])).await.status(200));
    assert!(page.contains("<b>ada</b> signed in") && page.contains("https://acme.example"), "{page}");
    let grant = grant_of(&house).await;
    assert_eq!((grant.state, grant.version), (GrantState::Active, 1));
    let shown = house.call("GET", "/api/v1/connections/cloud").send().await.json();
    assert_eq!(shown["base_url"], "https://api.atlassian.com/ex/jira/cloud-acme");
    assert_eq!(shown["identity"]["name"], "ada");
    let sent = house.identity.asked.lock().unwrap()[0].1.clone();
    for part in ["\"the-code\"", "code_verifier", "\"client-secret\""] {
        assert!(sent.contains(part), "{part}");
    }
    let token = house.life.access(grant.tenant, grant.id).await.unwrap();
    assert_eq!(token.version, 1);
}

#[tokio::test]
async fn a_state_that_is_missing_foreign_replayed_or_late_is_no_sign_in_and_asks_for_no_token() {
    let house = House::new().await;
    house.grant("default").await;
    let mut browser = Browser::invited(&house).await;
    let good = state(&browser.go("").await);
    for query in ["", "code=x", "code=x&state=", "code=x&state=made-up", &format!("code=x&state={good}x")] {
        let page = Browser::said(&browser.back(query).await.status(400));
        assert!(page.contains("cannot be finished") && page.contains("Open the link"), "{page}");
    }
    // Another browser, with and without a cookie of its own.
    let mut other = Browser::invited(&house).await;
    other.get(&format!("/authorize/callback?code=x&state={good}")).await.status(400);
    other.go("").await;
    other.back(&format!("code=x&state={good}")).await.status(400);
    assert_eq!(house.identity.exchanges(), 0, "nothing was exchanged");
    // The right one goes through once.
    browser.back(&format!("code=x&state={good}")).await.status(200);
    browser.get(&browser.link).await.status(404);
    browser.back(&format!("code=x&state={good}")).await.status(400);
    assert_eq!(house.identity.exchanges(), 1);
    // Late.
    let late = state(&browser.go("").await);
    house.clock.advance(SignedDuration::from_mins(11));
    browser.back(&format!("code=x&state={late}")).await.status(400);
    assert_eq!(house.identity.exchanges(), 1);
}

#[tokio::test]
async fn every_no_ends_on_a_page_with_a_next_step_and_changes_nothing() {
    let house = House::new().await;
    house.grant("default").await;
    let mut browser = Browser::invited(&house).await;
    let said = state(&browser.go("").await);
    let query = format!("error=access_denied&error_description=%3Cb%3ENo%3C%2Fb%3E&state={said}");
    let page = Browser::said(&browser.back(&query).await.status(400));
    assert!(page.contains("The access was not allowed") && page.contains("&lt;b&gt;No"), "{page}");
    let said = state(&browser.go("").await);
    let page = Browser::said(&browser.back(&format!("error=invalid_scope&state={said}")).await.status(400));
    assert!(page.contains("could not be begun") && page.contains("invalid_scope"), "{page}");
    for (status, body, words) in [
        (
            StatusCode::FORBIDDEN,
            r#"{"error":"invalid_grant","error_description":"code is used"}"#,
            "code is used",
        ),
        (StatusCode::UNAUTHORIZED, r#"{"error":"access_denied"}"#, "does not know our application"),
        (StatusCode::OK, "<!doctype html><html>", "could not be completed"),
        (StatusCode::BAD_GATEWAY, "", "could not be completed"),
    ] {
        *house.identity.refuses.lock().unwrap() = Some((status, body));
        let state = state(&browser.go("").await);
        let page = Browser::said(&browser.back(&format!("code=x&state={state}")).await.status(400));
        assert!(page.contains(words), "{words}: {page}");
    }
    *house.identity.refuses.lock().unwrap() = None;
    *house.identity.sites.lock().unwrap() = vec![];
    let state = state(&browser.go("").await);
    let page = Browser::said(&browser.back(&format!("code=x&state={state}")).await.status(400));
    assert!(page.contains("The right Jira was not reached"), "{page}");
    assert_eq!(grant_of(&house).await.state, GrantState::Pending);
}

#[tokio::test]
async fn among_several_sites_the_person_chooses_and_a_connection_keeps_its_own() {
    let house = House::new().await;
    house.grant("default").await;
    *house.identity.sites.lock().unwrap() = vec!["one", "two"];
    let mut browser = Browser::invited(&house).await;
    let said = state(&browser.go("").await);
    let page = Browser::said(&browser.back(&format!("code=x&state={said}")).await.status(200));
    assert!(page.contains("Which Jira?") && page.contains("https://two.example"), "{page}");
    let token = page.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    browser.post("/authorize/choose", &format!("token={token}&site=cloud-nine")).await.status(400);
    // A wrong choice uses the page up, as a replay would.
    browser.post("/authorize/choose", &format!("token={token}&site=cloud-two")).await.status(400);
    let said = state(&browser.go("").await);
    let page = Browser::said(&browser.back(&format!("code=x&state={said}")).await.status(200));
    let token = page.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let done = browser.post("/authorize/choose", &format!("token={token}&site=cloud-two")).await;
    done.status(303);
    let shown = house.call("GET", "/api/v1/connections/cloud").send().await.json();
    assert_eq!(shown["browse_url"], "https://two.example");
    // Signing in again keeps the site; an account that does not reach it is refused.
    let said = state(&browser.go("").await);
    browser.back(&format!("code=x&state={said}")).await.status(200);
    *house.identity.sites.lock().unwrap() = vec!["one"];
    let said = state(&browser.go("").await);
    let page = Browser::said(&browser.back(&format!("code=x&state={said}")).await.status(400));
    assert!(page.contains("The right Jira was not reached"), "{page}");
}

#[tokio::test]
async fn another_person_takes_a_connection_over_only_if_that_was_said() {
    let house = House::new().await;
    house.grant("default").await;
    let mut browser = Browser::invited(&house).await;
    let said = state(&browser.go("").await);
    browser.back(&format!("code=x&state={said}")).await.status(200);
    *house.identity.account.lock().unwrap() = "bob";
    let said = state(&browser.go("").await);
    let page = Browser::said(&browser.back(&format!("code=x&state={said}")).await.status(400));
    assert!(page.contains("bob signed in, but this connection belongs to ada"), "{page}");
    assert_eq!(grant_of(&house).await.version, 1);
    let said = state(&browser.go("&anybody=yes").await);
    browser.back(&format!("code=x&state={said}")).await.status(200);
    assert_eq!(grant_of(&house).await.subject.unwrap().name, "bob");
}

#[tokio::test]
async fn a_link_is_for_one_connection_and_for_a_while() {
    let house = House::new().await;
    house.grant("default").await;
    house.grant("other").await;
    let browser = Browser::invited(&house).await;
    let theirs = house.call("GET", "/api/v1/connections/cloud").tenant("other").send().await.json();
    let (_, query) = browser.link.split_once('?').unwrap();
    let foreign = format!("/authorize/{}?{query}", theirs["id"].as_str().unwrap());
    for link in [&foreign, "/authorize/nonsense?invitation=x", &format!("{}x", browser.link)] {
        let page = browser.get(link).await.status(404).text();
        assert!(page.contains("This link does not work"), "{page}");
    }
    let (path, _) = browser.link.split_once('?').unwrap();
    browser.get(path).await.status(404);
    house.clock.advance(SignedDuration::from_mins(16));
    browser.get(&browser.link).await.status(404);
}

#[tokio::test]
async fn nobody_can_have_the_tokens_of_a_grant_sent_elsewhere() {
    let house = House::new().await;
    house.grant("default").await;
    let mut browser = Browser::invited(&house).await;
    let said = state(&browser.go("").await);
    browser.back(&format!("code=x&state={said}")).await.status(200);
    let patch = |ask| house.call("PATCH", "/api/v1/connections/cloud").json(ask).send();
    patch(json!({ "base_url": "https://evil.example" })).await.status(400);
    patch(json!({ "base_url": "https://evil.example", "secret": "mine" })).await.status(400);
    patch(json!({ "secret": "mine" })).await.status(400);
    let grant = grant_of(&house).await;
    // Another connection may call with it, but its token knows where it belongs.
    let ask = json!({
        "name": "evil", "tool": "jira_cloud", "base_url": "https://evil.example",
        "sign_in": { "method": "grant", "grant": grant.id },
    });
    house.call("POST", "/api/v1/connections").json(ask).send().await.status(201);
    let token = house.life.access(grant.tenant, grant.id).await.unwrap();
    assert!(!token.is_for(&"https://evil.example/rest".parse().unwrap()));
    assert!(token.is_for(&"https://api.atlassian.com/ex/jira/x".parse().unwrap()));
    // Nor does another tenant call with it.
    let ask = json!({
        "name": "evil", "tool": "jira_cloud", "base_url": "https://acme.example",
        "sign_in": { "method": "grant", "grant": grant.id },
    });
    house.call("POST", "/api/v1/connections").tenant("other").json(ask).send().await.status(404);
}
