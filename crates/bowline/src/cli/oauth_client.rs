//! `bowline oauth-client`: our registrations at providers of tokens.

use std::path::PathBuf;

use bowline_auth::scopes::{Kind, smallest};
use bowline_core::feature::Feature;
use bowline_core::grant::Provider;
use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use super::client::segment;
use super::out::at;
use super::{Context, Done, Failed, secret};

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Store what a provider shows for an application of ours; for OAuth 1.0a, make the key pair it is to know.
    #[command(after_help = "\
Examples:
  bowline oauth-client create app --provider atlassian_cloud --client-id ID --secret-file secret.txt
  bowline oauth-client create dc --provider jira_oauth2 --issuer https://jira.acme.example --client-id ID
  bowline oauth-client create gate --provider gateway --issuer https://sso.acme.example/token \\
      --api-url https://api.acme.example --client-id bowline --secret-file secret.txt
  bowline oauth-client create link --provider jira_oauth1 --issuer https://jira.acme.example --client-id bowline")]
    Create(Create),
    /// List registrations.
    List,
    /// Forget a registration to which no grant was given.
    Delete {
        /// Its name or id.
        name: String,
    },
}

#[derive(Args)]
pub(crate) struct Create {
    /// Its name.
    name: String,
    /// atlassian_cloud, atlassian_service, jira_oauth2, jira_service, jira_oauth1 or gateway.
    #[arg(long)]
    provider: Provider,
    /// Where tokens come from: the base URL of a Jira Data Center, or a gateway's token URL.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// Where its tokens are shown, if not there: a Jira behind a gateway, or the gateway itself.
    #[arg(long, value_name = "URL")]
    api_url: Option<String>,
    /// The client id, or the consumer key of an application link.
    #[arg(long)]
    client_id: String,
    /// A file with the client secret, or with a private key in PEM; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// A scope to ask for; may be given several times. What two-way sync needs if none is given.
    #[arg(long = "scope")]
    scopes: Vec<String>,
    /// Ask Jira Cloud for the many narrow scopes that two-way sync needs, instead of the few wide ones.
    #[arg(long, conflicts_with = "scopes")]
    granular: bool,
}

impl Create {
    fn body(&self) -> Result<Value, Failed> {
        let mut body = json!({ "name": self.name, "provider": self.provider, "client_id": self.client_id });
        if let Some(issuer) = &self.issuer {
            body["issuer"] = json!(issuer);
        }
        if let Some(url) = &self.api_url {
            body["api_url"] = json!(url);
        }
        if !self.scopes.is_empty() {
            body["scopes"] = json!(self.scopes);
        }
        if self.granular {
            body["scopes"] = json!(smallest(self.provider, &Feature::ALL, Kind::Granular));
        }
        // A key pair is made where none is given.
        if self.provider != Provider::JiraOauth1 || self.secret_file.is_some() {
            let secret = secret::read("client secret", self.secret_file.as_deref())?;
            body["secret"] = json!(secret.expose_text());
        }
        Ok(body)
    }
}

pub(super) async fn run(context: &Context, verb: Verb) -> Done {
    let (client, out) = (context.client()?, context.out);
    match verb {
        Verb::Create(ask) => {
            let made = client.post("/api/v1/oauth-clients", &ask.body()?).await?;
            out.value(&made, |made| told(made, ask.provider));
            out.note(format!(
                "Next: `bowline connection create NAME --tool TOOL --url URL --oauth-client {}`.",
                ask.name
            ));
        }
        Verb::List => {
            let (items, _) = client.list("/api/v1/oauth-clients", usize::MAX).await?;
            let columns = [
                ("NAME", "/name"),
                ("PROVIDER", "/provider"),
                ("ISSUER", "/issuer"),
                ("CLIENT ID", "/client_id"),
            ];
            out.list(&items, &columns, "There is no OAuth client yet: `bowline oauth-client create --help`.");
        }
        Verb::Delete { name } => {
            let path = format!("/api/v1/oauth-clients/{}", segment(&name));
            client.call(Method::DELETE, &path, None).await?;
            out.note(format!("{name} is gone."));
        }
    }
    Ok(())
}

/// What has to be entered at the provider.
fn told(made: &Value, provider: Provider) -> String {
    let redirect = at(made, "/redirect_uri");
    match provider {
        Provider::JiraOauth1 => format!(
            "In Jira: Administration → Applications → Application links → create a link to {}, then edit it and enter\n\
             under “Incoming”:\n\n  consumer key   {}\n  consumer name  Bowline\n  public key\n\n{}",
            redirect.trim_end_matches("/authorize/callback"),
            at(made, "/client_id"),
            at(made, "/public_key")
        ),
        _ if redirect.is_empty() => "Stored. Nobody has to consent.".to_owned(),
        _ => format!(
            "Stored. Enter this as the callback (redirect) URL at the provider:\n\n  {redirect}\n\nand allow it these scopes:\n\n  {}",
            at(made, "/scopes").replace(", ", "\n  ")
        ),
    }
}
