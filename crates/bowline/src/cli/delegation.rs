//! `bowline delegation`: who lets a connection write as themselves.

use clap::Subcommand;
use http::Method;
use serde_json::{Value, json};

use super::client::segment;
use super::out::at;
use super::{Context, Done};

/// How long a link works, in seconds.
const INVITED: i64 = 7 * 86_400;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// List who lets a connection write as themselves, and how their grants stand.
    List {
        /// The connection's name or id.
        connection: String,
    },
    /// Print a link for people who are to let a connection write as themselves. Each signs in to the tool as themselves.
    #[command(after_help = "\
Examples:
  bowline delegation invite cloud                      people consent to what the connection itself signs in with
  bowline delegation invite dc --oauth-client people   the connection signs in with a token; people consent to this

A profile says whether their comments are written as them: `acting = \"person\"` under `[people]`, with a `[[user]]` for
each. Send the link to as many people as you like; it works for 7 days.")]
    Invite {
        /// The connection's name or id.
        connection: String,
        /// The registration that people consent to, if not the connection's own; see `bowline oauth-client`.
        #[arg(long, value_name = "NAME")]
        oauth_client: Option<String>,
    },
    /// Do not let a connection write as somebody any more.
    Remove {
        /// The connection's name or id.
        connection: String,
        /// The person's id in the tool, as `list` shows it.
        person: String,
    },
}

pub(super) async fn run(context: &Context, verb: Verb) -> Done {
    let (client, out) = (context.client()?, context.out);
    let path = |connection: &str| format!("/api/v1/connections/{}/delegations", segment(connection));
    match verb {
        Verb::List { connection } => {
            let (items, _) = client.list(&path(&connection), usize::MAX).await?;
            let columns = [
                ("PERSON", "/person"),
                ("NAME", "/name"),
                ("STATE", "/state"),
                ("ACTS", "/acts"),
                ("SINCE", "/consented_at"),
                ("REFUSED", "/refused/title"),
            ];
            let none = format!("Nobody does: `bowline delegation invite {connection}`.");
            out.list(&items, &columns, &none);
        }
        Verb::Invite { connection, oauth_client } => {
            let mut body = json!({ "expires_in": INVITED });
            if let (Some(client), Some(body)) = (oauth_client, body.as_object_mut()) {
                body.insert("oauth_client".to_owned(), Value::String(client));
            }
            let link = client.post(&path(&connection), &body).await?;
            out.value(&link, |link| {
                format!(
                    "{}\n\nIt works until {}, for everybody who opens it.",
                    at(link, "/url"),
                    at(link, "/expires_at")
                )
            });
        }
        Verb::Remove { connection, person } => {
            let path = format!("{}/{}", path(&connection), segment(&person));
            client.call(Method::DELETE, &path, None).await?;
            out.note("The service account writes from now on. The person can also take the access back at the provider.");
        }
    }
    Ok(())
}
