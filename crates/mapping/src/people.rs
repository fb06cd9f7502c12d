//! Who is who: the user mapping. Fields that hold people are carried by it, and so are the authors of comments.

use std::collections::HashMap;

use bowline_core::value::Person;
use bowline_core::{Code, Side, code};

use crate::document::{Acting, Document, Sided, UnmappedPerson};
use crate::problem::Report;

/// The people of a profile.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// By side, then by the tool's id: the ids on the other side, in the document's order.
    known: Sided<HashMap<String, Vec<String>>>,
    acting: Acting,
    unmapped: UnmappedPerson,
    fallback: Sided<String>,
}

/// What a person is on the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counterpart {
    /// This person, of whom only the id is known.
    Person(Person),
    /// This person, who stands in for everyone without a counterpart.
    Fallback(Person),
    /// Nobody: the target's field is left as it is.
    Leave,
    /// Nobody: the target's field is emptied.
    Clear,
    /// Nobody: a person must add the user mapping first. The code for the finding.
    Hold(Code),
}

impl People {
    /// The people of a document.
    pub(crate) fn new(document: &Document, report: &mut Report<'_>) -> Self {
        let mut known: Sided<HashMap<String, Vec<String>>> = Sided::new();
        for (index, pair) in document.users.iter().enumerate() {
            let ends = [(Side::Left, &pair.left, &pair.right), (Side::Right, &pair.right, &pair.left)];
            for (side, from, to) in ends {
                let partners = known.entry(side).or_default().entry(from.clone()).or_default();
                if partners.contains(to) && side == Side::Left {
                    let message = format!("The user mapping of `{from}` and `{to}` is there twice.");
                    report.add(&format!("/user/{index}"), message, "Remove one of the two.");
                }
                partners.push(to.clone());
            }
        }
        let (unmapped, fallback) = (document.people.unmapped, document.people.fallback.clone());
        match (unmapped, fallback.is_empty()) {
            (UnmappedPerson::Fallback, true) => {
                let fix = "Add `fallback = { left = \"…\", right = \"…\" }`, or one of the two.";
                report.add("/people", "Nobody is named as the fallback.", fix);
            }
            (UnmappedPerson::Fallback, false) | (_, true) => {}
            (_, false) => {
                let fix = "Add `unmapped = \"fallback\"`, or remove `fallback`.";
                report.add("/people/fallback", "The fallback is never used.", fix);
            }
        }
        let acting = document.people.acting;
        if acting == Acting::Person && document.users.is_empty() {
            let fix = "Add a `[[user]]` for each of them, or remove `acting`.";
            report.add("/people/acting", "Nobody can be acted for: no user mapping says who is who.", fix);
        }
        Self { known, acting, unmapped, fallback }
    }

    /// Whether comments are written as the people who wrote them, where these let it.
    pub fn acts(&self) -> bool {
        self.acting == Acting::Person
    }

    /// The id of the same person on a side. None without a user mapping, and none where it says of anybody that they are
    /// two: unlike in a field, nobody stands in for anybody here, and a shared account is nobody's own.
    pub fn same(&self, to: Side, person: &Person) -> Option<&str> {
        let [there] = self.partners(to, person) else { return None };
        let [back] = self.partners(to.other(), &Person::of(there.as_str())) else { return None };
        (*back == person.id).then_some(there.as_str())
    }

    /// The counterpart of a person on a side. Of several, it is the first in the document.
    pub fn carry(&self, to: Side, person: &Person) -> Counterpart {
        if let Some(id) = self.partners(to, person).first() {
            return Counterpart::Person(Person::of(id.as_str()));
        }
        match self.unmapped {
            UnmappedPerson::Leave => Counterpart::Leave,
            UnmappedPerson::Clear => Counterpart::Clear,
            UnmappedPerson::Hold => Counterpart::Hold(code::MAPPING_UNMAPPED_PERSON),
            UnmappedPerson::Fallback => match self.fallback.get(&to) {
                Some(id) => Counterpart::Fallback(Person::of(id.as_str())),
                None => Counterpart::Leave,
            },
        }
    }

    /// Whether a user mapping says that two people are the same.
    pub(crate) fn paired(&self, left: &Person, right: &Person) -> bool {
        self.partners(Side::Right, left).contains(&right.id)
    }

    fn partners(&self, to: Side, person: &Person) -> &[String] {
        let known = self.known.get(&to.other()).and_then(|known| known.get(&person.id));
        known.map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rules;
    use crate::samples::{document, rules};

    #[test]
    fn acting_as_people_is_off_unless_asked_for_and_needs_a_user_mapping() {
        let user = "[[user]]\nleft = 'a'\nright = 'b'\n";
        let ada = Person::of("a");
        let off = rules(user);
        assert!(!off.people().acts());
        let on = rules(&format!(
            "{user}[people]\nacting = 'person'\nunmapped = 'fallback'\nfallback = {{ right = 'x' }}\n"
        ));
        assert!(on.people().acts());
        assert_eq!(on.people().same(Side::Right, &ada), Some("b"));
        assert_eq!(on.people().same(Side::Right, &Person::of("d")), None, "a fallback is nobody's own");
        assert_eq!(on.people().same(Side::Left, &ada), None, "an id counts on its own side");
        let alone = Document::parse(&document("[people]\nacting = 'person'\n")).unwrap();
        let problems = Rules::new(alone).unwrap_err().to_string();
        assert!(
            problems.contains("Nobody can be acted for") && problems.contains("`[[user]]`"),
            "{problems}"
        );
    }

    #[test]
    fn nobody_is_acted_for_of_whom_the_user_mapping_says_that_they_are_two() {
        let pair = |left: &str, right: &str| format!("[[user]]\nleft = '{left}'\nright = '{right}'\n");
        let text = pair("ada", "42")
            + &pair("bob", "42")
            + &pair("eve", "7")
            + &pair("eve", "8")
            + &pair("kim", "9");
        let rules = rules(&format!("{text}[people]\nacting = 'person'\n"));
        let same = |to, id: &str| rules.people().same(to, &Person::of(id)).map(str::to_owned);
        assert_eq!(same(Side::Left, "42"), None, "who of the two wrote it?");
        assert_eq!((same(Side::Right, "ada"), same(Side::Right, "bob")), (None, None));
        assert_eq!(
            (same(Side::Right, "eve"), same(Side::Left, "7"), same(Side::Left, "8")),
            (None, None, None)
        );
        assert_eq!((same(Side::Right, "kim"), same(Side::Left, "9")), (Some("9".into()), Some("kim".into())));
    }
}
