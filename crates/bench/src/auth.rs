//! `bowline-bench auth`: how many requests one core signs with OAuth 1.0a, beside what openssl signs there; then how fast a
//! herd of grants is renewed (`renewals`).
//!
//! Both signers take turns, so that whatever else the machine does disturbs them alike, and both are counted by the processor
//! time they had. Ours is the whole work of an attempt (nonce, base string, hash, signature, header), openssl's only
//! the signature.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bowline_auth::oauth1::{Credential, Hash, Method, PrivateKey, Token};
use bowline_auth::{SystemClock, SystemEntropy};
use bowline_core::secret::Secret;
use bytes::Bytes;
use serde::Serialize;

use crate::proc::thread_rate;
use crate::rank::median;
use crate::renewals;
use crate::report::say;

/// The share of openssl's rate that is wanted.
const WANTED: f64 = 0.8;
/// A call as the sync makes many.
const URL: &str =
    "https://jira.example/rest/api/2/search?jql=project%20%3D%20ACME%20ORDER%20BY%20updated&startAt=50";

/// How to measure.
#[derive(clap::Args)]
pub(crate) struct Auth {
    /// The binary that renews; an optimised one, if the figures are to mean something.
    #[arg(long)]
    bowline: PathBuf,
    /// One short round: shows that everything works, not how fast.
    #[arg(long)]
    quick: bool,
    /// Writes all figures to a file as well.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// A turn of each, in a second of processor time.
#[derive(Debug, Serialize)]
struct Round {
    ours: f64,
    openssl: f64,
}

#[derive(Debug, Serialize)]
struct Figures {
    rounds: Vec<Round>,
    ours: f64,
    openssl: f64,
    ratio: f64,
    renewals: Option<renewals::Figures>,
}

/// Measures, and prints the verdict last. An error if what is wanted is missed.
pub(crate) fn run(ask: &Auth) -> Result<()> {
    let (rounds, seconds) = if ask.quick { (1, 1) } else { (7, 2) };
    let credential = credential()?;
    say(&format!(
        "{rounds} rounds of {seconds} s each, a key of 2048 bit; signatures in a second of one core:"
    ));
    let mut figures = Figures { rounds: Vec::new(), ours: 0.0, openssl: 0.0, ratio: 0.0, renewals: None };
    for _ in 0..rounds {
        let round =
            Round { ours: ours(&credential, Duration::from_secs(seconds))?, openssl: openssl(seconds)? };
        say(&format!("  ours {:7.0}   openssl {:7.0}", round.ours, round.openssl));
        figures.rounds.push(round);
    }
    let of = |value: fn(&Round) -> f64| median(&figures.rounds.iter().map(value).collect::<Vec<_>>());
    (figures.ours, figures.openssl, figures.ratio) =
        (of(|round| round.ours), of(|round| round.openssl), of(|round| round.ours / round.openssl));
    let herd = renewed(ask)?;
    let (renewals, enough) = (herd.verdict(), herd.is_enough());
    figures.renewals = Some(herd);
    if let Some(path) = &ask.json {
        let text = serde_json::to_string_pretty(&figures)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let Figures { ours, openssl, ratio, .. } = figures;
    let verdict = format!(
        "bench auth: RSA-SHA1 at {ratio:.2} of `openssl speed rsa2048` per core ({ours:.0} whole requests, {openssl:.0} bare signatures a second; at least {WANTED:.2} wanted); {renewals}"
    );
    if (ratio < WANTED || !enough) && !ask.quick {
        bail!("{verdict}");
    }
    say(&verdict);
    Ok(())
}

/// A herd of grants, renewed by the service.
fn renewed(ask: &Auth) -> Result<renewals::Figures> {
    let folder = std::env::temp_dir().join(format!("bowline-bench-renewals-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured = crate::on_runtime(renewals::measure(&ask.bowline, &folder, ask.quick));
    // What is left of it is of no use to anybody.
    let _ = std::fs::remove_dir_all(&folder);
    measured
}

/// A credential with a key that openssl makes.
fn credential() -> Result<Credential> {
    let key = openssl_says(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])?;
    let method = Method::Rsa(Hash::Sha1, PrivateKey::from_pem(key.as_bytes())?);
    let token = Token { key: "q2mWBWkjUSOhJ7wIwpyQZuVZjuGyKFMW".into(), secret: Secret::from(String::new()) };
    Ok(Credential::new("bowline".into(), method).with_token(token))
}

/// How many requests are signed in a second of this thread.
fn ours(credential: &Credential, length: Duration) -> Result<f64> {
    thread_rate(length, || {
        let mut request = http::Request::get(URL).body(Bytes::new())?;
        credential.authorize(&mut request, None, &SystemClock, &SystemEntropy)?;
        Ok(1)
    })
}

/// How many signatures openssl makes in a second of its process. Its lines for machines begin with `+F2` for RSA, then
/// number, length and signatures a second.
fn openssl(seconds: u64) -> Result<f64> {
    let told = openssl_says(&["speed", "-mr", "-seconds", &seconds.to_string(), "rsa2048"])?;
    let line = told.lines().find(|line| line.starts_with("+F2:"));
    let rate = line.and_then(|line| line.split(':').nth(3)).and_then(|rate| rate.parse().ok());
    rate.with_context(|| format!("`openssl speed` says no rate of RSA, but `{}`", told.trim()))
}

fn openssl_says(arguments: &[&str]) -> Result<String> {
    let output = Command::new("openssl").args(arguments).stderr(Stdio::null()).output();
    let output = output.context("openssl is needed (Debian: `apt-get install openssl`)")?;
    if !output.status.success() {
        bail!("`openssl {}` ended with {}", arguments.join(" "), output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}
