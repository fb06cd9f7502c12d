//! Both grammars against a small Targetprocess, and texts that neither understands.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::frame::call::Person;
use crate::frame::world::Frame;
use crate::targetprocess::deed::{Hand, assignment, comment, item};
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
    let switches = Switches { comment_bumps: false, general_in_hooks: true };
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
    site
}

fn ids(site: &Site, kind: Kind, condition: &Condition) -> Vec<u32> {
    let things = site.all(kind).into_iter().filter(|thing| condition.takes(site, *thing));
    things
        .map(|thing| match site.read(thing, Slot::Id) {
            Val::Number(id) => id as u32,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn version_one_filters_find_what_they_say() {
    let site = site();
    for (text, expected) in [
        ("EntityState.Name eq 'In Progress'", vec![1000]),
        ("(EntityState.Name ne 'In Progress') and (Effort gt 1)", vec![1001]),
        ("Effort gte 2 and Effort lte 5", vec![1000, 1001]),
        ("Id in (1000, 1002, 7)", vec![1000, 1002]),
        ("Name contains 'BY'", vec![1000, 1001]),
        ("Name not contains 'by'", vec![1002]),
        ("Tags contains 'urgent'", vec![1000]),
        ("PlannedEndDate is null", vec![1000, 1001]),
        ("PlannedEndDate is not null", vec![1002]),
        ("PlannedEndDate lt '2020-10-02'", vec![1002]),
        ("CreateDate gte '2020-09-13T12:27:00'", vec![1001, 1002]),
        ("CustomFields.Risk eq 'high'", vec![1000]),
        ("'CustomFields.Release Notes' is not null", vec![1001]),
        ("'CustomFields.Release Notes' eq 'it\\'s new'", vec![1001]),
        (
            "Project.Process.Name eq 'Scrum' and Owner.Login eq 'ada' and EntityState.IsInitial eq true",
            vec![1001, 1002],
        ),
    ] {
        let condition =
            Condition::v1(Kind::UserStory, Some(text)).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(ids(&site, Kind::UserStory, &condition), expected, "{text}");
    }
}

#[test]
fn version_one_refuses_what_it_does_not_understand() {
    for wrong in [
        "",
        "Name",
        "Name eq",
        "Name eq Pay",
        "Nothing eq 1",
        "Name is 5",
        "Name not eq 'x'",
        "Effort eq 'many'",
        "Id in 5",
        "Name eq 'a' or Name eq 'b'",
        "Name eq 'a' Name",
        "CreateDate gt 'soon'",
        "Comments eq 1",
        "(Name eq 'a'",
        "Name ~ 'a'",
        "EntityState gt 1",
    ] {
        assert!(Condition::v1(Kind::UserStory, Some(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn version_two_filters_find_what_they_say() {
    let site = site();
    for (text, expected) in [
        ("(entityState.name==\"In Progress\")", vec![1000]),
        ("(effort>1 and effort<=2)", vec![1001]),
        ("effort > 4 || name.StartsWith('exp')", vec![1000, 1002]),
        ("id in [1000,1002]", vec![1000, 1002]),
        ("!(id in [1000])", vec![1001, 1002]),
        ("name.Contains(\"by\") && tags.Contains('web')", vec![1000]),
        ("plannedEndDate==null", vec![1000, 1001]),
        ("plannedEndDate!=null", vec![1002]),
        ("createDate>=DateTime.Parse(\"2020-09-13T12:27:00\")", vec![1001, 1002]),
        ("createDate >= '2020-09-13T12:28:00'", vec![1002]),
        ("comments.Count()>1", vec![1000]),
        ("comments.count(isPrivate==true)==1", vec![1000]),
        ("bugs.where(entityState.isFinal==false).count > 0", vec![1000]),
        ("assignments.count()==1", vec![1001]),
        ("customFields.Risk=='High'", vec![1000]),
        ("IIF(effort>1, 'big', 'small')=='big'", vec![1000, 1001]),
        ("it.name.endswith('RT')", vec![1002]),
    ] {
        let condition =
            Condition::v2(Kind::UserStory, Some(text)).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(ids(&site, Kind::UserStory, &condition), expected, "{text}");
    }
}

#[test]
fn version_two_refuses_what_it_does_not_understand() {
    for wrong in [
        "",
        "name",
        "name==",
        "nothing==1",
        "name==5",
        "effort.Contains('x')",
        "comments==1",
        "name in 5",
        "{id}",
        "name==\"x",
        "comments.sum(id)>1",
        "comments.where(id)",
        "fly()",
        "createDate>'soon'",
        "project>1",
        "(name=='a'",
        "name=='a')",
        "name == # 1",
    ] {
        assert!(Condition::v2(Kind::UserStory, Some(wrong)).is_err(), "{wrong}");
    }
    for deep in ["(".repeat(10_000), "!".repeat(10_000), "a.".repeat(10_000), "a&&".repeat(10_000)] {
        assert!(Condition::v2(Kind::UserStory, Some(&deep)).is_err());
    }
    assert!(Condition::v1(Kind::UserStory, Some(&"Id eq 1 and ".repeat(10_000))).is_err());
    assert!(Condition::v1(Kind::UserStory, Some(&"(".repeat(10_000))).is_err());
}

#[test]
fn projections_rename_nest_and_descend() {
    let site = site();
    let text = "{id,title:name,state:entityState.name,priority:{priority.id,priority.name},\
        said:comments.where(isPrivate==false).select({id,description}),commentsCount:comments.count(),release}";
    let projection = Projection::v2(Kind::UserStory, text).unwrap();
    let Out::Object(members) = projection.of(&site, Thing::Item(1000)) else { panic!("an object") };
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["id", "title", "state", "priority", "said", "commentsCount", "release"]);
    let text = format!("{members:?}");
    assert!(
        text.contains("Pay by invoice") && text.contains("In Progress") && text.contains("<div>one</div>")
    );
    assert!(!text.contains("<div>two</div>"));
    for wrong in ["{id", "{id:}", "{5}", "{a.b:id}", "{nothing}", "{comments.select({nothing})}", "{id}{id}"]
    {
        assert!(Projection::v2(Kind::UserStory, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn orders_go_both_ways_and_put_nothing_first() {
    let site = site();
    let sorted = |order: Order| -> Vec<u32> {
        let mut things = site.all(Kind::UserStory);
        order.sort(&site, &mut things);
        things.into_iter().map(|thing| if let Thing::Item(id) = thing { id } else { 0 }).collect()
    };
    assert_eq!(sorted(Order::v1(Kind::UserStory, Some("Name"), None).unwrap()), [1002, 1000, 1001]);
    assert_eq!(sorted(Order::v1(Kind::UserStory, None, Some("Effort")).unwrap()), [1000, 1001, 1002]);
    assert_eq!(
        sorted(Order::v1(Kind::UserStory, Some("EntityState.NumericPriority"), None).unwrap()),
        [1001, 1002, 1000]
    );
    assert_eq!(
        sorted(Order::v2(Kind::UserStory, Some("plannedEndDate desc, id desc")).unwrap()),
        [1002, 1001, 1000]
    );
    assert_eq!(
        sorted(Order::v2(Kind::UserStory, Some("priority.importance asc,name")).unwrap()),
        [1002, 1000, 1001]
    );
    assert!(Order::v1(Kind::UserStory, Some("Name"), Some("Id")).is_err());
    assert!(Order::v1(Kind::UserStory, Some("Comments"), None).is_err());
    assert!(Order::v2(Kind::UserStory, Some("name,,id")).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_the_parsers_panic(text in "\\PC{0,80}") {
        let _ = Condition::v1(Kind::Bug, Some(&text));
        let _ = Condition::v2(Kind::Bug, Some(&text));
        let _ = Projection::v2(Kind::Bug, &text);
        let _ = Order::v2(Kind::Bug, Some(&text));
    }

    #[test]
    fn what_can_be_read_can_be_evaluated(words in proptest::collection::vec(prop_oneof![
        Just("id"), Just("name"), Just("=="), Just(">"), Just("5"), Just("'x'"), Just("and"), Just("!"), Just("("), Just(")"),
        Just("{"), Just("}"), Just(","), Just(":"), Just("."), Just("comments"), Just("select("), Just("where("), Just("count()"),
        Just("null"), Just("in ["), Just("]"), Just("project"), Just("it"), Just("customFields"), Just("Contains('a')"),
        Just("IIF("), Just("entityState.nextStates"),
    ], 0..12)) {
        let site = site();
        let text = words.concat();
        for thing in site.all(Kind::UserStory) {
            if let Ok(condition) = Condition::v2(Kind::UserStory, Some(&text)) {
                condition.takes(&site, thing);
            }
            if let Ok(projection) = Projection::v2(Kind::UserStory, &text) {
                let _ = format!("{:?}", projection.of(&site, thing));
            }
        }
    }
}
