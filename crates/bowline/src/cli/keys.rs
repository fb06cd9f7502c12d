//! `bowline keys`: what seals everything. All but `make` ask the service.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bowline_auth::SystemEntropy;
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::client::segment;
use super::exit::{Exit, Failed};
use super::out::{Column, at};
use super::{Context, Done};
use crate::kek::Source;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// List the tenants' keys, what wraps them, and how much is sealed under each; of one tenant with --tenant.
    List,
    /// Show the key-encryption keys and how they stand.
    Status,
    /// Make new data keys, or let the configured key-encryption key take over. Goes on while everything works.
    ///
    /// `data`: what is sealed from now on is sealed under the new key, the rest is sealed anew in the background, and
    /// the old key goes an hour after nothing needs it. `wrapping`: first name the new key under `keys.wrap` and the
    /// present one under `keys.retired` and restart; then all tenants' keys are wrapped anew, and `bowline keys status`
    /// says when the old one is not needed any more. Fingerprint keys are never made anew, only wrapped anew.
    #[command(after_help = "Example: bowline keys rotate data --tenant acme --dry-run")]
    Rotate {
        /// What is turned over.
        what: What,
        /// Say what would be done, and do nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Open every key and every sealed value, and say which do not open.
    Verify,
    /// Print the wrapped keys, for a safe. Only the key-encryption key opens them.
    Export {
        /// Write those that openssl opens into this folder, a file each.
        #[arg(long, value_name = "FOLDER")]
        cms: Option<PathBuf>,
    },
    /// Make a key-encryption key: file:PATH, rsa:PATH (3072 bit), or the parameters of passphrase:PATH.
    #[command(after_help = "Example: bowline keys make rsa:/etc/bowline/kek.pem")]
    Make {
        /// Which kind, and where. Nothing is ever overwritten.
        source: Source,
    },
}

/// What is turned over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// The keys that seal values.
    Data,
    /// The key that wraps those keys.
    Wrapping,
}

pub(super) async fn run(context: &Context, verb: Verb) -> Done {
    match verb {
        Verb::List => list(context).await,
        Verb::Status => status(context).await,
        Verb::Rotate { what, dry_run } => rotate(context, what, dry_run).await,
        Verb::Verify => verify(context).await,
        Verb::Export { cms } => export(context, cms).await,
        Verb::Make { source } => make(context, &source),
    }
}

/// How key-encryption keys are shown.
const WRAPPING: [Column; 3] = [("KEY", "/id"), ("STATE", "/state"), ("WHAT", "/place")];

/// `?tenant=NAME` if one was named.
fn of(context: &Context) -> String {
    context.tenant().map(|name| format!("?tenant={}", segment(name))).unwrap_or_default()
}

async fn list(context: &Context) -> Done {
    let list = context.client()?.get(&format!("/api/v1/keys{}", of(context))).await?;
    let mut keys = Vec::new();
    for tenant in list["tenants"].as_array().into_iter().flatten() {
        for mut key in tenant["keys"].as_array().cloned().unwrap_or_default() {
            key["tenant"] = tenant["name"].clone();
            keys.push(key);
        }
    }
    let columns = [
        ("TENANT", "/tenant"),
        ("KEY", "/kind"),
        ("VERSION", "/version"),
        ("VALUES", "/values"),
        ("MADE", "/made_at"),
        ("WRAPPED BY", "/kek"),
    ];
    context.out.list(&keys, &columns, "No tenant has keys yet: they are made when something is sealed.");
    Ok(())
}

async fn status(context: &Context) -> Done {
    let list = context.client()?.get("/api/v1/keys").await?;
    let wrapping = list["wrapping"].as_array().cloned().unwrap_or_default();
    context.out.list(&wrapping, &WRAPPING, "");
    Ok(())
}

