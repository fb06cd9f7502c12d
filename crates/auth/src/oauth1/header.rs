//! Writing the `Authorization` header (RFC 5849 section 3.5.1).

use zeroize::Zeroizing;

use super::error::Error;
use crate::percent::encode;

/// `OAuth realm="…", name="value", …`, with names and values encoded, but not the realm: that is a quoted text of HTTP.
pub(super) fn print(realm: Option<&str>, parameters: &[(&str, &str)]) -> Result<Zeroizing<String>, Error> {
    let mut out = Zeroizing::new("OAuth ".to_owned());
    if let Some(realm) = realm {
        out.push_str("realm=");
        quote(realm, &mut out)?;
    }
    for (name, value) in parameters {
        if !out.ends_with(' ') {
            out.push_str(", ");
        }
        encode(name.as_bytes(), &mut out);
        out.push_str("=\"");
        encode(value.as_bytes(), &mut out);
        out.push('"');
    }
    Ok(out)
}

/// A quoted-string of RFC 9110 section 5.6.4.
fn quote(text: &str, out: &mut String) -> Result<(), Error> {
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(Error::Realm);
    }
    out.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('"');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_and_the_realm_is_quoted() {
        let header =
            print(Some(r#"a "b" \c"#), &[("oauth_token", "x/y z"), ("oauth_version", "1.0")]).unwrap();
        let expected = r#"OAuth realm="a \"b\" \\c", oauth_token="x%2Fy%20z", oauth_version="1.0""#;
        assert_eq!(*header, expected);
        assert_eq!(*print(None, &[("a", "")]).unwrap(), r#"OAuth a="""#);
    }

    #[test]
    fn a_realm_that_would_break_the_header_is_refused() {
        for realm in ["a\r\nX: y", "\u{fc}", "\0", "\u{7f}"] {
            assert_eq!(print(Some(realm), &[]).unwrap_err(), Error::Realm);
        }
    }
}
