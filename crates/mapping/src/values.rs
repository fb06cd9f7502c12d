//! Value maps: which option or state on one side is which on the other.
//!
//! Several values may share a counterpart. On the way back the target's present value stays if it is one of
//! them, else the first in the document is taken; that choice is made where the present value is known
//! (`field::carry`), here only pairs are looked up.

use bowline_core::Side;

use crate::document::{Sided, Unmapped, UnmappedValue};
use crate::fold::fold;

/// A value map.
#[derive(Clone, Debug)]
pub(crate) struct ValueMap {
    pairs: Vec<[Name; 2]>,
    unmapped: Unmapped,
}

/// A name as written and as compared.
#[derive(Clone, Debug)]
struct Name {
    written: String,
    folded: String,
}

/// What a name is on the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mapped<'a> {
    /// This name; a blank one stands for an empty field.
    Name(&'a str),
    /// The same name.
    Pass,
    /// Nothing, and the target is left as it is.
    Skip,
    /// Nothing, and a person must be told.
    Hold,
}

impl ValueMap {
    pub(crate) fn new(pairs: &[[String; 2]], unmapped: Option<&Unmapped>) -> Self {
        let name = |written: &String| Name { written: written.clone(), folded: fold(written) };
        Self {
            pairs: pairs.iter().map(|pair| pair.each_ref().map(name)).collect(),
            unmapped: unmapped.cloned().unwrap_or(Unmapped::Policy(UnmappedValue::Hold)),
        }
    }

    /// Pairs that are there more than once, by their index.
    pub(crate) fn repeats(&self) -> impl Iterator<Item = usize> + '_ {
        self.pairs.iter().enumerate().filter_map(|(index, [left, right])| {
            let same = |[a, b]: &&[Name; 2]| a.folded == left.folded && b.folded == right.folded;
            self.pairs.iter().take(index).find(same).map(|_| index)
        })
    }

    /// All names of a side, with where they stand below the mapping: `values/0/1`, `unmapped/left`.
    pub(crate) fn names(&self, side: Side) -> impl Iterator<Item = (String, &str)> {
        let column = usize::from(side == Side::Right);
        let pairs = self.pairs.iter().enumerate().map(move |(index, pair)| {
            let name = on(pair, side);
            (format!("values/{index}/{column}"), name.written.as_str())
        });
        let default = self.defaults().get(&side).map(|name| (format!("unmapped/{side}"), name.as_str()));
        pairs.chain(default)
    }

    /// What a name becomes on a side.
    pub(crate) fn carry(&self, to: Side, name: &str) -> Mapped<'_> {
        let folded = fold(name);
        let pair = self.pairs.iter().find(|pair| on(pair, to.other()).folded == folded);
        if let Some(pair) = pair {
            return Mapped::Name(&on(pair, to).written);
        }
        match &self.unmapped {
            // What is empty stays empty, unless a pair says otherwise.
            _ if folded.is_empty() => Mapped::Pass,
            Unmapped::Policy(UnmappedValue::Hold) => Mapped::Hold,
            Unmapped::Policy(UnmappedValue::Skip) => Mapped::Skip,
            Unmapped::Policy(UnmappedValue::Pass) => Mapped::Pass,
            Unmapped::Default(names) => names.get(&to).map_or(Mapped::Hold, |name| Mapped::Name(name)),
        }
    }

    /// Whether some pair holds both names.
    pub(crate) fn paired(&self, left: &str, right: &str) -> bool {
        let (left, right) = (fold(left), fold(right));
        self.pairs.iter().any(|[a, b]| a.folded == left && b.folded == right)
    }

    fn defaults(&self) -> &Sided<String> {
        static NONE: Sided<String> = Sided::new();
        match &self.unmapped {
            Unmapped::Default(names) => names,
            Unmapped::Policy(_) => &NONE,
        }
    }
}

const fn on(pair: &[Name; 2], side: Side) -> &Name {
    let [left, right] = pair;
    match side {
        Side::Left => left,
        Side::Right => right,
    }
}
