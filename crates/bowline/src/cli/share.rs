//! `bowline share`: the items that are tied to each other.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::client::segment;
use super::exit::Failed;
use super::out::{at, details};
use super::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Share an item: its counterpart is created on the other side.
    #[command(after_help = "Example: bowline share create --profile stories --left ACME-7")]
    Create {
        /// The profile, by name or id.
        #[arg(long)]
        profile: String,
        /// The item, if it is on the left side.
        #[arg(long, value_name = "KEY", conflicts_with = "right", required_unless_present = "right")]
        left: Option<String>,
        /// The item, if it is on the right side.
        #[arg(long, value_name = "KEY")]
        right: Option<String>,
        /// Only say what would be shared.
        #[arg(long)]
        dry_run: bool,
    },
    /// Tie two items that both exist.
    Connect {
        /// The profile, by name or id.
        #[arg(long)]
        profile: String,
        /// The item on the left side.
        #[arg(long, value_name = "KEY")]
        left: String,
        /// The item on the right side.
        #[arg(long, value_name = "KEY")]
        right: String,
        /// Only say what would be tied.
        #[arg(long)]
        dry_run: bool,
    },
    /// List shares, newest first.
    List(List),
    /// Show a share.
    Show(Id),
    /// Look at both sides now.
    Sync(Id),
    /// Untie; both items stay as they are.
    Unlink(Id),
}

#[derive(Args)]
pub(crate) struct List {
    /// Only of this profile.
    #[arg(long)]
    profile: Option<String>,
    /// Only in this state: intended, creating, created, active, broken, tombstoned or unlinked.
    #[arg(long)]
    state: Option<String>,
    /// Only with this item, by key or id.
    #[arg(long, value_name = "KEY")]
    item: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

#[derive(Args)]
pub(crate) struct Id {
    /// The share's id, or the key of one of its items.
    share: String,
}

impl List {
    fn path(&self) -> String {
        let asked = [("profile", &self.profile), ("state", &self.state), ("item", &self.item)];
        let pairs =
            asked.iter().filter_map(|(key, value)| Some(format!("{key}={}", segment(value.as_ref()?))));
        match pairs.collect::<Vec<_>>().join("&") {
            none if none.is_empty() => "/api/v1/shares".to_owned(),
            query => format!("/api/v1/shares?{query}"),
        }
    }
}

pub(super) async fn run(context: &Context, verb: Verb) -> Done {
    let (client, out) = (context.client()?, context.out);
    match verb {
        Verb::Create { profile, left, right, dry_run } => {
            let (side, item) = match left {
                Some(item) => ("left", Some(item)),
                None => ("right", right),
            };
            let body = json!({"profile": profile, "side": side, "item": item, "dry_run": dry_run});
            let share = client.post("/api/v1/shares", &body).await?;
            told(context, &share, dry_run);
        }
        Verb::Connect { profile, left, right, dry_run } => {
            let body = json!({"profile": profile, "left": left, "right": right, "dry_run": dry_run});
            let share = client.post("/api/v1/shares/connect", &body).await?;
            told(context, &share, dry_run);
        }
        Verb::List(ask) => {
            let (items, more) = client.list(&ask.path(), ask.limit).await?;
            let columns = [
                ("LEFT", "/left/key"),
                ("RIGHT", "/right/key"),
                ("STATE", "/state"),
                ("UPDATED", "/updated_at"),
                ("ID", "/id"),
            ];
            out.list(&items, &columns, "There is no share yet: `bowline share create --help`.");
            if more {
                out.note("There are more: raise --limit.");
            }
        }
        Verb::Show(id) => out.value(&client.get(&path(context, &id).await?).await?, details),
        Verb::Sync(id) => {
            client.post(&format!("{}/sync", path(context, &id).await?), &json!({})).await?;
            out.note("Both sides are looked at now.");
        }
        Verb::Unlink(id) => {
            let share = client.post(&format!("{}/unlink", path(context, &id).await?), &json!({})).await?;
            told(context, &share, false);
        }
    }
    Ok(())
}

/// The path of a share that is named by its id or by an item of it.
async fn path(context: &Context, id: &Id) -> Result<String, Failed> {
    if id.share.starts_with("shr_") {
        return Ok(format!("/api/v1/shares/{}", segment(&id.share)));
    }
    let found = context.client()?.list(&format!("/api/v1/shares?item={}", segment(&id.share)), 2).await?.0;
    match found.as_slice() {
        [one] => Ok(format!("/api/v1/shares/{}", at(one, "/id"))),
        [] => Err(Failed::new(super::Exit::NotFound, format!("no share has the item {}", id.share))
            .next("`bowline share list` shows what is shared")),
        _ => Err(Failed::usage(format!("several shares have the item {}", id.share))
            .next(format!("name one by its id: `bowline share list --item {}`", id.share))),
    }
}

fn told(context: &Context, share: &Value, dry_run: bool) {
    context.out.value(share, |share| {
        let end = |side: &str| match at(share, &format!("/{side}/key")) {
            key if key.is_empty() => "(to be created)".to_owned(),
            key => key,
        };
        let would = if dry_run { "would be " } else { "" };
        let tail = if dry_run { String::new() } else { format!("  {}", at(share, "/id")) };
        format!("{} <-> {}  {would}{}{tail}", end("left"), end("right"), at(share, "/state"))
    });
}
