//! Writing many fields where a tool refuses some: the others must not suffer.
//!
//! One request with everything; if it is refused, the fields that the tool names are dropped and the rest goes
//! again. If it names none, its sentences are searched for field labels; if that helps nothing, the fields are
//! halved. Nothing here knows a tool: a request is a closure. Creating is different ([`crate::create`]): half of
//! an item cannot be made.

use std::collections::BTreeMap;

use bowline_core::code::{SYNC_FIELD_REFUSED, TOOL_BAD_ANSWER};
use bowline_core::command::Refusal;
use bowline_core::failure::{Act, Executed, Words};
use bowline_core::{Failure, FieldName};

/// What people see as a field's name, for finding it in a tool's sentences.
pub(crate) type Labels = BTreeMap<FieldName, String>;

/// What a tool said to a set of fields.
pub(crate) enum Said<T> {
    /// All were taken.
    Taken(T),
    /// None was taken.
    Refused(Complaint),
}

/// Why a tool took nothing.
#[derive(Clone, Default)]
pub(crate) struct Complaint {
    /// What it said about fields that it named.
    pub(crate) named: BTreeMap<FieldName, String>,
    /// What it said without naming a field.
    pub(crate) sentences: Vec<String>,
}

impl Complaint {
    /// All that was said.
    pub(crate) fn words(&self) -> Words {
        let named = self.named.iter().map(|(field, said)| format!("{field}: {said}"));
        Words::new(self.sentences.iter().cloned().chain(named).collect::<Vec<_>>().join("\n"))
    }

    /// The refusal of these fields.
    pub(crate) fn refusal(&self, fields: Vec<FieldName>) -> Refusal {
        let said: Vec<&str> =
            fields.iter().filter_map(|field| self.named.get(field)).map(String::as_str).collect();
        let words = if said.is_empty() { self.words() } else { Words::new(said.join("\n")) };
        Refusal { fields, code: SYNC_FIELD_REFUSED, words }
    }
}

/// The refusal of a field whose value cannot even be printed for the tool.
pub(crate) fn unfit(field: &FieldName, reason: &str) -> Refusal {
    Refusal { fields: vec![field.clone()], code: SYNC_FIELD_REFUSED, words: Words::new(reason) }
}

/// A failure of something that followed a write: the write itself was carried out, so whoever tries again must look
/// first. An answer that nobody can read is one more reason to look, not to give up.
pub(crate) fn after_write(failure: Failure) -> Failure {
    let act = if failure.code == TOOL_BAD_ANSWER { Act::Retry { after: None } } else { failure.act };
    Failure { act, executed: Executed::Unknown, ..failure }
}

/// What came of it.
pub(crate) struct Outcome<T> {
    /// The tool's answer to the last request that it took.
    pub(crate) last: Option<T>,
    /// What it refused.
    pub(crate) refused: Vec<Refusal>,
}

/// Groups fields into units: those of one line of `together` travel in one request or not at all.
pub(crate) fn units(
    fields: impl IntoIterator<Item = FieldName>,
    together: &[&[&str]],
) -> Vec<Vec<FieldName>> {
    let mut units: BTreeMap<usize, Vec<FieldName>> = BTreeMap::new();
    let mut next = together.len();
    for field in fields {
        let group = together.iter().position(|line| line.contains(&field.as_str()));
        let at = group.unwrap_or_else(|| {
            next += 1;
            next
        });
        units.entry(at).or_default().push(field);
    }
    units.into_values().collect()
}

