//! The routes of Jira's API: who may ask, what is read from the request, how the answer looks.
//!
//! What is done to issues is in [`super::deed`]; how things are shown in [`super::view`].

pub(crate) mod account;
pub(crate) mod agile;
pub(crate) mod assortment;
pub(crate) mod avatar;
pub(crate) mod batch;
pub(crate) mod bulk;
pub(crate) mod changelog;
pub(crate) mod choice;
pub(crate) mod column;
pub(crate) mod comment;
pub(crate) mod component;
pub(crate) mod context;
pub(crate) mod createmeta;
pub(crate) mod custom;
pub(crate) mod dashboard;
pub(crate) mod dashboards;
pub(crate) mod default;
pub(crate) mod division;
pub(crate) mod editmeta;
pub(crate) mod expression;
pub(crate) mod feature;
pub(crate) mod field;
pub(crate) mod filter;
pub(crate) mod flow;
pub(crate) mod gadget;
pub(crate) mod gradation;
pub(crate) mod grant;
pub(crate) mod group;
pub(crate) mod instance;
pub(crate) mod issue;
pub(crate) mod kind;
pub(crate) mod label;
pub(crate) mod layout;
pub(crate) mod notice;
pub(crate) mod oauth1;
pub(crate) mod oauth2;
pub(crate) mod part;
pub(crate) mod pat;
pub(crate) mod permission;
pub(crate) mod preference;
pub(crate) mod priority;
pub(crate) mod project;
pub(crate) mod property;
pub(crate) mod query;
pub(crate) mod related;
pub(crate) mod role;
pub(crate) mod rows;
pub(crate) mod rung;
pub(crate) mod screen;
pub(crate) mod screening;
pub(crate) mod search;
pub(crate) mod security;
pub(crate) mod seek;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod share;
pub(crate) mod shelf;
pub(crate) mod status;
pub(crate) mod suggest;
pub(crate) mod tab;
pub(crate) mod task;
pub(crate) mod template;
pub(crate) mod tenant;
pub(crate) mod transition;
pub(crate) mod upkeep;
pub(crate) mod user;
pub(crate) mod validate;
pub(crate) mod version;
pub(crate) mod webhook;

use axum::routing::MethodFilter as Method;
use serde_json::Value;

use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::put;

