//! The whole state of a simulated Atlassian: accounts, apps, grants, families, codes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use crate::WebhookTarget;
use crate::atlassian::app::App;
use crate::atlassian::family::{End, Family, Grant, Rules};
use crate::atlassian::route::account::Profile;
use crate::atlassian::site::{Door, Sign};
use crate::atlassian::token::{Claims, Kind, Seal, Stub};
use crate::atlassian::{change, route};
use crate::connect::office::Office;
use crate::forge::Forge;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::oauth::{Challenge, draw};
use crate::frame::random::Random;
use crate::frame::world::{Frame, World};

/// Somebody with an Atlassian account; sites know them by the same number.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// The login name of the simulators.
    pub(crate) name: String,
    pub(crate) display: String,
    pub(crate) email: String,
    pub(crate) id: String,
    pub(crate) active: bool,
    /// A service account: nobody signs in with it.
    pub(crate) service: bool,
}

/// A consent that waits to be fetched.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) app: u16,
    pub(crate) who: Person,
    pub(crate) scopes: Vec<String>,
    pub(crate) site: Option<u16>,
    pub(crate) redirect: String,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) at: i64,
}

/// Switches that are no times of families.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// How long a code lives; Atlassian does not say.
    pub(crate) code: i64,
    /// Whether a challenge is held against the verifier. Atlassian ignores both at present.
    pub(crate) pkce: bool,
    /// Whether answers name the token's type; the documented example does not.
    pub(crate) token_type: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self { code: 300_000, pkce: false, token_type: true }
    }
}

/// A simulated Atlassian.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) frame: Frame,
    pub(crate) base: String,
    pub(crate) seal: Seal,
    pub(crate) rules: Rules,
    pub(crate) habits: Habits,
    pub(crate) accounts: Vec<Account>,
    pub(crate) apps: Vec<App>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) families: Vec<Family>,
    pub(crate) codes: HashMap<String, Code>,
    pub(crate) doors: Arc<[Door]>,
    pub(crate) signs: Vec<Sign>,
    /// What the sites share as hosts of Connect apps; no part of a snapshot.
    pub(crate) office: Arc<Office>,
    /// Forge apps and where they are installed.
    pub(crate) forge: Forge,
    /// Who lost a site.
    pub(crate) shut: HashSet<(Person, u16)>,
    /// What has become of accounts, by their place.
    pub(crate) profiles: HashMap<usize, Profile>,
    seed: u64,
    drawn: u32,
}

/// What an app gets for a refresh token or a code.
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
    pub(crate) scope: String,
}

