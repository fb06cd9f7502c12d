//! People as the API shows them: an account id on Cloud, name and key on Data Center.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::{Show, object, put};
use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::circle::Group;

/// A person.
pub(crate) struct PersonView<'a>(pub(crate) Show<'a>, pub(crate) Person);

impl Serialize for PersonView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, person) = *self;
        let (site, account) = (show.site, show.site.catalog.account(person));
        let (base, api) = (&site.base, show.api);
        let mut map = serializer.serialize_map(None)?;
        if site.is_cloud() {
            map.serialize_entry(
                "self",
                &format_args!("{base}/rest/api/{api}/user?accountId={}", account.account_id),
            )?;
            map.serialize_entry("accountId", &account.account_id)?;
            if !show.hook {
                map.serialize_entry("emailAddress", &account.email)?;
            }
        } else {
            map.serialize_entry(
                "self",
                &format_args!("{base}/rest/api/{api}/user?username={}", account.name),
            )?;
            map.serialize_entry("name", &account.name)?;
            map.serialize_entry("key", &account.key)?;
            map.serialize_entry("emailAddress", &account.email)?;
        }
        map.serialize_entry("avatarUrls", &Avatars(base, "useravatar", account.avatar))?;
        map.serialize_entry("displayName", &account.display)?;
        map.serialize_entry("active", &!account.inactive)?;
        map.serialize_entry("timeZone", "UTC")?;
        if site.is_cloud() {
            map.serialize_entry("accountType", if account.app { "app" } else { "atlassian" })?;
        }
        map.end()
    }
}

/// A person in short, as the owner of something; Data Center shows everybody at the same length.
pub(crate) fn brief(show: Show<'_>, person: Person) -> Value {
    let mut shown = json!(PersonView(show, person));
    if show.site.is_cloud()
        && let Some(members) = shown.as_object_mut()
    {
        members.retain(|name, _| !["emailAddress", "timeZone", "accountType"].contains(&name.as_str()));
    }
    shown
}

/// A group in short.
pub(crate) fn group(show: Show<'_>, row: Row<Group>) -> Value {
    let group = show.site.catalog.groups.get(row);
    let path = format!("{}/rest/api/{}/group", show.site.base, show.api);
    if show.site.is_cloud() {
        return json!({"name": group.name, "groupId": group.id, "self": format!("{path}?groupId={}", group.id)});
    }
    json!({"name": group.name, "self": format!("{path}?groupname={}", group.name)})
}

/// A person at full length: with locale, and with groups and applications, counted or (`expand`) listed.
pub(crate) fn whole(show: Show<'_>, person: Person, expand: &[String]) -> Value {
    let mut shown = serde_json::to_value(PersonView(show, person)).unwrap_or_default();
    let catalog = &show.site.catalog;
    let wants = |name: &str| expand.iter().any(|one| one == name);
    let groups: Vec<Value> = catalog.groups_of(person).into_iter().map(|row| group(show, row)).collect();
    let size = groups.len();
    put(&mut shown, "locale", "en_US");
    if !show.site.is_cloud() {
        put(&mut shown, "deleted", catalog.account(person).deleted);
    }
    put(
        &mut shown,
        "groups",
        json!({"size": size, "items": if wants("groups") { groups } else { Vec::new() }}),
    );
    let role = json!({"key": "jira-software", "name": "Jira Software", "groups": ["jira-software-users"]});
    let roles = if wants("applicationRoles") { vec![role] } else { Vec::new() };
    put(&mut shown, "applicationRoles", json!({"size": 1, "items": roles}));
    put(&mut shown, "expand", "groups,applicationRoles");
    shown
}

/// Four picture addresses: base URL, servlet, picture number.
pub(crate) struct Avatars<'a>(pub(crate) &'a str, pub(crate) &'static str, pub(crate) u32);

impl Serialize for Avatars<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(base, servlet, number) = self;
        object!(serializer, {
            "48x48": format_args!("{base}/secure/{servlet}?avatarId={number}"),
            "24x24": format_args!("{base}/secure/{servlet}?size=small&avatarId={number}"),
            "16x16": format_args!("{base}/secure/{servlet}?size=xsmall&avatarId={number}"),
            "32x32": format_args!("{base}/secure/{servlet}?size=medium&avatarId={number}"),
        })
    }
}
