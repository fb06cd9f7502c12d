//! A PostgreSQL to test against: one that runs, else an installed one started for us, else one installed now.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::debian::{self, is_root};
use crate::shell::{self, say};

/// What the tests connect to if nobody says otherwise.
const USUAL: &str = "postgres://postgres@127.0.0.1:5432/postgres";

/// A PostgreSQL that answers; one that we started ends with this value.
pub(crate) struct Postgres {
    url: String,
    own: Option<Own>,
}

struct Own {
    programs: PathBuf,
    data: PathBuf,
}

impl Postgres {
    /// Finds, starts or installs one; otherwise says what to do.
    pub(crate) fn find_or_start() -> Result<Self> {
        let url = given().unwrap_or_else(|| USUAL.to_owned());
        if answers(&url) {
            say(&format!("using the PostgreSQL at {}", without_password(&url)));
            return Ok(Self { url, own: None });
        }
        let programs = match installed() {
            Some(programs) => programs,
            None => install()?,
        };
        start(programs)
    }

    /// Its URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(own) = &self.own {
            let _ = shell::succeeds(as_nobody(&own.programs.join("pg_ctl")).arg("-D").arg(&own.data).args([
                "-m",
                "immediate",
                "stop",
            ]));
            let _ = std::fs::remove_dir_all(&own.data);
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the environment is where a developer says which server to use"
)]
fn given() -> Option<String> {
    std::env::var("BOWLINE_TEST_PG").ok().filter(|url| !url.is_empty())
}

/// Whether a server answers at the URL's host and port. The tests themselves check what it lets them do.
fn answers(url: &str) -> bool {
    let host = url.rsplit_once('@').map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or_default();
    let Ok(mut addresses) = std::net::ToSocketAddrs::to_socket_addrs(host) else { return false };
    addresses.any(|address| {
        std::net::TcpStream::connect_timeout(&address, std::time::Duration::from_secs(2)).is_ok()
    })
}

fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => "the given URL".to_owned(),
    }
}

/// The folder of an installed server's programs: Debian keeps them off the path.
fn installed() -> Option<PathBuf> {
    let of_debian = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut versions: Vec<PathBuf> = of_debian.flatten().map(|entry| entry.path().join("bin")).collect();
    versions.retain(|bin| bin.join("initdb").exists());
    versions.sort();
    versions.pop()
}

fn install() -> Result<PathBuf> {
    let what_to_do = "install PostgreSQL 13 or newer (Debian: `apt-get install postgresql`), or start one and set \
                      BOWLINE_TEST_PG to its URL; its user must be allowed to create databases and roles";
    debian::install("postgresql", what_to_do)?;
    installed()
        .with_context(|| format!("PostgreSQL was installed but its programs were not found: {what_to_do}"))
}

/// Starts a private server on a free port, in a folder that goes with it.
fn start(programs: PathBuf) -> Result<Postgres> {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let data = std::env::temp_dir().join(format!("bowline-postgres-{port}"));
    std::fs::create_dir_all(&data)?;
    if is_root() {
        shell::run(Command::new("chown").arg("postgres").arg(&data))?;
    }
    shell::read(
        as_nobody(&programs.join("initdb"))
            .arg("-D")
            .arg(&data)
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8"]),
    )?;
    let settings =
        format!("-p {port} -k {} -c listen_addresses=127.0.0.1 -c max_connections=200", data.display());
    shell::run(
        as_nobody(&programs.join("pg_ctl"))
            .arg("-D")
            .arg(&data)
            .args(["-w", "-s", "-o", &settings, "-l"])
            .arg(data.join("log"))
            .arg("start"),
    )?;
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    say(&format!("started a private PostgreSQL on port {port}"));
    Ok(Postgres { url, own: Some(Own { programs, data }) })
}

/// The server refuses to run as root.
fn as_nobody(program: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(std::env::temp_dir());
    command
}