/// Writes what the tool takes of `units` and tells what it refused.
///
/// Every field that is taken is in exactly one accepted request. For `n` units there are at most `2n - 1` requests,
/// and at most `n + 1` where the tool names what it refuses. A [`Failure`] of one request ends it all, and says that
/// something may have been carried out if something was.
pub(crate) async fn split<T, F, A>(
    units: Vec<Vec<FieldName>>,
    labels: &Labels,
    mut attempt: A,
) -> Result<Outcome<T>, Failure>
where
    A: FnMut(Vec<FieldName>) -> F,
    F: Future<Output = Result<Said<T>, Failure>>,
{
    let mut outcome = Outcome { last: None, refused: Vec::new() };
    let mut waiting = vec![units];
    while let Some(batch) = waiting.pop() {
        if batch.is_empty() {
            continue;
        }
        let said = attempt(batch.concat()).await;
        match said.map_err(|failure| if outcome.last.is_some() { after_write(failure) } else { failure })? {
            Said::Taken(answer) => outcome.last = Some(answer),
            Said::Refused(complaint) if batch.len() == 1 => {
                outcome.refused.push(complaint.refusal(batch.concat()))
            }
            Said::Refused(complaint) => {
                let is_named =
                    |unit: &Vec<FieldName>| unit.iter().any(|field| complaint.named.contains_key(field));
                let (bad, rest): (Vec<_>, Vec<_>) = batch.into_iter().partition(is_named);
                if bad.is_empty() {
                    let (suspects, others) = cut(rest, &complaint, labels);
                    waiting.push(suspects);
                    waiting.push(others);
                } else {
                    outcome.refused.extend(bad.into_iter().map(|unit| complaint.refusal(unit)));
                    waiting.push(rest);
                }
            }
        }
    }
    Ok(outcome)
}

/// Cuts a batch in two: fields that the sentences seem to speak of, and others; else halves. Neither is empty, and
/// both are tried, so a sentence that misleads costs a request and nothing else.
fn cut(
    batch: Vec<Vec<FieldName>>,
    complaint: &Complaint,
    labels: &Labels,
) -> (Vec<Vec<FieldName>>, Vec<Vec<FieldName>>) {
    let spoken_of = |unit: &Vec<FieldName>| {
        unit.iter().any(|field| {
            let label = labels.get(field).map_or(field.as_str(), String::as_str);
            complaint.sentences.iter().any(|said| mentions(said, label) || mentions(said, field.as_str()))
        })
    };
    let (suspects, others): (Vec<_>, Vec<_>) = batch.into_iter().partition(spoken_of);
    if !suspects.is_empty() && !others.is_empty() {
        return (suspects, others);
    }
    let mut all = if suspects.is_empty() { others } else { suspects };
    let half = all.split_off(all.len() / 2);
    (all, half)
}