impl Identity {
    pub(crate) fn new(
        frame: Frame,
        base: String,
        seed: u64,
        people: (Vec<Account>, Vec<App>),
        (doors, office): (Arc<[Door]>, Arc<Office>),
    ) -> Self {
        let (accounts, apps) = people;
        let sign = |door: &Door| Sign { name: door.name.clone(), url: door.url.clone() };
        let signs = doors.iter().map(sign).collect();
        Self {
            frame,
            base,
            seal: Seal::new(seed),
            rules: Rules::default(),
            habits: Habits::default(),
            accounts,
            apps,
            grants: Vec::new(),
            families: Vec::new(),
            codes: HashMap::new(),
            doors,
            signs,
            office,
            forge: Forge::default(),
            shut: HashSet::new(),
            profiles: HashMap::new(),
            seed,
            drawn: 0,
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.frame.clock.now()
    }

    /// The app with an id, and its index.
    pub(crate) fn app(&self, id: &str) -> Option<(u16, &App)> {
        let (at, app) = self.apps.iter().enumerate().find(|(_, app)| app.id == id)?;
        Some((u16::try_from(at).ok()?, app))
    }

    pub(crate) fn account(&self, who: Person) -> Option<&Account> {
        self.accounts.get(usize::from(who.0))
    }

    pub(crate) fn person(&self, name: &str) -> Option<Person> {
        let at = self.accounts.iter().position(|account| account.name == name)?;
        u16::try_from(at).ok().map(Person)
    }

    /// The index of the site with this name or cloud id.
    pub(crate) fn site(&self, name: &str) -> Option<u16> {
        let at = self.doors.iter().position(|door| door.name == name || door.cloud_id == name)?;
        u16::try_from(at).ok()
    }

    /// Whether somebody may be at a site at all.
    pub(crate) fn may_enter(&self, who: Person, site: u16) -> bool {
        !self.shut.contains(&(who, site))
    }

    /// The sites that a grant reaches at the moment.
    pub(crate) fn reached(&self, grant: &Grant) -> impl Iterator<Item = u16> {
        grant.sites.iter().copied().filter(|site| self.may_enter(grant.who, *site))
    }

    /// A text that nobody guesses.
    pub(crate) fn draw(&mut self, length: usize) -> String {
        self.drawn = self.drawn.wrapping_add(1);
        draw(&mut Random::new(self.seed ^ u64::from(self.drawn).rotate_left(32)), length)
    }

    /// Notes a consent: the scopes are those of the latest, sites add up if the app is made so.
    pub(crate) fn consent(&mut self, code: &Code) -> u32 {
        let level = self.apps.get(usize::from(code.app)).map(|app| app.level);
        let found = self.grants.iter().position(|grant| grant.app == code.app && grant.who == code.who);
        let at = found.unwrap_or_else(|| {
            let (app, who) = (code.app, code.who);
            self.grants.push(Grant { app, who, scopes: Vec::new(), sites: Vec::new() });
            self.grants.len() - 1
        });
        if let Some(grant) = self.grants.get_mut(at) {
            grant.scopes.clone_from(&code.scopes);
            if level == Some(crate::atlassian::app::Level::Resource) {
                grant.sites.clear();
            }
            if let Some(site) = code.site.filter(|site| !grant.sites.contains(site)) {
                grant.sites.push(site);
            }
        }
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// Begins a family; the answer is its first pair.
    pub(crate) fn begin(&mut self, grant: u32) -> Option<Pair> {
        self.families.push(Family::new(grant, self.now()));
        let family = u32::try_from(self.families.len() - 1).ok()?;
        self.pair(family, 0)
    }

    /// Tokens of a generation of a family.
    pub(crate) fn pair(&mut self, family: u32, generation: u32) -> Option<Pair> {
        let (at, rules) = (self.now(), self.rules);
        self.drawn = self.drawn.wrapping_add(1);
        let serial = self.drawn;
        let grant = self.families.get(usize::try_from(family).ok()?)?.grant;
        let grant = self.grants.get(usize::try_from(grant).ok()?)?;
        let (app, account) = (self.apps.get(usize::from(grant.app))?, self.account(grant.who)?);
        let scope = grant.scopes.join(" ");
        let write = |kind, scope, life: i64| {
            let (issuer, subject, client) = (&*self.base, &*account.id, &*app.id);
            let expires = at.saturating_add(life) / 1_000;
            let stub = Stub { kind, of: family, generation, at, serial };
            self.seal.write(stub, Claims { issuer, subject, client, scope, expires })
        };
        let offline = grant.scopes.iter().any(|scope| scope == "offline_access");
        Some(Pair {
            access: write(Kind::Access, &scope, rules.access),
            refresh: offline.then(|| write(Kind::Refresh, "", rules.idle)),
            scope,
        })
    }

    /// An access token of a service account's credential.
    pub(crate) fn serve(&mut self, app: u16) -> Option<Pair> {
        let (at, life) = (self.now(), self.rules.access);
        self.drawn = self.drawn.wrapping_add(1);
        let own = self.apps.get(usize::from(app))?;
        let (scope, account) = (own.scopes.join(" "), self.account(own.service?)?);
        let stub = Stub { kind: Kind::Service, of: app.into(), generation: 0, at, serial: self.drawn };
        let (issuer, expires) = (&*self.base, at.saturating_add(life) / 1_000);
        let claims = Claims { issuer, subject: &account.id, client: &own.id, scope: &scope, expires };
        Some(Pair { access: self.seal.write(stub, claims), refresh: None, scope })
    }

    /// Ends the families that this is true of; how many that were.
    pub(crate) fn end(&mut self, end: End, is_meant: impl Fn(&Grant) -> bool) -> usize {
        let Self { grants, families, .. } = self;
        let grant = |family: &Family| usize::try_from(family.grant).ok().and_then(|at| grants.get(at));
        let meant =
            families.iter_mut().filter(|family| family.end.is_none() && grant(family).is_some_and(&is_meant));
        meant.map(|family| family.end = Some(end)).count()
    }
}

impl World for Identity {
    type Refusal = Answer;

    fn admit(&self, _: &Call<'_>) -> Result<Option<Person>, Answer> {
        // Who calls is each route's own question: apps by their secrets, people by their tokens.
        Ok(None)
    }

    fn whose(&self, call: &Call<'_>) -> Option<Person> {
        route::bearer(self, call.headers).ok().map(|bearer| bearer.who)
    }

    fn face(&self) -> &'static str {
        "atlassian"
    }

    fn name(&self, person: Person) -> &str {
        self.account(person).map_or("", |account| &account.name)
    }

    fn dress(&self, _: &Call<'_>, _: &mut Answer) {}

    fn bare(&self, status: StatusCode) -> Answer {
        route::told(status, status.canonical_reason().unwrap_or_default())
    }

    fn hidden(&self, _: &str) -> Answer {
        route::told(StatusCode::NOT_FOUND, "Not Found")
    }

    fn count(&self) -> usize {
        self.families.len()
    }

    fn state(&self) -> Value {
        let live =
            self.families.iter().filter(|family| family.over(self.now(), self.rules).is_none()).count();
        let sites = self.doors.iter().zip(&self.signs).map(|(door, sign)| {
            json!({"name": sign.name, "url": sign.url, "cloud_id": door.cloud_id, "address": door.url})
        });
        json!({
            "product": "atlassian",
            "base_url": self.base,
            "counts": {"items": self.families.len(), "live": live, "grants": self.grants.len(), "apps": self.apps.len()},
            "hooks": [],
            "sites": sites.collect::<Vec<_>>(),
        })
    }

    fn items(&self) -> Value {
        self.page("", 0, usize::MAX)
    }

    fn item(&self, id: &str) -> Option<Value> {
        let at = id.parse().ok()?;
        let mut item = self.families.get(at).map(|family| self.family(at, family))?;
        // What the page shows of every item.
        let created = item.get("consented").cloned().unwrap_or_default();
        let members = [
            ("created", created),
            ("description", Value::Null),
            ("comments", json!([])),
            ("writes", json!([])),
        ];
        if let Some(item) = item.as_object_mut() {
            item.extend(members.map(|(name, value)| (name.to_owned(), value)));
        }
        Some(item)
    }

    fn edit(&mut self, _: &Value) -> Result<Value, String> {
        Err("people edit issues at a site: use its own control API".to_owned())
    }

    fn target(&mut self, target: Option<WebhookTarget>) -> Result<(), String> {
        match target {
            None => Ok(()),
            Some(_) => Err("webhooks are sent by a site: use its own control API".to_owned()),
        }
    }

    fn set(&mut self, wanted: &Value) -> Result<Value, String> {
        change::set(self, wanted)
    }
}
