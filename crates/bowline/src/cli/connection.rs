//! `bowline connection`: where your tools are and how to sign in there.

use std::path::PathBuf;

use bowline_core::connection::ToolKind;
use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use super::client::segment;
use super::exit::{Exit, Failed};
use super::layers::Layers;
use super::out::{at, details};
use super::{Context, Done, secret};

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Make a connection and print what to enter in the tool for its webhooks.
    #[command(after_help = "\
Examples:
  bowline connection create jira --tool jira_cloud --url https://acme.atlassian.net --email ada@acme.example
  bowline connection create dc --tool jira_dc --url https://jira.acme.example --secret-file pat.txt
  bowline connection create dc --tool jira_dc --url https://jira.acme.example --secret-file pat.txt \\
      --certificate-file client.pem --certificate-key-file client.key --authorities-file acme-ca.pem
  bowline connection create dc --tool jira_dc --url https://api.acme.example/jira \\
      --browse-url https://jira.acme.example --user sync --gateway-key-file gateway.txt
  bowline connection create cloud --tool jira_cloud --url https://acme.atlassian.net --oauth-client app
  bowline connection create tp --tool targetprocess --url https://acme.tpondemand.com --secret-file token.txt")]
    Create(Box<Create>),
    /// List connections.
    List,
    /// Show a connection.
    Show {
        /// Its name or id.
        name: String,
    },
    /// Ask the tool who we are there.
    Test {
        /// Its name or id.
        name: String,
    },
    /// Print a link at which somebody signs in to the tool for a connection, and wait until that is done.
    #[command(after_help = "\
Examples:
  bowline connection authorize cloud            open the link yourself, within 15 minutes
  bowline connection authorize cloud --invite   send the link to somebody else; it works for 7 days")]
    Authorize {
        /// Its name or id.
        name: String,
        /// Do not wait; the link is for somebody else and works for 7 days.
        #[arg(long)]
        invite: bool,
    },
    /// Show which OAuth scopes the profiles need there, which were granted, and which are missing or for nothing.
    Scopes {
        /// Its name or id.
        name: String,
    },
    /// Show what is left of what the tool allows, and what it asked to leave alone.
    Limits {
        /// Its name or id.
        name: String,
    },
    /// Change a connection: another secret, another address.
    Update(Box<Update>),
    /// Make a new webhook address; the old one works for some hours more.
    RotateHook {
        /// Its name or id.
        name: String,
        /// For how many hours.
        #[arg(long, default_value_t = 24)]
        overlap_hours: u32,
    },
    /// Remove a connection that no profile uses.
    Delete {
        /// Its name or id.
        name: String,
    },
}

#[derive(Args)]
pub(crate) struct Create {
    /// Its name; profiles use it.
    name: String,
    /// jira_cloud, jira_dc or targetprocess.
    #[arg(long)]
    tool: ToolKind,
    /// Where API calls go.
    #[arg(long)]
    url: String,
    /// Where people open items, if it is elsewhere.
    #[arg(long, value_name = "URL")]
    browse_url: Option<String>,
    /// Jira Cloud: the e-mail address of the account whose API token is given.
    #[arg(long)]
    email: Option<String>,
    /// Sign in with this user name and a password instead of a token.
    #[arg(long)]
    user: Option<String>,
    /// Exchange user name and password for a session, and send its cookie instead of them.
    #[arg(long, requires = "user")]
    session: bool,
    /// Targetprocess: the secret is a service token.
    #[arg(long, conflicts_with = "user")]
    service: bool,
    /// The certificate or the gateway signs in; the tool is shown nothing of its own.
    #[arg(long, conflicts_with_all = ["email", "user", "secret_file", "oauth_client"])]
    in_front: bool,
    #[command(flatten)]
    layers: Layers,
    /// Sign in with tokens of this registration instead of a secret; see `bowline oauth-client`.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["email", "user", "secret_file"])]
    oauth_client: Option<String>,
    /// A file with the token or password; `-` is standard input. Asked for if not given.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// When the token ends, such as 2027-01-31; an API token of Jira Cloud lives a year if nothing is said.
    #[arg(long, value_name = "DATE")]
    expires: Option<jiff::civil::Date>,
    /// Jira Cloud: a file with the webhooks' secret; one is made if not given.
    #[arg(long, value_name = "FILE")]
    webhook_secret_file: Option<PathBuf>,
    /// Demand a token in this header of every webhook; it is made here. (Jira cannot send one.)
    #[arg(long, value_name = "NAME")]
    header: Option<String>,
    /// A setting of the tool's, such as `account_time_zone=Europe/Berlin`; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Update {
    /// Its name or id.
    name: String,
    #[command(flatten)]
    layers: Layers,
    /// Show no client certificate any more.
    #[arg(long, conflicts_with = "certificate_file")]
    no_certificate: bool,
    /// Trust the machine's certificate authorities only.
    #[arg(long, conflicts_with = "authorities_file")]
    no_authorities: bool,
    /// There is no gateway any more.
    #[arg(long, conflicts_with_all = ["gateway_key_file", "gateway_client"])]
    no_gateway: bool,
    /// A file with a new token or password; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Sign in with a new grant of this registration.
    #[arg(long, value_name = "NAME", conflicts_with = "secret_file")]
    oauth_client: Option<String>,
    /// When the token ends, such as 2027-01-31.
    #[arg(long, value_name = "DATE")]
    expires: Option<jiff::civil::Date>,
    /// A file with a new secret for Jira Cloud's webhooks.
    #[arg(long, value_name = "FILE")]
    webhook_secret_file: Option<PathBuf>,
    /// Where API calls go. Another host also needs the secret.
    #[arg(long)]
    url: Option<String>,
    /// It is the same site at another address, so that what is shared stays the same items.
    #[arg(long, requires = "url")]
    same_site: bool,
    /// Where people open items.
    #[arg(long, value_name = "URL")]
    browse_url: Option<String>,
}

