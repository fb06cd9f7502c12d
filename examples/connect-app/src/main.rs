//! An Atlassian app: it answers every changed issue and every changed page with a comment, and has a page of its own.

use std::{env::var, error::Error, sync::Arc};

use axum::http::{Method, StatusCode};
use axum::routing::{get, post};
use axum::{Extension, Json, Router, response::IntoResponse};
use bowline_connect::client::{Client, HostCall, Identity, UserTokens};
use bowline_connect::descriptor::{Builder, Scope, Webhook};
use bowline_connect::exchange::{Exchange, ExchangeCall};
use bowline_connect::install_key::{CachedKeys, KeyHost, Limits, Region};
use bowline_connect::installation::{MemoryInstallations, Product};
use bowline_connect::lifecycle::{Event, Legacy, Lifecycle, Parts, Settings, Sites};
use bowline_connect::verify::{HostTokens, InstallTokens};
use bowline_connect::web::{App, UrlBound, routes};
use bowline_connect::words::port::{Clock, Exchanged, OutboundAnswer};
use bowline_connect::words::{Failure, SignedDuration, Timestamp, code::NET_UNREACHABLE, failure::Executed};
use bowline_connect::{page::Pages, token::Times};
use serde_json::{Value, json};

const KEY: &str = "com.example.commenter";

struct Wall;

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

struct Http(reqwest::Client);

#[async_trait::async_trait]
impl Exchange for Http {
    async fn exchange(&self, call: ExchangeCall) -> Exchanged {
        let request = self.0.request(call.method, call.url).headers(call.headers);
        let Ok(answer) = request.body(call.body.expose().to_vec()).send().await else {
            return Exchanged::Unsure(Failure::retry(NET_UNREACHABLE, Executed::Unknown));
        };
        let (status, headers) = (answer.status(), answer.headers().clone());
        Exchanged::Answer(OutboundAnswer { status, headers, body: answer.bytes().await.unwrap_or_default() })
    }
}

async fn panel(UrlBound(caller): UrlBound, Extension(pages): Extension<Pages>) -> impl IntoResponse {
    let site = caller.installation();
    let html = pages.html("Panel", "", &format!("<p id=\"hello\">Installed in {}</p>", site.base_url));
    pages.headers(site).map(|headers| (headers, html)).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

type Site = Extension<Arc<Client>>;

async fn changed(UrlBound(caller): UrlBound, site: Site, Json(told): Json<Value>) -> StatusCode {
    let html = json!({"representation": "storage", "value": "<p>The page was changed.</p>"});
    let (path, comment) = match (told.pointer("/issue/id"), told.pointer("/page/id")) {
        (Some(Value::String(issue)), _) => {
            (format!("/rest/api/2/issue/{issue}/comment"), json!({"body": "The issue was changed."}))
        }
        (_, Some(page)) => ("/api/v2/footer-comments".into(), json!({"pageId": page, "body": html})),
        _ => return StatusCode::BAD_REQUEST,
    };
    let (body, operation) = (comment.to_string().into_bytes(), "sample.comment");
    let call = HostCall { method: Method::POST, path: &path, body, operation };
    match site.send(caller.installation(), Identity::App, call).await {
        Ok(answer) if answer.status.is_success() => StatusCode::NO_CONTENT,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn on(event: &str) -> Webhook {
    Webhook { event: event.into(), path: "/webhook".into(), filter: None, without_body: false }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (base, keys, times) = (var("BASE_URL")?, var("KEY_HOST")?, Times::default());
    let (clock, store) = (Arc::new(Wall), Arc::new(MemoryInstallations::default()));
    let no_redirects = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let http = Arc::new(Http(no_redirects.build()?));
    let panel_module = json!({"key": "panel", "name": {"value": "Panel"}, "url": "/page/panel"});
    let app = Builder::new(Product::Jira, KEY, "Commenter", &base).scopes(&[Scope::Read, Scope::Write]);
    let app = app.lifecycle(Event::Installed, "/installed").lifecycle(Event::Uninstalled, "/uninstalled");
    let app = app.webhook(on("jira:issue_updated")).webhook(on("page_updated"));
    let app = app.module("generalPages", panel_module).build();
    let (descriptor, _) = app.map_err(|problems| format!("{problems:?}"))?;
    let host = KeyHost::new(http.clone(), &[&keys]).ok_or("KEY_HOST is no URL")?;
    let keys = Arc::new(CachedKeys::new(host, clock.clone(), Limits::default()));
    let host_tokens = Arc::new(HostTokens::new(store.clone(), clock.clone(), times)?);
    let install_tokens = Arc::new(InstallTokens::new(keys, clock.clone(), times, &base));
    let parts = Parts { store, clock: clock.clone(), host_tokens: host_tokens.clone(), install_tokens };
    let sites = Sites::of(Region::Production).and_origin(var("SITE")?.parse()?);
    let (app_key, rotation_window) = (KEY.into(), SignedDuration::from_mins(5));
    let settings = Settings { app_key, base_url: base, sites, legacy: Legacy::Off, rotation_window };
    let app = Arc::new(App::new(descriptor, Lifecycle::new(settings, parts)?, host_tokens)?);
    let users = UserTokens::new(http.clone(), clock.clone(), Region::Production.authorization_server());
    let client = Arc::new(Client::new(http, clock, KEY, users).ok_or("the key fits into no header")?);
    let routes = routes().route("/page/panel", get(panel)).route("/webhook", post(changed)).with_state(app);
    let routes = routes.layer(Extension(client)).layer(Extension(Pages::with_script(&var("ALL_JS")?)?));
    let listener = tokio::net::TcpListener::bind(var("LISTEN")?).await?;
    Ok(axum::serve(listener, Router::new().nest("/connect", routes)).await?)
}
