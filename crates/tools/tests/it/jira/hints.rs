//! The 44 webhook bodies found in the wild, each with what it must be taken for. The table was read against the
//! bodies by a person: a change of a line needs a reason.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bowline_core::connection::ToolKind;
use bowline_core::event::{About, Delivery, Hint};
use bowline_core::port::Tools;
use bowline_tools::Registry;
use http::HeaderMap;

use crate::script::{Script, Standing};

/// Body, what it is about, the version it tells, and the actor (on Cloud, the last two digits of the account id).
///
/// No version where the body's `updated` is from before the event: deletions and, on Data Center, comments.
const TABLE: [(&str, &str, Option<i64>, Option<&str>); 44] = [
    ("cloud/attachment_created", "item 10000 - -", None, Some("16")),
    ("cloud/board_created", "elsewhere", None, None),
    ("cloud/board_updated", "elsewhere", None, None),
    ("cloud/comment_created", "comment 19259 of 11901 at 1595970774883", None, Some("01")),
    ("cloud/comment_created_mention", "comment 10019 of 10040 at 1550286678321", None, Some("04")),
    ("cloud/comment_deleted", "comment 19261 of 11901 at -", None, None),
    ("cloud/comment_updated", "comment 19259 of 11901 at 1595974490725", None, Some("01")),
    ("cloud/issue_created", "item 20942 Task GOLD", Some(1_595_886_386_918), Some("01")),
    ("cloud/issue_created_many_fields", "item 10509 Task KT", Some(1_566_935_004_193), Some("02")),
    ("cloud/issue_deleted", "item 20733 Bug TIGR", None, Some("05")),
    ("cloud/issue_updated_assignee", "item 11917 Bug TES", Some(1_596_504_990_130), Some("01")),
    ("cloud/issue_updated_attachment", "item 10040 Story TES", Some(1_550_351_530_037), Some("04")),
    ("cloud/issue_updated_due_date", "item 11927 Bug TES", Some(1_596_509_144_981), Some("01")),
    ("cloud/issue_updated_labels", "item 11917 Bug TES", Some(1_596_505_745_216), Some("01")),
    ("cloud/issue_updated_resolution", "item 11924 Bug TES", Some(1_596_506_483_135), Some("01")),
    ("cloud/issue_updated_sprint", "item 19518 Bug GOLD", Some(1_596_508_629_812), Some("01")),
    ("cloud/issue_updated_status", "item 10040 Story TES", Some(1_550_286_862_002), Some("04")),
    ("cloud/issuelink_created", "item 20192 - -", None, None),
    ("cloud/issuelink_deleted", "item 20192 - -", None, None),
    ("cloud/project_created", "elsewhere", None, None),
    ("cloud/project_deleted", "elsewhere", None, None),
    ("cloud/project_updated", "elsewhere", None, None),
    ("cloud/sprint_closed", "elsewhere", None, None),
    ("cloud/sprint_created", "elsewhere", None, None),
    ("cloud/sprint_deleted", "elsewhere", None, None),
    ("cloud/sprint_started", "elsewhere", None, None),
    ("cloud/sprint_updated", "elsewhere", None, None),
    ("cloud/user_created", "elsewhere", None, None),
    ("cloud/user_updated", "elsewhere", None, None),
    ("cloud/worklog_created", "item 10014 - -", None, Some("17")),
    ("dc/comment_created", "comment 10082 of 10013 at 1559607317234", None, Some("user9")),
    ("dc/comment_deleted", "comment 10084 of 10013 at -", None, Some("user9")),
    ("dc/comment_updated", "comment 10084 of 10013 at 1559609613665", None, Some("user9")),
    ("dc/issue_created", "item 10003 Task TEST", Some(1_450_635_909_582), Some("User 7")),
    ("dc/issue_updated_comment_deleted", "comment - of 10013 at -", None, Some("user9")),
    ("dc/issue_updated_comment_edited", "comment 10084 of 10013 at 1559609613665", None, Some("user9")),
    ("dc/issue_updated_commented", "comment 10082 of 10013 at 1559607317234", None, Some("user9")),
    ("dc/issue_updated_fields", "item 10010 Task TEST", Some(1_452_812_500_354), Some("User 7")),
    ("dc/issue_updated_in_progress", "item 10300 Bug TES", Some(1_565_751_753_678), Some("User 7")),
    ("dc/issue_updated_many_fields", "item 10400 Task HEY", Some(1_567_490_619_155), Some("user8")),
    (
        "dc/issue_updated_no_event_type_commented",
        "comment 10082 of 10013 at 1559607317234",
        None,
        Some("user9"),
    ),
    ("dc/issue_updated_resolved", "item 10300 Bug TES", Some(1_565_652_181_993), Some("User 7")),
    ("dc/issue_updated_status", "item 10010 Task TEST", Some(1_452_812_797_032), Some("User 7")),
    ("dc/issue_updated_with_comment", "comment 10000 of 10003 at 1450638298421", None, Some("User 7")),
];

fn bodies() -> BTreeMap<String, Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../jira/tests/fixtures");
    let mut bodies = BTreeMap::new();
    for face in ["cloud", "dc"] {
        for entry in std::fs::read_dir(root.join(face)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            bodies.insert(format!("{face}/{name}"), std::fs::read(path).unwrap());
        }
    }
    bodies
}

fn hint(kind: ToolKind, body: &[u8]) -> Hint {
    let registry = Registry::new(Script::new([]), Arc::new(Standing));
    let delivery = Delivery { headers: HeaderMap::new(), body: body.to_vec().into() };
    registry.hints(kind).hint(&delivery).unwrap()
}

fn short(about: About) -> String {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    match about {
        About::Item { id, kind, scope } => format!("item {id} {} {}", or_dash(kind), or_dash(scope)),
        About::Comment { id, item, edited_at } => {
            let edited_at = edited_at.map(|at| at.as_millisecond().to_string());
            format!("comment {} of {} at {}", or_dash(id), or_dash(item), or_dash(edited_at))
        }
        About::Elsewhere { .. } => "elsewhere".to_owned(),
        About::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn every_body_is_taken_for_what_it_is() {
    let bodies = bodies();
    assert_eq!(bodies.len(), TABLE.len());
    for (name, about, version, actor) in TABLE {
        let kind = if name.starts_with("cloud") { ToolKind::JiraCloud } else { ToolKind::JiraDc };
        let hint = hint(kind, &bodies[name]);
        assert_eq!(short(hint.about), about, "{name}");
        assert_eq!(hint.version.map(|version| version.0), version, "{name}");
        let found =
            hint.actor.map(|actor| match actor.strip_prefix("557058:00000000-0000-4000-8000-0000000000") {
                Some(digits) => digits.to_owned(),
                None => actor,
            });
        assert_eq!(found.as_deref(), actor, "{name}");
    }
}
