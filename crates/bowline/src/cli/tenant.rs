//! `bowline tenant`: customers that share this service and never see each other.

use clap::Subcommand;
use serde_json::json;

use super::out::at;
use super::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Make a tenant.
    Create {
        /// Its name: lower-case letters, digits and dashes.
        name: String,
    },
    /// List tenants.
    List,
}

pub(super) async fn run(context: &Context, verb: Verb) -> Done {
    let (client, out) = (context.client()?, context.out);
    match verb {
        Verb::Create { name } => {
            let made = client.post("/api/v1/tenants", &json!({"name": name})).await?;
            out.value(&made, |made| format!("{}  {}", at(made, "/name"), at(made, "/id")));
        }
        Verb::List => {
            let (items, _) = client.list("/api/v1/tenants", usize::MAX).await?;
            let columns = [("NAME", "/name"), ("CREATED", "/created_at"), ("ID", "/id")];
            out.list(&items, &columns, "There is no tenant yet: `bowline tenant create NAME`.");
        }
    }
    Ok(())
}
