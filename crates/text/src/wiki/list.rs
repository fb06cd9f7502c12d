//! Puts the items of lists together as their lines come.
//!
//! The number of signs before an item is its depth; its last sign says what list it is in. The signs before that are
//! not compared with the lists around it: people mix them, and nothing is lost by following the depth.

use super::blocks::Flow;
use crate::tree::{Block, List, ListItem, MAX_DEPTH, Marker};

/// The lists that are open, outermost first, and those that have ended.
#[derive(Default)]
pub(super) struct Lists {
    open: Vec<Level>,
    done: Vec<Block>,
}

/// One open list and the item that is being read.
struct Level {
    marker: Marker,
    items: Vec<ListItem>,
    item: Flow,
}

impl Lists {
    /// Begins the item with these signs; its text goes to [`Lists::flow`].
    pub(super) fn item(&mut self, signs: &str) {
        let depth = signs.len().clamp(1, MAX_DEPTH);
        let marker = signs.bytes().next_back().map_or(Marker::Bullet, marker);
        self.close_to(depth);
        if self.open.len() == depth {
            if self.open.last().is_some_and(|level| level.marker == marker) {
                self.open.last_mut().into_iter().for_each(Level::end_item);
            } else {
                self.close_to(depth - 1);
            }
        }
        for sign in signs.bytes().take(depth).skip(self.open.len()) {
            let marker = if self.open.len() + 1 == depth { marker } else { self::marker(sign) };
            if let Some(around) = self.open.last_mut() {
                around.item.end_paragraph();
            }
            self.open.push(Level { marker, items: Vec::new(), item: Flow::default() });
        }
    }

    /// The place for the text of the last item, if a list is open.
    pub(super) fn flow(&mut self) -> Option<&mut Flow> {
        self.open.last_mut().map(|level| &mut level.item)
    }

    /// Ends all lists.
    pub(super) fn take(&mut self) -> Vec<Block> {
        self.close_to(0);
        std::mem::take(&mut self.done)
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let Some(mut level) = self.open.pop() else { return };
            level.end_item();
            let list = Block::List(List { marker: level.marker, items: level.items });
            match self.open.last_mut() {
                Some(around) => around.item.blocks.push(list),
                None => self.done.push(list),
            }
        }
    }
}

impl Level {
    fn end_item(&mut self) {
        self.item.end_paragraph();
        self.items.push(ListItem { task: None, blocks: std::mem::take(&mut self.item.blocks) });
    }
}

fn marker(sign: u8) -> Marker {
    if sign == b'#' { Marker::Number { start: 1 } } else { Marker::Bullet }
}
