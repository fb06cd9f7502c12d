//! What a simulator says when it has started: where it is, who is there, how to sign in.

use bowline_sim::atlassian::RunningSite;
use bowline_sim::{About, Running};
use serde_json::json;

use crate::cli::Out;

/// Says it: one line of data, and words about it for people.
pub(super) fn say(out: Out, name: &str, running: &Running, sites: &[RunningSite]) {
    let (url, about) = (running.url(), running.about());
    let mut value = json!({
        "simulator": name,
        "title": about.title,
        "listening": url,
        "address": running.address().to_string(),
        "control": format!("{url}/_sim/"),
        "page": format!("{url}/_sim/page"),
        "people": about.people,
        "sign_in": about.sign_in,
        "projects": about.projects,
    });
    let site = |site: &RunningSite| {
        let (name, url) = (site.name(), site.running().url());
        json!({"name": name, "url": url, "cloud_id": site.cloud_id(), "control": format!("{url}/_sim/")})
    };
    if let (false, Some(members)) = (sites.is_empty(), value.as_object_mut()) {
        members.insert("sites".to_owned(), sites.iter().map(site).collect());
    }
    out.value(&value, |_| format!("{}, simulated, listening on {url}", about.title));
    for line in lines(url, about) {
        out.note(line);
    }
    for site in sites {
        let words = format!("{} ({}, {}/_sim/page)", site.name(), site.cloud_id(), site.running().url());
        out.note(format!("  Site        {words}"));
    }
    if !running.address().ip().is_loopback() {
        out.note("  Attention   whoever reaches this address can use it, and its control API");
    }
    out.note("  Stop it     Ctrl-C");
}

fn lines(url: &str, about: &About) -> Vec<String> {
    let person = |one: &bowline_sim::PersonAbout| {
        format!("{} ({}{})", one.name, one.display, if one.admin { ", administrator" } else { "" })
    };
    let project =
        |one: &bowline_sim::ProjectAbout| format!("{} ({}, {} items)", one.key, one.name, one.items);
    let mut lines = vec![
        format!("  Page        {url}/_sim/page"),
        format!("  Programs    {url}/_sim/"),
        format!("  People      {}", about.people.iter().map(person).collect::<Vec<_>>().join(", ")),
    ];
    if !about.projects.is_empty() {
        let projects: Vec<_> = about.projects.iter().map(project).collect();
        lines.push(format!("  Projects    {}", projects.join(", ")));
    }
    for way in &about.sign_in {
        lines.push(format!("  Sign in     {}:", way.how));
        lines.push(format!("              {}", way.example));
    }
    lines
}
