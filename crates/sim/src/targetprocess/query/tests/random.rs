//! Texts drawn at random: nothing panics, and what can be read can be evaluated.

use proptest::prelude::*;

use super::*;

/// Everything a text could be meant as.
fn try_all(site: &Site, kind: Kind, text: &str) {
    let conditions = [
        Condition::v1(site, kind, Some(text)),
        Condition::v2(site, kind, Some(text)),
        Condition::board(site, kind, Some(text), ADA),
        Condition::board(site, kind, Some(&format!("?{text}")), ADA),
    ];
    let orders = [
        Order::v1(site, kind, Some(text), None),
        Order::v1(site, kind, None, Some(text)),
        Order::v2(site, kind, Some(text), None),
    ];
    let (projection, summary) = (Projection::v2(site, kind, text), Summary::v2(site, kind, text));
    let run = Run::new(site);
    for thing in site.all(kind) {
        for condition in conditions.iter().flatten() {
            condition.takes(&run, thing);
        }
        if let Ok(projection) = &projection {
            let _ = format!("{:?}", projection.of(&run, thing));
        }
    }
    for order in orders.iter().flatten() {
        order.sort(&run, &mut site.all(kind));
    }
    if let Ok(summary) = &summary {
        let _ = format!("{:?}", summary.of(&run, site.all(kind)));
    }
}

/// Words of all the languages, to be strung together.
const WORDS: &[&str] = &[
    "id",
    "name",
    "==",
    ">",
    "!=",
    "5",
    "-1",
    "'x'",
    "\"y\"",
    " and ",
    " or ",
    "!",
    "(",
    ")",
    "{",
    "}",
    ",",
    ":",
    ".",
    "comments",
    "comments.select(",
    ".where(",
    ".count()",
    ".sum(",
    ".first()",
    ".orderBy(",
    ".take(2)",
    ".distinct()",
    "null",
    " in [",
    "]",
    "project",
    "it",
    "customValues",
    "customFields",
    ".Contains('a')",
    "IIF(",
    "IFNONE(",
    "entityState.nextStates",
    ".As<UserStory>",
    "ToPlainText()",
    "Today",
    "DateTime.Now",
    ".AddDays(1)",
    "-7(days)",
    " is ",
    " not ",
    "Me",
    "None",
    "effort",
    "createDate",
    "+",
    "*",
    "/",
    "CustomFields.Risk",
    " eq ",
    " contains ",
    "Tags",
    "assignedUser",
    "owner",
    "risk",
    "relatedRelease",
    "dueDate",
    ".inPast(2)",
    "sum(effort)",
    "count",
    "Convert.ToDouble(",
    "GetCustomValueString('Risk')",
    ".Substring(1)",
    ".Length",
    ".Year",
    "asc",
    " desc",
];

proptest! {
    #[test]
    fn no_text_makes_anything_panic(text in "\\PC{0,80}") {
        try_all(&site(), Kind::Bug, &text);
    }

    #[test]
    fn strings_of_words_can_be_evaluated_if_they_can_be_read(
        words in proptest::collection::vec(proptest::sample::select(WORDS), 0..14),
        kind in proptest::sample::select(&[Kind::UserStory, Kind::Comment, Kind::Relation, Kind::User, Kind::Release, Kind::General][..]),
    ) {
        try_all(&site(), kind, &words.concat());
    }
}
