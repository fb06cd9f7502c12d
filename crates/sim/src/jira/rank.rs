//! Ranks: texts whose order is the order of issues, with room between any two of them.
//!
//! They look as Jira's do: a bucket, six digits to base 36, a colon and more digits where the six had no room left,
//! `0|i00007:` and `0|i00007:i`.

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// The digits before the colon.
const WIDTH: usize = 6;
/// How far apart issues that were never moved stand.
const STEP: u64 = 8;
/// `i00000`: the middle of what six digits can say.
const MIDDLE: u64 = 18 * 36 * 36 * 36 * 36 * 36;

/// The rank of an issue that was never moved: issues stand in the order in which they were made.
pub(crate) fn usual(id: u32) -> Box<str> {
    let mut number = MIDDLE + u64::from(id) * STEP;
    let mut digits = [b'0'; WIDTH];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS.get((number % 36) as usize).copied().unwrap_or(b'0');
        number /= 36;
    }
    format!("0|{}:", String::from_utf8_lossy(&digits)).into()
}

/// A rank between two others; an end is open when `None`. `before` must be less than `after`.
pub(crate) fn between(before: Option<&str>, after: Option<&str>) -> Box<str> {
    let (low, high) = (digits(before), after.map(|after| digits(Some(after))));
    let mut made = Vec::new();
    let mut bounded = high.is_some();
    for place in 0.. {
        let from = low.get(place).copied().unwrap_or(0);
        let to = match &high {
            Some(high) if bounded => high.get(place).copied().unwrap_or(0),
            _ => 36,
        };
        if to > from + 1 {
            made.push(from + (to - from) / 2);
            break;
        }
        made.push(from);
        bounded = bounded && to == from;
    }
    made.resize(made.len().max(WIDTH), 0);
    let text: String =
        made.iter().map(|digit| char::from(DIGITS.get(*digit).copied().unwrap_or(b'0'))).collect();
    let (head, tail) = text.split_at_checked(WIDTH).unwrap_or((&text, ""));
    format!("0|{head}:{tail}").into()
}

/// A rank's digits, without bucket and colon.
fn digits(rank: Option<&str>) -> Vec<usize> {
    let digits = rank.unwrap_or_default().bytes().skip(2).filter(|byte| *byte != b':');
    digits.filter_map(|byte| DIGITS.iter().position(|digit| *digit == byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issues_stand_in_the_order_in_which_they_were_made() {
        assert_eq!(&*usual(0), "0|i00000:");
        assert_eq!(&*usual(1), "0|i00008:");
        assert!(usual(10_000) < usual(10_001) && usual(99_999) < usual(100_000));
    }

    #[test]
    fn there_is_always_room_between_two_ranks() {
        let (low, mut high) = (usual(1), usual(2));
        for _ in 0..200 {
            let middle = between(Some(&low), Some(&high));
            assert!(low < middle && middle < high, "{low} {middle} {high}");
            high = middle;
        }
        let (mut low, high) = (usual(1), usual(2));
        for _ in 0..200 {
            let middle = between(Some(&low), Some(&high));
            assert!(low < middle && middle < high, "{low} {middle} {high}");
            low = middle;
        }
    }

    #[test]
    fn there_is_room_at_both_ends() {
        let (mut first, mut last) = (usual(5), usual(5));
        for _ in 0..50 {
            let (sooner, later) = (between(None, Some(&first)), between(Some(&last), None));
            assert!(sooner < first && later > last, "{sooner} {later}");
            (first, last) = (sooner, later);
        }
    }
}
