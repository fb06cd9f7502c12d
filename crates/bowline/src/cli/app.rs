//! `bowline app`: the app that Jira sites install.

use anyhow::Context as _;
use bowline_server::connect::describe;
use clap::Subcommand;
use http::Method;
use serde_json::Value;

use super::client::segment;
use super::out::at;
use super::{Context, Done, Exit, Failed};

#[derive(Clone, Subcommand)]
pub(crate) enum Verb {
    /// Print the app's descriptor, as the configuration makes it. The service need not run.
    Descriptor,
    /// List the sites that have installed the app, and the calls of theirs that were refused, and why.
    Installs,
    /// Forget a site that has removed the app, with its connection. If it installs the app again, it is a new site.
    Forget {
        /// The site's client key, as `bowline --json app installs` shows it.
        client_key: String,
    },
}

pub(super) async fn run(context: &Context, verb: Verb) -> Done {
    match verb {
        Verb::Descriptor => descriptor(context),
        Verb::Installs => installs(context).await,
        Verb::Forget { client_key } => forget(context, &client_key).await,
    }
}

fn descriptor(context: &Context) -> Done {
    let config = context.config()?;
    let facts = config.connect.facts(&config.server, config.server.listen);
    let (descriptor, doubts) = describe(&facts).map_err(|problems| {
        let each = problems.iter().map(|problem| format!("{} {}", problem.pointer, problem.message));
        let text = format!("sites would refuse the descriptor: {}", each.collect::<Vec<_>>().join("; "));
        Failed::new(Exit::Usage, text)
            .next("set `connect.base_url` to the address at which Atlassian reaches the app")
    })?;
    for doubt in doubts {
        context.out.note(format!("{}: {}", doubt.pointer, doubt.message));
    }
    let text = serde_json::to_string_pretty(descriptor.json()).context("a descriptor is JSON")?;
    context.out.value(descriptor.json(), |_| text);
    Ok(())
}

async fn installs(context: &Context) -> Done {
    let seen = context.client()?.get("/api/v1/app/installs").await?;
    if context.out.json {
        context.out.line(seen);
        return Ok(());
    }
    if seen["enabled"] != true {
        context.out.note("The app is not switched on: `connect.enabled` in the configuration.");
        return Ok(());
    }
    let list = |name: &str| seen[name].as_array().cloned().unwrap_or_default();
    let columns = [
        ("SITE", "/base_url"),
        ("PRODUCT", "/product"),
        ("STATE", "/state"),
        ("CONNECTION", "/connection"),
        ("TENANT", "/tenant"),
        ("SINCE", "/installed_at"),
    ];
    context.out.list(&list("sites"), &columns, "No site has installed the app yet.");
    let refusals = list("refusals");
    if refusals.is_empty() {
        context.out.note("No call was refused since the service started.");
    }
    for refusal in refusals {
        context.out.line(told(&refusal));
    }
    Ok(())
}

async fn forget(context: &Context, client_key: &str) -> Done {
    let path = format!("/api/v1/app/installs/{}", segment(client_key));
    context.client()?.call(Method::DELETE, &path, None).await?;
    context.out.note(format!("{client_key} is forgotten."));
    Ok(())
}

/// One refusal, with what was compared below it.
fn told(refusal: &Value) -> String {
    let mut text = format!(
        "\n{}  {}  {}  {}",
        at(refusal, "/at"),
        at(refusal, "/call"),
        at(refusal, "/status"),
        at(refusal, "/reason")
    );
    for (title, pointer) in
        [("the token is for", "/found"), ("it has to be for", "/expected"), ("its hash", "/claimed_hash")]
    {
        let value = at(refusal, pointer);
        if !value.is_empty() {
            text += &format!("\n    {title}: {value}");
        }
    }
    for canonical in refusal["canonical"].as_array().into_iter().flatten() {
        text += &format!("\n    arrived as: {}", at(canonical, ""));
    }
    text
}