impl Create {
    fn sign_in(&self) -> Result<Value, Failed> {
        if self.in_front {
            return Ok(json!({"method": "in_front"}));
        }
        match (self.tool, &self.user, &self.email) {
            (ToolKind::JiraCloud, None, Some(email)) => Ok(json!({"method": "api_token", "email": email})),
            (ToolKind::JiraCloud, _, _) => {
                let failed = Failed::usage("Jira Cloud signs in with an e-mail address and an API token");
                Err(failed.next("add --email and give the API token as the secret"))
            }
            (_, Some(user), _) if self.session => Ok(json!({"method": "session", "user": user})),
            (_, Some(user), _) => Ok(json!({"method": "basic", "user": user})),
            (ToolKind::JiraDc, None, _) => Ok(json!({"method": "personal_access_token"})),
            (ToolKind::Targetprocess, None, _) if self.service => Ok(json!({"method": "service_token"})),
            (ToolKind::Targetprocess, None, _) => Ok(json!({"method": "access_token"})),
        }
    }

    fn settings(&self) -> Result<Value, Failed> {
        let pair = |text: &String| match text.split_once('=') {
            Some((key, value)) => Ok((key.to_owned(), Value::from(value))),
            None => Err(Failed::usage(format!("`--set {text}` must be KEY=VALUE"))),
        };
        self.settings.iter().map(pair).collect::<Result<serde_json::Map<_, _>, _>>().map(Value::Object)
    }

    fn body(&self) -> Result<Value, Failed> {
        let mut body = json!({
            "name": self.name,
            "tool": self.tool,
            "base_url": self.url,
            "settings": self.settings()?,
        });
        if let Some(client) = &self.oauth_client {
            body["oauth_client"] = json!(client);
        } else {
            body["sign_in"] = self.sign_in()?;
            if !self.in_front {
                let secret = secret::read("token or password", self.secret_file.as_deref())?;
                body["secret"] = json!(secret.expose_text());
            }
        }
        self.layers.fill(&mut body)?;
        if let Some(url) = &self.browse_url {
            body["browse_url"] = json!(url);
        }
        if let Some(day) = self.expires {
            body["expires_at"] = json!(end_of(day));
        }
        if let Some(file) = &self.webhook_secret_file {
            body["webhook_secret"] = json!(secret::read("webhook secret", Some(file))?.expose_text());
        }
        if let Some(name) = &self.header {
            body["header"] = json!({"name": name});
        }
        Ok(body)
    }
}

impl Update {
    fn body(&self) -> Result<Value, Failed> {
        let mut body = json!({});
        self.layers.fill(&mut body)?;
        let gone = [
            ("certificate", self.no_certificate),
            ("authorities", self.no_authorities),
            ("gateway", self.no_gateway),
        ];
        for (name, _) in gone.into_iter().filter(|(_, gone)| *gone) {
            body[name] = Value::Null;
        }
        if let Some(file) = &self.secret_file {
            body["secret"] = json!(secret::read("token or password", Some(file))?.expose_text());
        }
        if let Some(day) = self.expires {
            body["expires_at"] = json!(end_of(day));
        }
        if let Some(file) = &self.webhook_secret_file {
            body["webhook_secret"] = json!(secret::read("webhook secret", Some(file))?.expose_text());
        }
        let texts =
            [("base_url", &self.url), ("browse_url", &self.browse_url), ("oauth_client", &self.oauth_client)];
        for (key, value) in texts {
            if let Some(value) = value {
                body[key] = json!(value);
            }
        }
        if self.same_site {
            body["same_site"] = json!(true);
        }
        match body.as_object().is_some_and(|body| body.is_empty()) {
            true => {
                Err(Failed::usage("there is nothing to change")
                    .next("see `bowline connection update --help`"))
            }
            false => Ok(body),
        }
    }
}

/// The beginning of a day, in UTC: nothing can be relied on after it.
fn end_of(day: jiff::civil::Date) -> String {
    format!("{day}T00:00:00Z")
}