/// Whether a sentence has a label in it as whole words, in any case.
fn mentions(sentence: &str, label: &str) -> bool {
    let (sentence, label) = (sentence.to_lowercase(), label.to_lowercase());
    let is_part = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
    !label.is_empty()
        && sentence.match_indices(&label).any(|(at, found)| {
            let (before, rest) = sentence.split_at(at);
            let after = rest.strip_prefix(found).and_then(|rest| rest.chars().next());
            !is_part(before.chars().next_back()) && !is_part(after)
        })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    use futures_util::FutureExt;
    use proptest::prelude::*;

    use super::*;

    /// How a fake tool words its refusals.
    #[derive(Clone, Copy, Debug)]
    enum Manner {
        NamesAll,
        NamesOne,
        Speaks,
        Misleads,
        Silent,
    }

    const MANNERS: [Manner; 5] =
        [Manner::NamesAll, Manner::NamesOne, Manner::Speaks, Manner::Misleads, Manner::Silent];

    /// A tool that refuses certain fields and keeps what it took.
    struct Fake {
        hates: BTreeSet<FieldName>,
        manner: Manner,
        requests: RefCell<usize>,
        written: RefCell<Vec<FieldName>>,
    }

    impl Fake {
        fn answer(&self, fields: &[FieldName]) -> Said<usize> {
            *self.requests.borrow_mut() += 1;
            let bad: Vec<&FieldName> = fields.iter().filter(|field| self.hates.contains(field)).collect();
            if bad.is_empty() {
                self.written.borrow_mut().extend_from_slice(fields);
                return Said::Taken(*self.requests.borrow());
            }
            let mut complaint = Complaint::default();
            let name = |field: &&FieldName| ((*field).clone(), "no".to_owned());
            match self.manner {
                Manner::NamesAll => complaint.named = bad.iter().map(name).collect(),
                Manner::NamesOne => complaint.named = bad.iter().take(1).map(name).collect(),
                Manner::Speaks => complaint.sentences = vec![format!("Label {} is wrong", bad[0])],
                Manner::Misleads => complaint.sentences = vec![format!("Label {} is wrong", fields[0])],
                Manner::Silent => {}
            }
            Said::Refused(complaint)
        }
    }

    fn run(units: Vec<Vec<FieldName>>, fake: &Fake) -> Outcome<usize> {
        let labels =
            units.concat().into_iter().map(|field| (field.clone(), format!("Label {field}"))).collect();
        let attempt = |fields: Vec<FieldName>| async move { Ok(fake.answer(&fields)) };
        split(units, &labels, attempt).now_or_never().unwrap().unwrap()
    }

    fn names(count: usize) -> Vec<FieldName> {
        (0..count).map(|n| FieldName::new(format!("f{n}"))).collect()
    }

    proptest! {
        #[test]
        fn exactly_the_refused_fields_are_left_out_and_the_rest_is_written_once(
            hated in proptest::collection::vec(any::<bool>(), 0..14),
            manner in proptest::sample::select(&MANNERS[..]),
            pairs in any::<bool>(),
        ) {
            let fields = names(hated.len());
            let hates: BTreeSet<_> =
                fields.iter().zip(&hated).filter(|(_, hated)| **hated).map(|(field, _)| field.clone()).collect();
            let together: &[&[&str]] = if pairs { &[&["f0", "f3"], &["f1", "f2"]] } else { &[] };
            let units = units(fields.clone(), together);
            let count = units.len();
            let fake = Fake { hates, manner, requests: RefCell::default(), written: RefCell::default() };
            let outcome = run(units.clone(), &fake);

            let refused: BTreeSet<_> = outcome.refused.iter().flat_map(|refusal| refusal.fields.clone()).collect();
            let expected: BTreeSet<_> = units
                .iter()
                .filter(|unit| unit.iter().any(|field| fake.hates.contains(field)))
                .flatten()
                .cloned()
                .collect();
            prop_assert_eq!(&refused, &expected);
            let mut written = fake.written.into_inner();
            written.sort();
            let mut wanted: Vec<_> = fields.into_iter().filter(|field| !expected.contains(field)).collect();
            wanted.sort();
            prop_assert_eq!(written, wanted, "each once");
            let bound = match manner {
                Manner::NamesAll | Manner::NamesOne => count + 1,
                _ => 2 * count,
            };
            prop_assert!(fake.requests.into_inner() <= bound);
        }
    }

    #[test]
    fn a_failure_ends_it_and_is_passed_on() {
        let failure = Failure::park(bowline_core::code::AUTH_FORBIDDEN);
        let attempt = |_| {
            let failure = failure.clone();
            async move { Err::<Said<()>, _>(failure) }
        };
        let outcome = split(vec![names(3)], &Labels::new(), attempt).now_or_never().unwrap();
        assert_eq!(outcome.err().unwrap().code, bowline_core::code::AUTH_FORBIDDEN);
    }

    #[test]
    fn a_refusal_carries_the_words_about_its_own_fields() {
        let fake = Fake {
            hates: names(1).into_iter().collect(),
            manner: Manner::NamesAll,
            requests: RefCell::default(),
            written: RefCell::default(),
        };
        let outcome = run(units(names(3), &[]), &fake);
        assert_eq!(outcome.refused[0].words.expose(), "no");
        assert_eq!(outcome.last, Some(2));
    }

    #[test]
    fn labels_are_found_as_whole_words() {
        assert!(mentions("Due date is not a valid date", "due date"));
        assert!(mentions("The 'Name' is empty", "Name"));
        assert!(!mentions("Nickname is empty", "Name"));
        assert!(!mentions("anything", ""));
    }
}
