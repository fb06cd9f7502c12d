//! `bowline serve`: the service, until it is told to stop.

use clap::Args;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::{Context, Done};
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
    let mut terminate = signal(SignalKind::terminate())?;
    let running = wiring::start(&config, Roles::of(&ask.role)).await?;
    let value = json!({
        "listening": format!("http://{}", running.address),
        "public_url": running.public_url,
        "data": config.data.dir,
    });
    context.out.value(&value, |_| format!("listening on http://{}", running.address));
    if running.new {
        let key = config.keys.path(&config.data.dir);
        context.out.note(format!("A key that seals all secrets was made: {}. BACK IT UP.", key.display()));
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
