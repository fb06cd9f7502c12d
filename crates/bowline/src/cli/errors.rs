//! `bowline errors`: findings, which group what could not be done by its cause.

use clap::{Args, Subcommand};
use serde_json::json;

use super::client::segment;
use super::out::{at, details};
use super::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// List findings.
    List {
        /// Also those that are over.
        #[arg(long)]
        all: bool,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Show a finding with everything that is known of it.
    Show(Id),
    /// Try again now whatever it holds back.
    Retry(Id),
    /// Close it; it opens again if it happens again.
    Resolve(Id),
}

#[derive(Args)]
pub(crate) struct Id {
    /// The finding's id.
    finding: String,
}

pub(super) async fn run(context: &Context, verb: Verb) -> Done {
    let (client, out) = (context.client()?, context.out);
    let path = |id: &Id| format!("/api/v1/findings/{}", segment(&id.finding));
    match verb {
        Verb::List { all, limit } => {
            let path = if all { "/api/v1/findings?all=true" } else { "/api/v1/findings" };
            let (items, more) = client.list(path, limit).await?;
            if out.json {
                out.list(&items, &[], "");
                return Ok(());
            }
            if items.is_empty() {
                out.note("Nothing is wrong.");
            }
            for finding in &items {
                let about = at(finding, "/subject");
                let about = if about.is_empty() { about } else { format!(" ({about})") };
                out.line(format!(
                    "{}  {}{about}, {} open, seen {} times\n    {}\n    next: {}",
                    at(finding, "/id"),
                    at(finding, "/title"),
                    at(finding, "/open"),
                    at(finding, "/seen"),
                    at(finding, "/code"),
                    at(finding, "/remedy"),
                ));
            }
            if more {
                out.note("There are more: raise --limit.");
            }
        }
        Verb::Show(id) => out.value(&client.get(&path(&id)).await?, details),
        Verb::Retry(id) => {
            let answer = client.post(&format!("{}/retry", path(&id)), &json!({})).await?;
            out.value(&answer, |answer| format!("{} are looked at again", at(answer, "/entities")));
        }
        Verb::Resolve(id) => {
            let answer = client.post(&format!("{}/resolve", path(&id)), &json!({})).await?;
            out.value(&answer, |answer| format!("{} is {}", at(answer, "/id"), at(answer, "/state")));
        }
    }
    Ok(())
}
