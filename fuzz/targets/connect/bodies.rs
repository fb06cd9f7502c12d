//! Bodies of lifecycle calls, and descriptors.

use std::sync::Arc;

use bowline_connect::descriptor::{Builder, Level, check};
use bowline_connect::forge::{AppId, Manifest};
use bowline_connect::install_key::Region;
use bowline_connect::installation::{Installations as _, MemoryInstallations, Product};
use bowline_connect::lifecycle::{Call, Event, Legacy, Lifecycle, Outcome, Parts, Payload, Settings, Sites};
use http::{HeaderMap, Method, StatusCode};
use jiff::SignedDuration;
use serde_json::Value;
use url::Url;

use super::world::{BASE, FORGE_APP, Still, host_tokens, install_tokens, now};

/// Any body, of every call; then as a first install that nobody signed, as the old scheme takes it. A row that is made has
/// an address of Atlassian's and a secret long enough.
pub(super) fn lifecycle(data: &[u8]) {
    let sites = Sites::of(Region::Production);
    let taken = [Event::Installed, Event::Uninstalled, Event::Enabled, Event::Disabled]
        .map(|event| Payload::parse(data, event, &sites).is_ok());
    assert!(taken.iter().filter(|taken| **taken).count() <= 1, "a body of two calls");
    let store = Arc::new(MemoryInstallations::default());
    let parts = Parts {
        store: Arc::clone(&store) as _,
        clock: Arc::new(Still),
        host_tokens: Arc::new(host_tokens(Arc::clone(&store))),
        install_tokens: Arc::new(install_tokens()),
    };
    let settings = Settings {
        app_key: "app".to_owned(),
        base_url: BASE.to_owned(),
        sites,
        legacy: Legacy::All,
        rotation_window: SignedDuration::from_mins(5),
    };
    let lifecycle = Lifecycle::new(settings, parts).unwrap();
    let (method, headers) = (&Method::POST, &HeaderMap::new());
    let call = Call { event: Event::Installed, method, target: "/connect/installed", headers, body: data };
    let outcome = now(lifecycle.handle(call));
    let Outcome::Done(done) = &outcome else {
        let refused = [StatusCode::BAD_REQUEST, StatusCode::FORBIDDEN];
        return assert!(refused.contains(&outcome.status()), "{outcome:?}");
    };
    let row = now(store.find(&done.client_key)).unwrap().unwrap().installation;
    let url = Url::parse(&row.base_url).unwrap();
    assert!(url.scheme() == "https" && url.host_str().unwrap().ends_with(".atlassian.net"));
    assert!(url.username().is_empty() && url.port().is_none() && url.query().is_none());
    assert!(
        row.display_url
            .as_ref()
            .is_none_or(|url| url.starts_with("https://") && !url.contains(['?', '#', '*']))
    );
    assert!(row.secret.as_ref().unwrap().secret().expose().len() >= 32);
}

/// Any document as a descriptor. What is wrong with it is named by a JSON pointer; what is built of its members is one
/// without an error, and a manifest can be made of it.
pub(super) fn descriptor(data: &[u8]) {
    let Ok(json) = serde_json::from_slice::<Value>(data) else { return };
    for product in [Product::Jira, Product::Confluence] {
        let problems = check(&json, product);
        assert!(problems.iter().all(|one| one.pointer.is_empty() || one.pointer.starts_with('/')));
        let mut builder = Builder::new(product, "app", "App", BASE).lifecycle(Event::Installed, "/installed");
        for (name, value) in json.as_object().into_iter().flatten() {
            let modules = value.as_object().filter(|_| name == "modules");
            builder = match modules {
                Some(kinds) => {
                    kinds.iter().fold(builder, |builder, (kind, one)| builder.module(kind, one.clone()))
                }
                None => builder.member(name, value.clone()),
            };
        }
        let Ok((built, doubts)) = builder.build() else { continue };
        assert!(doubts.iter().all(|doubt| doubt.level == Level::Warning));
        assert!(check(built.json(), product).iter().all(|one| one.level == Level::Warning));
        if let Ok(manifest) = Manifest::connect(&AppId::parse(FORGE_APP).unwrap(), &built, product) {
            assert!(manifest.yaml().contains("app:"));
        }
    }
}
