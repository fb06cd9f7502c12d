//! Installing apps, and what an administrator does with them later: each step calls the app and keeps its answer.
//!
//! `installed` has to be answered with a success, or nothing has happened; the others are told and no more ("Lifecycle").
//! `installed` and `uninstalled` are signed with an install key, `enabled` and `disabled` with the shared secret. In the
//! old scheme the first `installed` is unsigned and later ones are signed with the secret that the app had before.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use super::descriptor::Descriptor;
use super::host::Install;
use super::kept::{Kept, Request, Told};
use super::note::{self, Target};
use super::office::Office;
use super::spoil::{self, Hand, Spoil};
use super::{Product, scope};
use crate::frame::call::Person;
use crate::frame::world::House;
use crate::jira::app::{App, Kind};
use crate::jira::catalog::Account;
use crate::jira::jql::Query;
use crate::jira::site::Site;

/// A site and what it shares with others.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) house: Arc<House<Site>>,
    pub(crate) office: Arc<Office>,
    /// One lifecycle call of the site after the other, as its administrators click; other sites have a turn of their own.
    turn: Arc<Mutex<()>>,
}

/// Who does it, where, and what is wrong with the call.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) product: Product,
    pub(super) who: Person,
    pub(super) spoil: Option<Spoil>,
}

/// Why nothing came of it; the calls that were made are told with it.
pub(super) struct Failed {
    pub(super) why: String,
    pub(super) calls: Vec<Value>,
}

impl From<String> for Failed {
    fn from(why: String) -> Self {
        Self { why, calls: Vec::new() }
    }
}

/// The calls that were made.
pub(super) type Done = Result<Vec<Value>, Failed>;

impl Desk {
    pub(crate) fn new(house: Arc<House<Site>>, office: Arc<Office>) -> Self {
        Self { house, office, turn: Arc::default() }
    }

