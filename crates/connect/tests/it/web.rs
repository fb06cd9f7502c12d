//! The app as axum serves it: routes, extractors, what callers learn.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::routing::{get, post};
use bowline_connect::descriptor::Builder;
use bowline_connect::installation::Product;
use bowline_connect::jose::sign_hs256;
use bowline_connect::lifecycle::{Event, Legacy, Outcome};
use bowline_connect::qsh::CONTEXT;
use bowline_connect::verify::Unverified;
use bowline_connect::web::{App, Context, Invocation, UrlBound, Watcher, routes};
use http::header::AUTHORIZATION;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::world::{APP, BASE, Draft, World, now, secret};

const SITE: &str = "jira:acme";

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Watcher for Heard {
    fn lifecycle(&self, event: Event, outcome: &Outcome) {
        self.0.lock().unwrap().push(format!("{} {}", event.word(), outcome.status()));
    }

    fn unverified(&self, path: &str, why: &Unverified) {
        self.0.lock().unwrap().push(format!("{path} {why}"));
    }
}

async fn page(UrlBound(caller): UrlBound) -> String {
    format!("{:?}", caller.claims.account_id())
}

async fn script(Context(caller): Context) -> String {
    format!("{:?}", caller.claims.account_id())
}

/// The world, its app, nested below the path of its base URL.
fn served() -> (World, Router, Arc<Heard>) {
    let mut world = World::new(Legacy::Off);
    let heard = Arc::new(Heard::default());
    let (descriptor, _) = Builder::new(Product::Jira, APP, "Example", BASE)
        .lifecycle(Event::Installed, "/installed")
        .build()
        .unwrap();
    let lifecycle = std::mem::replace(&mut world.lifecycle, World::new(Legacy::Off).lifecycle);
    let app = App::new(descriptor, lifecycle, Arc::clone(&world.host_tokens)).unwrap();
    let app = Arc::new(app.watched_by(Arc::clone(&heard) as _));
    let connect = routes()
        .route("/page", get(page))
        .route("/webhook", post(page))
        .route("/script", get(script))
        .with_state(app);
    (world, Router::new().nest("/connect", connect), heard)
}

/// Status, headers and body of an answer.
fn ask(router: &Router, request: Request<Body>) -> (u16, String, String) {
    let answer = now(router.clone().oneshot(request)).unwrap();
    let (parts, body) = answer.into_parts();
    let body = now(to_bytes(body, 1 << 20)).unwrap();
    (parts.status.as_u16(), format!("{:?}", parts.headers), String::from_utf8(body.to_vec()).unwrap())
}

fn send(router: &Router, draft: &Draft) -> (u16, String, String) {
    let mut request = Request::post(&draft.target);
    if let Some(token) = &draft.token {
        request = request.header(AUTHORIZATION, format!("JWT {token}"));
    }
    ask(router, request.body(Body::from(draft.body.clone())).unwrap())
}

fn get_with(router: &Router, target: &str, token: &str) -> (u16, String, String) {
    let request = Request::get(target).header(AUTHORIZATION, format!("JWT {token}"));
    ask(router, request.body(Body::empty()).unwrap())
}

fn token(world: &World, target: &str, change: impl FnOnce(&mut Value)) -> String {
    let request = bowline_connect::qsh::Incoming::parse(
        &http::Method::GET,
        target,
        &bowline_connect::qsh::BasePath::of(BASE).unwrap(),
    );
    let mut claims = world.claims(&world.draft(Event::Enabled, SITE, ""), SITE);
    claims["qsh"] = json!(request.unwrap().forms()[0].qsh().as_str());
    change(&mut claims);
    sign_hs256(&claims, &secret("a")).unwrap().expose().to_owned()
}

#[test]
fn an_app_lives_through_its_routes() {
    let (world, router, heard) = served();
    let (status, _, body) =
        ask(&router, Request::get("/connect/atlassian-connect.json").body(Body::empty()).unwrap());
    assert_eq!((status, body.contains(APP)), (200, true));
    assert_eq!(send(&router, &world.signed(Event::Installed, SITE, "a")).0, 204);
    assert_eq!(send(&router, &world.secret_signed(Event::Disabled, SITE, "", "a")).0, 204);
    assert_eq!(send(&router, &world.secret_signed(Event::Enabled, SITE, "", "a")).0, 204);
    assert_eq!(send(&router, &world.signed(Event::Uninstalled, SITE, "")).0, 204);
    assert!(world.row(SITE).starts_with("Uninstalled"));
    let heard = heard.0.lock().unwrap().clone();
    let done = |word: &str| format!("{word} 204 No Content");
    assert_eq!(heard, [done("installed"), done("disabled"), done("enabled"), done("uninstalled")]);
}

