//! v2's expressions.

use super::*;

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
            Condition::v2(&site, Kind::UserStory, Some(text)).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(ids(&site, Kind::UserStory, &condition), expected, "{text}");
    }
}

#[test]
fn version_two_refuses_what_it_does_not_understand() {
    let site = site();
    for wrong in [
        "name",
        "name==",
        "nothing==1",
        "name==5",
        "effort.Contains('x')",
        "comments==1",
        "name in 5",
        "{id}",
        "name==\"x",
        "comments.sum(description)>1",
        "comments.where(id)",
        "fly()",
        "createDate>'soon'",
        "project>1",
        "(name=='a'",
        "name=='a')",
        "name == # 1",
    ] {
        assert!(Condition::v2(&site, Kind::UserStory, Some(wrong)).is_err(), "{wrong}");
    }
    for deep in ["(".repeat(10_000), "!".repeat(10_000), "a.".repeat(10_000), "a&&".repeat(10_000)] {
        assert!(Condition::v2(&site, Kind::UserStory, Some(&deep)).is_err());
    }
    assert!(Condition::v1(&site, Kind::UserStory, Some(&"Id eq 1 and ".repeat(10_000))).is_err());
    assert!(Condition::v1(&site, Kind::UserStory, Some(&"(".repeat(10_000))).is_err());
}

#[test]
fn projections_rename_nest_and_descend() {
    let site = site();
    let text = "{id,title:name,state:entityState.name,priority:{priority.id,priority.name},\
        said:comments.where(isPrivate==false).select({id,description}),commentsCount:comments.count(),release}";
    let projection = Projection::v2(&site, Kind::UserStory, text).unwrap();
    let run = Run::new(&site);
    let Out::Object(members) = projection.of(&run, Thing::Item(1000)) else { panic!("an object") };
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["id", "title", "state", "priority", "said", "commentsCount", "release"]);
    let text = format!("{members:?}");
    assert!(
        text.contains("Pay by invoice") && text.contains("In Progress") && text.contains("<div>one</div>")
    );
    assert!(!text.contains("<div>two</div>"));
    for wrong in ["{id", "{id:}", "{5}", "{a.b:id}", "{nothing}", "{comments.select({nothing})}", "{id}{id}"]
    {
        assert!(Projection::v2(&site, Kind::UserStory, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn orders_go_both_ways_and_put_nothing_first() {
    let site = site();
    let sorted = |order: Order| -> Vec<u32> {
        let mut things = site.all(Kind::UserStory);
        let run = Run::new(&site);
        order.sort(&run, &mut things);
        things.into_iter().map(|thing| if let Thing::Item(id) = thing { id } else { 0 }).collect()
    };
    assert_eq!(sorted(Order::v1(&site, Kind::UserStory, Some("Name"), None).unwrap()), [1002, 1000, 1001]);
    assert_eq!(sorted(Order::v1(&site, Kind::UserStory, None, Some("Effort")).unwrap()), [1000, 1001, 1002]);
    assert_eq!(
        sorted(Order::v1(&site, Kind::UserStory, Some("EntityState.NumericPriority"), None).unwrap()),
        [1002, 1001, 1000]
    );
    assert_eq!(
        sorted(Order::v2(&site, Kind::UserStory, Some("plannedEndDate desc, id desc"), None).unwrap()),
        [1002, 1001, 1000]
    );
    assert_eq!(
        sorted(Order::v2(&site, Kind::UserStory, Some("priority.importance asc,name"), None).unwrap()),
        [1002, 1000, 1001]
    );
    assert!(Order::v1(&site, Kind::UserStory, Some("Name"), Some("Id")).is_err());
    assert!(Order::v1(&site, Kind::UserStory, Some("Comments"), None).is_err());
    assert!(Order::v2(&site, Kind::UserStory, Some("name,,id"), None).is_err());
}

/// What a selection gives for one user story, as the debugger shows it.
fn selected(site: &Site, id: u32, text: &str) -> String {
    let projection =
        Projection::v2(site, Kind::UserStory, text).unwrap_or_else(|why| panic!("{text}: {why}"));
    format!("{:?}", projection.of(&Run::new(site), Thing::Item(id)))
}

#[test]
fn selections_compute() {
    let site = site();
    for (text, expected) in [
        ("IFNONE(plannedEndDate,'none')", "Val(Text(\"none\"))"),
        ("comments.select(description.toPlainText())", "List([Val(Text(\"two\")), Val(Text(\"one\"))])"),
        ("bugs.first().as<Bug>.name", "Val(Text(\"Crash\"))"),
        ("(createDate.AddDays(2)-createDate).TotalDays", "Val(Number(2.0))"),
        ("name.ToUpper().Substring(0,3)", "Val(Text(\"PAY\"))"),
        ("bugs.count()*2+1", "Val(Number(3.0))"),
        ("risk", "Val(Text(\"High\"))"),
        ("customValues.Text(\"Risk\")", "Val(Text(\"High\"))"),
        ("createDate.Year", "Val(Number(2020.0))"),
        ("comments.orderBy(id).select(id).first()", "Val(Number(1.0))"),
        ("comments.select(owner.login).distinct()", "List([Val(Text(\"ada\"))])"),
        ("comments.max(id)", "Val(Number(2.0))"),
        ("comments.all(isPrivate)", "Val(Flag(false))"),
    ] {
        assert_eq!(selected(&site, 1000, text), expected, "{text}");
    }
}

#[test]
fn results_are_computed_over_everything() {
    let site = site();
    for (text, expected) in [
        ("Count", "Val(Number(3.0))"),
        ("count()", "Val(Number(3.0))"),
        ("sum(effort)", "Val(Decimal(7.0))"),
        (
            "{max:max(effort),average:average(effort)}",
            "Object([(\"max\", Val(Decimal(5.0))), (\"average\", Val(Number(2.3333333333333335)))])",
        ),
        ("where(effort>2).count()", "Val(Number(1.0))"),
    ] {
        let summary = Summary::v2(&site, Kind::UserStory, text).unwrap_or_else(|why| panic!("{text}: {why}"));
        let (run, things) = (Run::new(&site), site.all(Kind::UserStory));
        assert_eq!(format!("{:?}", summary.of(&run, things)), expected, "{text}");
    }
    for wrong in ["it", "effort", "sum(name)", "sum()", "count("] {
        assert!(Summary::v2(&site, Kind::UserStory, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_would_never_end_is_given_up() {
    let site = site();
    let nested = format!("{}id{}", "project.userStories.select(".repeat(20), ")".repeat(20));
    let projection = Projection::v2(&site, Kind::UserStory, &nested).unwrap();
    let run = Run::new(&site);
    projection.of(&run, Thing::Item(1000));
    assert!(run.finish().is_err());
}
