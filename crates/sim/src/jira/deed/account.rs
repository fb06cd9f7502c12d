//! Making, changing and removing people's accounts.

use serde_json::Value;

use crate::frame::call::Person;
use crate::jira::catalog::Account;
use crate::jira::hook::setup;
use crate::jira::input::{flag, text};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// Makes the account a body describes. New people are in the groups that everybody is in.
pub(crate) fn create(site: &mut Site, who: Person, body: &Value) -> Result<Person, Refusal> {
    let email = text(body, "emailAddress").unwrap_or_default().trim();
    let name = name(site, body, email);
    let display = text(body, "displayName").or(site.is_cloud().then_some(&*name)).unwrap_or_default();
    let mut errors = Vec::new();
    if !email.contains('@') {
        errors.push(("email".to_owned(), "You must specify a valid email address.".to_owned()));
    }
    if name.is_empty() {
        errors.push(("username".to_owned(), "You must specify a username.".to_owned()));
    } else if site.catalog.person(|account| account.name.eq_ignore_ascii_case(&name)).is_some() {
        errors.push(("username".to_owned(), "A user with that username already exists.".to_owned()));
    }
    if display.trim().is_empty() {
        errors.push(("displayName".to_owned(), "You must specify a full name.".to_owned()));
    }
    if site.is_cloud() && site.catalog.person(|account| account.email.eq_ignore_ascii_case(email)).is_some() {
        errors.push(("email".to_owned(), "A user with that email address already exists.".to_owned()));
    }
    if !errors.is_empty() {
        return Err(Refusal::fields(errors));
    }
    let number = site.catalog.people.len();
    let Ok(index) = u16::try_from(number) else {
        return Err(Refusal::bad("There is no room for another user."));
    };
    site.catalog.people.push(Account {
        name: (*name).into(),
        key: format!("JIRAUSER{}", 10_100 + number).into(),
        account_id: format!("712020:5f0c0000-0000-4000-8000-{:012}", number + 1).into(),
        email: email.into(),
        display: display.into(),
        password: text(body, "password").map(Into::into),
        avatar: 10_100 + u32::from(index) % 20,
        ..Account::default()
    });
    let person = Person(index);
    for group in ["jira-software-users", "jira-users"] {
        if let Some(row) = site.catalog.group(group) {
            site.catalog.join(row, person);
        }
    }
    setup::person(site, who, "user_created", person);
    Ok(person)
}

/// The login name: as given on Data Center, the part before the `@` on Cloud (all of it when that is taken).
fn name(site: &Site, body: &Value, email: &str) -> String {
    if !site.is_cloud() {
        return text(body, "name").unwrap_or_default().trim().to_owned();
    }
    let local = email.split('@').next().unwrap_or_default();
    let taken = site.catalog.person(|account| *account.name == *local).is_some();
    if taken { email.to_owned() } else { local.to_owned() }
}

/// Changes what a body names.
pub(crate) fn update(site: &mut Site, who: Person, person: Person, body: &Value) -> Result<(), Refusal> {
    let wanted = text(body, "name").map(str::trim).filter(|name| !name.is_empty());
    if let Some(name) = wanted {
        let taken = site.catalog.person(|account| account.name.eq_ignore_ascii_case(name));
        if taken.is_some_and(|taken| taken != person) {
            return Err(Refusal::field("username", "A user with that username already exists."));
        }
    }
    let email = text(body, "emailAddress").map(str::trim);
    if email.is_some_and(|email| !email.contains('@')) {
        return Err(Refusal::field("email", "You must specify a valid email address."));
    }
    if let Some(account) = site.catalog.people.get_mut(usize::from(person.0)) {
        account.name = wanted.map_or_else(|| account.name.clone(), Into::into);
        account.email = email.map_or_else(|| account.email.clone(), Into::into);
        if let Some(display) = text(body, "displayName").filter(|display| !display.trim().is_empty()) {
            account.display = display.into();
        }
        account.inactive = flag(body, "active").map_or(account.inactive, |active| !active);
    }
    setup::person(site, who, "user_updated", person);
    Ok(())
}

/// Removes an account: nobody finds it any more, what it wrote stays.
pub(crate) fn remove(site: &mut Site, who: Person, person: Person) -> Result<(), Refusal> {
    if who == person {
        return Err(Refusal::bad("You cannot delete the currently logged in user."));
    }
    if let Some(row) = site.catalog.projects.find(|project| project.lead == person) {
        let key = &site.catalog.projects.get(row).key;
        return Err(Refusal::bad(format!("The user cannot be deleted while they lead a project: {key}.")));
    }
    for row in site.catalog.groups_of(person) {
        site.catalog.leave(row, person);
    }
    site.catalog.cast.retain(|cast| cast.actor != crate::jira::circle::Actor::Person(person));
    if let Some(account) = site.catalog.people.get_mut(usize::from(person.0)) {
        account.inactive = true;
        account.deleted = true;
    }
    setup::person(site, who, "user_deleted", person);
    Ok(())
}
