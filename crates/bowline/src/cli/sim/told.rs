//! What a simulator says when it has started: where it is, who is there, how to sign in.

use bowline_sim::{About, Running};
use serde_json::json;

use crate::cli::Out;

/// Says it: one line of data, and words about it for people.
pub(super) fn say(out: Out, name: &str, running: &Running) {
    let (url, about) = (running.url(), running.about());
    let value = json!({
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
    out.value(&value, |_| format!("{}, simulated, listening on {url}", about.title));
    for line in lines(url, about) {
        out.note(line);
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
        format!("  Projects    {}", about.projects.iter().map(project).collect::<Vec<_>>().join(", ")),
    ];
    for way in &about.sign_in {
        lines.push(format!("  Sign in     {}:", way.how));
        lines.push(format!("              {}", way.example));
    }
    lines
}
