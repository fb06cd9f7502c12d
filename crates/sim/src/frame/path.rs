//! Path parameters that are no UTF-8: read as servers written in Java read them, with a replacement character in
//! place of what cannot be decoded, so that they name something that does not exist.

/// The parameters of a route in a path. The path may have more segments before those of the route.
pub(crate) fn lossy(route: &str, path: &str) -> Vec<(String, String)> {
    let segments = route.rsplit('/').zip(path.rsplit('/'));
    let mut params: Vec<(String, String)> = segments
        .filter_map(|(name, value)| {
            let name = name.strip_prefix('{')?.strip_suffix('}')?;
            Some((name.to_owned(), decoded(value)))
        })
        .collect();
    params.reverse();
    params
}

fn decoded(segment: &str) -> String {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let (bytes, mut out, mut at) = (segment.as_bytes(), Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        let escaped = digit(bytes.get(at + 1)).zip(digit(bytes.get(at + 2))).filter(|_| *byte == b'%');
        let (value, length) =
            escaped.map_or((*byte, 1), |(high, low)| (u8::try_from(high * 16 + low).unwrap_or_default(), 3));
        out.push(value);
        at += length;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_utf8_is_replaced() {
        let params = lossy("/issue/{issue}/comment/{id}", "/jira/rest/api/2/issue/A%FFB/comment/%41%2");
        let shown: Vec<(&str, &str)> = params.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(shown, [("issue", "A\u{fffd}B"), ("id", "A%2")]);
    }
}
