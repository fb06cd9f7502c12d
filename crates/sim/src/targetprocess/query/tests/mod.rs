//! The grammars against a small Targetprocess, and texts that none of them understands.

mod board;
mod random;
mod v1;
mod v2;

use serde_json::json;

use super::*;
use crate::frame::call::Person;
use crate::frame::world::Frame;
use crate::targetprocess::deed::{Hand, assignment, comment, item, relation};
use crate::targetprocess::hook::Shape;
use crate::targetprocess::read::Val;
use crate::targetprocess::schema::Slot;
use crate::targetprocess::seed;
use crate::targetprocess::site::Switches;

const ADA: Person = Person(1);

/// Three user stories and a bug: 1000 "Pay", 1001 "Search", 1002 "Export", 1003 "Crash".
fn site() -> Site {
    let frame = Frame::still();
    frame.clock.set(1_600_000_000_000);
    let catalog = seed::catalog(frame.clock.now());
    let switches = Switches {
        comment_bumps: false,
        general_in_hooks: true,
        silent_filters: false,
        file_limit: 0,
        offset: 0,
        hook: Shape::Rule,
    };
    let mut site = Site::new(frame, "http://tp".to_owned(), catalog, switches);
    let hand = Hand::person(ADA);
    let project = json!({"Id": 100});
    for (kind, body) in [
        (
            Kind::UserStory,
            json!({"Name": "Pay by invoice", "Effort": 5, "Tags": "web, urgent", "CustomFields": [{"Name": "Risk", "Value": "High"}]}),
        ),
        (
            Kind::UserStory,
            json!({"Name": "Search by size", "Effort": 2, "CustomFields": [{"Name": "Release Notes", "Value": "it's new"}]}),
        ),
        (Kind::UserStory, json!({"Name": "Export", "PlannedEndDate": "2020-10-01", "Priority": {"Id": 21}})),
        (Kind::Bug, json!({"Name": "Crash", "UserStory": {"Id": 1000}})),
    ] {
        let mut body = body;
        body["Project"] = project.clone();
        item::create(&mut site, &hand, kind, &body).unwrap();
        site.frame.clock.advance(60_000);
    }
    item::walk(&mut site, &hand, 1000, "In Progress").unwrap();
    for (text, private) in [("<div>one</div>", false), ("<div>two</div>", true)] {
        let body = json!({"Description": text, "IsPrivate": private, "General": {"Id": 1000}});
        comment::create(&mut site, &hand, &body).unwrap();
    }
    let body = json!({"Assignable": {"Id": 1001}, "GeneralUser": {"Id": 2}, "Role": {"Id": 1}});
    assignment::create(&mut site, &hand, &body).unwrap();
    relation::create(
        &mut site,
        &hand,
        &json!({"Master": {"Id": 1003}, "Slave": {"Id": 1000}, "RelationType": {"Id": 2}}),
    )
    .unwrap();
    site
}

/// The ids of what a condition takes, by id.
fn ids(site: &Site, kind: Kind, condition: &Condition) -> Vec<u32> {
    let run = Run::new(site);
    let things = site.all(kind).into_iter().filter(|thing| condition.takes(&run, *thing));
    let mut ids: Vec<u32> = things
        .map(|thing| match site.read(thing, Slot::Id) {
            Val::Number(id) => id as u32,
            other => panic!("{other:?}"),
        })
        .collect();
    run.finish().unwrap();
    ids.sort_unstable();
    ids
}
