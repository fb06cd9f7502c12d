//! The Jira sites of a simulated Atlassian: each one a whole simulated Jira Cloud with an address of its own.

use std::sync::Arc;

use axum::Router;

use crate::frame::world::House;
use crate::jira::app::{App, Kind};
use crate::jira::site::Site;

/// A site as the gateway reaches it.
#[derive(Clone)]
pub(crate) struct Door {
    /// What `--site` calls it, and what its name is until it is changed.
    pub(crate) name: String,
    pub(crate) cloud_id: String,
    /// The address of its pages and of its own API.
    pub(crate) url: String,
    pub(crate) house: Arc<House<Site>>,
    pub(crate) router: Router,
}

impl Door {
    /// Makes an app known to the site, as its first call does.
    pub(crate) fn know(&self, app: &str) {
        let known = self.house.read(|site| site.apps.iter().any(|own| own.key == app));
        if !known {
            let key = app.to_owned();
            let app = App { key, kind: Kind::Oauth, people: Vec::new(), base_url: None, owner: None };
            self.house.write(|site| site.apps.push(app));
        }
    }
}

/// What can be told differently of a site than it was at first.
#[derive(Clone, Debug)]
pub(crate) struct Sign {
    pub(crate) name: String,
    pub(crate) url: String,
}