#[test]
fn a_page_is_verified_by_the_url_that_arrived_and_not_by_what_the_router_left() {
    let (world, router, _) = served();
    assert_eq!(send(&router, &world.signed(Event::Installed, SITE, "a")).0, 204);
    let good = token(&world, "/connect/page?issue=1", |_| {});
    assert_eq!(get_with(&router, "/connect/page?issue=1", &good).0, 200);
    assert_eq!(get_with(&router, "/connect/page?issue=2", &good).0, 401);
    let in_query = format!("/connect/page?issue=1&jwt={good}");
    assert_eq!(ask(&router, Request::get(in_query).body(Body::empty()).unwrap()).0, 200);
}

#[test]
fn the_class_of_tokens_belongs_to_the_route() {
    let (world, router, heard) = served();
    assert_eq!(send(&router, &world.signed(Event::Installed, SITE, "a")).0, 204);
    let bound = token(&world, "/connect/script", |_| {});
    let context = token(&world, "/connect/script", |claims| claims["qsh"] = json!(CONTEXT));
    assert_eq!(get_with(&router, "/connect/script", &context).0, 200);
    assert_eq!(get_with(&router, "/connect/script", &bound).0, 401);
    assert_eq!(get_with(&router, "/connect/page", &context).0, 401);
    let heard = heard.0.lock().unwrap();
    assert_eq!(heard[1], "/connect/script the route does not take tokens of this class");
}

#[test]
fn every_refusal_is_the_same_bytes_and_no_route_is_open() {
    let (world, router, _) = served();
    assert_eq!(send(&router, &world.signed(Event::Installed, SITE, "a")).0, 204);
    let bogus = |target: &str, post: bool, token: Option<&str>| {
        let mut request = if post { Request::post(target) } else { Request::get(target) };
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("JWT {token}"));
        }
        ask(&router, request.body(Body::from("{}")).unwrap())
    };
    let none = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqaXJhOmFjbWUifQ.";
    let known = token(&world, "/connect/page", |claims| claims["exp"] = json!(1));
    let unknown = token(&world, "/connect/page", |claims| claims["iss"] = json!("jira:other"));
    let mut answers = Vec::new();
    for token in [None, Some("x"), Some(none), Some(known.as_str()), Some(unknown.as_str())] {
        answers.push(bogus("/connect/page", false, token));
        answers.push(bogus("/connect/script", false, token));
        answers.push(bogus("/connect/webhook", true, token));
        for path in ["installed", "uninstalled", "enabled", "disabled"] {
            answers.push(bogus(&format!("/connect/{path}"), true, token));
        }
    }
    assert_eq!(answers[0].0, 401);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    for path in ["installed", "uninstalled", "enabled", "disabled", "webhook"] {
        assert_eq!(bogus(&format!("/connect/{path}"), false, None).0, 405);
    }
    assert_eq!(bogus("/connect/page?x=%zz", false, None).0, 400);
}

#[test]
fn a_descriptor_and_a_lifecycle_of_two_apps_are_not_served_as_one() {
    for (key, base_url) in [("other", BASE), (APP, "https://other.example/connect")] {
        let builder = Builder::new(Product::Jira, key, "Example", base_url);
        let (descriptor, _) = builder.lifecycle(Event::Installed, "/installed").build().unwrap();
        let world = World::new(Legacy::Off);
        assert!(App::new(descriptor, world.lifecycle, world.host_tokens).is_err(), "{key} {base_url}");
    }
}

#[test]
fn a_route_of_forge_takes_what_forge_sent_and_says_nothing_to_others() {
    let forge = super::forge::forge(false);
    let invoked = |Invocation(invoked): Invocation| async move { invoked.invocation.jti };
    let token = forge.signed(|_| {});
    let router = Router::new().route("/forge/events", post(invoked)).with_state(Arc::clone(&forge.tokens));
    let send = |token: &str| {
        let request = Request::post("/forge/events").header(AUTHORIZATION, format!("Bearer {token}"));
        let (status, _, body) = ask(&router, request.body(Body::empty()).unwrap());
        (status, body)
    };
    assert_eq!(send(&token), (200, "d8a496253ec8c18a".to_owned()));
    assert_eq!(send("a.b.c"), (401, String::new()));
    forge.internet.pages.lock().unwrap().clear();
    forge.watch.pass(25 * 3_600);
    assert_eq!(send(&token).0, 503);
}

#[test]
fn a_body_that_is_too_long_is_not_read_to_its_end() {
    let (world, router, _) = served();
    let draft = Draft { body: "x".repeat(100_000), ..world.signed(Event::Installed, SITE, "a") };
    assert_eq!(send(&router, &draft).0, 413);
}
