//! Canonical requests and their hashes, for `cargo xtask conformance jwt` and for a look by hand: JSON lines in, JSON lines out.
//!
//! In: `{"method", "url", "base_url", "direction": "jira-to-app" | "app-to-jira", "form"?}`; out: `{"canonical", "qsh", "forms"}`
//! with every form that is taken, the likeliest first, or `{"error"}`.

#![expect(clippy::print_stdout, reason = "this is a command-line program")]

use std::error::Error;
use std::io::BufRead as _;

use bowline_connect::qsh::{BasePath, Canonical, Incoming, outgoing};
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

#[derive(Deserialize)]
struct Ask {
    method: String,
    url: String,
    base_url: String,
    direction: String,
    #[serde(default)]
    form: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    for line in std::io::stdin().lock().lines() {
        let said = match forms(&serde_json::from_str(&line?)?) {
            Ok(forms) => told(&forms),
            Err(error) => json!({"error": error.to_string()}),
        };
        println!("{said}");
    }
    Ok(())
}

fn told(forms: &[Canonical]) -> Value {
    let texts: Vec<&str> = forms.iter().map(Canonical::as_str).collect();
    let first = forms.first();
    json!({
        "canonical": first.map(Canonical::as_str),
        "qsh": first.map(|form| form.qsh().as_str().to_owned()),
        "forms": texts,
    })
}

fn forms(ask: &Ask) -> Result<Vec<Canonical>, Box<dyn Error>> {
    let method: Method = ask.method.to_ascii_uppercase().parse()?;
    if ask.direction == "app-to-jira" {
        return Ok(vec![outgoing(&method, &Url::parse(&ask.url)?, &Url::parse(&ask.base_url)?)?]);
    }
    // As it arrives: everything behind the host, and a slash where there is no path.
    let behind = ask.url.split_once("://").map_or(ask.url.as_str(), |(_, rest)| rest);
    let target = behind.find(['/', '?', '#']).and_then(|at| behind.get(at..)).unwrap_or_default();
    let slash = if target.starts_with('/') { "" } else { "/" };
    let request = Incoming::parse(&method, &format!("{slash}{target}"), &BasePath::of(&ask.base_url)?)?;
    Ok(match &ask.form {
        Some(form) => request.with_form(form)?.forms(),
        None => request.forms(),
    })
}
