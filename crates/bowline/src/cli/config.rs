//! `bowline config`: every key, and what is in force.

use clap::Subcommand;
use serde_json::json;

use super::{Context, Done};
use crate::config::DEFAULTS;

#[derive(Clone, Copy, Subcommand)]
pub(crate) enum Verb {
    /// Print every key with its default and its meaning; a good start for a file of your own.
    Default,
    /// Say what is wrong with the configuration.
    Check,
    /// Print what is in force, without passwords.
    Show,
}

pub(super) fn run(context: &Context, verb: Verb) -> Done {
    match verb {
        Verb::Default => context.out.line(DEFAULTS.trim_end()),
        Verb::Check => {
            context.config()?;
            context.out.value(&json!({"ok": true}), |_| "the configuration is fine".to_owned());
        }
        Verb::Show => context.out.value(&json!(context.config()?.show()), |text| super::out::at(text, "")),
    }
    Ok(())
}
