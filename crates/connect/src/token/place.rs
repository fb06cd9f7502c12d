//! Where a token stands in a request: in exactly one place.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::Refusal;
use crate::qsh::Incoming;

/// Where a token was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `Authorization: JWT <token>`.
    Header,
    /// The query parameter `jwt`.
    Query,
}

/// A token and its place. Without `Debug`: with its signature it opens doors.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    /// The token.
    pub token: &'a str,
    /// Where it stood.
    pub place: Place,
}

/// Finds the token. Frameworks disagree about which of two they take, so two are none. Cookies and forms are no places:
/// a cookie is sent by whoever holds the browser. Another scheme in the header (`Basic`, of a proxy) is no token.
pub fn find<'a>(headers: &'a HeaderMap, request: &'a Incoming) -> Result<Found<'a>, Refusal> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let header = match (lines.next(), lines.next()) {
        (_, Some(_)) => return Err(Refusal::Places),
        (Some(line), None) => in_header(line.to_str().map_err(|_| Refusal::Places)?),
        (None, None) => None,
    };
    let mut parameters = request.tokens();
    match (header, parameters.next(), parameters.next()) {
        (Some(token), None, _) => Ok(Found { token, place: Place::Header }),
        (None, Some(token), None) => Ok(Found { token, place: Place::Query }),
        (None, None, _) => Err(Refusal::Missing),
        _ => Err(Refusal::Places),
    }
}

/// The token behind the scheme, whose letters may be of any case and which any number of spaces follow.
fn in_header(line: &str) -> Option<&str> {
    let (scheme, token) = line.split_once(' ')?;
    scheme.eq_ignore_ascii_case("jwt").then(|| token.trim_start_matches(' '))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};

    use super::*;
    use crate::qsh::BasePath;

    fn place(lines: &[&str], target: &str) -> Result<(String, Place), Refusal> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(AUTHORIZATION, HeaderValue::from_str(line).unwrap());
        }
        let request = Incoming::parse(&Method::GET, target, &BasePath::default()).unwrap();
        find(&headers, &request).map(|found| (found.token.to_owned(), found.place))
    }

    #[test]
    fn a_token_stands_in_the_header_or_in_the_query() {
        for line in ["JWT a.b.c", "jwt a.b.c", "Jwt   a.b.c"] {
            assert_eq!(place(&[line], "/x"), Ok(("a.b.c".to_owned(), Place::Header)), "{line}");
        }
        assert_eq!(place(&[], "/x?jwt=a.b.c"), Ok(("a.b.c".to_owned(), Place::Query)));
        assert_eq!(place(&["Basic YTpi"], "/x?jwt=a.b.c"), Ok(("a.b.c".to_owned(), Place::Query)));
    }

    #[test]
    fn two_places_are_one_too_many() {
        assert_eq!(place(&["JWT a"], "/x?jwt=a"), Err(Refusal::Places));
        assert_eq!(place(&["JWT a", "JWT a"], "/x"), Err(Refusal::Places));
        assert_eq!(place(&[], "/x?jwt=a&jwt=a"), Err(Refusal::Places));
        assert_eq!(place(&["JWT a"], "/x?jwt=a&jwt=a"), Err(Refusal::Places));
    }

    #[test]
    fn nothing_and_other_schemes_are_no_token() {
        for line in ["Bearer a.b.c", "JWT", "Basic YTpi", "JWTa.b.c"] {
            assert_eq!(place(&[line], "/x"), Err(Refusal::Missing), "{line}");
        }
        assert_eq!(place(&[], "/x?JWT=a&acpt=b"), Err(Refusal::Missing));
    }
}
