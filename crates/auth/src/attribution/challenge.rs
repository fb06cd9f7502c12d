//! Reading `WWW-Authenticate` (RFC 9110 section 11.6.1), leniently: gateways join, fold and forget.

use std::borrow::Cow;

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// How many parameters are looked at: more than any server sends, and little enough for a hostile one.
const MOST: usize = 200;

/// The parameters of all challenges of an answer, each with the scheme it belongs to.
pub(super) struct Challenges<'a>(Vec<Parameter<'a>>);

struct Parameter<'a> {
    scheme: &'a str,
    name: &'a str,
    value: Cow<'a, str>,
}

impl<'a> Challenges<'a> {
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        let lines = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|line| line.to_str().ok());
        Self(lines.flat_map(parameters).take(MOST).collect())
    }

    /// The first value of that name under that scheme; letters of either case.
    pub(super) fn value(&self, scheme: &str, name: &str) -> Option<&str> {
        let is_it = |parameter: &&Parameter<'_>| {
            parameter.scheme.eq_ignore_ascii_case(scheme) && parameter.name.eq_ignore_ascii_case(name)
        };
        self.0.iter().find(is_it).map(|parameter| &*parameter.value)
    }
}

/// All parameters of one line. `scheme token68`, a stray word and an unfinished quote are passed over.
fn parameters(line: &str) -> impl Iterator<Item = Parameter<'_>> {
    let (mut rest, mut scheme) = (line, "");
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            if rest.is_empty() {
                return None;
            }
            let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = after;
            match after.trim_start_matches([' ', '\t']).strip_prefix('=') {
                Some(after) if !word.is_empty() => {
                    let (value, left) = value(after.trim_start_matches([' ', '\t']));
                    rest = left;
                    return Some(Parameter { scheme, name: word, value });
                }
                Some(after) => rest = after,
                None => scheme = word,
            }
        }
    })
}

/// A quoted-string or a token, and what is behind it.
fn value(text: &str) -> (Cow<'_, str>, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (Cow::Borrowed(value), rest);
    };
    let (mut out, mut letters) = (String::new(), quoted.char_indices());
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' => return (Cow::Owned(out), quoted.get(place + 1..).unwrap_or_default()),
            '\\' => out.extend(letters.next().map(|(_, letter)| letter)),
            _ => out.push(letter),
        }
    }
    (Cow::Owned(out), "")
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn value(lines: &[&str], scheme: &str, name: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_str(line).unwrap());
        }
        Challenges::of(&headers).value(scheme, name).map(str::to_owned)
    }

    #[test]
    fn parameters_are_found_however_the_challenges_are_joined() {
        for lines in [
            &["OAuth realm=\"https%3A%2F%2Fjira\", oauth_problem=\"token_rejected\""][..],
            &["OAuth realm=\"a\",oauth_problem=token_rejected"],
            &["Basic realm=\"x, y=\\\"z\\\"\", oauth OAUTH_PROBLEM = \"token_rejected\" , a=b"],
            &["Negotiate dGVzdA==, OAuth oauth_problem=\"token_rejected"],
            &["Basic", "Bearer error=\"x\"", "OAuth  ,, oauth_problem=\"token_reje\\cted\""],
        ] {
            assert_eq!(
                value(lines, "OAuth", "oauth_problem").as_deref(),
                Some("token_rejected"),
                "{lines:?}"
            );
        }
    }

    #[test]
    fn a_parameter_of_another_scheme_is_not_taken() {
        let line = "Bearer error=\"insufficient_scope\", scope=\"a b\", OAuth realm=\"x\"";
        assert_eq!(value(&[line], "bearer", "scope").as_deref(), Some("a b"));
        assert_eq!(value(&[line], "oauth", "scope"), None);
        assert_eq!(value(&["oauth_problem=\"x\""], "oauth", "oauth_problem"), None);
        assert_eq!(value(&["=\"x\"", "\"", "="], "", ""), None);
    }

    proptest! {
        #[test]
        fn any_line_is_read_to_its_end(line in "[ -~]{0,120}") {
            let count = parameters(&line).count();
            prop_assert!(count <= line.len());
        }

        #[test]
        fn what_is_quoted_is_read_back(realm in "[ -~]{0,20}", problem in "[a-z_]{1,20}") {
            let quoted = realm.replace('\\', "\\\\").replace('"', "\\\"");
            let line = format!("Basic realm=\"{quoted}\", OAuth realm=\"{quoted}\", oauth_problem=\"{problem}\"");
            prop_assert_eq!(value(&[&line], "basic", "realm"), Some(realm.clone()));
            prop_assert_eq!(value(&[&line], "oauth", "realm"), Some(realm));
            prop_assert_eq!(value(&[&line], "oauth", "oauth_problem"), Some(problem));
        }
    }
}
