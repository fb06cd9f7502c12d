//! The plan for comments after calls that failed, were refused, or were cut off.

use bowline_core::command::{Acted, CommandKind, SentField};
use bowline_core::{Code, code};

use super::*;

struct Prints;
impl Fingerprinter for Prints {
    fn of(&self, _: &FieldName, normal: &[u8]) -> Fingerprint {
        let sum =
            normal.iter().fold(7u128, |sum, byte| sum.wrapping_mul(131).wrapping_add(u128::from(*byte)));
        Fingerprint(sum.to_be_bytes())
    }
}

fn print(words: &str) -> Fingerprint {
    with(|voice| voice.print(&Doc::from_plain(words)))
}

fn with<T>(use_it: impl FnOnce(&Voice<'_>) -> T) -> T {
    use_it(&Voice { hold: &|_, body| body.clone(), prints: &Prints })
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn tenant() -> TenantId {
    format!("ten_{}", "1".repeat(32)).parse().unwrap()
}

fn share() -> ShareId {
    format!("shr_{}", "1".repeat(32)).parse().unwrap()
}

fn comment(id: &str, author: &str, words: &str, second: i64) -> Comment {
    Comment {
        id: id.into(),
        author: Person::of(author),
        editor: None,
        body: Doc::from_plain(words),
        created_at: at(second),
        updated_at: at(second),
        hidden: false,
        marker: None,
    }
}

/// A row for what 42 said on the right, written on the left as Ada.
fn as_ada(words: &str, kind: CommandKind, code: Option<Code>) -> Command {
    let grant = format!("grt_{}", "1".repeat(32)).parse().unwrap();
    let acted = Some(Acted { person: "ada".into(), grant });
    let sent = Some(print(words));
    Command {
        tenant: tenant(),
        id: format!("cmd_{}", "1".repeat(32)).parse().unwrap(),
        share: share(),
        target: Side::Left,
        kind,
        state: CommandState::Sending,
        revision: 1,
        fields: vec![SentField { key: 0, source: print(words), sent, half: false, acted }],
        before: None,
        comment: Some("r1".into()),
        sent_at: at(100),
        code,
    }
}

fn planned(
    pairs: &[CommentPair],
    sending: &[Command],
    (left, right): (&[Comment], &[Comment]),
    now: i64,
) -> CommentPlan {
    let talk = Talk {
        tenant: tenant(),
        share: share(),
        pairs,
        sending,
        left,
        right,
        carries: [true, true],
        tools: ["Jira", "Targetprocess"],
        we: [Some("robot"), Some("robot")],
        settle_after: SignedDuration::from_secs(90),
        forced: false,
        now: at(now),
    };
    with(|voice| plan(&talk, voice))
}

/// The side and id of each mirror to be made, and whether it was sent as its writer in vain.
fn mirrors(plan: &CommentPlan) -> Vec<(Side, &str, bool)> {
    let mirror = |act| match act {
        &CommentAct::Mirror { from, ref comment, lost } => Some((from, comment.id.as_str(), lost)),
        CommentAct::Edit { .. } => None,
    };
    plan.acts.iter().filter_map(mirror).collect()
}

#[test]
fn what_somebody_says_themselves_is_not_taken_for_what_was_sent_as_them() {
    let hers = [comment("l1", "ada", "It works.", 120)];
    let his = [comment("r1", "42", "It works.", 90)];
    let row = as_ada("It works.", CommandKind::Comment, None);
    let early = planned(&[], std::slice::from_ref(&row), (&hers, &his), 130);
    assert_eq!((mirrors(&early), early.unsettled), (vec![(Side::Left, "l1", false)], true));
    let late = planned(&[], std::slice::from_ref(&row), (&hers, &his), 200);
    assert_eq!(late.settled, [(row.id, CommandState::Dropped)]);
    assert_eq!(mirrors(&late), [(Side::Right, "r1", false), (Side::Left, "l1", false)]);
    // With our marker it is the one.
    let ours = [Comment { marker: Some(row.id), ..comment("l1", "ada", "It works.", 120) }];
    let found = planned(&[], std::slice::from_ref(&row), (&ours, &his), 130);
    assert_eq!(found.settled, [(row.id, CommandState::Verified)]);
    assert!(found.acts.is_empty() && found.pairs.len() == 1);
}

#[test]
fn a_call_as_a_person_that_failed_and_did_not_arrive_is_known_for_lost() {
    let his = [comment("r1", "42", "It works.", 90)];
    let plan_of = |code: Option<Code>, now: i64| {
        planned(&[], &[as_ada("It works.", CommandKind::Comment, code)], (&[], &his), now)
    };
    let waiting = plan_of(Some(code::NET_TIMEOUT), 150);
    assert!(waiting.acts.is_empty() && waiting.unsettled, "it may still be on its way");
    assert_eq!(mirrors(&plan_of(Some(code::NET_TIMEOUT), 200)), [(Side::Right, "r1", true)]);
    assert_eq!(mirrors(&plan_of(None, 200)), [(Side::Right, "r1", false)], "we were killed: nobody's fault");
}

fn pair(left: Option<Fingerprint>, right: Option<Fingerprint>) -> CommentPair {
    let end = |id: &str, body| CommentEnd { id: Some(id.into()), body, seen_at: Some(at(100)) };
    CommentPair {
        tenant: tenant(),
        share: share(),
        origin: Side::Right,
        left: end("l1", left),
        right: end("r1", right),
        state: PairState::Active,
    }
}

/// The side that an edit comes from, and whether it was lost or refused before.
fn edits(plan: &CommentPlan) -> Vec<(Side, bool, bool)> {
    let edit = |act: &CommentAct| match act {
        CommentAct::Edit { from, lost, again, .. } => Some((*from, *lost, *again)),
        CommentAct::Mirror { .. } => None,
    };
    plan.acts.iter().filter_map(edit).collect()
}

#[test]
fn an_edit_that_was_refused_is_not_forgotten() {
    let refused = [pair(None, Some(print("New words")))];
    let (mirror, origin) = (comment("l1", "ada", "Old words", 100), comment("r1", "42", "New words", 150));
    let of = |mirror: &Comment, origin: &Comment| {
        planned(&refused, &[], (std::slice::from_ref(mirror), std::slice::from_ref(origin)), 500)
    };
    assert_eq!(edits(&of(&mirror, &origin)), [(Side::Right, false, true)], "it waits for its chance");
    let newer = comment("r1", "42", "Newer words", 200);
    assert_eq!(edits(&of(&mirror, &newer)), [(Side::Right, false, false)], "news are tried at once");
    let hers = comment("l1", "ada", "Her words", 300);
    assert_eq!(edits(&of(&hers, &origin)), [(Side::Left, false, false)], "who edited last has the word");
    let same = comment("l1", "ada", "New words", 300);
    let mended = of(&same, &origin);
    assert!(mended.acts.is_empty());
    assert!(!mended.pairs[0].is_behind(Side::Left), "somebody did it by hand: {:?}", mended.pairs);
}

#[test]
fn an_edit_as_a_person_of_which_nobody_knows_is_left_to_the_service_account() {
    let known = [pair(Some(print("Old words")), Some(print("Old words")))];
    let (mirror, origin) =
        ([comment("l1", "ada", "Old words", 100)], [comment("r1", "42", "New words", 150)]);
    for (code, lost) in [(Some(code::NET_TIMEOUT), true), (None, false)] {
        let row = as_ada("New words", CommandKind::EditComment, code);
        assert_eq!(edits(&planned(&known, &[row], (&mirror, &origin), 160)), [(Side::Right, lost, false)]);
    }
}

#[test]
fn what_somebody_else_made_of_a_comment_does_not_stand_under_its_authors_name_without_a_word() {
    let known = [pair(Some(print("Old words")), Some(print("Old words")))];
    let mirror = [comment("l1", "ada", "Old words", 100)];
    let body = |editor: Option<&str>| {
        let editor = editor.map(Person::of);
        let origin = [Comment { editor, ..comment("r1", "42", "New words", 150) }];
        match planned(&known, &[], (&mirror, &origin), 160).acts.pop() {
            Some(CommentAct::Edit { body, unnamed, .. }) => (body.plain(), unnamed.map(|person| person.id)),
            other => panic!("{other:?}"),
        }
    };
    let bare = || ("New words".to_owned(), Some("42".to_owned()));
    assert_eq!(body(Some("42")), bare());
    assert_eq!(body(None), bare(), "the tool does not tell");
    let (told, unnamed) = body(Some("admin"));
    assert!(told.starts_with("admin wrote in Targetprocess:\n"), "{told}");
    assert_eq!(unnamed, None);
}
