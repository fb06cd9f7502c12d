//! `bowline token`: tokens for the API.

use clap::Subcommand;
use http::Method;
use serde_json::json;

use super::client::segment;
use super::out::at;
use super::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Make a token; it is shown once.
    #[command(
        after_help = "Example: bowline token create dashboard --scope sync:read --scope items:read --days 90"
    )]
    Create {
        /// What it is for.
        name: String,
        /// What it may do; may be given several times.
        #[arg(long = "scope", required = true)]
        scopes: Vec<String>,
        /// After how many days it ends; never if not given.
        #[arg(long)]
        days: Option<u16>,
    },
    /// List tokens, without their secrets.
    List,
    /// End a token at once.
    Revoke {
        /// Its id.
        id: String,
    },
}

pub(super) async fn run(context: &Context, verb: Verb) -> Done {
    let (client, out) = (context.client()?, context.out);
    match verb {
        Verb::Create { name, scopes, days } => {
            let mut body = json!({"name": name, "scopes": scopes});
            if let Some(days) = days {
                body["days"] = json!(days);
            }
            let made = client.post("/api/v1/tokens", &body).await?;
            out.value(&made, |made| at(made, "/token"));
            out.note("It is not shown again.");
        }
        Verb::List => {
            let (items, _) = client.list("/api/v1/tokens", usize::MAX).await?;
            let columns =
                [("NAME", "/name"), ("SCOPES", "/scopes"), ("CREATED", "/created_at"), ("ID", "/id")];
            out.list(&items, &columns, "There is no token yet: `bowline token create --help`.");
        }
        Verb::Revoke { id } => {
            client.call(Method::DELETE, &format!("/api/v1/tokens/{}", segment(&id)), None).await?;
            out.note("It is revoked.");
        }
    }
    Ok(())
}
