//! What a connection shows before it comes to the tool, as options: files only, never a secret itself.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::Failed;
use super::secret;

#[derive(Args)]
pub(crate) struct Layers {
    /// A file with the client certificate to show, and those up to its authority, in PEM.
    #[arg(long, value_name = "FILE", requires = "certificate_key_file")]
    certificate_file: Option<PathBuf>,
    /// A file with its private key in PEM, without a passphrase; it may be the same file.
    #[arg(long, value_name = "FILE", requires = "certificate_file")]
    certificate_key_file: Option<PathBuf>,
    /// A file with certificate authorities to trust beside those of the machine, in PEM.
    #[arg(long, value_name = "FILE")]
    authorities_file: Option<PathBuf>,
    /// A file with the key that a gateway in front of the tool wants; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    gateway_key_file: Option<PathBuf>,
    /// Show a gateway tokens of this registration (provider `gateway`); see `bowline oauth-client`.
    #[arg(long, value_name = "NAME", conflicts_with = "gateway_key_file")]
    gateway_client: Option<String>,
    /// The header that the gateway looks at, if it is not the usual one.
    #[arg(long, value_name = "NAME")]
    gateway_header: Option<String>,
}

impl Layers {
    /// Adds what is given to the body of a request.
    pub(super) fn fill(&self, body: &mut Value) -> Result<(), Failed> {
        if let (Some(chain), Some(key)) = (&self.certificate_file, &self.certificate_key_file) {
            let key = secret::read("certificate's key", Some(key))?;
            body["certificate"] = json!({ "chain": text(chain)?, "key": key.expose_text() });
        }
        if let Some(file) = &self.authorities_file {
            body["authorities"] = json!(text(file)?);
        }
        let mut gateway = json!({});
        if let Some(file) = &self.gateway_key_file {
            gateway["key"] = json!(secret::read("gateway key", Some(file))?.expose_text());
        }
        if let Some(client) = &self.gateway_client {
            gateway["oauth_client"] = json!(client);
        }
        if let Some(header) = &self.gateway_header {
            gateway["header"] = json!(header);
        }
        match gateway.as_object() {
            Some(given) if given.is_empty() => {}
            Some(given) if given.contains_key("key") || given.contains_key("oauth_client") => {
                body["gateway"] = gateway;
            }
            _ => {
                let failed = Failed::usage("a gateway's header is of no use without what to show in it");
                return Err(failed.next("add --gateway-key-file FILE or --gateway-client NAME"));
            }
        }
        Ok(())
    }
}

fn text(file: &Path) -> Result<String, Failed> {
    std::fs::read_to_string(file)
        .map_err(|error| Failed::usage(format!("{} cannot be read: {error}", file.display())))
}
