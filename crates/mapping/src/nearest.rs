//! The known name that somebody probably meant, for the fix that goes with “there is no such name”.

use crate::fold::fold;
use crate::problem::quoted;

/// As many names are worth listing when none is near.
const LISTED: usize = 12;

/// What to do about an unknown name: write the nearest known one, or one of them.
pub(crate) fn instead(name: &str, known: &[&str]) -> String {
    match (nearest(name, known), known.len()) {
        (Some(near), _) => format!("Write `{near}`."),
        (None, 0) => "There is none to choose from; remove it.".to_owned(),
        (None, count) if count <= LISTED => format!("Known are {}.", quoted(known.iter().copied())),
        (None, count) => {
            let some = quoted(known.iter().copied().take(LISTED));
            format!("Known are {some} and {} more.", count - LISTED)
        }
    }
}

/// The known name that differs least; `None` if all differ in more than a third of their letters.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let wanted: Vec<char> = fold(name).chars().take(200).collect();
    known
        .iter()
        .map(|candidate| {
            let letters: Vec<char> = fold(candidate).chars().take(200).collect();
            let allowed = wanted.len().max(letters.len()).div_ceil(3);
            (distance(&wanted, &letters), allowed, *candidate)
        })
        .filter(|(distance, allowed, _)| distance <= allowed)
        .min_by_key(|(distance, ..)| *distance)
        .map(|(.., candidate)| candidate)
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour to turn `a` into `b`.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (row, from) in a.iter().enumerate() {
        let mut line = vec![row + 1];
        let mut left = row + 1;
        let mut last = None;
        for (column, to) in b.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX / 2);
            let swap = if previous == Some(to) && last == Some(from) && column > 0 {
                at(&before, column - 1) + 1
            } else {
                usize::MAX
            };
            let replace = at(&above, column) + usize::from(from != to);
            left = replace.min(at(&above, column + 1) + 1).min(left + 1).min(swap);
            line.push(left);
            last = Some(to);
        }
        before = std::mem::replace(&mut above, line);
        previous = Some(from);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(a: &str, b: &str) -> usize {
        distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
    }

    #[test]
    fn distances_count_single_edits() {
        assert_eq!(between("", "abc"), 3);
        assert_eq!(between("abc", ""), 3);
        assert_eq!(between("kitten", "sitting"), 3);
        assert_eq!(between("filed", "field"), 1, "a swap is one edit");
        assert_eq!(between("same", "same"), 0);
    }

    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        assert_eq!(instead("conflcit", &["compare", "conflict"]), "Write `conflict`.");
        assert_eq!(instead("STATUS", &["Status"]), "Write `Status`.");
        assert_eq!(instead("zzz", &["left", "right"]), "Known are `left`, `right`.");
        assert_eq!(instead("zzz", &[]), "There is none to choose from; remove it.");
        let many: Vec<String> = (0..20).map(|n| format!("name number {n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(instead("zzz", &many).ends_with("and 8 more."));
    }
}
