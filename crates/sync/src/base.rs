//! The base: per field, fingerprints of what was last in sync, packed into one column.
//!
//! It holds no content. For each field mapping: one fingerprint per side, for sets one per element (so that a
//! merge knows what was removed), what is being held back and why, and a counter against flipping to and fro.
//! About forty bytes a field, so that a hundred million shares fit.

use std::collections::BTreeMap;

use bowline_core::Side;
use bowline_core::fingerprint::Fingerprint;

use crate::pack::{Pack, Unpack};

/// The first byte of the packed form. Readers know every version ever written.
const VERSION: u8 = 1;

/// A cut fingerprint: enough to compare the few elements or values of one field.
pub type Short = [u8; 8];

/// The first half of a fingerprint.
pub fn short(fingerprint: Fingerprint) -> Short {
    let mut half = Short::default();
    for (to, from) in half.iter_mut().zip(fingerprint.0) {
        *to = from;
    }
    half
}

/// The packed column does not read as a base: written by a newer release, or damaged.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the field state of a share cannot be read")]
pub struct Unreadable;

/// What was last in sync, by field mapping key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base(pub BTreeMap<u64, FieldBase>);

/// What was last in sync in one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldBase {
    /// Both sides as last in sync; `None` before the first transfer.
    pub pair: Option<Pair>,
    /// A value that is not sent again until something changes.
    pub held: Option<Held>,
    /// How often the field was set to and fro lately.
    pub laps: Laps,
}

/// Both sides as last in sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The left value.
    pub left: Fingerprint,
    /// The right value.
    pub right: Fingerprint,
    /// For sets, their elements.
    pub elements: Option<Elements>,
}

impl Pair {
    /// One side's fingerprint.
    pub const fn side(&self, side: Side) -> Fingerprint {
        match side {
            Side::Left => self.left,
            Side::Right => self.right,
        }
    }

    /// The same pair with one side replaced.
    #[must_use]
    pub fn with(mut self, side: Side, fingerprint: Fingerprint) -> Self {
        match side {
            Side::Left => self.left = fingerprint,
            Side::Right => self.right = fingerprint,
        }
        self
    }
}

impl Pair {
    /// The same pair with one side taken for never in sync: whatever it holds counts as moved.
    #[must_use]
    pub fn never(self, side: Side) -> Self {
        let mut pair = self.with(side, NEVER);
        if let Some(elements) = &mut pair.elements {
            match side {
                Side::Left => elements.left.clear(),
                Side::Right => elements.right.clear(),
            }
        }
        pair
    }
}

/// The fingerprint of no value: HMAC never gives it.
const NEVER: Fingerprint = Fingerprint([0; 16]);

/// The elements of a set on both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elements {
    /// Of the left set.
    pub left: Vec<Short>,
    /// Of the right set.
    pub right: Vec<Short>,
}

/// A value that is not sent again until it, the profile or a person's wish changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The side whose value is held back.
    pub source: Side,
    /// Which value.
    pub value: Short,
    /// Under which revision of the profile.
    pub revision: i64,
    /// Why.
    pub why: Why,
}

/// Why a value is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The tool refused the field.
    Refused,
    /// The tool took it and did not keep it.
    Dropped,
    /// The workflow has no way to the state.
    NoPath,
    /// A step on the way to the state was refused.
    PartialPath,
    /// The field was flipping to and fro.
    Oscillation,
}

impl Why {
    const fn tag(self) -> u8 {
        match self {
            Self::Refused => 1,
            Self::Dropped => 2,
            Self::NoPath => 3,
            Self::PartialPath => 4,
            Self::Oscillation => 5,
        }
    }

    const fn of(tag: u8) -> Option<Self> {
        match tag {
            1 => Some(Self::Refused),
            2 => Some(Self::Dropped),
            3 => Some(Self::NoPath),
            4 => Some(Self::PartialPath),
            5 => Some(Self::Oscillation),
            _ => None,
        }
    }
}

/// How often a field was set back to the value it had before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Laps {
    /// The value before our last write.
    pub before: Short,
    /// How many writes in a row set it back.
    pub flips: u8,
    /// When the first of them was, in minutes since 1970.
    pub since: u32,
}

impl Base {
    /// Reads the packed column; an empty one is an empty base.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut from = Unpack::new(bytes);
        match from.byte() {
            None => return Ok(Self::default()),
            Some(VERSION) => {}
            Some(_) => return Err(Unreadable),
        }
        let mut fields = BTreeMap::new();
        while !from.is_at_end() {
            let key = from.u64().ok_or(Unreadable)?;
            fields.insert(key, field(&mut from).ok_or(Unreadable)?);
        }
        Ok(Self(fields))
    }

    /// The packed column.
    pub fn print(&self) -> Vec<u8> {
        let mut to = Pack::default();
        to.byte(VERSION);
        for (key, field) in &self.0 {
            to.u64(*key);
            print_field(&mut to, field);
        }
        to.finish()
    }

    /// What is known of one field.
    pub fn field(&self, key: u64) -> Option<&FieldBase> {
        self.0.get(&key)
    }

    /// What is known of one field, to change.
    pub fn field_mut(&mut self, key: u64) -> &mut FieldBase {
        self.0.entry(key).or_default()
    }
}

