//! The second part of a canonical request.

use super::Error;
use crate::percent;

/// The part as the host checks it: the raw path.
pub(super) fn raw(path: &str) -> Result<String, Error> {
    check(path)?;
    Ok(print(path))
}

/// The part in each form: as the host hashes it, over the decoded path, and as it checks it; once if they are the same.
/// Since both are taken, what is decoded here must not be another path's raw form: an encoded percent sign is refused.
pub(super) fn both(path: &str) -> Result<Vec<String>, Error> {
    if !path.contains('%') {
        return Ok(vec![print(path)]);
    }
    let raw = raw(path)?;
    if path.contains("%25") {
        return Err(Error::EncodedPercent);
    }
    let mut forms = vec![print(&percent::decode(path, false)?), raw];
    forms.dedup();
    Ok(forms)
}

/// An encoded slash is refused in both forms. The backslash too, which some servers take for a slash.
fn check(path: &str) -> Result<(), Error> {
    percent::decode(path, false)?;
    let escapes = path.match_indices('%').filter_map(|(at, _)| path.get(at + 1..at + 3));
    let is_slash = |escape: &str| escape.eq_ignore_ascii_case("2f") || escape.eq_ignore_ascii_case("5c");
    if escapes.into_iter().any(is_slash) { Err(Error::EncodedSlash) } else { Ok(()) }
}

/// One slash in front, one slash at the end taken off, and `&`, which separates the parts, escaped. Nothing else is:
/// Atlassian's own case “BasePath RFC3986 Subdelimiters” keeps the rest as it is.
fn print(path: &str) -> String {
    let path = path.strip_suffix('/').unwrap_or(path);
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut parts = path.split('&');
    let mut out = String::with_capacity(path.len() + 1);
    out.push_str(slash);
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str("%26");
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slash_at_the_end_goes_and_one_in_front_stays() {
        for (path, part) in [("", "/"), ("/", "/"), ("/a/", "/a"), ("/a//", "/a/"), ("a", "/a"), ("//", "/")]
        {
            assert_eq!(both(path).unwrap(), [part], "{path}");
            assert_eq!(raw(path).unwrap(), part, "{path}");
        }
    }

    #[test]
    fn the_two_forms_differ_in_escapes_only() {
        assert_eq!(raw("/a%20b&c").unwrap(), "/a%20b%26c");
        assert_eq!(both("/a%20b&c").unwrap(), ["/a b%26c", "/a%20b%26c"]);
        assert_eq!(both("/a%26b+").unwrap(), ["/a%26b+"]);
    }

    #[test]
    fn what_could_be_taken_for_another_path_is_refused() {
        for path in ["/a%2Fb", "/a%2fb", "/a%5Cb"] {
            assert_eq!(raw(path), Err(Error::EncodedSlash), "{path}");
            assert_eq!(both(path), Err(Error::EncodedSlash), "{path}");
        }
        assert_eq!(both("/view/%2541"), Err(Error::EncodedPercent));
        assert_eq!(raw("/view/%2541").unwrap(), "/view/%2541");
        for form in [|path| raw(path).map(|_| ()), |path| both(path).map(|_| ())] {
            assert_eq!(form("/%zz"), Err(Error::Escape));
            assert_eq!(form("/%ff"), Err(Error::Utf8));
        }
    }
}