    /// Waits until no other lifecycle call of the site is under way.
    pub(super) async fn turn_taken(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Installs the app whose descriptor is at `source`, or updates it if it is installed. A new secret is given to an app
    /// that is not, and with `rekey`.
    pub(super) async fn install(&self, way: Way, source: &str, rekey: bool) -> Done {
        let descriptor = self.fetch(source).await?;
        let draft = self.house.write(|site| draft(site, way.product, source, (descriptor, rekey)))?;
        self.introduce(way, draft).await
    }

    /// Sends `installed`, and takes the app in if it is answered well; then `enabled`.
    async fn introduce(&self, way: Way, draft: Install) -> Done {
        let first = self.lifecycle(way, &draft, "installed").await;
        let mut calls: Vec<Value> = first.iter().map(Kept::show).collect();
        if let Some(why) = first.as_ref().and_then(Kept::failure) {
            return Err(Failed { why, calls });
        }
        let key = draft.descriptor.key.clone();
        self.house.write(|site| admit(site, way.product, draft)).map_err(Failed::from)?;
        calls.extend(self.notify(Way { spoil: None, ..way }, &key, "enabled").await);
        Ok(calls)
    }

    /// Enables, disables or uninstalls; what the app answers changes nothing.
    pub(super) async fn turn(&self, way: Way, key: &str, event: &str) -> Done {
        let known = self.house.write(|site| {
            let app = site.connect.of_mut(way.product).app_mut(key).filter(|app| !app.gone);
            app.map(|app| (app.enabled, app.gone) = (event == "enabled", event == "uninstalled")).is_some()
        });
        if !known {
            return Err(unknown(way.product, key).into());
        }
        if event == "uninstalled" {
            self.house.write(|site| forget(site, key));
        }
        Ok(self.notify(way, key, event).await.into_iter().collect())
    }

    /// The site has another address from now on; its apps are told with the next `installed`, unless that is to wait.
    pub(super) async fn rename(&self, who: Person, base: &str, quiet: bool) -> Done {
        self.house.write(|site| {
            let uri: Option<http::Uri> = site.base.parse().ok();
            let former = uri.and_then(|uri| uri.authority().map(ToString::to_string));
            site.connect.former.extend(former);
            base.trim_end_matches('/').clone_into(&mut site.base);
            let present: Option<http::Uri> = site.base.parse().ok();
            let present = present.and_then(|uri| uri.authority().map(ToString::to_string));
            site.connect.former.retain(|former| Some(former) != present.as_ref());
        });
        if quiet {
            return Ok(Vec::new());
        }
        self.again(who, Product::ALL.to_vec(), |_, _| {}).await
    }

    /// The site's data come from another site: a new client key, new secrets, the same address.
    pub(super) async fn import(&self, way: Way) -> Done {
        self.house.write(|site| {
            site.connect.of_mut(way.product).client_key = site.connect.draw_uuid();
        });
        let renew = |site: &mut Site, app: &mut Install| {
            app.secret = site.connect.draw_secret();
            app.client_id = site.connect.draw_text(43);
        };
        self.again(way.who, vec![way.product], renew).await
    }

    /// Sends `installed` to every app once more.
    async fn again(
        &self,
        who: Person,
        products: Vec<Product>,
        change: impl Fn(&mut Site, &mut Install),
    ) -> Done {
        let mut calls = Vec::new();
        for product in products {
            let drafts = self.house.write(|site| {
                let mut drafts = site.connect.of(product).apps.clone();
                drafts.retain(|app| !app.gone);
                drafts.iter_mut().for_each(|app| change(site, app));
                drafts
            });
            for draft in drafts {
                calls.extend(self.introduce(Way { product, who, spoil: None }, draft).await?);
            }
        }
        Ok(calls)
    }

    async fn fetch(&self, source: &str) -> Result<Descriptor, String> {
        let request = http::Request::get(source).body(Bytes::new()).map_err(|error| error.to_string())?;
        let answer = self.office.client.send(request).await;
        let answer = answer.map_err(|error| format!("the descriptor cannot be fetched: {error}"))?;
        if answer.status() != http::StatusCode::OK {
            return Err(format!("the descriptor's address answers {}", answer.status().as_u16()));
        }
        let json: Value = serde_json::from_slice(answer.body())
            .map_err(|error| format!("the descriptor is no JSON: {error}"))?;
        Descriptor::read(json).map_err(|wrong| format!("the descriptor is not valid: {}", wrong.join("; ")))
    }

    /// Tells an app that is known; what comes of it is kept and no more.
    async fn notify(&self, way: Way, key: &str, event: &str) -> Option<Value> {
        let app = self.house.read(|site| site.connect.of(way.product).app(key).cloned())?;
        self.lifecycle(way, &app, event).await.map(|kept| kept.show())
    }

    /// Makes a lifecycle call; `None` if the descriptor does not ask for it.
    async fn lifecycle(&self, way: Way, app: &Install, event: &str) -> Option<Kept> {
        let below = app.descriptor.lifecycle(event)?;
        let shared = (event == "installed").then_some(app.secret.as_str());
        let (body, token) = self.house.read(|site| {
            let host = site.connect.of(way.product);
            let body = note::payload(site, way.product, (host, app), (event, shared));
            (spoil::body(body, way.spoil), self.sign(site, way, app, (event, below)))
        });
        let url = format!("{}{below}", app.descriptor.base_url);
        let authorization = token.map(|token| format!("JWT {token}"));
        let request = Request { method: "POST", url, authorization, body };
        Some(self.send(way.product, &app.descriptor.key, event, request).await)
    }

    fn sign(&self, site: &Site, way: Way, app: &Install, (event, below): (&str, &str)) -> Option<String> {
        if !app.descriptor.signed {
            return None;
        }
        let host = site.connect.of(way.product);
        let target = Target { method: "POST", below };
        let (now, who) = (site.frame.clock.now(), note::account(site, way.who));
        let claims = note::claims(&host.client_key, now, Some(target), Some(&who));
        if !matches!(event, "installed" | "uninstalled") {
            return spoil::token(claims, Hand::Site(&app.secret), way.spoil);
        }
        if site.connect.legacy {
            let before = host.app(&app.descriptor.key)?;
            return spoil::token(claims, Hand::Site(&before.secret), way.spoil);
        }
        // A list of one, as real tokens have it: some apps read its first entry only.
        let claims = note::with(claims, "aud", json!([app.descriptor.base_url]));
        let key = self.office.keys.current()?;
        spoil::token(claims, Hand::Atlassian(&key), way.spoil)
    }

    /// Sends and keeps.
    pub(super) async fn send(&self, product: Product, app: &str, event: &str, request: Request) -> Kept {
        let answer = self.exchange(&request).await;
        self.house.write(|site| {
            let (at, app, event) = (site.frame.clock.now(), app.to_owned(), event.to_owned());
            site.connect.calls.keep(Kept { id: 0, at, app, product: product.name(), event, request, answer })
        })
    }

    async fn exchange(&self, request: &Request) -> Result<Told, String> {
        let body = if request.body.is_null() { Bytes::new() } else { request.body.to_string().into() };
        let mut made = http::Request::builder()
            .method(request.method)
            .uri(&request.url)
            .header(CONTENT_TYPE, "application/json; charset=UTF-8")
            // A connection that waits for the next call may be closed by the app just as that is made.
            .header(CONNECTION, "close");
        if let Some(authorization) = &request.authorization {
            made = made.header(AUTHORIZATION, authorization);
        }
        let made = made.body(body).map_err(|error| error.to_string())?;
        self.office.client.send(made).await.map(|answer| Told::of(&answer)).map_err(|error| error.to_string())
    }
}

/// What an error says of an app that is not there.
pub(super) fn unknown(product: Product, key: &str) -> String {
    format!("the app '{key}' is not installed in {}", product.name())
}

/// The app as it would be installed.
fn draft(
    site: &mut Site,
    product: Product,
    source: &str,
    (descriptor, rekey): (Descriptor, bool),
) -> Result<Install, String> {
    let mut hooks = Vec::new();
    for hook in &descriptor.webhooks {
        let query = Query::read(site, if product == Product::Jira { &hook.filter } else { "" });
        let query = query.map_err(|refusal| {
            format!("the filter of the webhook {}: {}", hook.event, refusal.messages.join(" "))
        })?;
        hooks.push((hook.clone(), query));
    }
    let before = site.connect.of(product).app(&descriptor.key).cloned();
    let kept = before.as_ref().filter(|app| !app.gone && !rekey).map(|app| app.secret.clone());
    Ok(Install {
        source: source.to_owned(),
        secret: kept.unwrap_or_else(|| site.connect.draw_secret()),
        client_id: before.as_ref().map_or_else(|| site.connect.draw_text(43), |app| app.client_id.clone()),
        person: before.map_or(Person(0), |app| app.person),
        enabled: true,
        gone: false,
        hooks,
        descriptor: Arc::new(descriptor),
    })
}

/// Takes an app in that answered well: it has an account of its own and may call.
fn admit(site: &mut Site, product: Product, draft: Install) -> Result<(), String> {
    let descriptor = draft.descriptor.clone();
    let person = match site.connect.person(&descriptor.key) {
        Some(person) => person,
        None => {
            let (name, host) = (format!("addon_{}", descriptor.key), "connect.atlassian.com");
            enrol(site, &name, &format!("{}@{host}", descriptor.key))?
        }
    };
    let account = site.catalog.people.get_mut(usize::from(person.0));
    if let Some(account) = account {
        account.display = descriptor.name.as_str().into();
        account.inactive = false;
        account.admin = scope::has(&descriptor.scopes, "ADMIN");
    }
    let install = Install { person, ..draft };
    let host = site.connect.of_mut(product);
    match host.app_mut(&descriptor.key) {
        Some(own) => *own = install,
        None => host.apps.push(install),
    }
    site.apps.retain(|app| app.key != descriptor.key);
    site.apps.push(App {
        key: descriptor.key.clone(),
        kind: Kind::Connect,
        people: vec![person],
        base_url: Some(descriptor.base_url.clone()),
        owner: None,
    });
    Ok(())
}

/// The account of an app; `accountType` is `app`.
pub(crate) fn enrol(site: &mut Site, name: &str, email: &str) -> Result<Person, String> {
    let number = site.catalog.people.len();
    let person =
        u16::try_from(number).map(Person).map_err(|_| "there is no room for its account".to_owned())?;
    site.catalog.people.push(Account {
        name: name.into(),
        key: format!("JIRAUSER{}", 10_100 + number).into(),
        account_id: format!("712020:5f0c0000-0000-4000-8000-{:012}", number + 1).into(),
        email: email.into(),
        avatar: 10_100 + u32::from(person.0) % 20,
        app: true,
        ..Account::default()
    });
    for group in ["jira-software-users", "jira-users"] {
        if let Some(row) = site.catalog.group(group) {
            site.catalog.join(row, person);
        }
    }
    Ok(person)
}

/// Takes away what an app had, if it is installed in neither product any more.
fn forget(site: &mut Site, key: &str) {
    let person = site.connect.person(key);
    if site.connect.all().any(|(_, app)| app.descriptor.key == key && !app.gone) {
        return;
    }
    site.apps.retain(|app| app.key != key);
    site.dynamic.retain(|hook| hook.app != key);
    if let Some(account) = person.and_then(|person| site.catalog.people.get_mut(usize::from(person.0))) {
        account.inactive = true;
    }
}
