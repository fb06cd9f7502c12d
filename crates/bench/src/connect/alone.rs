//! How many requests of a site one core verifies, beside npm `atlassian-jwt`.
//!
//! Both do what a page's route has to: find the token in the URL, check its signature, algorithm and times, and compare the hash
//! of the request. Ours looks up the installation as well. They take turns, so that whatever else the machine does disturbs them
//! alike, and both are counted by the processor time they had.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bowline_auth::SystemClock;
use bowline_connect::installation::{
    Change, ClientKey, Installation, Installations as _, MemoryInstallations, Product, Scheme, State,
};
use bowline_connect::jose::{SharedSecret, sign_hs256};
use bowline_connect::qsh::{BasePath, Incoming};
use bowline_connect::token::{Class, Times};
use bowline_connect::verify::HostTokens;
use bowline_core::port::Clock as _;
use bowline_core::secret::Secret;
use futures_util::FutureExt as _;
use http::{HeaderMap, Method};
use serde::Serialize;
use serde_json::json;

use super::Connect;
use crate::proc::thread_rate;
use crate::program::answer_of_node;
use crate::rank::median;
use crate::report::say;

const SITE: &str = "71a5e0ce-8c23-4b36-b1ce-4f1d1d4c5a1e";
const BASE: &str = "https://app.example/connect";
/// A panel of an issue, as Jira opens one.
const TARGET: &str = "/connect/page/panel?xdm_e=https%3A%2F%2Facme.atlassian.net&xdm_c=channel-panel&cp=&xdm_deprecated_addon_key_do_not_use=com.example.app&lic=none&cv=1001.0.0&issueKey=ACME-7&issueId=10007&projectKey=ACME&projectId=10000";

/// A turn of each, in a second of processor time.
#[derive(Debug, Serialize)]
struct Round {
    ours: f64,
    theirs: f64,
    ratio: f64,
}

/// What was measured.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    rounds: Vec<Round>,
    ours: f64,
    theirs: f64,
    ratio: f64,
}

/// Everything that a request is verified with.
struct Scene {
    tokens: HostTokens,
    base: BasePath,
    target: String,
    secret: String,
    now: i64,
}

impl Figures {
    pub(super) fn verdict(&self) -> String {
        let Self { ours, theirs, ratio, .. } = self;
        format!(
            "{ratio:.1} times the requests that npm atlassian-jwt verifies ({ours:.0} and {theirs:.0} a second of one core)"
        )
    }
}

/// Measures in turns.
pub(super) fn measure(ask: &Connect) -> Result<Figures> {
    let (rounds, seconds) = if ask.quick { (1, 1) } else { (7, 3) };
    let scene = scene()?;
    say(&format!("{rounds} rounds of {seconds} s each; requests verified in a second of one core:"));
    let mut all = Vec::new();
    for _ in 0..rounds {
        let (ours, theirs) = (ours(&scene, Duration::from_secs(seconds))?, theirs(ask, &scene, seconds)?);
        say(&format!("  ours {ours:9.0}   atlassian-jwt {theirs:9.0}"));
        all.push(Round { ours, theirs, ratio: ours / theirs });
    }
    let of = |value: fn(&Round) -> f64| median(&all.iter().map(value).collect::<Vec<_>>());
    let (ours, theirs, ratio) = (of(|round| round.ours), of(|round| round.theirs), of(|round| round.ratio));
    Ok(Figures { rounds: all, ours, theirs, ratio })
}

/// A site that is installed, and a request of it that is good for an hour.
fn scene() -> Result<Scene> {
    let (store, now, secret) = (MemoryInstallations::default(), SystemClock.now(), "s".repeat(64));
    let shared = SharedSecret::new(Secret::from(secret.clone()))?;
    let installation = Installation {
        client_key: ClientKey::parse(SITE).context("the client key")?,
        product: Product::Jira,
        base_url: "https://acme.atlassian.net".to_owned(),
        display_url: None,
        secret: Some(shared.clone()),
        previous: None,
        state: State::Enabled,
        scheme: Scheme::Signed,
        oauth_client_id: None,
        forge_installation: None,
        entitlement_id: None,
        installed_at: now,
        changed_at: now,
    };
    let change = Change { installation, expected: None, used: None };
    store.commit(change, now).now_or_never().context("the store waits")??;
    let base = BasePath::of(BASE)?;
    let request = Incoming::parse(&Method::GET, TARGET, &base)?;
    let form = request.forms().into_iter().next().context("a request has a form")?;
    let iat = now.as_second();
    let claims =
        json!({"iss": SITE, "sub": "557058:ada", "iat": iat, "exp": iat + 3_600, "qsh": form.qsh().as_str()});
    let target = format!("{TARGET}&jwt={}", sign_hs256(&claims, &shared)?.expose());
    let tokens = HostTokens::new(Arc::new(store), Arc::new(SystemClock), Times::default())?;
    Ok(Scene { tokens, base, target, secret, now: iat })
}

/// How many requests are verified in a second of this thread.
fn ours(scene: &Scene, length: Duration) -> Result<f64> {
    let headers = HeaderMap::new();
    thread_rate(length, || {
        for _ in 0..100 {
            let request = Incoming::parse(&Method::GET, &scene.target, &scene.base)?;
            let verified = scene.tokens.verify(Class::UrlBound, &headers, &request).now_or_never();
            verified.context("verifying waits")??;
        }
        Ok(100)
    })
}

/// How many the other verifies in a second of its process.
fn theirs(ask: &Connect, scene: &Scene, seconds: u64) -> Result<f64> {
    let url = format!("https://app.example{}", scene.target);
    let input =
        json!({"url": url, "base": BASE, "secret": scene.secret, "now": scene.now, "seconds": seconds})
            .to_string();
    let told = String::from_utf8(answer_of_node(&ask.modules, &ask.script, &input)?)?;
    told.trim()
        .parse()
        .with_context(|| format!("{} says no rate, but `{}`", ask.script.display(), told.trim()))
}
