//! Compact storage: typed row numbers into small tables, and names stored once.
//!
//! An issue or entity keeps two or four bytes for each status, person, label and so on, never a string.

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

/// The number of a row in a [`Table`] of `T`. Only the table makes one, so it always has a row.
pub(crate) struct Row<T>(u16, PhantomData<fn() -> T>);

impl<T> Clone for Row<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Row<T> {}

impl<T> PartialEq for Row<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> Eq for Row<T> {}

impl<T> Hash for Row<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T> PartialOrd for Row<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Row<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<T> std::fmt::Debug for Row<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "#{}", self.0)
    }
}

impl<T> Row<T> {
    /// The row's place in its table, for sorting.
    pub(crate) fn place(self) -> usize {
        usize::from(self.0)
    }
}

/// Rows that are added, and can be struck out: then nobody finds them any more, but what still names one can read it.
#[derive(Clone, Debug)]
pub(crate) struct Table<T> {
    rows: Vec<T>,
    struck: HashSet<u16>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), struck: HashSet::new() }
    }
}

impl<T> Table<T> {
    /// Adds a row. Beyond 65,535 rows it returns the last number: these tables hold settings, not items.
    pub(crate) fn add(&mut self, value: T) -> Row<T> {
        self.rows.push(value);
        Row(u16::try_from(self.rows.len() - 1).unwrap_or(u16::MAX), PhantomData)
    }

    /// Takes a row out of [`Table::iter`] and [`Table::find`] for good. Its number is never used again.
    pub(crate) fn strike(&mut self, row: Row<T>) {
        self.struck.insert(row.0);
    }

    /// Whether the row was not struck out.
    pub(crate) fn holds(&self, row: Row<T>) -> bool {
        !self.struck.contains(&row.0)
    }

    /// How many rows were ever added, for ids that count up.
    pub(crate) fn ever(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// The row with this number.
    #[expect(
        clippy::indexing_slicing,
        reason = "only this table makes its row numbers, and struck rows stay in place"
    )]
    pub(crate) fn get(&self, row: Row<T>) -> &T {
        &self.rows[usize::from(row.0)]
    }

    /// The row with this number, to change it.
    #[expect(
        clippy::indexing_slicing,
        reason = "only this table makes its row numbers, and struck rows stay in place"
    )]
    pub(crate) fn get_mut(&mut self, row: Row<T>) -> &mut T {
        &mut self.rows[usize::from(row.0)]
    }

    /// Puts the rows in another order, those that are not named last. The answer has, at the place where each row was,
    /// the number it has now; whoever keeps numbers must exchange them.
    pub(crate) fn arrange(&mut self, order: &[Row<T>]) -> Vec<Row<T>> {
        let mut places: Vec<u16> = order.iter().map(|row| row.0).collect();
        places.extend(
            (0..=u16::MAX).take(self.rows.len()).filter(|place| !order.iter().any(|row| row.0 == *place)),
        );
        let mut now = vec![Row(0, PhantomData); self.rows.len()];
        let mut old: Vec<Option<T>> = self.rows.drain(..).map(Some).collect();
        for (new, place) in (0..).zip(places) {
            self.rows.extend(old.get_mut(usize::from(place)).and_then(Option::take));
            if let Some(slot) = now.get_mut(usize::from(place)) {
                *slot = Row(new, PhantomData);
            }
        }
        let moved = |place: &u16| now.get(usize::from(*place)).map(|row| row.0);
        self.struck = self.struck.iter().filter_map(moved).collect();
        now
    }

    /// All rows that were not struck out, with their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Row<T>, &T)> {
        self.rows
            .iter()
            .enumerate()
            .map(|(index, value)| (Row(u16::try_from(index).unwrap_or(u16::MAX), PhantomData), value))
            .filter(|(row, _)| self.holds(*row))
    }

    /// The first row that fits.
    pub(crate) fn find(&self, fits: impl Fn(&T) -> bool) -> Option<Row<T>> {
        self.iter().find(|(_, value)| fits(value)).map(|(row, _)| row)
    }
}

/// The number of a name in [`Names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Name(u32);

impl Name {
    /// Its number for people, counted from 1 in the order in which names were first seen.
    pub(crate) fn number(self) -> u32 {
        self.0.saturating_add(1)
    }
}

/// Names (labels, tags, field names) stored once each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    list: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, Name>,
}

impl Names {
    /// The number of a name, new or old.
    pub(crate) fn intern(&mut self, name: &str) -> Name {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = Name(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        let name: Arc<str> = name.into();
        self.list.push(name.clone());
        self.numbers.insert(name, number);
        number
    }

    /// Every name that was ever seen, in that order.
    pub(crate) fn all(&self) -> impl Iterator<Item = Name> + use<> {
        (0..u32::try_from(self.list.len()).unwrap_or(u32::MAX)).map(Name)
    }

    /// The number of a name that is known.
    pub(crate) fn find(&self, name: &str) -> Option<Name> {
        self.numbers.get(name).copied()
    }

    /// The name with this number, counted from 1 in the order in which names were first seen.
    pub(crate) fn numbered(&self, number: u64) -> Option<&str> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        self.list.get(index).map(|name| &**name)
    }

    /// The name itself.
    pub(crate) fn get(&self, name: Name) -> &str {
        self.list.get(name.0 as usize).map_or("", |name| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_stored_once() {
        let mut names = Names::default();
        let (a, b) = (names.intern("a"), names.intern("b"));
        assert_ne!(a, b);
        assert_eq!(names.intern("a"), a);
        assert_eq!((names.get(a), names.get(b)), ("a", "b"));
        assert_eq!((names.find("b"), names.find("c")), (Some(b), None));
    }

    #[test]
    fn rows_are_found_by_what_they_hold() {
        let mut table = Table::default();
        let (one, two) = (table.add("one"), table.add("two"));
        assert_eq!(table.find(|name| *name == "two"), Some(two));
        assert_eq!(*table.get(one), "one");
        assert_eq!(table.iter().map(|(_, name)| *name).collect::<Vec<_>>(), ["one", "two"]);
    }

    #[test]
    fn rows_can_be_put_in_another_order() {
        let mut table = Table::default();
        let rows = [table.add("a"), table.add("b"), table.add("c"), table.add("d")];
        table.strike(rows[1]);
        let now = table.arrange(&[rows[3], rows[0]]);
        let names: Vec<_> = now.iter().map(|row| *table.get(*row)).collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
        assert_eq!(table.iter().map(|(_, name)| *name).collect::<Vec<_>>(), ["d", "a", "c"]);
    }

    #[test]
    fn a_struck_row_can_be_read_but_not_found() {
        let mut table = Table::default();
        let (one, two) = (table.add("one"), table.add("two"));
        table.strike(one);
        assert_eq!((table.find(|name| *name == "one"), table.holds(two)), (None, true));
        assert_eq!((*table.get(one), table.ever()), ("one", 2));
        assert_eq!(table.iter().map(|(row, _)| row).collect::<Vec<_>>(), [two]);
    }
}
