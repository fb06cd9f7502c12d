//! `bowline audit`: what a security review asks for.

use clap::Subcommand;
use serde_json::{Value, json};

use super::out::at;
use super::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum What {
    /// List every credential: whose it is, what it may do, when it was last used and when it ends.
    Credentials,
}

pub(super) async fn run(context: &Context, what: &What) -> Done {
    match what {
        What::Credentials => {
            let audit = context.client()?.get("/api/v1/credentials").await?;
            let items: Vec<Value> = audit["items"].as_array().cloned().unwrap_or_default();
            let columns = [
                ("KIND", "/kind"),
                ("CONNECTIONS", "/connections"),
                ("WRITES IN", "/acting"),
                ("OWNER", "/owner"),
                ("SCOPES", "/scopes"),
                ("LAST USED", "/used_at"),
                ("ENDS", "/expires_at"),
                ("KNOWN", "/expiry"),
                ("STATE", "/state"),
            ];
            let shown: Vec<Value> =
                if context.out.json { items } else { items.into_iter().map(by_day).collect() };
            context.out.list(
                &shown,
                &columns,
                "There is no credential yet: `bowline connection create --help`.",
            );
        }
    }
    Ok(())
}

/// For people, a time is a day.
fn by_day(mut item: Value) -> Value {
    for member in ["used_at", "expires_at"] {
        if let Some(day) = at(&item, &format!("/{member}")).get(..10) {
            item[member] = json!(day);
        }
    }
    item
}
