//! `POST /_sim/settings` of a simulated Atlassian: times, accounts, apps, sites, and what is taken back.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::atlassian::app::{App, Level, REDIRECTS};
use crate::atlassian::family::End;
use crate::atlassian::world::{Code, Identity, Pair};
use crate::frame::call::Person;

const DAY: i64 = 86_400_000;
/// More at once than a benchmark needs.
const MANY: usize = 1_000_000;

/// What is not named stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    rules: Option<Times>,
    #[serde(default)]
    account: Option<Account>,
    #[serde(default)]
    profile: Option<NewProfile>,
    #[serde(default)]
    revoke: Option<Revoke>,
    #[serde(default)]
    site: Option<Sign>,
    #[serde(default)]
    site_access: Option<Access>,
    #[serde(default)]
    uninstall: Option<Uninstall>,
    #[serde(default)]
    app: Option<NewApp>,
    #[serde(default)]
    families: Option<Families>,
    #[serde(default)]
    install_keys: Option<InstallKeys>,
}

/// Keys that lifecycle calls of Connect are signed with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstallKeys {
    /// Sign with a new one from now on.
    #[serde(default)]
    rotate: bool,
    /// The host forgets the earlier ones.
    #[serde(default)]
    forget: bool,
    /// Lines of a PEM end with CR LF.
    #[serde(default)]
    crlf: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Times {
    #[serde(default)]
    access_seconds: Option<i64>,
    #[serde(default)]
    idle_days: Option<i64>,
    #[serde(default)]
    absolute_days: Option<i64>,
    #[serde(default)]
    leeway_seconds: Option<i64>,
    #[serde(default)]
    code_seconds: Option<i64>,
    #[serde(default)]
    reuse_ends_family: Option<bool>,
    #[serde(default)]
    pkce: Option<Pkce>,
    #[serde(default)]
    token_type: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Pkce {
    Ignored,
    Checked,
}

/// Whether somebody may sign in; or a new password, which ends what was allowed with the old one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    user: String,
    #[serde(default)]
    active: Option<bool>,
    #[serde(default)]
    password_changed: bool,
}

/// What has become of somebody's account, for apps that report it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewProfile {
    user: String,
    /// Whether it is gone.
    #[serde(default)]
    closed: bool,
    /// Whether what it shows of itself changes now.
    #[serde(default)]
    changed: bool,
}

/// Whose consent, to which app; all when not named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    app: Option<String>,
}

/// What a site is called from now on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sign {
    site: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

/// Whether somebody may be at a site.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Access {
    user: String,
    site: String,
    allowed: bool,
}

/// An app that an administrator removes from a site.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Uninstall {
    app: String,
    site: String,
}

/// An app that is made or changed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewApp {
    id: String,
    #[serde(default)]
    secret: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    redirects: Option<Vec<String>>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
    #[serde(default)]
    level: Option<Level>,
    /// The login name of whom it serves, for a service account's credential.
    #[serde(default)]
    service: Option<String>,
}

/// Families without anybody's click.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Families {
    app: String,
    user: String,
    site: String,
    scopes: Vec<String>,
    #[serde(default)]
    count: Option<usize>,
    /// Whether the answer has the access tokens as well: a hundred thousand are long.
    #[serde(default = "yes")]
    access: bool,
}

fn yes() -> bool {
    true
}

/// Changes what the body names; the answer tells what came of it.
pub(crate) fn set(identity: &mut Identity, change: &Value) -> Result<Value, String> {
    let change = Change::deserialize(change).map_err(|error| error.to_string())?;
    if let Some(times) = change.rules {
        set_times(identity, &times);
    }
    if let Some(keys) = change.install_keys {
        return set_keys(identity, &keys);
    }
    if let Some(app) = change.app {
        set_app(identity, app)?;
    }
    if let Some(account) = change.account {
        set_account(identity, &account)?;
    }
    if let Some(NewProfile { user, closed, changed }) = change.profile {
        let (at, now) = (usize::from(find_person(identity, &user)?.0), identity.now());
        let profile = identity.profiles.entry(at).or_default();
        profile.closed = closed;
        profile.changed_at = if changed { now } else { profile.changed_at };
    }
    if let Some(Sign { site, name, url }) = change.site {
        let at = usize::from(find_site(identity, &site)?);
        if let Some(sign) = identity.signs.get_mut(at) {
            sign.name = name.unwrap_or_else(|| sign.name.clone());
            sign.url = url.unwrap_or_else(|| sign.url.clone());
        }
    }
    if let Some(Access { user, site, allowed }) = change.site_access {
        let entry = (find_person(identity, &user)?, find_site(identity, &site)?);
        if allowed {
            identity.shut.remove(&entry);
        } else {
            identity.shut.insert(entry);
        }
    }
    if let Some(Uninstall { app, site }) = change.uninstall {
        let (app, site) = (find_app(identity, &app)?, find_site(identity, &site)?);
        for grant in identity.grants.iter_mut().filter(|grant| grant.app == app) {
            grant.sites.retain(|own| *own != site);
        }
    }
    if let Some(Revoke { user, app }) = change.revoke {
        let who = user.map(|user| find_person(identity, &user)).transpose()?;
        let app = app.map(|app| find_app(identity, &app)).transpose()?;
        let ended = identity.end(End::Revoked, |grant| {
            who.is_none_or(|who| who == grant.who) && app.is_none_or(|app| app == grant.app)
        });
        return Ok(json!({"revoked": ended}));
    }
    change.families.map_or_else(|| Ok(json!({})), |families| make(identity, families))
}

