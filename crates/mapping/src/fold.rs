//! Equal but for case: how names of states, options, projects and types are compared.

/// The text without white space around it and without regard to case: equal for names that people take for the
/// same. Folding what was folded changes nothing.
pub(crate) fn fold(text: &str) -> String {
    fold_case(text.trim())
}

/// The text without regard to case.
pub(crate) fn fold_case(text: &str) -> String {
    // Upper case first: `ß` and `ss`, `ς` and `σ` meet there, and not in lower case.
    let upper = text.chars().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}

/// Whether two names are the same but for case and white space around them.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    a == b || fold(a) == fold(b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_and_white_space_around_do_not_matter() {
        assert!(same_name(" To Do", "to do "));
        assert!(same_name("ΟΔΟΣ", "οδος"));
        assert!(same_name("Straße", "STRASSE"));
        assert!(!same_name("To Do", "ToDo"));
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC*") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
