//! The webhook: what an automation rule with an HTTP action posts. No signature, no retry.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::frame::call::Person;
use crate::frame::delivery::Outgoing;
use crate::frame::delivery::pace::Flow;
use crate::targetprocess::date;
use crate::targetprocess::item::Item;
use crate::targetprocess::site::Site;

/// Tells of an item that was made or changed.
pub(crate) fn item(site: &Site, id: u32, who: Person, modification: &str, changed: &[&str]) {
    if let Some(item) = site.items.get(id) {
        let subject = (item.kind.name(), id);
        tell(
            site,
            subject,
            id,
            who,
            modification,
            body(site, subject, who, modification, changed, Some(item)),
        );
    }
}

/// Tells of an item that is gone already.
pub(crate) fn deleted(site: &Site, item: &Item, who: Person) {
    let subject = (item.kind.name(), item.id);
    tell(site, subject, item.id, who, "Deleted", body(site, subject, who, "Deleted", &[], Some(item)));
}

/// Tells of a comment.
pub(crate) fn comment(site: &Site, id: u32, general: u32, who: Person, modification: &str, changed: &[&str]) {
    part(site, ("Comment", id), general, who, modification, changed);
}

/// Tells of an assignment.
pub(crate) fn assignment(site: &Site, id: u32, assignable: u32, who: Person, modification: &str) {
    part(site, ("Assignment", id), assignable, who, modification, &[]);
}

fn part(site: &Site, subject: (&str, u32), general: u32, who: Person, modification: &str, changed: &[&str]) {
    let mut body = body(site, subject, who, modification, changed, None);
    let item = site.items.get(general).filter(|_| site.switches.general_in_hooks);
    if let (Some(item), Some(members)) = (item, body.as_object_mut()) {
        members.insert("general".to_owned(), json!({"id": item.id, "type": item.kind.name()}));
    }
    tell(site, subject, general, who, modification, body);
}

/// The body of the rule that is shipped with the product. Comments and assignments have no version of their own.
fn body(
    site: &Site,
    (kind, id): (&str, u32),
    who: Person,
    modification: &str,
    changed: &[&str],
    item: Option<&Item>,
) -> Value {
    json!({
        "account": site.base,
        "resourceType": kind,
        "resourceId": id,
        "modification": modification,
        "changedFields": changed,
        "author": {"id": site.catalog.account(who).map(|account| account.id)},
        "entityVersion": item.map(|item| item.version),
        "modifyDate": date::iso(item.map_or_else(|| site.frame.clock.now(), |item| item.modified)),
    })
}

fn tell(site: &Site, (kind, id): (&str, u32), item: u32, _: Person, modification: &str, body: Value) {
    let Some(target) = &site.hook else { return };
    let mut headers = HeaderMap::new();
    if let Some((name, value)) = &target.header
        && let (Ok(name), Ok(mut value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value))
    {
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    let mut names = vec![item.to_string()];
    if id != item {
        names.push(id.to_string());
    }
    site.frame.delivery.push(Outgoing {
        url: target.url.clone(),
        event: format!("{kind}.{modification}"),
        item: names,
        headers,
        body: body.to_string().into(),
        retry: None,
        flow: Flow::Primary,
        app: None,
    });
}
