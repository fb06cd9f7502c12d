//! `bowline serve`: the service, until it is told to stop.

use clap::Args;
use rustix::process::{Resource, Rlimit, setrlimit};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::exit::Failed;
use super::{Context, Done};
use crate::config::Config;
use crate::kek::{Encryptor, Source};
use crate::role::{Role, Roles};
use crate::{telemetry, wiring};

/// What to serve.
#[derive(Args)]
pub(crate) struct Ask {
    /// Which parts this process plays; may be given several times.
    #[arg(long, value_enum, default_value = "all")]
    role: Vec<Role>,
}

pub(super) async fn run(context: &Context, ask: Ask) -> Done {
    let config = context.config()?;
    telemetry::start(&config.log)?;
    leave_no_core();
    let mut terminate = signal(SignalKind::terminate())?;
    let roles = Roles::of(&ask.role);
    if roles.encryptor().map_err(Failed::usage)? {
        return encryptor(context, &config).await;
    }
    let running = wiring::start(&config, roles).await?;
    let value = json!({
        "listening": format!("http://{}", running.address),
        "public_url": running.public_url,
        "data": config.data.dir,
    });
    context.out.value(&value, |_| format!("listening on http://{}", running.address));
    if running.new {
        if let Some(key) = config.keys.wrap(&config.data.dir).ok().as_ref().and_then(Source::path) {
            let key = key.display();
            context.out.note(format!("The key that seals all secrets: {key}. BACK IT UP."));
        }
        context.out.note("Next: `bowline connection create --help`. The live page: `bowline open`.");
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// What is in memory, opened secrets among it, is not written to the disk if the process dies.
fn leave_no_core() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "core files cannot be switched off; they would hold secrets");
    }
}

/// Holds the key-encryption key for the others, until told to stop.
async fn encryptor(context: &Context, config: &Config) -> Done {
    let mut terminate = signal(SignalKind::terminate())?;
    let encryptor = Encryptor::open(&config.keys, &config.data.dir).await?;
    let value = json!({"listening": encryptor.socket(), "key": encryptor.id()});
    let socket = encryptor.socket().display();
    context.out.value(&value, |_| format!("listening on {socket} with {}", encryptor.id()));
    context.out.note(format!("The others use it with keys.wrap = \"encryptor:{socket}\"."));
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    };
    encryptor.run(stop).await;
    tracing::info!("stopped");
    Ok(())
}
