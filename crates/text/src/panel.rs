//! Frames around blocks: panels and expands.

use serde::{Deserialize, Serialize};

use crate::Color;
use crate::tree::Block;

/// Blocks on a ground of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    /// What it says by its ground.
    pub kind: PanelKind,
    /// Words above it; only wiki markup has a place for them, others show them in a first paragraph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What is in it; may be nothing if it has a title.
    pub blocks: Vec<Block>,
}

/// What a panel says by its ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PanelKind {
    /// Blue.
    Info,
    /// Purple.
    Note,
    /// Green.
    Success,
    /// Yellow.
    Warning,
    /// Red.
    Error,
    /// Nothing; the ground may have a colour.
    Custom(Option<Color>),
}

/// The kinds with the grounds that Jira Cloud gives them in its wiki markup (`{panel:bgColor=…}` in answers of version
/// 2 of its REST API), and their names in ADF.
const KINDS: [(&str, PanelKind, &str); 5] = [
    ("info", PanelKind::Info, "#deebff"),
    ("note", PanelKind::Note, "#eae6ff"),
    ("success", PanelKind::Success, "#e3fcef"),
    ("warning", PanelKind::Warning, "#fffae6"),
    ("error", PanelKind::Error, "#ffebe6"),
];

impl PanelKind {
    /// The name in ADF; that of kinds without one is `custom`.
    pub(crate) fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind, _)| *kind == self).map_or("custom", |(name, ..)| name)
    }

    /// The kind of that name, which may have a colour if it is `custom`. `tip` is what `success` was called.
    pub(crate) fn named(name: &str, color: Option<Color>) -> Self {
        let name = if name == "tip" { "success" } else { name };
        KINDS.iter().find(|(known, ..)| *known == name).map_or(Self::Custom(color), |(_, kind, _)| *kind)
    }

    /// The colour of the ground.
    pub(crate) fn color(self) -> Option<Color> {
        match self {
            Self::Custom(color) => color,
            kind => {
                KINDS.iter().find(|(_, known, _)| *known == kind).and_then(|(.., color)| Color::parse(color))
            }
        }
    }

    /// The kind on a ground of that colour.
    pub(crate) fn on(color: Option<Color>) -> Self {
        let known = KINDS.iter().find(|(_, kind, _)| color.is_some() && kind.color() == color);
        known.map_or(Self::Custom(color), |(_, kind, _)| *kind)
    }
}

/// Blocks that are shown on a click.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expand {
    /// The words to click on; may be none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What is shown.
    pub blocks: Vec<Block>,
}
