//! Prints a `manifest.yml`: `cargo run -p bowline-connect --example manifest [fixed|configurable|connect]`.

use std::error::Error;
use std::io::Write as _;

use bowline_connect::descriptor::{Builder, Scope, Webhook};
use bowline_connect::forge::{AppId, Manifest, Remote, RemoteApp, Tokens};
use bowline_connect::installation::Product;
use bowline_connect::lifecycle::Event;

fn main() -> Result<(), Box<dyn Error>> {
    let app = AppId::parse("8db33809-1f32-48bb-8c52-5877dab48107").ok_or("no app id")?;
    let manifest = match std::env::args().nth(1).as_deref() {
        None | Some("fixed") => remote(&app, Remote::Fixed("https://app.example"))?,
        Some("configurable") => {
            let (name, description) = ("Your server", "Where your company runs the app");
            remote(&app, Remote::Configurable { name, description, patterns: &["*.example.com"] })?
        }
        Some("connect") => connect(&app)?,
        Some(other) => return Err(format!("`{other}` is none of fixed, configurable, connect").into()),
    };
    std::io::stdout().write_all(manifest.yaml().as_bytes())?;
    Ok(())
}

fn remote(app: &AppId, remote: Remote<'_>) -> Result<Manifest, Box<dyn Error>> {
    Ok(Manifest::remote(&RemoteApp {
        app,
        remote,
        stores_user_data: false,
        scopes: &["read:jira-work", "write:jira-work"],
        tokens: Tokens { system: true, user: true },
        events: &["avi:jira:created:issue", "avi:jira:updated:issue"],
        events_path: "/forge/events",
        hourly_path: "/forge/hourly",
        modules: &[],
        resources: &[],
    })?)
}

fn connect(app: &AppId) -> Result<Manifest, Box<dyn Error>> {
    let (descriptor, _) =
        Builder::new(Product::Jira, "com.example.app", "Example", "https://app.example/connect")
            .lifecycle(Event::Installed, "/installed")
            .lifecycle(Event::Uninstalled, "/uninstalled")
            .scopes(&[Scope::Read, Scope::ProjectAdmin, Scope::ActAsUser])
            .webhook(Webhook {
                event: "jira:issue_updated".to_owned(),
                path: "/webhook".to_owned(),
                filter: None,
                without_body: true,
            })
            .build()
            .map_err(|problems| format!("{problems:?}"))?;
    Ok(Manifest::connect(app, &descriptor, Product::Jira)?)
}