pub(super) async fn run(context: &Context, verb: Verb) -> Done {
    let (client, out) = (context.client()?, context.out);
    let path = |name: &str| format!("/api/v1/connections/{}", segment(name));
    match verb {
        Verb::Create(ask) => {
            let made = client.post("/api/v1/connections", &ask.body()?).await?;
            out.value(&made, |made| webhook(&made["webhook"]));
            let next =
                if super::grant::waits_for_a_person(&client, &made).await? { "authorize" } else { "test" };
            out.note(format!("Next: `bowline connection {next} {}`.", ask.name));
        }
        Verb::List => {
            let (items, _) = client.list("/api/v1/connections", usize::MAX).await?;
            let columns = [
                ("NAME", "/name"),
                ("TOOL", "/tool"),
                ("URL", "/base_url"),
                ("HEALTH", "/health/state"),
                ("AS", "/identity/name"),
            ];
            out.list(&items, &columns, "There is no connection yet: `bowline connection create --help`.");
        }
        Verb::Show { name } => out.value(&client.get(&path(&name)).await?, details),
        Verb::Test { name } => {
            let verdict = client.post(&format!("{}/test", path(&name)), &json!({})).await?;
            return tested(context, &verdict);
        }
        Verb::Authorize { name, invite } => super::grant::authorize(context, &client, &name, invite).await?,
        Verb::Scopes { name } => out.value(&client.get(&format!("{}/scopes", path(&name))).await?, scopes),
        Verb::Limits { name } => {
            out.value(&client.get(&format!("{}/limits", path(&name))).await?, super::limits::shown);
        }
        Verb::Update(ask) => {
            let stored = client.call(Method::PATCH, &path(&ask.name), Some(&ask.body()?)).await?;
            out.value(&stored, details);
        }
        Verb::RotateHook { name, overlap_hours } => {
            let path = format!("{}/rotate-hook?overlap_hours={overlap_hours}", path(&name));
            let made = client.post(&path, &json!({})).await?;
            out.value(&made, webhook);
        }
        Verb::Delete { name } => {
            client.call(Method::DELETE, &path(&name), None).await?;
            out.note(format!("{name} is gone."));
        }
    }
    Ok(())
}

/// What to enter in the tool; shown once.
fn webhook(webhook: &Value) -> String {
    let mut text = format!("webhook URL     {}", at(webhook, "/url"));
    for (title, pointer) in [
        ("webhook secret  ", "/secret"),
        ("header          ", "/header/name"),
        ("header token    ", "/header/token"),
        ("old URL until   ", "/old_until"),
    ] {
        match at(webhook, pointer) {
            value if value.is_empty() => {}
            value => text.push_str(&format!("\n{title}{value}")),
        }
    }
    text
}

/// What is needed, what there is, and what of it is wrong.
fn scopes(view: &Value) -> String {
    let of = |pointer: &str| at(view, pointer);
    let profiles = Some(of("/profiles")).filter(|names| !names.is_empty());
    let profiles = profiles.unwrap_or_else(|| "no profile yet: as for two-way sync".to_owned());
    let mut lines = vec![
        format!("needed for  {} ({profiles})", of("/features")),
        format!("classic     {}", of("/classic")),
    ];
    lines.extend(
        Some(of("/granular"))
            .filter(|scopes| !scopes.is_empty())
            .map(|scopes| format!("granular    {scopes}")),
    );
    let granted = if view["granted"].is_null() { "not known".to_owned() } else { of("/granted") };
    lines.push(format!("granted     {granted}"));
    for gap in view["missing"].as_array().into_iter().flatten() {
        lines.push(format!("missing     {} for {}", at(gap, "/scopes"), at(gap, "/operation")));
    }
    lines.extend(
        Some(of("/unneeded"))
            .filter(|scopes| !scopes.is_empty())
            .map(|scopes| format!("unneeded    {scopes}")),
    );
    lines.join("\n")
}

/// What the account may not do though everything else works, and what helps.
pub(super) fn lacks(verdict: &Value) -> Option<(String, String)> {
    let lacks = verdict.get("lacks")?;
    let of = |member: &str| at(lacks, member);
    Some((format!("{} ({}) [{}]", of("/title"), of("/projects"), of("/code")), of("/remedy")))
}

fn tested(context: &Context, verdict: &Value) -> Done {
    if verdict["ok"] == json!(true) {
        context.out.value(verdict, |verdict| {
            let mut lines = vec![format!("ok: signed in as {}", at(verdict, "/identity/name"))];
            lines.extend(lacks(verdict).map(|(words, remedy)| format!("but: {words}\nnext: {remedy}")));
            lines.join("\n")
        });
        return Ok(());
    }
    if context.out.json {
        context.out.line(verdict);
    }
    let words = at(verdict, "/words");
    let words = if words.is_empty() { words } else { format!(": {words}") };
    let code = at(verdict, "/code");
    let layer = at(verdict, "/layer");
    let layer = if layer.is_empty() { layer } else { format!(" [{layer}]") };
    let exit = if code.starts_with("auth.") { Exit::Auth } else { Exit::Unavailable };
    Err(Failed {
        exit,
        code: Some(code),
        message: format!("{}{layer}{words}", at(verdict, "/title")),
        remedy: Some(at(verdict, "/remedy")).filter(|remedy| !remedy.is_empty()),
    })
}
