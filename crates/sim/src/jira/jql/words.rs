//! Looking for words in texts: all of them, phrases, wildcards, and what must not be there.

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    /// Groups joined by OR; within a group everything must hold.
    groups: Vec<Vec<Term>>,
}

/// One thing that is looked for.
#[derive(Clone, Debug)]
struct Term {
    /// In lower case, `*` for any letters and `?` for one.
    words: Vec<Pattern>,
    unwanted: bool,
}

/// A word that is looked for.
#[derive(Clone, Debug)]
struct Pattern {
    text: String,
    wild: bool,
}

impl Words {
    /// Reads a search text; the error is why Jira refuses it.
    pub(super) fn read(text: &str, field: &str) -> Result<Self, String> {
        let mut words = Self { groups: vec![Vec::new()] };
        let (mut rest, mut unwanted) = (text.trim(), false);
        if rest.is_empty() {
            return Err(format!("The field '{field}' does not support searching for an empty string."));
        }
        while let Some(first) = rest.chars().next() {
            if let ('+' | '-' | '!', Some(after)) = (first, rest.get(1..)) {
                unwanted = first != '+';
                rest = after;
                continue;
            }
            let (part, phrase, after) = next(rest, first);
            rest = after.trim_start();
            match part {
                "OR" | "||" if !phrase => words.groups.push(Vec::new()),
                "AND" | "&&" if !phrase => {}
                "NOT" if !phrase => unwanted = true,
                part => {
                    if let Some(star @ ('*' | '?')) = part.chars().next().filter(|_| !phrase) {
                        return Err(format!(
                            "The text '{text}' for field '{field}' is not allowed to start with character '{star}'."
                        ));
                    }
                    let term = Term { words: patterns(part, phrase), unwanted };
                    if let (false, Some(group)) = (term.words.is_empty(), words.groups.last_mut()) {
                        group.push(term);
                    }
                    unwanted = false;
                }
            }
        }
        words.groups.retain(|group| !group.is_empty());
        Ok(words)
    }

    /// Whether a text has them.
    pub(super) fn within(&self, text: &str) -> bool {
        self.groups.iter().any(|group| group.iter().all(|term| term.within(text) != term.unwanted))
    }
}

/// The next word or phrase, whether it is a phrase, and what follows it.
fn next(rest: &str, first: char) -> (&str, bool, &str) {
    if first == '"' {
        let inner = rest.get(1..).unwrap_or_default();
        let (phrase, after) = inner.split_once('"').unwrap_or((inner, ""));
        return (phrase, true, after);
    }
    let end = rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    (word, false, after)
}

fn patterns(part: &str, phrase: bool) -> Vec<Pattern> {
    let in_word = |c: char| c.is_alphanumeric() || (!phrase && matches!(c, '*' | '?'));
    // What follows a tilde is how alike words may be; here they must be equal.
    let part = if phrase { part } else { part.split('~').next().unwrap_or_default() };
    let pattern = |word: &str| Pattern { text: word.to_lowercase(), wild: word.contains(['*', '?']) };
    part.split(|c| !in_word(c)).filter(|word| !word.is_empty()).map(pattern).collect()
}

impl Term {
    fn within(&self, text: &str) -> bool {
        let words = || text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        match self.words.as_slice() {
            [only] if !only.wild && only.text.is_ascii() => has(text, &only.text),
            [only] => words().any(|word| only.fits(word)),
            several => {
                let there: Vec<&str> = words().collect();
                let run = |window: &[&str]| several.iter().zip(window).all(|(want, word)| want.fits(word));
                there.windows(several.len()).any(run)
            }
        }
    }
}

/// Whether a text has a word of ASCII letters in any case. Most texts do not have even its first letters, so bytes are
/// looked at before words are.
fn has(text: &str, word: &str) -> bool {
    let (bytes, wanted) = (text.as_bytes(), word.as_bytes());
    let Some(first) = wanted.first() else { return false };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let borders = |at: usize| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + wanted.len()..).and_then(|after| after.chars().next());
        !before.into_iter().chain(after).any(char::is_alphanumeric)
    };
    bytes.iter().enumerate().any(|(at, byte)| {
        (*byte == lower || *byte == upper)
            && bytes.get(at..at + wanted.len()).is_some_and(|part| part.eq_ignore_ascii_case(wanted))
            && borders(at)
    })
}

impl Pattern {
    fn fits(&self, word: &str) -> bool {
        if self.wild {
            return glob(&self.text, &word.to_lowercase());
        }
        if word.is_ascii() {
            return self.text.eq_ignore_ascii_case(word);
        }
        self.text == word.to_lowercase()
    }
}

/// Whether a word fits a pattern with `*` and `?`. Goes back to the last star only, so it takes no exponential time.
fn glob(pattern: &str, word: &str) -> bool {
    let (pattern, word): (Vec<char>, Vec<char>) = (pattern.chars().collect(), word.chars().collect());
    let (mut at, mut place, mut back) = (0, 0, None);
    while place < word.len() {
        match pattern.get(at) {
            Some('*') => {
                back = Some((at, place));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || Some(wanted) == word.get(place) => {
                at += 1;
                place += 1;
            }
            _ => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    (at, place) = (star + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_phrases_and_wildcards_are_found() {
        for (wanted, text, expected) in [
            ("slow login", "Login is slow", true),
            ("slow login", "Login is fast", false),
            ("\"login is\"", "The login is slow", true),
            ("\"is login\"", "The login is slow", false),
            ("log*", "Login", true),
            ("l*n", "Login", true),
            ("l?gin", "Login", true),
            ("l?n", "Login", false),
            ("-slow", "Login", true),
            ("login -slow", "Login is slow", false),
            ("fast OR slow", "Login is slow", true),
            ("login NOT fast", "Login is slow", true),
            ("PROJ-12", "see proj-12.", true),
            ("größe", "Die GRÖßE", true),
            ("log", "Login log", true),
            ("log", "Login, blog, logé", false),
            ("log", "élog", false),
            ("\"login\" slow", "Login is slow", true),
        ] {
            assert_eq!(Words::read(wanted, "text").unwrap().within(text), expected, "{wanted} in {text}");
        }
        assert!(Words::read("*log", "text").is_err());
        assert!(Words::read(" ", "text").is_err());
        assert!(!Words::read("!", "text").unwrap().within("!"));
    }
}
