//! Connections and profiles.

use bowline_core::connection::{Connection, Health};
use bowline_core::profile::{Profile, ProfileState};
use serde::Serialize;

use super::{Names, web};
use crate::live::words::{self, Sign};

#[derive(Debug, Serialize)]
pub(super) struct ConnectionRow {
    id: String,
    name: String,
    tool: &'static str,
    url: Option<String>,
    host: String,
    health: Sign,
    trouble: Option<Advice>,
    account: Option<String>,
}

#[derive(Debug, Serialize)]
struct Advice {
    title: String,
    remedy: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct ProfileRow {
    name: String,
    left: String,
    right: String,
    paused: bool,
}

pub(super) fn connection_row(connection: &Connection) -> ConnectionRow {
    let trouble = match &connection.health {
        Health::NeedsAttention { code } => {
            Some(Advice { title: code.title().to_owned(), remedy: code.find().map(|entry| entry.remedy) })
        }
        Health::Unknown | Health::Ok => None,
    };
    let url = connection.browse_url.as_str();
    ConnectionRow {
        id: connection.id.to_string(),
        name: connection.name.clone(),
        tool: connection.tool.title(),
        url: web(url),
        host: url.split_once("://").map_or(url, |(_, host)| host).to_owned(),
        health: words::health(&connection.health),
        trouble,
        account: connection.identity.as_ref().map(|identity| identity.name.clone()),
    }
}

impl Names<'_> {
    pub(super) fn profile_row(&self, profile: &Profile) -> ProfileRow {
        let name = |id| self.connection(id).map(|connection| connection.name.clone()).unwrap_or_default();
        ProfileRow {
            name: profile.name.clone(),
            left: name(profile.left),
            right: name(profile.right),
            paused: profile.state == ProfileState::Paused,
        }
    }
}
