//! The tree of commands, as people see it in `--help`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::{
    activity, app, audit, config, connection, debug, delegation, errors, grant, keys, oauth_client, profile,
    serve, share, sim, tenant, token,
};

/// Ties Jira to everything else a company works with.
///
/// Try it without any account: `bowline demo`. Exit codes: 0 done, 1 failed, 2 wrong usage or `doctor` found
/// something, 3 not allowed, 4 not found, 5 conflict, 6 told to wait, 7 no answer.
#[derive(Parser)]
#[command(name = "bowline", version, propagate_version = true, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Args)]
pub(crate) struct Global {
    /// Print JSON: data on standard output, an error on standard error.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The configuration file; `bowline.toml` of this folder if there is one.
    #[arg(long, global = true, env = "BOWLINE_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The service to call; the one configured here if not given.
    #[arg(long, global = true, env = "BOWLINE_SERVER", value_name = "URL")]
    pub(crate) server: Option<String>,
    /// A file with the token to call it with; else BOWLINE_TOKEN, else the admin's token of the data folder.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The tenant to act for.
    #[arg(long, global = true, env = "BOWLINE_TENANT", value_name = "NAME")]
    pub(crate) tenant: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show the whole thing at work between two simulators, without any account.
    Demo(crate::demo::Ask),
    /// Run the service.
    Serve(serve::Ask),
    /// Run a simulator on its own.
    Sim {
        #[command(subcommand)]
        which: sim::Which,
    },
    /// Connections: where your tools are and how to sign in there.
    Connection {
        #[command(subcommand)]
        verb: connection::Verb,
    },
    /// OAuth clients: our registrations at providers of tokens.
    OauthClient {
        #[command(subcommand)]
        verb: oauth_client::Verb,
    },
    /// Grants: what providers let us do, how they stand and why.
    Grant {
        #[command(subcommand)]
        verb: grant::Verb,
    },
    /// Delegations: who lets a connection write as themselves.
    Delegation {
        #[command(subcommand)]
        verb: delegation::Verb,
    },
    /// Profiles: what is kept in step, and how.
    Profile {
        #[command(subcommand)]
        verb: profile::Verb,
    },
    /// Shares: the items that are tied to each other.
    Share {
        #[command(subcommand)]
        verb: share::Verb,
    },
    /// What could not be done, grouped by cause, each with what to do.
    Errors {
        #[command(subcommand)]
        verb: errors::Verb,
    },
    /// Tenants: customers that share this service and never see each other.
    Tenant {
        #[command(subcommand)]
        verb: tenant::Verb,
    },
    /// Tokens for the API.
    Token {
        #[command(subcommand)]
        verb: token::Verb,
    },
    /// The app that Jira sites install.
    App {
        #[command(subcommand)]
        verb: app::Verb,
    },
    /// Keys: what seals everything that is secret.
    Keys {
        #[command(subcommand)]
        verb: keys::Verb,
    },
    /// What a security review asks for.
    Audit {
        #[command(subcommand)]
        what: audit::What,
    },
    /// What was done lately.
    Activity(activity::Ask),
    /// Everything at a glance.
    Status,
    /// Print a link that signs a browser in to the live page.
    Open,
    /// Check configuration, database, keys, connections and profiles, and say what is wrong.
    Doctor,
    /// Say what a code means and what to do; without a code, list all.
    Explain {
        /// The code, such as `auth.rejected`.
        code: Option<String>,
    },
    /// Configuration: every key, and what is in force.
    Config {
        #[command(subcommand)]
        verb: config::Verb,
    },
    /// Compute what Bowline computes inside, to compare it with another program.
    Debug {
        #[command(subcommand)]
        what: debug::What,
    },
    /// Print the description of the API.
    Openapi,
    /// Print a completion script.
    Completion {
        /// For which shell.
        shell: clap_complete::Shell,
    },
    /// Exit 0 when the service is ready.
    Healthcheck,
    /// Print the version.
    Version,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_tree_has_no_contradiction_and_every_command_says_what_it_does() {
        let mut tree = Cli::command();
        tree.build();
        tree.clone().debug_assert();
        let mut left = vec![tree];
        while let Some(command) = left.pop() {
            assert!(command.get_about().is_some(), "{} says nothing", command.get_name());
            left.extend(command.get_subcommands().cloned());
        }
    }
}
