//! How text looks at some point of an HTML document.
//!
//! Formatting elements may be closed in any order. Each tag name keeps its own stack of what its open elements do,
//! and each kind of mark counts how many of them are on, so that a step costs about the same however deep the nesting.

use std::collections::BTreeMap;

use html5ever::LocalName;

use crate::marks::{Marks, Shift};
use crate::{Color, Href};

/// The open formatting elements. Default: none.
#[derive(Default)]
pub(super) struct Format {
    open: BTreeMap<LocalName, Vec<Marks>>,
    strong: usize,
    em: usize,
    underline: usize,
    strike: usize,
    code: usize,
    shifts: Vec<Shift>,
    colors: Vec<Color>,
    backgrounds: Vec<Color>,
    links: Vec<Href>,
}

impl Format {
    /// An element begins.
    pub(super) fn open(&mut self, name: &LocalName, marks: Marks) {
        self.strong += usize::from(marks.strong);
        self.em += usize::from(marks.em);
        self.underline += usize::from(marks.underline);
        self.strike += usize::from(marks.strike);
        self.code += usize::from(marks.code);
        self.shifts.extend(marks.shift);
        self.colors.extend(marks.color);
        self.backgrounds.extend(marks.background);
        self.links.extend(marks.link.clone());
        self.open.entry(name.clone()).or_default().push(marks);
    }

    /// The last element of that name ends, if there is one.
    pub(super) fn close(&mut self, name: &LocalName) {
        let Some(marks) = self.open.get_mut(name).and_then(Vec::pop) else { return };
        self.strong -= usize::from(marks.strong);
        self.em -= usize::from(marks.em);
        self.underline -= usize::from(marks.underline);
        self.strike -= usize::from(marks.strike);
        self.code -= usize::from(marks.code);
        if marks.shift.is_some() {
            self.shifts.pop();
        }
        if marks.color.is_some() {
            self.colors.pop();
        }
        if marks.background.is_some() {
            self.backgrounds.pop();
        }
        if marks.link.is_some() {
            self.links.pop();
        }
    }

    /// How text looks now.
    pub(super) fn marks(&self) -> Marks {
        Marks {
            strong: self.strong > 0,
            em: self.em > 0,
            underline: self.underline > 0,
            strike: self.strike > 0,
            code: self.code > 0,
            shift: self.shifts.last().copied(),
            color: self.colors.last().copied(),
            background: self.backgrounds.last().copied(),
            link: self.links.last().cloned(),
            other: Vec::new(),
        }
    }
}
