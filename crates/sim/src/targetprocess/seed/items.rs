//! The items of a fresh simulator, drawn from the seed.

use serde_json::{Value, json};

use super::{ADA, ADMIN, BOB};
use crate::frame::random::Random;
use crate::targetprocess::deed::{Hand, comment, item};
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// How far apart items were created.
const APART: i64 = 100 * 60_000;

const NEEDS: &[&str] = &[
    "See my orders",
    "Pay by invoice",
    "Compare two products",
    "Save the cart",
    "Return a parcel",
    "Rate a product",
    "Follow a delivery",
    "Change my address",
    "Get a reminder",
    "Filter by size",
    "Print a receipt",
    "Share a wish list",
];
const TROUBLES: &[&str] = &[
    "Total is wrong after a discount",
    "Search finds nothing",
    "Mail arrives twice",
    "Page jumps on load",
    "Voucher is refused",
    "Photo is upside down",
    "Session ends too early",
    "Stock shows a negative number",
];
const PLACES: &[&str] = &["on the phone", "in the shop", "for guests", "at checkout", "in the back office"];
const REMARKS: &[&str] = &[
    "<div>Please have a look.</div>",
    "<div>Works on my machine, <b>not</b> on staging.</div>",
    "<div>The customer agrees.</div>",
];
const TAGS: &[&str] = &["web", "mobile", "quick win", "tech debt"];

/// Adds a feature per project, user stories and bugs; two of three are in the first project.
pub(crate) fn add(site: &mut Site, (stories, bugs): (usize, usize), seed: u64) {
    let mut random = Random::new(seed);
    let projects: Vec<u32> = site.catalog.projects.iter().map(|(_, project)| project.base.id).collect();
    let features: Vec<Option<u32>> = projects
        .iter()
        .map(|project| {
            let body = json!({"Name": "Self-service", "Project": {"Id": project}});
            item::create(site, &Hand::person(ADMIN), Kind::Feature, &body).ok()
        })
        .collect();
    let (count, now) = (stories + bugs, site.frame.clock.now());
    for number in 0..count {
        let place = usize::from(number % 3 == 2);
        let kind = if number < stories { Kind::UserStory } else { Kind::Bug };
        let (Some(project), Some(feature)) = (projects.get(place), features.get(place)) else { continue };
        let who = random.pick(&[ADMIN, ADA, BOB]).copied().unwrap_or(ADMIN);
        let body = body(&mut random, kind, *project, *feature);
        let Ok(id) = item::create(site, &Hand::person(who), kind, &body) else { continue };
        let states = ["Open", "Planned", "In Progress", "In Testing", "Done"];
        if let Some(state) = random.pick(&states) {
            // Every state can be reached; a failure would only leave the item open.
            drop(item::walk(site, &Hand::person(who), id, state));
        }
        for _ in 0..random.below(3) {
            let author = random.pick(&[ADA, BOB]).copied().unwrap_or(ADMIN);
            let remark = json!({"Description": random.pick(REMARKS), "General": {"Id": id}});
            drop(comment::create(site, &Hand::person(author), &remark));
        }
        let age = i64::try_from(count - number).unwrap_or(i64::MAX / APART) * APART;
        backdate(site, id, now.saturating_sub(age).max(0));
    }
}

fn body(random: &mut Random, kind: Kind, project: u32, feature: Option<u32>) -> Value {
    let names = if kind == Kind::Bug { TROUBLES } else { NEEDS };
    let (name, place) =
        (random.pick(names).copied().unwrap_or_default(), random.pick(PLACES).copied().unwrap_or_default());
    let effort = random.pick(&[1, 2, 3, 5, 8]).copied();
    let tags: Vec<&str> = (0..random.below(3)).filter_map(|_| random.pick(TAGS).copied()).collect();
    json!({
        "Name": format!("{name} {place}"),
        "Description": format!("<div>{name} <b>{place}</b>.</div><ul><li>Who: customers</li><li>When: always</li></ul>"),
        "Project": {"Id": project},
        "Feature": feature.map(|id| json!({"Id": id})),
        "Effort": effort,
        "Tags": tags.join(", "),
    })
}

/// Gives an item that was just made the times of one made long ago.
fn backdate(site: &mut Site, id: u32, at: i64) {
    let Some(item) = site.items.get_mut(id) else { return };
    let shift = item.created - at;
    let back = |time: &mut i64| *time -= shift;
    back(&mut item.created);
    back(&mut item.modified);
    back(&mut item.state_changed);
    item.start.iter_mut().chain(item.end.iter_mut()).for_each(back);
    item.commented.iter_mut().for_each(|(time, _)| *time -= shift);
    item.writes.iter_mut().for_each(|write| write.at -= shift);
    let (comments, record) = (item.parts.comments.clone(), item.parts.record);
    for comment in comments {
        if let Some(comment) = site.comments.get_mut(comment) {
            back(&mut comment.created);
            back(&mut comment.edited);
        }
    }
    let mut next = record;
    while let Some(record) = next.and_then(|id| site.history.get_mut(id)) {
        back(&mut record.from);
        record.to.iter_mut().for_each(back);
        let copy = &mut record.copy;
        back(&mut copy.created);
        back(&mut copy.modified);
        back(&mut copy.state_changed);
        copy.start.iter_mut().chain(copy.end.iter_mut()).for_each(back);
        copy.commented.iter_mut().for_each(|(time, _)| *time -= shift);
        next = record.before;
    }
}
