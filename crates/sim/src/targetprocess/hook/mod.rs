//! The webhook: what an automation rule with an HTTP action posts, or the older webhook plugin. No signature, no retry.
//!
//! Bodies are made in [`body`], those of a template of one's own in [`template`].

mod body;
mod template;

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};

pub(crate) use self::template::Template;
use crate::frame::call::Person;
use crate::frame::delivery::Outgoing;
use crate::frame::delivery::pace::Flow;
use crate::targetprocess::item::Item;
use crate::targetprocess::read::Thing;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// What webhooks look like.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// The body of the rule that is shipped with the product.
    Rule,
    /// A rule with a body of one's own.
    Template(Template),
    /// The webhook plugin, which the vendor gave up for rules.
    Plugin,
}

impl Shape {
    /// Whether it shows what was before.
    pub(crate) fn wants_before(&self) -> bool {
        !matches!(self, Self::Rule)
    }
}

/// Something that happened to an entity.
struct Event<'a> {
    kind: Kind,
    id: u32,
    who: Person,
    modification: &'static str,
    changed: &'a [&'a str],
    subject: Subject<'a>,
}

/// The entity an event is about, as far as there is one to look at.
#[derive(Clone, Copy)]
enum Subject<'a> {
    /// An item as it is or was last, and as it was before.
    Item(&'a Item, Option<&'a Item>),
    /// Something else that is there.
    Thing(Thing),
    /// Something that is gone; the item it was on, if that is there.
    Part(Option<&'a Item>),
}

/// Tells of an item that was made or changed: what changed, and the item before if anybody wants to see it.
pub(crate) fn item(
    site: &Site,
    id: u32,
    who: Person,
    modification: &'static str,
    (changed, former): (&[&str], Option<&Item>),
) {
    if let Some(item) = site.items.get(id) {
        let subject = Subject::Item(item, former);
        tell(site, id, &Event { kind: item.kind, id, who, modification, changed, subject });
    }
}

/// Tells of an item that is gone already.
pub(crate) fn deleted(site: &Site, item: &Item, who: Person) {
    let subject = Subject::Item(item, Some(item));
    tell(
        site,
        item.id,
        &Event { kind: item.kind, id: item.id, who, modification: "Deleted", changed: &[], subject },
    );
}

/// Tells of a comment on a General.
pub(crate) fn comment(
    site: &Site,
    id: u32,
    (general, who): (u32, Person),
    modification: &'static str,
    changed: &[&str],
) {
    part(site, (Kind::Comment, id), (Some(general), who), modification, changed);
}

/// Tells of something that hangs on an item, or on none.
pub(crate) fn part(
    site: &Site,
    (kind, id): (Kind, u32),
    (general, who): (Option<u32>, Person),
    modification: &'static str,
    changed: &[&str],
) {
    // Changes of inner collections do not reach the plugin (developer hub, "Webhooks").
    if site.hook.is_none() || matches!(site.switches.hook, Shape::Plugin) {
        return;
    }
    let subject = Subject::Part(general.and_then(|id| site.items.get(id)));
    tell(site, general.unwrap_or(id), &Event { kind, id, who, modification, changed, subject });
}

/// Tells of a project, a release, a person or the like, which is still there to look at.
pub(crate) fn general(site: &Site, thing: Thing, who: Person, modification: &'static str, changed: &[&str]) {
    let (kind, id) = (site.kind(thing), body::id_of(site, thing));
    tell(site, id, &Event { kind, id, who, modification, changed, subject: Subject::Thing(thing) });
}

fn tell(site: &Site, item: u32, event: &Event<'_>) {
    let Some(target) = &site.hook else { return };
    let mut headers = HeaderMap::new();
    if let Some((name, value)) = &target.header
        && let (Ok(name), Ok(mut value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value))
    {
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    let body = match &site.switches.hook {
        Shape::Rule => body::rule(site, event).to_string(),
        Shape::Plugin => body::plugin(site, event).to_string(),
        Shape::Template(template) => template.render(&body::Data::of(site, event)),
    };
    let mut names = vec![item.to_string()];
    if event.id != item {
        names.push(event.id.to_string());
    }
    site.frame.delivery.push(Outgoing {
        url: target.url.clone(),
        event: format!("{}.{}", event.kind.name(), event.modification),
        item: names,
        headers,
        body: body.into(),
        retry: None,
        flow: Flow::Primary,
        app: None,
        sign: None,
        again: None,
    });
}
