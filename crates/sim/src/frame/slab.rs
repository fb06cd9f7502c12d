//! Rows by id, where ids count up and are never used twice.
//!
//! A copy of a slab shares its rows: a row is copied when one of both changes it.

use std::sync::Arc;

/// Rows by id.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    first: u32,
    rows: Vec<Option<Arc<T>>>,
    live: usize,
}

impl<T> Clone for Slab<T> {
    fn clone(&self) -> Self {
        Self { first: self.first, rows: self.rows.clone(), live: self.live }
    }
}

impl<T> Slab<T> {
    /// No rows yet; the first one gets the id `first`.
    pub(crate) fn new(first: u32) -> Self {
        Self { first, rows: Vec::new(), live: 0 }
    }

    /// The id the next row gets.
    pub(crate) fn next_id(&self) -> u32 {
        self.first.saturating_add(u32::try_from(self.rows.len()).unwrap_or(u32::MAX))
    }

    /// Adds a row; the answer is its id.
    pub(crate) fn add(&mut self, row: T) -> u32 {
        let id = self.next_id();
        self.rows.push(Some(Arc::new(row)));
        self.live += 1;
        id
    }

    /// Gives the next id away without a row: something that is kept elsewhere has it from now on.
    pub(crate) fn reserve(&mut self) -> u32 {
        let id = self.next_id();
        self.rows.push(None);
        id
    }

    /// Puts a row that was taken out back where it was; false if its place was never given out or is taken.
    pub(crate) fn restore(&mut self, id: u32, row: T) -> bool {
        let place = self.index(id).and_then(|index| self.rows.get_mut(index));
        match place {
            Some(place @ None) => {
                *place = Some(Arc::new(row));
                self.live += 1;
                true
            }
            _ => false,
        }
    }

    /// Takes a row out for good; its id stays a hole.
    pub(crate) fn remove(&mut self, id: u32) -> Option<Arc<T>> {
        let index = self.index(id)?;
        let row = self.rows.get_mut(index)?.take()?;
        self.live -= 1;
        Some(row)
    }

    pub(crate) fn get(&self, id: u32) -> Option<&T> {
        self.rows.get(self.index(id)?)?.as_deref()
    }

    /// A row that stays as it is now, whatever becomes of the one in here.
    pub(crate) fn share(&self, id: u32) -> Option<Arc<T>> {
        self.rows.get(self.index(id)?)?.clone()
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut T>
    where
        T: Clone,
    {
        let index = self.index(id)?;
        self.rows.get_mut(index)?.as_mut().map(Arc::make_mut)
    }

    /// All rows by id.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.iter().filter_map(Option::as_deref)
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.live
    }

    fn index(&self, id: u32) -> Option<usize> {
        usize::try_from(id.checked_sub(self.first)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_row_leaves_a_hole_that_is_never_filled() {
        let mut slab = Slab::new(100);
        let (a, b) = (slab.add('a'), slab.add('b'));
        assert_eq!((a, b, slab.len()), (100, 101, 2));
        assert_eq!(slab.remove(a).as_deref(), Some(&'a'));
        assert_eq!(slab.remove(a), None);
        assert_eq!(slab.add('c'), 102);
        assert_eq!((slab.get(a), slab.get(b), slab.get(7), slab.get(999)), (None, Some(&'b'), None, None));
        if let Some(row) = slab.get_mut(b) {
            *row = 'B';
        }
        assert_eq!(slab.iter().collect::<String>(), "Bc");
    }

    #[test]
    fn a_copy_shares_rows_until_one_changes() {
        let mut slab = Slab::new(1);
        let (a, b) = (slab.add("a".to_owned()), slab.add("b".to_owned()));
        let copy = slab.clone();
        if let Some(row) = slab.get_mut(a) {
            row.push('!');
        }
        assert_eq!(
            (slab.get(a).map(String::as_str), copy.get(a).map(String::as_str)),
            (Some("a!"), Some("a"))
        );
        let same = |id| std::ptr::eq(slab.get(id).unwrap(), copy.get(id).unwrap());
        assert!(same(b) && !same(a));
    }

    #[test]
    fn a_row_comes_back_to_its_own_place_only() {
        let mut slab = Slab::new(1);
        let (a, reserved) = (slab.add('a'), slab.reserve());
        let b = slab.add('b');
        assert_eq!((a, reserved, b, slab.len(), slab.get(reserved)), (1, 2, 3, 2, None));
        assert!(!slab.restore(a, 'x') && !slab.restore(9, 'x'));
        slab.remove(a);
        assert!(slab.restore(a, 'A'));
        assert_eq!(slab.iter().collect::<String>(), "Ab");
        assert_eq!(slab.len(), 2);
    }
}