const PAIR: u8 = 1;
const ELEMENTS: u8 = 2;
const HELD: u8 = 4;
const HELD_RIGHT: u8 = 8;
const LAPS: u8 = 16;

fn print_field(to: &mut Pack, field: &FieldBase) {
    let elements = field.pair.as_ref().and_then(|pair| pair.elements.as_ref());
    let mut flags = 0;
    flags |= if field.pair.is_some() { PAIR } else { 0 };
    flags |= if elements.is_some() { ELEMENTS } else { 0 };
    flags |= match field.held {
        None => 0,
        Some(held) if held.source == Side::Left => HELD,
        Some(_) => HELD | HELD_RIGHT,
    };
    flags |= if field.laps == Laps::default() { 0 } else { LAPS };
    to.byte(flags);
    if let Some(pair) = &field.pair {
        to.bytes(&pair.left.0);
        to.bytes(&pair.right.0);
    }
    if let Some(elements) = elements {
        for side in [&elements.left, &elements.right] {
            to.count(side.len());
            side.iter().for_each(|element| to.bytes(element));
        }
    }
    if let Some(held) = field.held {
        to.byte(held.why.tag());
        to.bytes(&held.value);
        to.u64(held.revision.cast_unsigned());
    }
    if field.laps != Laps::default() {
        to.bytes(&field.laps.before);
        to.byte(field.laps.flips);
        to.u32(field.laps.since);
    }
}

fn field(from: &mut Unpack<'_>) -> Option<FieldBase> {
    let flags = from.byte()?;
    let mut field = FieldBase::default();
    if flags & PAIR != 0 {
        let (left, right) = (Fingerprint(from.array()?), Fingerprint(from.array()?));
        let elements = if flags & ELEMENTS == 0 {
            None
        } else {
            Some(Elements { left: shorts(from)?, right: shorts(from)? })
        };
        field.pair = Some(Pair { left, right, elements });
    }
    if flags & HELD != 0 {
        let source = if flags & HELD_RIGHT == 0 { Side::Left } else { Side::Right };
        let why = Why::of(from.byte()?)?;
        field.held = Some(Held { source, why, value: from.array()?, revision: from.u64()?.cast_signed() });
    }
    if flags & LAPS != 0 {
        field.laps = Laps { before: from.array()?, flips: from.byte()?, since: from.u32()? };
    }
    Some(field)
}

fn shorts(from: &mut Unpack<'_>) -> Option<Vec<Short>> {
    let count = from.count()?;
    (0..count).map(|_| from.array()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields() -> impl Strategy<Value = FieldBase> {
        let shorts = || prop::collection::vec(any::<Short>(), 0..4);
        let elements =
            prop::option::of((shorts(), shorts()).prop_map(|(left, right)| Elements { left, right }));
        let pair = (any::<[u8; 16]>(), any::<[u8; 16]>(), elements).prop_map(|(left, right, elements)| {
            Pair { left: Fingerprint(left), right: Fingerprint(right), elements }
        });
        let held = (any::<bool>(), any::<Short>(), any::<i64>(), 1u8..=5).prop_map(
            |(left, value, revision, why)| Held {
                source: if left { Side::Left } else { Side::Right },
                value,
                revision,
                why: Why::of(why).unwrap(),
            },
        );
        let laps = (any::<Short>(), any::<u8>(), any::<u32>()).prop_map(|(before, flips, since)| Laps {
            before,
            flips,
            since,
        });
        (prop::option::of(pair), prop::option::of(held), laps).prop_map(|(pair, held, laps)| FieldBase {
            pair,
            held,
            laps,
        })
    }

    proptest! {
        #[test]
        fn prints_and_parses_back(base in prop::collection::btree_map(any::<u64>(), fields(), 0..8)) {
            let base = Base(base);
            prop_assert_eq!(Base::parse(&base.print()), Ok(base));
        }

        #[test]
        fn never_panics_on_damage(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Base::parse(&bytes);
        }
    }

    #[test]
    fn an_empty_column_is_an_empty_base() {
        assert_eq!(Base::parse(&[]), Ok(Base::default()));
    }

    #[test]
    fn eight_plain_fields_stay_under_half_a_kilobyte() {
        let pair = Pair { left: Fingerprint([1; 16]), right: Fingerprint([2; 16]), elements: None };
        let field = FieldBase { pair: Some(pair), ..FieldBase::default() };
        let base = Base((0..8).map(|key| (key, field.clone())).collect());
        assert!(base.print().len() < 512, "{}", base.print().len());
    }
}
