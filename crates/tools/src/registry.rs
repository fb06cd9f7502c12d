//! All tools there are. A new one is a folder, and a line in each `match` here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bowline_core::connection::{Connection, ToolKind};
use bowline_core::delegation::Delegate;
use bowline_core::port::{Catalogue, Clock, Hints, Outbound, Outdated, Tool, Tools};
use bowline_core::{ConnectionId, SecretId};

use crate::jira::{JiraHints, JiraTool};
use crate::seldom::Seldom;
use crate::targetprocess::{TargetprocessHints, TargetprocessTool};

/// Makes tools, and keeps them as long as their connection stays as it is: they remember field lists and schemas.
pub struct Registry {
    outbound: Arc<dyn Outbound>,
    clock: Arc<dyn Clock>,
    outdated: Arc<dyn Outdated>,
    made: Mutex<BTreeMap<ConnectionId, Made>>,
}

/// What an adapter was made of. Beside the revision, because a connection may be tried as it would be if it were stored; and
/// the era, so that a new adapter, which remembers nothing, takes the place of one that remembers what is wrong.
type Of = (i64, i64, String, SecretId);

/// Both faces of one adapter.
#[derive(Clone)]
struct Made {
    of: Of,
    tool: Arc<dyn Tool>,
    catalogue: Arc<dyn Catalogue>,
}

impl Registry {
    /// A registry whose tools send their calls through `outbound`. The clock tells how old remembered lists are.
    pub fn new(outbound: Arc<dyn Outbound>, clock: Arc<dyn Clock>) -> Self {
        Self { outbound, clock, outdated: Arc::new(()), made: Mutex::default() }
    }

    /// The same, and others who remember what tools told are told when it is wrong.
    #[must_use]
    pub fn telling(self, outdated: Arc<dyn Outdated>) -> Self {
        let outdated = Arc::new(Seldom::new(outdated, Arc::clone(&self.clock)));
        Self { outdated, ..self }
    }

    fn at(&self, connection: &Connection) -> Made {
        // A panic elsewhere cannot leave the map half changed.
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        match made.get(&connection.id) {
            Some(known) if known.of == of(connection) => known.clone(),
            _ => {
                let fresh = self.make(connection);
                made.insert(connection.id, fresh.clone());
                fresh
            }
        }
    }

    fn make(&self, connection: &Connection) -> Made {
        let of = of(connection);
        let outbound = Arc::clone(&self.outbound);
        match connection.tool {
            ToolKind::JiraCloud | ToolKind::JiraDc => {
                let outdated = Arc::clone(&self.outdated);
                let jira = Arc::new(JiraTool::new((outbound, outdated), &self.clock, connection.clone()));
                Made { of, tool: Arc::clone(&jira) as Arc<dyn Tool>, catalogue: jira }
            }
            ToolKind::Targetprocess => {
                let there = Arc::new(TargetprocessTool::new(outbound, &self.clock, connection.clone()));
                Made { of, tool: Arc::clone(&there) as Arc<dyn Tool>, catalogue: there }
            }
        }
    }
}

fn of(connection: &Connection) -> Of {
    (connection.revision, connection.era, connection.base_url.clone(), connection.secret)
}

impl Tools for Registry {
    fn hints(&self, kind: ToolKind) -> Arc<dyn Hints> {
        match kind {
            ToolKind::JiraCloud | ToolKind::JiraDc => Arc::new(JiraHints),
            ToolKind::Targetprocess => Arc::new(TargetprocessHints),
        }
    }

    fn tool(&self, connection: &Connection) -> Arc<dyn Tool> {
        self.at(connection).tool
    }

    // Not remembered: what one person may see must not answer for another, nor for the service account.
    fn acting(&self, connection: &Connection, delegate: &Delegate) -> Arc<dyn Tool> {
        self.make(&delegate.acting(connection)).tool
    }

    fn catalogue(&self, connection: &Connection) -> Arc<dyn Catalogue> {
        self.at(connection).catalogue
    }
}
