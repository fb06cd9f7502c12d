//! A real nginx before the simulated Jira: with and without client certificates, with API keys, and with OAuth tokens
//! that it has introspected elsewhere.

use std::io::Read as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::Instant;

use super::combinations::KEY as KEY_GOOD;
use super::pki::Authority;
use crate::house::SOON;

/// What every server has: the ways to Jira, each below a path of its own.
///
/// `/open` asks for nothing more, `/key` for an API key, `/token` for a token; below `/in-front` and so on nginx signs in to
/// Jira itself, with a personal access token. A token is good if its provider lets it write.
const LOCATIONS: &str = r#"
    location /open/ { proxy_pass JIRA/; }
    location /in-front/ { proxy_set_header Authorization "Bearer pat-ada"; proxy_pass JIRA/; }

    location /key/ { include KEY; proxy_pass JIRA/; }
    location /in-front-key/ { include KEY; proxy_set_header Authorization "Bearer pat-ada"; proxy_pass JIRA/; }

    location /token/ { include TOKEN; auth_request /introspect; proxy_pass JIRA/; }
    location /in-front-token/ {
        include TOKEN;
        auth_request /introspect;
        proxy_set_header Authorization "Bearer pat-ada";
        proxy_pass JIRA/;
    }

    location = /introspect { include INTROSPECT; proxy_pass PROVIDER/rest/api/2/issue/ACME-1/properties/asked; }
    location @unknown { return 401 '{"message": "The access token is not valid"}'; }
    location @narrow {
        add_header WWW-Authenticate $why always;
        return 403 '{"message": "The access token is not enough"}';
    }
"#;

const KEY: &str = r#"
    if ($key_is = missing) { return 401 '{"message": "No API key found in request"}'; }
    if ($key_is = unknown) { return 401 '{"message": "Invalid API key"}'; }
    if ($key_is = expired) { return 403 '{"message": "The API key has expired"}'; }
    if ($key_is = revoked) { return 403 '{"message": "The API key was revoked"}'; }
    if ($key_is = narrow) { return 403 '{"message": "The API key does not cover this"}'; }
"#;

const TOKEN: &str = r"
    error_page 401 = @unknown;
    error_page 403 = @narrow;
    auth_request_set $why $upstream_http_www_authenticate;
    proxy_set_header X-Gateway-Authorization '';
";

const INTROSPECT: &str = r"
    internal;
    proxy_method PUT;
    proxy_set_body 1;
    proxy_set_header Content-Type application/json;
    proxy_set_header Cookie '';
    proxy_set_header Authorization $gateway_token;
";

/// nginx as a process; killed when dropped.
pub(super) struct Nginx {
    child: Child,
    /// Without client certificates.
    pub(super) open: String,
    /// With client certificates.
    pub(super) mutual: String,
}

/// A port that nobody listens on.
pub(super) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

impl Nginx {
    /// Starts one whose server certificate is `server` and whose clients are of `authority`.
    pub(super) async fn start(folder: PathBuf, authority: &Authority, jira: &str, provider: &str) -> Self {
        std::fs::create_dir_all(&folder).unwrap();
        let file = |name: &str| folder.join(name).display().to_string();
        let fill = |text: &str| {
            text.replace("JIRA", jira)
                .replace("PROVIDER", provider)
                .replace("INTROSPECT", &file("introspect.conf"))
                .replace("TOKEN", &file("token.conf"))
                .replace("KEY", &file("key.conf"))
        };
        for (name, text) in [
            ("key.conf", KEY),
            ("token.conf", TOKEN),
            ("introspect.conf", INTROSPECT),
            ("locations.conf", LOCATIONS),
        ] {
            let text = if name == "locations.conf" { fill(text) } else { text.to_owned() };
            std::fs::write(folder.join(name), text).unwrap();
        }
        let (open, mutual) = (free_port(), free_port());
        std::fs::write(folder.join("nginx.conf"), configuration(&folder, authority, open, mutual)).unwrap();
        let child = Command::new("nginx")
            .args(["-e", "stderr", "-p"])
            .arg(&folder)
            .args(["-c", "nginx.conf"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect(
                "nginx is installed: run `cargo xtask test`, or install it (Debian: `apt-get install nginx`)",
            );
        let url = |port: u16| format!("https://127.0.0.1:{port}");
        let mut nginx = Self { child, open: url(open), mutual: url(mutual) };
        let up = is_up(open).await && is_up(mutual).await;
        if !up || nginx.child.try_wait().unwrap().is_some() {
            let mut said = String::new();
            let _ = nginx.child.kill();
            let _ = nginx.child.stderr.take().unwrap().read_to_string(&mut said);
            panic!("nginx in {} does not start: {said}", folder.display());
        }
        nginx
    }
}

/// Waits until something listens; says whether it does.
async fn is_up(port: u16) -> bool {
    let started = Instant::now();
    while TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).is_err() {
        if started.elapsed() > SOON / 3 {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    true
}

/// Waits until something listens.
pub(super) async fn wait_for(port: u16) {
    assert!(is_up(port).await, "nothing listens on port {port}");
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn configuration(folder: &Path, authority: &Authority, open: u16, mutual: u16) -> String {
    let locations = folder.join("locations.conf").display().to_string();
    let (certificate, key) = (authority.file("server.pem"), authority.file("server.key"));
    let server = format!(
        "ssl_certificate {}; ssl_certificate_key {}; default_type application/json; include {locations};",
        certificate.display(),
        key.display()
    );
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|name| format!("{name}_temp_path {};\n", folder.join(name).display()))
        .collect();
    format!(
        r#"daemon off;
master_process off;
pid {pid};
error_log stderr error;
events {{ worker_connections 512; }}
http {{
    access_log off;
    {temporary}
    map $http_x_api_key $key_is {{
        default unknown;
        "" missing;
        {KEY_GOOD} good;
        key-expired expired;
        key-revoked revoked;
        key-narrow narrow;
    }}
    map $http_x_gateway_authorization $gateway_token {{
        default $http_x_gateway_authorization;
        "" $http_authorization;
    }}
    server {{ listen 127.0.0.1:{open} ssl; {server} }}
    server {{
        listen 127.0.0.1:{mutual} ssl;
        ssl_verify_client on;
        ssl_client_certificate {authority};
        ssl_crl {revoked};
        {server}
    }}
}}
"#,
        pid = folder.join("pid").display(),
        authority = authority.file("ca.pem").display(),
        revoked = authority.file("ca.crl").display(),
    )
}
