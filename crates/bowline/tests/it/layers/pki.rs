//! Certificates made by openssl, as an administrator makes them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

const CONFIGURATION: &str = "\
[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
default_days = 30
default_crl_days = 30
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
";

/// A certificate authority in a folder.
pub(super) struct Authority {
    folder: PathBuf,
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).current_dir(folder).output();
    let output = output.expect("openssl is installed (Debian: `apt-get install openssl`)");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Authority {
    pub(super) fn new(folder: PathBuf, name: &str) -> Self {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("ca.cnf"), CONFIGURATION).unwrap();
        std::fs::write(folder.join("index.txt"), "").unwrap();
        std::fs::write(folder.join("serial"), "1000\n").unwrap();
        let subject = format!("/CN={name}");
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key"];
        let new = ["req", "-x509", "-days", "30", "-subj", &subject, "-out", "ca.pem"];
        openssl(&folder, &[&new[..], &key[..]].concat());
        let authority = Self { folder };
        authority.list_revoked();
        authority
    }

    /// A certificate of these names, and its key, as `NAME.pem` and `NAME.key`.
    pub(super) fn issue(&self, name: &str, kind: &[&str], more: &[&str]) {
        let (key, request, certificate) =
            (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
        let subject = format!("/CN={name}");
        let new = ["req", "-new", "-nodes", "-newkey"];
        let out = ["-keyout", &key, "-out", &request, "-subj", &subject];
        let names = ["-addext", "subjectAltName=IP:127.0.0.1"];
        openssl(&self.folder, &[&new[..], kind, &out[..], &names[..]].concat());
        let sign = ["ca", "-config", "ca.cnf", "-batch", "-notext", "-cert", "ca.pem", "-keyfile", "ca.key"];
        let files = ["-in", &request, "-out", &certificate];
        openssl(&self.folder, &[&sign[..], &files[..], more].concat());
    }

    /// The same with an elliptic key.
    pub(super) fn client(&self, name: &str, more: &[&str]) {
        self.issue(name, &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], more);
    }

    /// Takes a certificate back.
    pub(super) fn revoke(&self, name: &str) {
        let certificate = format!("{name}.pem");
        let arguments = ["-cert", "ca.pem", "-keyfile", "ca.key", "-revoke", &certificate];
        openssl(&self.folder, &[&["ca", "-config", "ca.cnf"][..], &arguments[..]].concat());
        self.list_revoked();
    }

    fn list_revoked(&self) {
        let arguments = ["-cert", "ca.pem", "-keyfile", "ca.key", "-gencrl", "-out", "ca.crl"];
        openssl(&self.folder, &[&["ca", "-config", "ca.cnf"][..], &arguments[..]].concat());
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A file's text.
    pub(super) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap()
    }

    /// A certificate and its key, as the API takes them.
    pub(super) fn certificate(&self, name: &str) -> Value {
        json!({ "chain": self.text(&format!("{name}.pem")), "key": self.text(&format!("{name}.key")) })
    }
}
