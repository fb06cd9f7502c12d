//! The profile that the histories run under; its conflict rules differ from history to history.

use super::dice::Dice;

/// The document, and whether tags are merged.
#[expect(clippy::too_many_lines, reason = "nearly all of it is one document")]
pub(crate) fn document(dice: &Dice) -> (String, bool) {
    let rule = |more: &[&'static str]| {
        let mut rules = vec!["left", "right", "newest"];
        rules.extend(more);
        *dice.pick(&rules)
    };
    let acting = dice.pick::<&str>(&["service", "person", "person"]);
    let (default, title, tags) = (rule(&[]), rule(&[]), rule(&["merge", "merge"]));
    let text = format!(
        r#"
schema = 1
name = "simulated"
[left]
connection = "left"
[right]
connection = "right"
[defaults]
conflict = "{default}"
comments = "both"
[[routing]]
left = "LEFT"
right = "Right"
share = "both"
[[type]]
left = "Story"
right = "UserStory"
[[type.field]]
left = "ref"
right = "Ref"
[[type.field]]
left = "title"
right = "Name"
conflict = "{title}"
[[type.field]]
left = "body"
right = "Description"
[[type.field]]
left = "prio"
right = "Priority"
values = [["P1", "High"], ["P2", "High"], ["P3", "Low"], ["P4", "Low"]]
[[type.field]]
left = "tags"
right = "Labels"
conflict = "{tags}"
[[type.field]]
left = "who"
right = "Owner"
[[type.field]]
left = "memo"
right = "Memo"
direction = "left_to_right"
[type.state]
left = "state"
right = "Stage"
values = [["Open", "New"], ["Doing", "Active"], ["Review", "Testing"], ["Closed", "Done"]]
[[user]]
left = "l-ada"
right = "r-ada"
[[user]]
left = "l-bob"
right = "r-bob"
[[user]]
left = "ada"
right = "ada"
[[user]]
left = "bob"
right = "bob"
[people]
acting = "{acting}"
"#
    );
    (text, tags == "merge")
}
