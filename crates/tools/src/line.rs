//! Titles: one line, whatever was given. Both Jira and Targetprocess trim them and take no line breaks.

/// A text as one line: line breaks become spaces, spaces at the ends go.
pub(crate) fn one_line(text: &str) -> String {
    let parts = text.split(['\r', '\n']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn one_pass_is_enough(text in "[ a\\r\\n\\t\u{2028}]{0,12}") {
            let once = one_line(&text);
            prop_assert!(!once.contains(['\r', '\n']));
            prop_assert_eq!(one_line(&once), once);
        }
    }
}
