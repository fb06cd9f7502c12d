//! Who is who: the user mapping. Fields that hold people are carried by it, and so are the authors of comments.

use std::collections::HashMap;

use bowline_core::value::Person;
use bowline_core::{Code, Side, code};

use crate::document::{Document, Sided, UnmappedPerson};
use crate::problem::Report;

/// The people of a profile.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// By side, then by the tool's id: the ids on the other side, in the document's order.
    known: Sided<HashMap<String, Vec<String>>>,
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
        Self { known, unmapped, fallback }
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
