//! Jira as a whole: its configuration, properties, licence, banner and audit log.

mod application;
mod audit;
mod banner;
mod configuration;
mod licence;
mod seat;

use super::rows::administer;
use super::{body, signed_in};
use crate::frame::world::Route;
use crate::jira::site::Site;

/// What both faces have.
pub(crate) fn both() -> Vec<Route<Site>> {
    [application::both(), configuration::both(), licence::both()].concat()
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    [audit::cloud(), banner::cloud(), configuration::cloud(), licence::cloud(), seat::cloud()].concat()
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    [configuration::data_center(), licence::data_center(), seat::data_center()].concat()
}