/// What both faces have, below `/rest/api/{version}`.
pub(crate) fn both() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/myself", Read(user::myself)),
        (Method::GET, "/serverInfo", Read(settings::server_info)),
        (Method::GET, "/project", Read(project::list)),
        (Method::POST, "/project", Write(project::create)),
        (Method::GET, "/project/{project}", Read(project::get)),
        (Method::PUT, "/project/{project}", Write(project::update)),
        (Method::DELETE, "/project/{project}", Write(project::delete)),
        (Method::GET, "/project/type", Read(project::genres)),
        (Method::GET, "/project/type/{key}", Read(project::genre)),
        (Method::GET, "/project/type/{key}/accessible", Read(project::genre)),
        (Method::GET, "/project/{project}/statuses", Read(project::statuses)),
        (Method::GET, "/issuetype", Read(settings::kinds)),
        (Method::GET, "/issuetype/{id}", Read(settings::kind)),
        (Method::GET, "/priority", Read(settings::priorities)),
        (Method::GET, "/priority/{id}", Read(settings::priority)),
        (Method::GET, "/status", Read(settings::statuses)),
        (Method::GET, "/status/{id}", Read(settings::status)),
        (Method::GET, "/statuscategory", Read(settings::categories)),
        (Method::GET, "/resolution", Read(settings::resolutions)),
        (Method::GET, "/resolution/{id}", Read(settings::resolution)),
        (Method::GET, "/field", Read(settings::fields)),
        (Method::GET, "/user", Read(user::get)),
        (Method::GET, "/user/search", Read(user::search)),
        (Method::GET, "/user/assignable/search", Read(user::assignable)),
        (Method::GET, "/mypermissions", Read(permission::mine)),
        (Method::POST, "/issue", Write(issue::create)),
        (Method::POST, "/issue/bulk", Write(bulk::create)),
        (Method::GET, "/issue/createmeta/{project}/issuetypes", Read(createmeta::kinds)),
        (Method::GET, "/issue/createmeta/{project}/issuetypes/{id}", Read(createmeta::fields)),
        (Method::GET, "/issue/{issue}", Read(issue::get)),
        (Method::PUT, "/issue/{issue}", Write(issue::update)),
        (Method::DELETE, "/issue/{issue}", Write(issue::delete)),
        (Method::PUT, "/issue/{issue}/assignee", Write(issue::assign)),
        (Method::GET, "/issue/{issue}/comment", Read(comment::list)),
        (Method::POST, "/issue/{issue}/comment", Write(comment::create)),
        (Method::GET, "/issue/{issue}/comment/{id}", Read(comment::get)),
        (Method::PUT, "/issue/{issue}/comment/{id}", Write(comment::update)),
        (Method::DELETE, "/issue/{issue}/comment/{id}", Write(comment::delete)),
        (Method::GET, "/issue/{issue}/transitions", Read(transition::list)),
        (Method::POST, "/issue/{issue}/transitions", Write(transition::take)),
        (Method::GET, "/issue/{issue}/properties", Read(property::list)),
        (Method::GET, "/issue/{issue}/properties/{key}", Read(property::get)),
        (Method::PUT, "/issue/{issue}/properties/{key}", Write(property::set)),
        (Method::DELETE, "/issue/{issue}/properties/{key}", Write(property::delete)),
    ]
}

/// Projects, people and everything else that administrators set up, on both faces.
pub(crate) fn setup() -> Vec<Route<Site>> {
    [
        division::table(),
        notice::both(),
        security::both(),
        grant::table(),
        version::table(),
        component::table(),
        flow::table(),
        group::table(),
        role::table(),
        account::table(),
        permission::table(),
        avatar::table(),
        preference::table(),
        kind::table(),
        filter::both(),
        share::both(),
        column::both(),
        suggest::both(),
        dashboard::both(),
        gadget::both(),
        field::table(),
        choice::table(),
        screen::table(),
        tab::table(),
        editmeta::table(),
        part::both(),
        instance::both(),
        validate::both(),
    ]
    .concat()
}

/// What of that only one face has.
pub(crate) fn own_setup(cloud: bool) -> Vec<Route<Site>> {
    if cloud { own_of_cloud() } else { own_of_data_center() }
}

fn own_of_cloud() -> Vec<Route<Site>> {
    [
        component::cloud(),
        expression::cloud(),
        gradation::cloud(),
        notice::cloud(),
        preference::cloud(),
        related::cloud(),
        rung::cloud(),
        seek::cloud(),
        security::cloud(),
        instance::cloud(),
        feature::cloud(),
        label::cloud(),
        shelf::cloud(),
        validate::cloud(),
        assortment::cloud(),
        group::cloud(),
        role::cloud(),
        account::cloud(),
        permission::cloud(),
        avatar::cloud(),
        kind::cloud(),
        priority::cloud(),
        status::cloud(),
        flow::cloud(),
        filter::cloud(),
        query::cloud(),
        suggest::cloud(),
        dashboard::cloud(),
        dashboards::cloud(),
        gadget::cloud(),
        webhook::dynamic::table(),
        field::cloud(),
        context::cloud(),
        default::cloud(),
        choice::cloud(),
        screen::cloud(),
        screening::cloud(),
        layout::cloud(),
        part::cloud(),
        task::cloud(),
        batch::cloud(),
    ]
    .concat()
}