fn set_keys(identity: &Identity, wanted: &InstallKeys) -> Result<Value, String> {
    let keys = &identity.office.keys;
    if let Some(crlf) = wanted.crlf {
        keys.set_crlf(crlf);
    }
    let none = || "there is no randomness for a key".to_owned();
    if wanted.rotate || wanted.forget {
        keys.rotate(wanted.forget).ok_or_else(none)?;
    }
    let current = keys.current().ok_or_else(none)?;
    Ok(json!({"install_key": current.id}))
}

fn find_person(identity: &Identity, name: &str) -> Result<Person, String> {
    identity.person(name).ok_or_else(|| format!("there is no person '{name}'"))
}

fn find_site(identity: &Identity, name: &str) -> Result<u16, String> {
    identity
        .site(name)
        .ok_or_else(|| format!("there is no site '{name}': it is called by its name or cloud id"))
}

fn find_app(identity: &Identity, id: &str) -> Result<u16, String> {
    identity.app(id).map(|(at, _)| at).ok_or_else(|| format!("there is no app '{id}'"))
}

fn set_times(identity: &mut Identity, times: &Times) {
    let rules = &mut identity.rules;
    let all = [
        (&mut rules.access, times.access_seconds, 1_000),
        (&mut rules.idle, times.idle_days, DAY),
        (&mut rules.absolute, times.absolute_days, DAY),
        (&mut rules.leeway, times.leeway_seconds, 1_000),
        (&mut identity.habits.code, times.code_seconds, 1_000),
    ];
    for (rule, wanted, unit) in all {
        *rule = wanted.map_or(*rule, |wanted| wanted.saturating_mul(unit));
    }
    rules.reuse_ends = times.reuse_ends_family.unwrap_or(rules.reuse_ends);
    let habits = &mut identity.habits;
    habits.pkce = times.pkce.map_or(habits.pkce, |pkce| pkce == Pkce::Checked);
    habits.token_type = times.token_type.unwrap_or(habits.token_type);
}

/// An account is one for all sites.
fn set_account(identity: &mut Identity, wanted: &Account) -> Result<(), String> {
    let who = find_person(identity, &wanted.user)?;
    if wanted.password_changed {
        identity.end(End::Password, |grant| grant.who == who);
    }
    let Some(active) = wanted.active else { return Ok(()) };
    if let Some(account) = identity.accounts.get_mut(usize::from(who.0)) {
        account.active = active;
    }
    for door in identity.doors.iter() {
        door.house.write(|site| {
            if let Some(account) = site.catalog.people.get_mut(usize::from(who.0)) {
                account.inactive = !active;
            }
        });
    }
    Ok(())
}

fn set_app(identity: &mut Identity, wanted: NewApp) -> Result<(), String> {
    let service = wanted.service.map(|name| find_person(identity, &name)).transpose()?;
    let found = identity.apps.iter().position(|app| app.id == wanted.id);
    let at = match (found, wanted.secret.is_some()) {
        (Some(at), _) => at,
        (None, false) => return Err(format!("there is no app '{}': a new one has a secret", wanted.id)),
        (None, true) => {
            identity.apps.push(App {
                name: wanted.id.clone(),
                id: wanted.id,
                secret: String::new(),
                redirects: REDIRECTS.map(str::to_owned).into(),
                scopes: Vec::new(),
                level: Level::Account,
                service: None,
            });
            identity.apps.len() - 1
        }
    };
    if let Some(app) = identity.apps.get_mut(at) {
        app.secret = wanted.secret.unwrap_or_else(|| app.secret.clone());
        app.name = wanted.name.unwrap_or_else(|| app.name.clone());
        app.redirects = wanted.redirects.unwrap_or_else(|| app.redirects.clone());
        app.scopes = wanted.scopes.unwrap_or_else(|| app.scopes.clone());
        app.level = wanted.level.unwrap_or(app.level);
        app.service = service.or(app.service);
    }
    Ok(())
}

/// As if somebody had consented so many times.
fn make(identity: &mut Identity, wanted: Families) -> Result<Value, String> {
    let count = wanted.count.unwrap_or(1);
    if count > MANY {
        return Err(format!("at most {MANY} at once"));
    }
    let code = Code {
        app: find_app(identity, &wanted.app)?,
        who: find_person(identity, &wanted.user)?,
        site: Some(find_site(identity, &wanted.site)?),
        scopes: wanted.scopes,
        redirect: String::new(),
        challenge: None,
        at: identity.now(),
    };
    let grant = identity.consent(&code);
    let pairs = (0..count).filter_map(|_| identity.begin(grant));
    let shown = |pair: Pair| {
        let access = wanted.access.then_some(pair.access);
        json!({"access_token": access, "refresh_token": pair.refresh})
    };
    let made: Vec<Value> = pairs.map(shown).collect();
    Ok(json!({"families": made}))
}
