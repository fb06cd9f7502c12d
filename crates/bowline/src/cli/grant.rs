//! `bowline grant`: what providers let us do; and the browser sign-in of `bowline connection authorize`.

use std::time::Duration;

use clap::Subcommand;
use http::Method;
use serde_json::{Value, json};

use super::client::{Client, segment};
use super::out::{at, details};
use super::{Context, Done, Exit, Failed};

/// How long a link for somebody else works, in seconds.
const INVITED: i64 = 7 * 86_400;
/// How long we wait for whoever opens a link of our own.
const PATIENCE: u32 = 15 * 60;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// List grants, newest first.
    List,
    /// Show a grant with its history and what it serves.
    Show {
        /// Its id.
        id: String,
    },
    /// Get new tokens now.
    Renew {
        /// Its id.
        id: String,
    },
    /// Forget the tokens of a grant that serves no connection.
    Revoke {
        /// Its id.
        id: String,
    },
}

pub(super) async fn run(context: &Context, verb: Verb) -> Done {
    let (client, out) = (context.client()?, context.out);
    let path = |id: &str| format!("/api/v1/grants/{}", segment(id));
    match verb {
        Verb::List => {
            let (items, _) = client.list("/api/v1/grants", usize::MAX).await?;
            let columns = [
                ("ID", "/id"),
                ("STATE", "/state"),
                ("WHO", "/subject/name"),
                ("RENEWED", "/rotated_at"),
                ("ENDS", "/ends_at"),
                ("WHY", "/reason/title"),
            ];
            out.list(&items, &columns, "There is no grant yet: `bowline oauth-client create --help`.");
        }
        Verb::Show { id } => out.value(&client.get(&path(&id)).await?, details),
        Verb::Renew { id } => {
            client.post(&format!("{}/renew", path(&id)), &json!({})).await?;
            out.note(format!("It is being renewed: `bowline grant show {id}`."));
        }
        Verb::Revoke { id } => {
            client.call(Method::DELETE, &path(&id), None).await?;
            out.note("Its tokens are forgotten. The person can also take the access back at the provider.");
        }
    }
    Ok(())
}

/// Prints a link; waits until somebody has gone through it, unless it is for somebody else.
pub(super) async fn authorize(context: &Context, client: &Client, name: &str, invite: bool) -> Done {
    let path = format!("/api/v1/connections/{}", segment(name));
    let before = grant(client, &path).await?;
    let body = if invite { json!({ "expires_in": INVITED }) } else { json!({}) };
    let link = client.post(&format!("{path}/authorize"), &body).await?;
    if invite {
        context.out.value(&link, |link| {
            format!("{}\n\nIt works until {}.", at(link, "/url"), at(link, "/expires_at"))
        });
        return Ok(());
    }
    context.out.note(format!("Open this in a browser and sign in to the tool:\n\n  {}\n", at(&link, "/url")));
    for _ in 0..PATIENCE {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = grant(client, &path).await?;
        if at(&now, "/consented_at") != at(&before, "/consented_at") && at(&now, "/state") == "active" {
            context.out.value(&now, |now| format!("ok: {} signed in", at(now, "/subject/name")));
            scopes(context, client, &path).await;
            context.out.note(format!("Next: `bowline connection test {name}`."));
            return Ok(());
        }
    }
    Err(Failed {
        exit: Exit::Unavailable,
        code: None,
        message: "nobody has signed in within 15 minutes".to_owned(),
        remedy: Some(format!("`bowline connection authorize {name}` makes a new link")),
    })
}

/// Says what the consent lacks, or has for nothing. Where tokens have no scopes there is nothing to say.
async fn scopes(context: &Context, client: &Client, path: &str) {
    let Ok(view) = client.get(&format!("{path}/scopes")).await else { return };
    for gap in view["missing"].as_array().into_iter().flatten() {
        let (operation, scopes) = (at(gap, "/operation"), at(gap, "/scopes"));
        context.out.note(format!("Attention: {operation} needs {scopes}, which was not granted."));
    }
    let unneeded = at(&view, "/unneeded");
    if !unneeded.is_empty() {
        context.out.note(format!("Nothing here needs {unneeded}; the registration could do without."));
    }
}

/// Whether a connection has a grant that nobody has consented to yet.
pub(super) async fn waits_for_a_person(client: &Client, connection: &Value) -> Result<bool, Failed> {
    let id = at(connection, "/sign_in/grant");
    if id.is_empty() {
        return Ok(false);
    }
    Ok(at(&client.get(&format!("/api/v1/grants/{}", segment(&id))).await?, "/state") == "pending")
}

/// The grant of a connection.
async fn grant(client: &Client, path: &str) -> Result<Value, Failed> {
    let connection = client.get(path).await?;
    let id = at(&connection, "/sign_in/grant");
    if id.is_empty() {
        let failed = Failed::usage("the connection signs in with a stored secret; nobody has to consent");
        return Err(failed.next("make one with `--oauth-client`: `bowline connection create --help`"));
    }
    client.get(&format!("/api/v1/grants/{}", segment(&id))).await
}