fn own_of_data_center() -> Vec<Route<Site>> {
    [
        component::data_center(),
        instance::data_center(),
        grant::data_center(),
        related::data_center(),
        version::data_center(),
        shelf::data_center(),
        upkeep::data_center(),
        validate::data_center(),
        assortment::data_center(),
        flow::data_center(),
        gradation::data_center(),
        account::data_center(),
        avatar::data_center(),
        kind::data_center(),
        priority::data_center(),
        status::data_center(),
        choice::data_center(),
        custom::data_center(),
        screen::data_center(),
        tab::data_center(),
        part::data_center(),
    ]
    .concat()
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/project/search", Read(project::search)),
        (Method::GET, "/project/type/accessible", Read(project::licensed)),
        (Method::POST, "/issue/bulkfetch", Read(bulk::fetch)),
        (Method::GET, "/issue/{issue}/changelog", Read(changelog::list)),
        (Method::GET, "/search", Read(search::gone)),
        (Method::POST, "/search", Read(search::gone)),
        (Method::POST, "/search/id", Read(search::gone)),
        (Method::POST, "/expression/eval", Read(search::gone)),
        (Method::GET, "/search/jql", Read(search::by_token)),
        (Method::POST, "/search/jql", Read(search::by_token)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    use Act::Read;
    vec![
        (Method::GET, "/search", Read(search::by_offset)),
        (Method::POST, "/search", Read(search::by_offset)),
    ]
}

/// The administrators' webhooks, below `/rest/webhooks/1.0`.
pub(crate) fn webhooks() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/webhook", Read(webhook::list)),
        (Method::POST, "/webhook", Write(webhook::create)),
        (Method::GET, "/webhook/{id}", Read(webhook::get)),
        (Method::PUT, "/webhook/{id}", Write(webhook::update)),
        (Method::DELETE, "/webhook/{id}", Write(webhook::delete)),
    ]
}

/// The body as JSON.
fn body(call: &Call<'_>) -> Result<Value, Refusal> {
    call.json().map_err(Refusal::not_json)
}

/// Who calls, if somebody signed in.
fn signed_in(call: &Call<'_>) -> Result<Person, Refusal> {
    call.caller.ok_or_else(Refusal::anonymous)
}

/// A page: where it starts and how long it is at most, silently no longer than `cap`.
fn page(call: &Call<'_>, usual: usize, cap: usize) -> (usize, usize) {
    (call.query.number("startAt", 0), call.query.number("maxResults", usual).min(cap))
}

/// The part of a list that is on a page.
fn slice<T>(all: &[T], (start, max): (usize, usize)) -> &[T] {
    let start = start.min(all.len());
    let end = start.saturating_add(max).min(all.len());
    all.get(start..end).unwrap_or_default()
}

/// A page with `values`, as newer lists are sent; `path` is the list's own, below the API's root.
fn bean(site: &Site, call: &Call<'_>, path: &str, all: &[Value]) -> Answer {
    sized(site, call, path, all, page(call, 50, 100))
}

/// The same of another size.
fn sized(site: &Site, call: &Call<'_>, path: &str, all: &[Value], (start, max): (usize, usize)) -> Answer {
    let shown = slice(all, (start, max));
    let end = start + shown.len();
    let root = format!("{}/rest/api/{}/{path}", site.base, call.api);
    let mut bean = serde_json::json!({
        "self": format!("{root}?startAt={start}&maxResults={max}"),
        "maxResults": max,
        "startAt": start,
        "total": all.len(),
        "isLast": end >= all.len(),
        "values": shown,
    });
    if end < all.len() && !shown.is_empty() {
        put(&mut bean, "nextPage", format!("{root}?startAt={end}&maxResults={max}"));
    }
    Answer::ok(&bean)
}

/// The strings of a list, or of a comma-separated text, under `name` in a body.
fn strings(body: &Value, name: &str) -> Vec<String> {
    match body.get(name) {
        Some(Value::Array(list)) => {
            list.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect()
        }
        Some(Value::String(text)) => {
            text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
        }
        _ => Vec::new(),
    }
}
