//! `bowline app`: the app that Jira sites install.

mod manifest;
mod migration;

use anyhow::Context as _;
use bowline_server::connect::describe;
use clap::Subcommand;
use http::Method;
use serde_json::{Value, json};

use super::client::segment;
use super::out::at;
use super::{Context, Done, Exit, Failed};

#[derive(Clone, Subcommand)]
pub(crate) enum Verb {
    /// Print the app's descriptor, as the configuration makes it. The service need not run.
    Descriptor,
    /// List the sites that have installed the app, and the calls of theirs that were refused, and why.
    Installs,
    /// Print the manifest of the Forge app, as the configuration makes it. The service need not run.
    Manifest(manifest::Ask),
    /// Make a code by which an administrator of a site ties the Forge app there to the tenant. It is shown once.
    Pair,
    /// Untie an installation of the Forge app from the tenant: its tokens are forgotten and its connection waits; links are
    /// kept. A code of any tenant may tie it afterwards.
    Untie {
        /// The installation, as `bowline --json app installs` shows it.
        installation: String,
        /// Do it; without this it is only said what would be done.
        #[arg(long)]
        yes: bool,
    },
    /// Say which sites are still on Connect, which is supported until 31 January 2027, and what to do next.
    Migration,
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
        Verb::Manifest(ask) => manifest::run(context, &ask),
        Verb::Pair => pair(context).await,
        Verb::Untie { installation, yes } => untie(context, &installation, yes).await,
        Verb::Migration => migration::run(context).await,
        Verb::Forget { client_key } => forget(context, &client_key).await,
    }
}

async fn pair(context: &Context) -> Done {
    let made = context.client()?.post("/api/v1/app/pairings", &json!({})).await?;
    context.out.value(&made, |made| at(made, "/code"));
    context.out.note(format!(
        "An administrator of the site enters it in Jira: Apps → Bowline. It is good once, until {}.",
        at(&made, "/expires_at")
    ));
    Ok(())
}

async fn untie(context: &Context, installation: &str, yes: bool) -> Done {
    let ask = json!({"installation": installation, "dry_run": !yes});
    let done = context.client()?.post("/api/v1/app/untie", &ask).await?;
    context.out.value(&done, |done| {
        let waits = |name: &str| match at(done, name) {
            nothing if nothing.is_empty() => "none".to_owned(),
            some => some,
        };
        let verb = if yes { "is untied" } else { "would be untied" };
        format!(
            "{installation} {verb}. What waits for a person then: connection {}, profiles {}.",
            waits("/connection"),
            waits("/profiles"),
        )
    });
    if !yes {
        context.out.note("Nothing was done. Say it again with --yes.");
    }
    Ok(())
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
    remotes(context, &seen["forge"]);
    if seen["enabled"] != true {
        context.out.note("The Connect app is not switched on: `connect.enabled` in the configuration.");
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

/// Installations of the Forge app; nothing where there is none.
fn remotes(context: &Context, forge: &Value) {
    let list = |name: &str| forge[name].as_array().cloned().unwrap_or_default();
    if forge["enabled"] != true && list("installations").is_empty() {
        return;
    }
    let columns = [
        ("FORGE SITE", "/site_url"),
        ("TOKEN", "/token/state"),
        ("HEARD", "/token/heard_at"),
        ("ENDS", "/token/ends_at"),
        ("CONNECTION", "/connection"),
        ("TENANT", "/tenant"),
        ("VERSION", "/app_version"),
    ];
    let none = "No installation of the Forge app is paired yet: `bowline app pair`.";
    context.out.list(&list("installations"), &columns, none);
    for refusal in list("refusals") {
        context.out.line(told(&refusal));
    }
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
