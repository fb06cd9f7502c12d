//! People: only administrators make and change them.

use serde_json::Value;

use super::apply::put;
use super::given::Given;
use super::{Hand, ROWS};
use crate::frame::call::Person;
use crate::targetprocess::account::{Account, Sort, at};
use crate::targetprocess::hook;
use crate::targetprocess::read::Thing;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// Whether somebody may do what only administrators may.
pub(crate) fn administrates(site: &Site, who: Person) -> Result<(), Refusal> {
    if site.catalog.account(who).is_some_and(|account| account.admin) {
        Ok(())
    } else {
        Err(Refusal::forbidden("Only an administrator may do this."))
    }
}

fn is_taken(site: &Site, login: &str, but: Option<Person>) -> bool {
    let taken = site.catalog.person(|account| account.login.eq_ignore_ascii_case(login));
    taken.is_some() && taken != but
}

/// Makes the user a body describes; the answer is the id.
pub(crate) fn create(site: &mut Site, hand: &Hand<'_>, kind: Kind, body: &Value) -> Result<u32, Refusal> {
    administrates(site, hand.by.who)?;
    let given = Given::read(site, hand, kind, body)?;
    let need = |name: &str| given.filled(name)?.ok_or_else(|| given.lacks(name));
    let (email, login, password) = (need("Email")?, need("Login")?, need("Password")?);
    let (first, last) = (need("FirstName")?, need("LastName")?);
    if is_taken(site, &login, None) {
        return Err(Refusal::bad(format!("User with Login '{login}' already exists.")));
    }
    let role = given.role("Role")?.flatten();
    let (active, admin) =
        (given.flag("IsActive")?.unwrap_or(true), given.flag("IsAdministrator")?.unwrap_or(false));
    let hours = given.number("WeeklyAvailableHours")?.unwrap_or(40.0);
    if site.catalog.people.len() >= ROWS as usize {
        return Err(Refusal::forbidden("There are too many users."));
    }
    let (now, version) = (site.frame.clock.now(), site.next_version());
    let id = site.catalog.people.iter().map(|account| account.id).max().unwrap_or(0).saturating_add(1);
    let person = at(site.catalog.people.len());
    site.catalog.people.push(Account {
        id,
        sort: if kind == Kind::Requester { Sort::Requester } else { Sort::User },
        login,
        password,
        first,
        last,
        email,
        admin,
        active,
        role: role.or_else(|| site.catalog.roles.iter().next().map(|(row, _)| row)),
        hours,
        created: now,
        modified: now,
        version,
        deleted: None,
        revoked: false,
    });
    hook::general(site, Thing::User(person), hand.by.who, "Created", &[]);
    Ok(id)
}

/// Changes a user. Everybody may change themselves, but not what they may do.
pub(crate) fn update(
    site: &mut Site,
    hand: &Hand<'_>,
    (kind, person): (Kind, Person),
    body: &Value,
) -> Result<(), Refusal> {
    let given = Given::read(site, hand, kind, body)?;
    let rights = ["IsActive", "IsAdministrator", "Role", "Login"];
    if person != hand.by.who || rights.iter().any(|name| given.get(name).is_some()) {
        administrates(site, hand.by.who)?;
    }
    let (email, login, password) =
        (given.filled("Email")?, given.filled("Login")?, given.filled("Password")?);
    let (first, last, role) = (given.filled("FirstName")?, given.filled("LastName")?, given.role("Role")?);
    let (active, admin) = (given.flag("IsActive")?, given.flag("IsAdministrator")?);
    let hours = given.number("WeeklyAvailableHours")?;
    if login.as_ref().is_some_and(|login| is_taken(site, login, Some(person))) {
        return Err(Refusal::bad("User with this Login already exists."));
    }
    let (now, version) = (site.frame.clock.now(), site.version.saturating_add(1));
    let Some(account) = site.catalog.people.get_mut(usize::from(person.0)) else { return Ok(()) };
    let puts = [
        ("Email", email.is_some_and(|email| put(&mut account.email, email))),
        ("Login", login.is_some_and(|login| put(&mut account.login, login))),
        ("Password", password.is_some_and(|password| put(&mut account.password, password))),
        ("FirstName", first.is_some_and(|first| put(&mut account.first, first))),
        ("LastName", last.is_some_and(|last| put(&mut account.last, last))),
        ("Role", role.is_some_and(|role| put(&mut account.role, role))),
        ("IsActive", active.is_some_and(|active| put(&mut account.active, active))),
        ("IsAdministrator", admin.is_some_and(|admin| put(&mut account.admin, admin))),
        ("WeeklyAvailableHours", hours.is_some_and(|hours| put(&mut account.hours, hours))),
    ];
    let changed: Vec<&'static str> =
        puts.into_iter().filter_map(|(name, changed)| changed.then_some(name)).collect();
    if !changed.is_empty() {
        (account.modified, account.version) = (now, version);
        site.version = version;
        hook::general(site, Thing::User(person), hand.by.who, "Updated", &changed);
    }
    Ok(())
}
