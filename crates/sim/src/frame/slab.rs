//! Rows by id, where ids count up and are never used twice.

/// Rows by id.
#[derive(Debug)]
pub(crate) struct Slab<T> {
    first: u32,
    rows: Vec<Option<Box<T>>>,
    live: usize,
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
        self.rows.push(Some(Box::new(row)));
        self.live += 1;
        id
    }

    /// Takes a row out for good; its id stays a hole.
    pub(crate) fn remove(&mut self, id: u32) -> Option<Box<T>> {
        let index = self.index(id)?;
        let row = self.rows.get_mut(index)?.take()?;
        self.live -= 1;
        Some(row)
    }

    pub(crate) fn get(&self, id: u32) -> Option<&T> {
        self.rows.get(self.index(id)?)?.as_deref()
    }

    pub(crate) fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        let index = self.index(id)?;
        self.rows.get_mut(index)?.as_deref_mut()
    }

    /// All rows by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
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
}
