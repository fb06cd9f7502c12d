//! Reading `application/x-www-form-urlencoded` text, which is what a query is to OAuth as well.

use super::error::Error;

/// The decoded pairs of a query or a form body, in their order; `what` names it in the error.
///
/// `+` is a space, a name without `=` has an empty value, empty pieces between `&` count for nothing (RFC 5849
/// section 3.4.1.3.1 and the form rules it refers to). Bytes that are no UTF-8 become U+FFFD, as in the Java
/// containers that Jira runs on. A broken escape is refused: Java refuses it, others keep it, so no signature
/// over it is right everywhere.
pub(super) fn pairs(text: &[u8], what: &'static str) -> Result<Vec<(String, String)>, Error> {
    let mut left = text.iter();
    while let Some(byte) = left.next() {
        let mut digit = || left.next().is_some_and(u8::is_ascii_hexdigit);
        if *byte == b'%' && !(digit() && digit()) {
            return Err(Error::Escape(what));
        }
    }
    Ok(form_urlencoded::parse(text).into_owned().collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        pairs(text.as_bytes(), "query").unwrap()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn the_example_of_section_3_4_1_3_1_is_read_as_it_says() {
        let expected = [pair("b5", "=%3D"), pair("a3", "a"), pair("c@", ""), pair("a2", "r b")];
        assert_eq!(read("b5=%3D%253D&a3=a&c%40=&a2=r%20b"), expected);
        assert_eq!(read("c2&a3=2+q"), [pair("c2", ""), pair("a3", "2 q")]);
    }

    #[test]
    fn odd_but_legal_texts_are_read() {
        assert_eq!(read(""), []);
        assert_eq!(
            read("&&=&a=b=c&%C3%BC=%FF"),
            [pair("", ""), pair("a", "b=c"), pair("\u{fc}", "\u{fffd}")]
        );
    }

    #[test]
    fn a_broken_escape_is_refused_and_not_quoted() {
        for text in ["%", "a=%4", "a=%zz", "a=%f&b", "%%41"] {
            assert_eq!(
                pairs(text.as_bytes(), "form body").unwrap_err(),
                Error::Escape("form body"),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(text in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = pairs(&text, "query");
        }

        #[test]
        fn what_a_form_writer_writes_is_read_back(
            written in prop::collection::vec((any::<String>(), any::<String>()), 0..8)
        ) {
            let mut writer = form_urlencoded::Serializer::new(String::new());
            writer.extend_pairs(&written);
            prop_assert_eq!(pairs(writer.finish().as_bytes(), "query").unwrap(), written);
        }
    }
}
