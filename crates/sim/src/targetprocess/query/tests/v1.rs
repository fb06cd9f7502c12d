//! v1's `where` and orders.

use super::*;

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
            Condition::v1(&site, Kind::UserStory, Some(text)).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(ids(&site, Kind::UserStory, &condition), expected, "{text}");
    }
}

#[test]
fn version_one_refuses_what_it_does_not_understand() {
    let site = site();
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
        assert!(Condition::v1(&site, Kind::UserStory, Some(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn an_or_is_refused_or_answered_with_nothing() {
    let mut site = site();
    let text = Some("RelationType.Name eq 'Blocker' or Master.Id eq 1");
    let why = Condition::v1(&site, Kind::Relation, text).unwrap_err();
    assert!(why.contains("'or' is not supported"), "{why}");
    site.switches.silent_filters = true;
    assert_eq!(ids(&site, Kind::Relation, &Condition::v1(&site, Kind::Relation, text).unwrap()), [0_u32; 0]);
}

#[test]
fn a_path_through_a_collection_is_refused_or_passed_over() {
    let mut site = site();
    let text = Some("Assignments.GeneralUser.Id eq 2 and Effort gt 1");
    assert!(Condition::v1(&site, Kind::UserStory, text).is_err());
    site.switches.silent_filters = true;
    let condition = Condition::v1(&site, Kind::UserStory, text).unwrap();
    assert_eq!(ids(&site, Kind::UserStory, &condition), [1000, 1001]);
}

#[test]
fn relations_are_found_by_their_ends() {
    let site = site();
    for (text, expected) in [
        ("Slave.Id eq 1000", vec![1]),
        ("Inbound.Id eq 1003 and RelationType.Name eq 'Blocker'", vec![1]),
        ("MasterBug.UserStory.Id eq 1000", vec![1]),
        ("MasterUserStory is not null", vec![]),
    ] {
        let condition =
            Condition::v1(&site, Kind::Relation, Some(text)).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(ids(&site, Kind::Relation, &condition), expected, "{text}");
    }
}

#[test]
fn tags_have_wildcards_at_their_ends() {
    let site = site();
    for (text, expected) in [
        ("Tags contains 'urg*'", vec![1000]),
        ("Tags contains '*gent'", vec![1000]),
        ("Tags contains '*rgen*'", vec![1000]),
        ("Tags contains 'urg'", vec![]),
        ("Tags not contains 'web'", vec![1001, 1002]),
    ] {
        let condition = Condition::v1(&site, Kind::UserStory, Some(text)).unwrap();
        assert_eq!(ids(&site, Kind::UserStory, &condition), expected, "{text}");
    }
}
