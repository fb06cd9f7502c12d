//! Matching of paths and event names by `*` (within one path segment) and `**` (across segments).

/// Whether the whole text matches the pattern.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    // The set of pattern positions reachable so far: linear in text × pattern, whatever the pattern.
    let tokens = tokens(pattern);
    let mut reached = vec![false; tokens.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    skip_stars(&tokens, &mut reached);
    for character in text.chars() {
        let mut next = vec![false; tokens.len() + 1];
        for (position, token) in tokens.iter().enumerate() {
            if !reached.get(position).copied().unwrap_or(false) {
                continue;
            }
            let to = match token {
                Token::Literal(literal) if *literal == character => position + 1,
                Token::Any => position,
                Token::Segment if character != '/' => position,
                Token::Literal(_) | Token::Segment => continue,
            };
            if let Some(slot) = next.get_mut(to) {
                *slot = true;
            }
        }
        skip_stars(&tokens, &mut next);
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

enum Token {
    Literal(char),
    Segment,
    Any,
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        tokens.push(match character {
            '*' if rest.next_if_eq(&'*').is_some() => Token::Any,
            '*' => Token::Segment,
            literal => Token::Literal(literal),
        });
    }
    tokens
}

/// A star may match nothing, so the position after it is reachable as well.
fn skip_stars(tokens: &[Token], reached: &mut [bool]) {
    for (position, token) in tokens.iter().enumerate() {
        let here = reached.get(position).copied().unwrap_or(false);
        if here
            && matches!(token, Token::Segment | Token::Any)
            && let Some(after) = reached.get_mut(position + 1)
        {
            *after = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_star_stays_within_a_segment() {
        assert!(matches("/rest/api/*/issue/*", "/rest/api/3/issue/ACME-1"));
        assert!(!matches("/rest/api/*/issue/*", "/rest/api/3/issue/ACME-1/comment"));
        assert!(matches("/rest/**/comment*", "/rest/api/3/issue/ACME-1/comment"));
        assert!(matches("**", ""));
        assert!(matches("comment_*", "comment_created"));
        assert!(!matches("comment_*", "jira:issue_created"));
    }

    proptest! {
        #[test]
        fn a_text_matches_itself_and_any_star_for_a_part(text in "[a-z/]{0,20}", cut in 0_usize..20) {
            prop_assert!(matches(&text, &text));
            prop_assert!(matches("**", &text));
            let cut = cut.min(text.len());
            let star = format!("{}**", &text[..cut]);
            prop_assert!(matches(&star, &text));
        }
    }
}
