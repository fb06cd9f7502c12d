//! Filters as on boards.

use super::*;

#[test]
fn boards_compare_with_names_people_and_days() {
    let site = site();
    for (text, expected) in [
        ("", vec![1000, 1001, 1002]),
        ("by", vec![1000, 1001]),
        ("#1002", vec![1002]),
        ("?EntityState is 'In Progress'", vec![1000]),
        ("?EntityState is not 'In Progress' and Effort is not None", vec![1001, 1002]),
        ("?Owner is Me", vec![1000, 1001, 1002]),
        ("?AssignedUser.Where(it is Me)", vec![1001]),
        ("?AssignedUser.Where(it is None)", vec![1000, 1002]),
        ("?Comments.Where(CreateDate >= Today - 7(days))", vec![1000]),
        ("?CreateDate > Today + 1(day)", vec![]),
        ("?PlannedEndDate is None", vec![1000, 1001]),
        ("?Priority is 'Must Have' or Risk is 'High'", vec![1000, 1002]),
        ("?not Name.Contains('by')", vec![1002]),
        ("?Tags.Contains('urgent')", vec![1000]),
    ] {
        let condition = Condition::board(&site, Kind::UserStory, Some(text), ADA);
        let condition = condition.unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(ids(&site, Kind::UserStory, &condition), expected, "{text}");
    }
}

#[test]
fn what_boards_do_not_know_is_refused() {
    let site = site();
    for wrong in
        ["?", "?Nothing is 1", "?Owner is", "?CreateDate > Today - 7(moons)", "?Name", "?Effort is 'much'"]
    {
        assert!(Condition::board(&site, Kind::UserStory, Some(wrong), ADA).is_err(), "{wrong}");
    }
}
