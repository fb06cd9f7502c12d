//! Creating an item where a tool refuses some fields: an item with fewer fields is better than none, but it must
//! never be made twice.
//!
//! Fields that the tool names are left out and the create goes again: a refusal is a promise that nothing was made.
//! If it names none, everything it does not demand is withheld and written afterwards as an update, where
//! [`crate::split`] finds the culprit.

use std::collections::BTreeSet;

use bowline_core::code::SYNC_CREATE_REFUSED;
use bowline_core::command::Refusal;
use bowline_core::failure::Words;
use bowline_core::{Failure, FieldName};

use crate::split::{Complaint, Said};

/// What came of it.
pub(crate) struct Made<T> {
    /// The tool's answer.
    pub(crate) answer: T,
    /// Fields still to be written, by an update.
    pub(crate) withheld: BTreeSet<FieldName>,
    /// Fields that the tool refused.
    pub(crate) refused: Vec<Refusal>,
}

/// Makes an item from `fields`; those in `demanded` are never left out.
///
/// At most three requests a field. Fails with `sync.create_refused` when what is left is refused.
pub(crate) async fn make<T, F, A>(
    fields: BTreeSet<FieldName>,
    mut demanded: BTreeSet<FieldName>,
    mut attempt: A,
) -> Result<Made<T>, Failure>
where
    A: FnMut(BTreeSet<FieldName>) -> F,
    F: Future<Output = Result<Said<T>, Failure>>,
{
    let mut sent = fields;
    let mut withheld = BTreeSet::new();
    let mut refused: Vec<Refusal> = Vec::new();
    loop {
        let complaint = match attempt(sent.clone()).await? {
            Said::Taken(answer) => return Ok(Made { answer, withheld, refused }),
            Said::Refused(complaint) => complaint,
        };
        let named = |set: &BTreeSet<FieldName>| -> BTreeSet<FieldName> {
            set.iter().filter(|field| complaint.named.contains_key(*field)).cloned().collect()
        };
        let missing = named(&withheld);
        let droppable: BTreeSet<FieldName> = sent.difference(&demanded).cloned().collect();
        let bad = named(&droppable);
        if !missing.is_empty() {
            // The tool demands what was withheld.
            withheld.retain(|field| !missing.contains(field));
            sent.extend(missing.iter().cloned());
            demanded.extend(missing);
        } else if !bad.is_empty() {
            refused.extend(bad.iter().map(|field| complaint.refusal(vec![field.clone()])));
            sent.retain(|field| !bad.contains(field));
        } else if complaint.named.is_empty() && !droppable.is_empty() {
            sent.retain(|field| demanded.contains(field));
            withheld.extend(droppable);
        } else {
            return Err(Failure::park(SYNC_CREATE_REFUSED).with_words(all_words(&refused, &complaint)));
        }
    }
}

/// The last words, after what was said about fields that were tried and left out: “is required” alone would hide
/// why the value was not there.
fn all_words(refused: &[Refusal], complaint: &Complaint) -> Words {
    let before = refused.iter().flat_map(|refusal| {
        refusal.fields.iter().map(|field| format!("{field}: {}", refusal.words.expose()))
    });
    let words = complaint.words();
    Words::new(before.chain([words.expose().to_owned()]).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures_util::FutureExt;
    use proptest::prelude::*;

    use super::*;

    struct Fake {
        hates: BTreeSet<FieldName>,
        demands: BTreeSet<FieldName>,
        names: bool,
        requests: RefCell<usize>,
        made: RefCell<usize>,
    }

    impl Fake {
        fn answer(&self, fields: &BTreeSet<FieldName>) -> Said<BTreeSet<FieldName>> {
            *self.requests.borrow_mut() += 1;
            let mut complaint = Complaint::default();
            let wrong = |field: &&FieldName| self.hates.contains(field);
            let lacking =
                self.demands.difference(fields).map(|field| (field.clone(), "is required".to_owned()));
            complaint.named = lacking.collect();
            if self.names {
                complaint
                    .named
                    .extend(fields.iter().filter(wrong).map(|field| (field.clone(), "is odd".to_owned())));
            } else if fields.iter().any(|field| wrong(&field)) && complaint.named.is_empty() {
                return Said::Refused(Complaint { sentences: vec!["no".to_owned()], ..Complaint::default() });
            }
            if complaint.named.is_empty() {
                *self.made.borrow_mut() += 1;
                return Said::Taken(fields.clone());
            }
            Said::Refused(complaint)
        }
    }

    fn set(mask: &[bool]) -> BTreeSet<FieldName> {
        let chosen = mask.iter().enumerate().filter(|(_, chosen)| **chosen);
        chosen.map(|(n, _)| FieldName::new(format!("f{n}"))).collect()
    }

    proptest! {
        #[test]
        fn an_item_is_made_once_with_all_it_can_have_or_not_at_all(
            hates in proptest::collection::vec(any::<bool>(), 8),
            demands in proptest::collection::vec(any::<bool>(), 10),
            names in any::<bool>(),
        ) {
            let fields = set(&[true; 8]);
            let fake = Fake {
                hates: set(&hates), demands: set(&demands), names,
                requests: RefCell::default(), made: RefCell::default(),
            };
            let possible = fake.demands.is_subset(&fields) && fake.demands.is_disjoint(&fake.hates);
            let attempt = |fields: BTreeSet<FieldName>| { let fake = &fake; async move { Ok(fake.answer(&fields)) } };
            let made = make(fields.clone(), BTreeSet::new(), attempt).now_or_never().unwrap();
            prop_assert_eq!(made.is_ok(), possible);
            prop_assert_eq!(*fake.made.borrow(), usize::from(possible));
            prop_assert!(*fake.requests.borrow() <= 24);
            if let Ok(made) = made {
                let refused: BTreeSet<_> = made.refused.iter().flat_map(|refusal| refusal.fields.clone()).collect();
                prop_assert!(refused.is_subset(&fake.hates));
                let mut all = made.answer.clone();
                all.extend(made.withheld.clone());
                all.extend(refused.clone());
                prop_assert_eq!(all, fields, "nothing is forgotten");
                prop_assert!(!names || made.withheld.is_empty());
            }
        }
    }

    #[test]
    fn the_reason_a_value_was_left_out_is_told_with_the_final_refusal() {
        let fake = Fake {
            hates: set(&[true]),
            demands: set(&[true]),
            names: true,
            requests: RefCell::default(),
            made: RefCell::default(),
        };
        let attempt = |fields: BTreeSet<FieldName>| {
            let fake = &fake;
            async move { Ok(fake.answer(&fields)) }
        };
        let failure =
            make(set(&[true, true]), BTreeSet::new(), attempt).now_or_never().unwrap().err().unwrap();
        assert_eq!(failure.code, SYNC_CREATE_REFUSED);
        assert_eq!(failure.words.expose(), "f0: is odd\nf0: is required");
    }
}
