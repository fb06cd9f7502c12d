//! Routing: which project on the other side an item belongs to.

use std::fmt;

use bowline_core::{Item, Side};

use crate::document::{Condition, Document, Sharing, Sided};
use crate::fold::same_name;
use crate::problem::Report;

use super::{Rules, on};

/// One routing, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Routing {
    scopes: [String; 2],
    share: Sharing,
    when: Sided<Vec<Condition>>,
}

/// Where an item belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route<'a> {
    /// The project on the other side.
    pub scope: &'a str,
    /// Which routing said so, counted from 0.
    pub routing: usize,
    /// Whether the item is shared without anybody asking for it.
    pub automatic: bool,
}

/// No routing takes an item.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no routing takes the item: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct NotRouted(pub Vec<Reason>);

/// Why a routing does not take an item. Quotes the document and the item's project, nothing else of the item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No routing names the item's project.
    Project(String),
    /// A routing names its project, but a condition of it does not hold.
    Condition {
        /// Which routing, counted from 0.
        routing: usize,
        /// The condition, for people.
        condition: String,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(scope) => write!(f, "no routing names the project `{scope}`"),
            Self::Condition { routing, condition } => {
                write!(f, "routing {} asks for {condition}", routing + 1)
            }
        }
    }
}

impl Routing {
    pub(crate) const fn scope(&self, side: Side) -> &String {
        on(&self.scopes, side)
    }

    pub(crate) fn conditions(&self, side: Side) -> &[Condition] {
        self.when.get(&side).map_or(&[], Vec::as_slice)
    }

    const fn is_automatic(&self, from: Side) -> bool {
        match self.share {
            Sharing::ByHand => false,
            Sharing::Both => true,
            Sharing::Left => matches!(from, Side::Left),
            Sharing::Right => matches!(from, Side::Right),
        }
    }

    /// Whether every item of a side that `later` would take is taken by this one.
    fn hides(&self, later: &Self, side: Side) -> bool {
        same_name(self.scope(side), later.scope(side))
            && self.conditions(side).iter().all(|condition| later.conditions(side).contains(condition))
    }
}

impl Rules {
    /// Where an item of a side belongs on the other; the first routing that takes it decides.
    pub fn route(&self, from: Side, item: &Item) -> Result<Route<'_>, NotRouted> {
        let mut reasons = Vec::new();
        for (index, routing) in self.routings.iter().enumerate() {
            if !same_name(routing.scope(from), &item.at.scope) {
                continue;
            }
            match routing.conditions(from).iter().find(|condition| !condition.holds(item)) {
                None => {
                    let (scope, automatic) = (routing.scope(from.other()), routing.is_automatic(from));
                    return Ok(Route { scope, routing: index, automatic });
                }
                Some(failed) => {
                    reasons.push(Reason::Condition { routing: index, condition: failed.to_string() });
                }
            }
        }
        if reasons.is_empty() {
            reasons.push(Reason::Project(item.at.scope.clone()));
        }
        Err(NotRouted(reasons))
    }
}

impl Rules {
    /// Whether a routing names the projects of both items as a pair, and takes each of them.
    pub fn pairs(&self, left: &Item, right: &Item) -> bool {
        let takes = |routing: &Routing, side, item: &Item| {
            same_name(routing.scope(side), &item.at.scope)
                && routing.conditions(side).iter().all(|condition| condition.holds(item))
        };
        let both = |routing: &Routing| takes(routing, Side::Left, left) && takes(routing, Side::Right, right);
        self.routings.iter().any(both)
    }

    /// Whether any routing shares items of a side's project without being asked; of any project for `None`.
    /// Says nothing about conditions: for those the item must be read.
    pub fn may_share(&self, from: Side, scope: Option<&str>) -> bool {
        let names = |routing: &Routing| scope.is_none_or(|scope| same_name(routing.scope(from), scope));
        self.routings.iter().any(|routing| routing.is_automatic(from) && names(routing))
    }
}

/// The routings of a document.
pub(super) fn compile(document: &Document, report: &mut Report<'_>) -> Vec<Routing> {
    if document.routings.is_empty() {
        let fix = "Add a `[[routing]]` with the `left` and the `right` project.";
        report.add("", "No routing says which projects belong together.", fix);
    }
    let routing = |routing: &crate::document::Routing| Routing {
        scopes: [routing.left.clone(), routing.right.clone()],
        share: routing.share,
        when: routing.when.clone(),
    };
    let routings: Vec<Routing> = document.routings.iter().map(routing).collect();
    for (index, later) in routings.iter().enumerate() {
        let hidden = |side| {
            let earlier = routings.iter().take(index).position(|earlier| earlier.hides(later, side));
            earlier.map(|earlier| (side, earlier))
        };
        let hidden: Vec<(Side, usize)> = Side::BOTH.into_iter().filter_map(hidden).collect();
        // From one side a routing may well be hidden: it then serves the other side alone.
        let idle = match hidden.as_slice() {
            [(_, earlier), (..)] => Some((*earlier, "never takes an item".to_owned())),
            [(side, earlier)] if later.is_automatic(*side) => {
                Some((*earlier, format!("never takes an item from the {side}, although it is to share them")))
            }
            _ => None,
        };
        if let Some((earlier, what)) = idle {
            let message = format!("This routing {what}: routing {} takes all of them first.", earlier + 1);
            let fix = "Put it before that one, give that one a condition, or remove it.";
            report.add(&format!("/routing/{index}"), message, fix);
        }
    }
    routings
}