async fn rotate(context: &Context, what: What, dry_run: bool) -> Done {
    let out = context.out;
    let word = if what == What::Data { "data" } else { "wrapping" };
    let mut ask = json!({"what": word, "dry_run": dry_run});
    if let Some(name) = context.tenant() {
        ask["tenant"] = json!(name);
    }
    let done = context.client()?.post("/api/v1/keys/rotate", &ask).await?;
    let would = if dry_run { "would be" } else { "is" };
    if out.json {
        out.line(&done);
    } else if what == What::Data {
        for plan in done["data"].as_array().into_iter().flatten() {
            let (name, to, values) = (at(plan, "/name"), at(plan, "/to"), at(plan, "/values"));
            out.line(format!("{name}: data key {to} {would} in use, {values} values {would} sealed anew"));
        }
    } else {
        out.list(done["wrapping"].as_array().map_or(&[], Vec::as_slice), &WRAPPING, "");
    }
    let follow = if what == What::Data { "list" } else { "status" };
    out.note(if dry_run {
        "Nothing was changed.".to_owned()
    } else {
        format!("How far it is: `bowline keys {follow}`.")
    });
    Ok(())
}

async fn verify(context: &Context) -> Done {
    let ask = context.tenant().map_or_else(|| json!({}), |name| json!({"tenant": name}));
    let verdict = context.client()?.post("/api/v1/keys/verify", &ask).await?;
    context.out.value(&verdict, |verdict| {
        let mut lines = format!("{} keys and {} values open", at(verdict, "/keys"), at(verdict, "/values"));
        for broken in verdict["broken"].as_array().into_iter().flatten() {
            let (tenant, what) = (at(broken, "/tenant"), at(broken, "/what"));
            lines.push_str(&format!("\nFAIL  {tenant}: {what}: {}", at(broken, "/why")));
        }
        lines
    });
    match verdict["failed"].as_u64() {
        Some(0) => Ok(()),
        failed => {
            let count = failed.unwrap_or_default();
            let failed = Failed::new(Exit::Failure, format!("{count} of them do not open"));
            Err(failed.next("restore those rows from a backup, or store the secrets again"))
        }
    }
}

async fn export(context: &Context, folder: Option<PathBuf>) -> Done {
    let out = context.out;
    let exported = context.client()?.get(&format!("/api/v1/keys/export{}", of(context))).await?;
    let Some(folder) = folder else {
        out.line(&exported["keys"]);
        return Ok(());
    };
    std::fs::create_dir_all(&folder)?;
    let mut written = Vec::new();
    let keys = exported["keys"].as_array().into_iter().flatten();
    for key in keys.filter(|key| key["form"] == json!("cms")) {
        let kind = if key["kind"] == json!("data") { "" } else { "fingerprint." };
        let path = folder.join(format!("{}.{kind}{}.cms", at(key, "/name"), at(key, "/version")));
        let cms = STANDARD.decode(at(key, "/foreign")).unwrap_or_default();
        std::fs::write(&path, cms)?;
        written.push(path.display().to_string());
    }
    if written.is_empty() {
        let failed = Failed::new(Exit::Conflict, "no key here is wrapped as CMS");
        return Err(
            failed.next("an RSA key does that: `bowline keys rotate --help`; without --cms all are printed")
        );
    }
    out.value(&json!(written), |_| written.join("\n"));
    out.note("Each opens with: openssl cms -decrypt -binary -inform DER -inkey KEY.pem -in FILE");
    Ok(())
}

fn make(context: &Context, source: &Source) -> Done {
    let made = source.make(&SystemEntropy).map_err(|error| Failed::new(Exit::Failure, error.to_string()))?;
    let Some(kek) = made else {
        let failed = Failed::usage("only keys in files are made here");
        return Err(failed.next("file:PATH, rsa:PATH, or passphrase:PATH"));
    };
    let value: Value = json!({"id": kek.id(), "source": source.to_string()});
    context.out.value(&value, |_| format!("{}  {}", kek.id(), kek.place()));
    context.out.note("BACK IT UP, apart from the database: without it nothing that it seals can be opened.");
    Ok(())
}
