//! What a person gets for a document that cannot be read, and what holds for every document.

use proptest::prelude::*;

use crate::problem::Problems;

use super::Document;
use super::samples::documents;

const HEAD: &str = "schema = 1\nname = \"n\"\n[left]\nconnection = \"l\"\n[right]\nconnection = \"r\"\n";

/// Checks that reading `HEAD` and then `rest` finds a problem in a line of `rest` (counted from 1), with words in
/// message and fix.
#[track_caller]
fn refused(rest: &str, line: usize, message: &str, fix: &str) {
    let problems = Document::parse(&format!("{HEAD}{rest}")).expect_err("a problem");
    let line = HEAD.lines().count() + line;
    let found = problems.0.iter().any(|problem| {
        problem.line == Some(line) && problem.message.contains(message) && problem.fix.contains(fix)
    });
    assert!(found, "no problem in line {line} with “{message}” and “{fix}”:\n{problems}");
}

#[test]
fn the_example_reads_and_prints_back() {
    let example = Document::parse(Document::example()).unwrap();
    assert_eq!(Document::parse(&example.print()).unwrap(), example);
    let json = serde_json::to_string_pretty(&example).unwrap();
    assert_eq!(Document::parse(&json).unwrap(), example);
}

#[test]
fn the_canonical_form_leaves_defaults_out() {
    let text = format!(
        "{HEAD}[defaults]\nconflict = \"newest\"\ncomments = \"both\"\n\
         [[routing]]\nleft = \"A\"\nright = \"B\"\nshare = \"by_hand\"\n[people]\nunmapped = \"leave\"\n"
    );
    let printed = Document::parse(&text).unwrap().print();
    for word in ["defaults", "newest", "by_hand", "people"] {
        assert!(!printed.contains(word), "{printed}");
    }
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_known_one() {
    refused(
        "[[routing]]\nleft = \"A\"\nright = \"B\"\nshared = \"left\"\n",
        4,
        "no key `shared`",
        "Write `share`",
    );
    refused("[defaults]\nconflicts = \"left\"\n", 2, "no key `conflicts`", "Write `conflict`");
    refused(
        "[[type]]\nleft = \"A\"\nright = \"B\"\n[[type.field]]\nzzz = 1\n",
        5,
        "no key `zzz`",
        "Known are `left`",
    );
    refused("[people]\nfallback = { lift = \"1\" }\n", 2, "no key `lift`", "Write `left`");
    refused("[typ]\n", 1, "no key `typ`", "Write `type`");
}

#[test]
fn an_unknown_word_is_refused_with_the_nearest_known_one() {
    refused("[defaults]\nconflict = \"newst\"\n", 2, "`newst`", "Write `newest`");
    refused("[defaults]\ncomments = \"sideways\"\n", 2, "`sideways`", "Known are `off`");
    refused("[defaults]\ncomments = true\n", 2, "a word, not true or false", "`off`");
    refused("[people]\nunmapped = \"leaves\"\n", 2, "`leaves`", "Write `leave`");
}

#[test]
fn a_missing_key_is_named_with_its_form() {
    refused("[[routing]]\nleft = \"A\"\n", 1, "`right` is missing", "Add `right = \"…\"`");
    refused("[[type]]\nright = \"A\"\n", 1, "`left` is missing", "Add `left = \"…\"`");
    refused("[[user]]\nleft = \"A\"\n", 1, "`right` is missing", "Add `right = \"…\"`");
    let bare = Document::parse("schema = 1\n").unwrap_err();
    assert_eq!(bare.0.len(), 3, "{bare}");
    assert!(bare.0.iter().all(|problem| problem.line == Some(1)), "{bare}");
}

#[test]
fn a_value_of_another_kind_is_named_with_what_is_due() {
    refused("[[routing]]\nleft = 5\nright = \"B\"\n", 2, "should be text, not a number", "Write `\"…\"`");
    refused("[[type]]\nleft = \"A\"\nright = \"B\"\nfield = \"summary\"\n", 4, "a list, not text", "`[ … ]`");
    refused("[people]\nfallback = \"bob\"\n", 2, "a table, not text", "`{ key = … }`");
    refused("[[routing]]\nleft = \" \"\nright = \"B\"\n", 2, "name is empty", "remove the key");
}

#[test]
fn a_condition_has_exactly_one_test() {
    let routing = "[[routing]]\nleft = \"A\"\nright = \"B\"\n[routing.when]\n";
    refused(&format!("{routing}left = [{{ field = \"x\" }}]\n"), 5, "exactly one test", "Give one of `is`");
    refused(
        &format!("{routing}left = [\n{{ field = \"x\", is = 1, is_not = 2 }}]\n"),
        6,
        "exactly one test",
        "more entries",
    );
    refused(&format!("{routing}left = [{{ field = \"x\", is = [] }}]\n"), 5, "not a list", "`\"…\"`");
    refused(&format!("{routing}left = [{{ field = \"x\", empty = 1 }}]\n"), 5, "true or false", "`true`");
}

#[test]
fn pairs_calls_defaults_and_fixed_values_have_their_forms() {
    let field = "[[type]]\nleft = \"A\"\nright = \"B\"\n[[type.field]]\n";
    refused(&format!("{field}values = [[\"a\"]]\n"), 5, "pair of names", "`[\"left name\", \"right name\"]`");
    refused(&format!("{field}values = [\n[\"a\", 5]]\n"), 6, "text, not a number", "`\"…\"`");
    refused(&format!("{field}transform = [5]\n"), 5, "name and its argument", "`{ name = … }`");
    refused(&format!("{field}transform = [{{ a = 1, b = 2 }}]\n"), 5, "name and its argument", "`\"name\"`");
    refused(&format!("{field}unmapped = {{}}\n"), 5, "default value is missing", "`{ left = \"…\"");
    refused(&format!("{field}constant = {{ chioce = \"a\" }}\n"), 5, "called `chioce`", "Write `choice`");
    refused(
        &format!("{field}constant = {{ date = \"tomorrow\" }}\n"),
        5,
        "`tomorrow` is no date",
        "`2026-11-22`",
    );
    refused(&format!("{field}constant = {{}}\n"), 5, "one kind and its value", "`{ choice = \"…\" }`");
    refused(&format!("{field}constant = []\n"), 5, "list of values is empty", "Name a value");
}

#[test]
fn what_is_no_toml_is_refused_at_its_line() {
    refused("a = \n", 1, "This is not TOML", "Correct the line");
    refused("\n\n[left]\n", 3, "This is not TOML: duplicate", "Correct the line");
    refused("n = inf\n", 1, "number is too large", "Correct the line");
}

#[test]
fn the_version_must_be_known() {
    let refused = |text: &str| Document::parse(text).unwrap_err().to_string();
    assert_eq!(
        refused("name = \"x\""),
        "line 1: The document does not say which version of the format it has. Add the line `schema = 1` at the top."
    );
    assert_eq!(
        refused("name = \"x\"\nschema = 2"),
        "line 2 (/schema): Version 2 of the document is not known to this release. \
         Write `schema = 1`, or use the release that wrote the document."
    );
    assert!(refused("schema = \"1\"").contains("`schema` is a number, not text. Write `schema = 1`."));
    assert!(refused("schema = 0").contains("Version 0"));
}

#[test]
fn json_problems_have_lines_too() {
    let lines = |text: &str| -> Vec<Option<usize>> {
        Document::parse(text).unwrap_err().0.into_iter().map(|problem| problem.line).collect()
    };
    let text = "{\n\"schema\": 1,\n\"name\": 5,\n\"left\": {\"connection\": \"l\"},\n\"right\": {\n\"conection\": \"r\"}}";
    assert_eq!(lines(text), [Some(3), Some(5), Some(6)]);
    assert_eq!(lines("{\n\"schema\": 1,\n}"), [Some(3)]);
    assert_eq!(lines("{\n\"schema\": 1,\n\"schema\": 1}"), [Some(3)]);
    let deep = format!("{{\"schema\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(lines(&deep).len(), 1);
}

#[test]
fn a_document_with_countless_problems_is_told_a_hundred_of_them() {
    let text =
        format!("{HEAD}[defaults]\n{}", (0..5000).map(|n| format!("key{n} = 1\n")).collect::<String>());
    assert_eq!(Document::parse(&text).unwrap_err().0.len(), 100);
}

#[test]
fn a_byte_order_mark_does_no_harm() {
    assert!(Document::parse(&format!("\u{feff}{HEAD}")).is_ok());
}

#[test]
fn pointers_are_escaped() {
    let state = "[[type]]\nleft = \"A\"\nright = \"B\"\n[type.state]\nleft = \"s\"\nright = \"t\"\n";
    let text = format!("{HEAD}{state}supply = {{ left = {{ \"a/b~c\" = {{}} }} }}\n");
    let problems = Document::parse(&text).unwrap_err();
    assert_eq!(problems.0[0].pointer, "/type/0/state/supply/left/a~1b~0c");
    assert_eq!(problems.0[0].line, Some(13));
}

fn all_have_lines(problems: &Problems, text: &str) -> bool {
    let last = text.lines().count().max(1) + 1;
    problems.0.iter().all(|problem| problem.line.is_some_and(|line| (1..=last).contains(&line)))
}

proptest! {
    #[test]
    fn printing_and_parsing_gives_the_same_document(document in documents()) {
        let printed = document.print();
        prop_assert_eq!(Document::parse(&printed).map_err(|e| format!("{e}\n{printed}")), Ok(document.clone()));
        let json = serde_json::to_string(&document).unwrap();
        prop_assert_eq!(Document::parse(&json).map_err(|e| format!("{e}\n{json}")), Ok(document));
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_line(text in ".{0,200}|\\PC{0,200}|[\\[\\]{}=\"',.\\n a-z0-9#]{0,200}") {
        if let Err(problems) = Document::parse(&text) {
            prop_assert!(!problems.0.is_empty() && all_have_lines(&problems, &text), "{problems}");
        }
    }

    #[test]
    fn a_damaged_document_is_read_or_refused_with_a_line(
        document in documents(),
        json in any::<bool>(),
        at in any::<prop::sample::Index>(),
        length in 0..9_usize,
        patch in "[\\[\\]{}=\"',.\\n a-z0-9]{0,6}",
    ) {
        let text = if json { serde_json::to_string_pretty(&document).unwrap() } else { document.print() };
        let mut letters: Vec<char> = text.chars().collect();
        let from = at.index(letters.len());
        let to = letters.len().min(from + length);
        letters.splice(from..to, patch.chars());
        let text = String::from_iter(letters);
        if let Err(problems) = Document::parse(&text) {
            prop_assert!(!problems.0.is_empty() && all_have_lines(&problems, &text), "{problems}");
        }
    }
}
