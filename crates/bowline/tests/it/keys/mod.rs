//! Keys of every kind under the real service: held elsewhere, turned over under load, killed in between, seen nowhere.

mod canary;
#[cfg(feature = "crash")]
mod crash;
mod encryptor;
mod program;
mod turning;

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::house::{Answer, Folder, Service, spawn};

/// Runs openssl in a folder; it must succeed.
fn openssl(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let mut command = Command::new("openssl");
    let output = command.current_dir(folder).args(arguments).stdin(Stdio::null()).output();
    let output = output.expect("openssl is installed (Debian: apt-get install openssl)");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A private file.
fn private(path: &Path, text: &[u8]) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// `bowline serve --role encryptor`; killed when dropped.
struct Encryptor {
    child: Child,
    socket: String,
}

impl Encryptor {
    fn start(folder: &Folder, wrap: &str) -> Self {
        Self::try_start(folder, wrap).unwrap_or_else(|told| panic!("the encryptor did not start:\n{told}"))
    }

    fn try_start(folder: &Folder, wrap: &str) -> Result<Self, String> {
        let log = folder.path().join("encryptor.log");
        let environment = [
            ("BOWLINE_DATA__DIR", folder.path().join("apart").display().to_string()),
            ("BOWLINE_KEYS__WRAP", wrap.to_owned()),
            ("BOWLINE_LOG__LEVEL", "trace".to_owned()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value));
        let (child, first) = spawn(&["serve", "--json", "--role", "encryptor"], &environment, Some(&log));
        match first["listening"].as_str() {
            Some(socket) => Ok(Self { child, socket: socket.to_owned() }),
            None => Err(std::fs::read_to_string(&log).unwrap_or_default()),
        }
    }

    fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Encryptor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Stores a connection with a secret of its own in a tenant, which must have been made.
async fn store_secret(service: &Service, tenant: &str, name: &str, secret: &str) -> Answer {
    let bearer = format!("Bearer {}", service.token());
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("bowline-tenant", tenant),
    ];
    let body = json!({
        "name": name, "tool": "jira_dc", "base_url": "http://127.0.0.1:9", "secret": secret,
        "sign_in": {"method": "personal_access_token"},
    });
    let url = format!("{}/api/v1/connections", service.url);
    crate::house::http("POST", &url, &headers, body.to_string()).await.expect("the service answers")
}

/// Waits until the key-encryption keys stand like this, in the order of the configuration.
async fn until_wrapping(service: &Service, states: &[&str]) -> Value {
    service
        .until("/api/v1/keys", |list| {
            let found: Vec<&str> = list["wrapping"]
                .as_array()
                .unwrap()
                .iter()
                .map(|kek| kek["state"].as_str().unwrap())
                .collect();
            found == states
        })
        .await
}

/// Everything opens, and there is something.
async fn verified(service: &Service) -> Value {
    let verdict = service.ok("POST", "/api/v1/keys/verify", &json!({})).await;
    assert_eq!((&verdict["failed"], &verdict["broken"]), (&json!(0), &json!([])), "{verdict:#}");
    assert!(verdict["values"].as_u64().unwrap() > 0, "{verdict:#}");
    verdict
}

/// A service that must not start, and what it says.
fn refused(folder: &Folder, environment: &[(String, String)]) -> String {
    let log = folder.path().join("refused.log");
    let _ = std::fs::remove_file(&log);
    let (mut child, first) = spawn(&["serve", "--json"], environment, Some(&log));
    assert_eq!(first, Value::Null, "it started");
    // It has closed its standard output, so it is at its end.
    assert!(!child.wait().unwrap().success());
    std::fs::read_to_string(&log).unwrap()
}
