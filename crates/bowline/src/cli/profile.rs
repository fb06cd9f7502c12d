//! `bowline profile`: what is kept in step, and how.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use super::client::{segment, words};
use super::exit::{Exit, Failed};
use super::out::at;
use super::{Context, Done};

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Print a profile that shows every kind of entry, explained.
    Example,
    /// Say everything that is wrong with a profile document, asking both tools; nothing is stored.
    Check(File),
    /// Store a new profile and start it.
    Create {
        #[command(flatten)]
        file: File,
        /// Store it paused.
        #[arg(long)]
        paused: bool,
    },
    /// Replace the document of a profile.
    Update {
        /// Its name or id.
        name: String,
        #[command(flatten)]
        file: File,
    },
    /// List profiles.
    List,
    /// Print a profile's document.
    Show(Name),
    /// Stop carrying anything over; nothing is lost.
    Pause(Name),
    /// Go on.
    Resume(Name),
    /// Remove a profile that has no shares.
    Delete(Name),
}

#[derive(Args)]
pub(crate) struct File {
    /// The document, TOML or JSON; `-` is standard input.
    file: PathBuf,
}

#[derive(Args)]
pub(crate) struct Name {
    /// Its name or id.
    name: String,
}

impl File {
    fn body(&self) -> Result<Value, Failed> {
        let cannot = |error| Failed::usage(format!("{} cannot be read: {error}", self.file.display()));
        let text = match self.file == Path::new("-") {
            true => std::io::read_to_string(std::io::stdin()).map_err(cannot)?,
            false => std::fs::read_to_string(&self.file).map_err(cannot)?,
        };
        Ok(json!({"document": text}))
    }
}

pub(super) async fn run(context: &Context, verb: Verb) -> Done {
    let out = context.out;
    if matches!(verb, Verb::Example) {
        out.line(bowline_mapping::Document::example());
        return Ok(());
    }
    let client = context.client()?;
    let path = |name: &str| format!("/api/v1/profiles/{}", segment(name));
    match verb {
        Verb::Example => {}
        Verb::Check(file) => {
            let verdict = client.post("/api/v1/profiles/check", &file.body()?).await?;
            return checked(context, &verdict);
        }
        Verb::Create { file, paused } => {
            let mut body = file.body()?;
            if paused {
                body["state"] = json!("paused");
            }
            let stored = client.post("/api/v1/profiles", &body).await?;
            out.value(&stored, |stored| format!("{} is {}", at(stored, "/name"), at(stored, "/state")));
        }
        Verb::Update { name, file } => {
            let stored = client.call(Method::PUT, &path(&name), Some(&file.body()?)).await?;
            out.value(&stored, |stored| {
                format!("{} has revision {}", at(stored, "/name"), at(stored, "/revision"))
            });
        }
        Verb::List => {
            let (items, _) = client.list("/api/v1/profiles", usize::MAX).await?;
            let columns = [("NAME", "/name"), ("STATE", "/state"), ("REVISION", "/revision"), ("ID", "/id")];
            out.list(&items, &columns, "There is no profile yet: start from `bowline profile example`.");
        }
        Verb::Show(Name { name }) => {
            out.value(&client.get(&path(&name)).await?, |stored| at(stored, "/document"))
        }
        Verb::Pause(Name { name }) => {
            turned(context, client.post(&format!("{}/pause", path(&name)), &json!({})).await?)
        }
        Verb::Resume(Name { name }) => {
            turned(context, client.post(&format!("{}/resume", path(&name)), &json!({})).await?);
        }
        Verb::Delete(Name { name }) => {
            client.call(Method::DELETE, &path(&name), None).await?;
            out.note(format!("{name} is gone."));
        }
    }
    Ok(())
}

fn turned(context: &Context, stored: Value) {
    context.out.value(&stored, |stored| format!("{} is {}", at(stored, "/name"), at(stored, "/state")));
}

fn checked(context: &Context, verdict: &Value) -> Done {
    let (out, entries) = (context.out, |list: &str| verdict[list].as_array().cloned().unwrap_or_default());
    if out.json {
        out.line(verdict);
    }
    if verdict["ok"] == json!(true) {
        out.note(format!("{}: nothing to correct.", at(verdict, "/name")));
        return Ok(());
    }
    let mut lines: Vec<String> = entries("problems").iter().map(words).collect();
    lines.extend(
        entries("unchecked").iter().map(|silent| {
            format!("{} could not be asked: {}", at(silent, "/connection"), at(silent, "/title"))
        }),
    );
    Err(Failed::new(Exit::Failure, format!("the profile cannot be used yet\n  {}", lines.join("\n  "))))
}
