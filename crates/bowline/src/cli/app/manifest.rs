//! `bowline app manifest`: what Forge is to be told of the app, and the small folder that `forge deploy` takes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bowline_connect::forge::{AppId, Manifest, Remote};
use bowline_connect::installation::Product;
use bowline_server::connect::describe;
use bowline_server::forge::manifest;
use clap::Args;

use crate::cli::{Context, Done, Exit, Failed};

/// The page on which a code is entered.
const PAGE: &str = include_str!("pairing.jsx");
const PACKAGE: &str = include_str!("package.json");
/// What is asked of an administrator whose server it is.
const NAME: &str = "Bowline server";
const DESCRIPTION: &str =
    "Where your own Bowline runs: issues and comments are sent there, and nowhere else.";

#[derive(Clone, Args)]
pub(crate) struct Ask {
    /// One app for many servers: each customer's administrator enters the address of their own (a preview of Forge).
    #[arg(long)]
    customer_managed: bool,
    /// With --customer-managed: which hosts may be entered, such as *.example.com; may be repeated. Any if none is given.
    #[arg(long, value_name = "PATTERN", requires = "customer_managed")]
    pattern: Vec<String>,
    /// The Connect app as it is, carried by a Forge app: sites keep their secrets.
    #[arg(long, conflicts_with = "customer_managed")]
    connect: bool,
    /// Write manifest.yml there, with what else `forge deploy` needs. Files that are there are not touched.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(super) fn run(context: &Context, ask: &Ask) -> Done {
    let config = context.config()?;
    let app = config.forge.app_id.clone().ok_or_else(|| {
        Failed::new(Exit::Usage, "`forge.app_id` is missing")
            .next("register the app with `forge register`, and set `forge.app_id` to what it wrote into manifest.yml")
    })?;
    let address = config.forge.address(&config.server);
    let made = if ask.connect {
        carried(context, &app)?
    } else {
        let patterns: Vec<&str> = ask.pattern.iter().map(String::as_str).collect();
        let remote = match ask.customer_managed {
            true => Remote::Configurable { name: NAME, description: DESCRIPTION, patterns: &patterns },
            false => Remote::Fixed(&address),
        };
        manifest(&app, remote).map_err(unfit)?
    };
    match &ask.folder {
        None => context.out.value(made.json(), |_| made.yaml().trim_end().to_owned()),
        Some(folder) => {
            let page = PAGE.replace(
                "CUSTOMER_MANAGED = false",
                if ask.customer_managed { "CUSTOMER_MANAGED = true" } else { "CUSTOMER_MANAGED = false" },
            );
            let mut files = vec![("manifest.yml", made.yaml())];
            if !ask.connect {
                files.extend([("package.json", PACKAGE.to_owned()), ("src/pairing.jsx", page)]);
            }
            write(folder, &files)?;
            context.out.note(
                "Next: `npm install`, `forge deploy` and `forge install` there, then `bowline app pair`.",
            );
        }
    }
    Ok(())
}

/// The manifest around the Connect app's descriptor.
fn carried(context: &Context, app: &AppId) -> Result<Manifest, Failed> {
    let config = context.config()?;
    let facts = config.connect.facts(&config.server, config.server.listen);
    let (descriptor, _) = describe(&facts).map_err(|_| {
        Failed::new(Exit::Usage, "sites would refuse the Connect app: see `bowline app descriptor`")
    })?;
    Manifest::connect(app, &descriptor, Product::Jira).map_err(unfit)
}

fn unfit(error: bowline_connect::forge::ManifestError) -> Failed {
    Failed::new(Exit::Usage, format!("Forge would refuse the manifest: {error}")).next(
        "set `forge.base_url`, or `connect.base_url`, to the address at which Atlassian reaches this service",
    )
}

/// Writes files that are not there yet; what somebody has written is theirs.
fn write(folder: &Path, files: &[(&str, String)]) -> Done {
    if let Some((name, _)) = files.iter().find(|(name, _)| folder.join(name).exists()) {
        return Err(Failed::new(Exit::Conflict, format!("{} is there already", folder.join(name).display()))
            .next("choose another folder, or remove the file"));
    }
    for (name, text) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
