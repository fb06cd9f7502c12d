//! The whole measurement with small counts: it runs to its end, and its figures make sense.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The service's binary lies beside ours once the workspace is built.
fn bowline() -> PathBuf {
    let bowline = Path::new(env!("CARGO_BIN_EXE_bowline-bench")).with_file_name("bowline");
    assert!(bowline.exists(), "build it first: cargo build -p bowline");
    bowline
}

/// The server to test against: `cargo xtask test` names one.
#[expect(clippy::disallowed_methods, reason = "which server to test against is the caller's to say")]
fn postgres() -> String {
    std::env::var("BOWLINE_TEST_PG")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

#[test]
fn a_quick_run_measures_both_databases_and_ends_with_a_verdict() {
    let file = std::env::temp_dir().join(format!("bowline-bench-it-{}.json", std::process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_bowline-bench"))
        .args(["sync", "--quick", "--postgres", &postgres(), "--bowline"])
        .arg(bowline())
        .arg("--json")
        .arg(&file)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert!(told.lines().last().unwrap().starts_with("bench sync: "), "{told}");
    let figures: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    std::fs::remove_file(&file).unwrap();
    let figures = figures.as_array().unwrap();
    assert_eq!(figures.len(), 2);
    for figures in figures {
        // Taken in, journaled, written back, and the echo taken in: fewer durable steps would not be safe.
        assert!(figures["alone"]["commits"].as_f64().unwrap() >= 4.0, "{figures:#}");
        // Both sides are read, one is written.
        assert!(figures["alone"]["calls"].as_f64().unwrap() >= 3.0, "{figures:#}");
        assert!(figures["bursts"][0]["rate"].as_f64().unwrap() > 0.0, "{figures:#}");
        assert!(figures["linked"]["now"].as_u64().unwrap() > 1_000_000, "{figures:#}");
    }
}

#[test]
fn a_quick_run_of_the_simulator_measures_reads_and_searches() {
    let file = std::env::temp_dir().join(format!("bowline-bench-sim-{}.json", std::process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_bowline-bench"))
        .args(["sim", "--quick", "--bowline"])
        .arg(bowline())
        .arg("--json")
        .arg(&file)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert!(told.lines().last().unwrap().starts_with("bench sim: "), "{told}");
    let figures: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    std::fs::remove_file(&file).unwrap();
    for kind in ["reads", "searches", "words"] {
        assert!(figures[kind]["calls"].as_u64().unwrap() > 0, "{figures:#}");
    }
    assert_eq!(figures["issues"], 1_000);
    // A file goes through the simulator without ever being in its memory.
    let upload = &figures["upload"];
    assert_eq!(upload["size"], 60_000_000);
    assert!(upload["grown"].as_u64().unwrap() < 30_000_000, "{upload:#}");
    assert!(figures["snapshots"]["restore"].as_f64().unwrap() > 0.0, "{figures:#}");
}

#[test]
fn a_quick_run_of_signing_compares_with_openssl_and_renews_a_herd() {
    let file = std::env::temp_dir().join(format!("bowline-bench-auth-{}.json", std::process::id()));
    let output = Command::new(env!("CARGO_BIN_EXE_bowline-bench"))
        .args(["auth", "--quick", "--bowline"])
        .arg(bowline())
        .arg("--json")
        .arg(&file)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert!(told.lines().last().unwrap().starts_with("bench auth: "), "{told}");
    let figures: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    std::fs::remove_file(&file).unwrap();
    let (ours, openssl) = (figures["ours"].as_f64().unwrap(), figures["openssl"].as_f64().unwrap());
    assert!(ours > 1.0 && openssl > 1.0, "{figures:#}");
    assert!((figures["ratio"].as_f64().unwrap() - ours / openssl).abs() < 1e-9, "{figures:#}");
    let renewals = &figures["renewals"];
    assert_eq!(
        (&renewals["grants"], &renewals["lag"]["samples"]),
        (&1_000.into(), &1_000.into()),
        "{renewals:#}"
    );
    assert!(renewals["together"].as_u64().unwrap() > 1, "one after the other: {renewals:#}");
}

/// In the place of npm `atlassian-connect-express`: takes everything.
const TAKES_ALL: &str = "
const server = require('http').createServer((asked, answer) => asked.resume().on('end', () => answer.writeHead(204).end()));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ listening: `http://127.0.0.1:${server.address().port}` })));
";

#[test]
fn a_quick_run_of_verifying_compares_turn_by_turn() {
    // The packages are installed by the task; here a program that says a rate takes the place of theirs.
    let folder = std::env::temp_dir().join(format!("bowline-bench-connect-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (script, file) = (folder.join("peer.cjs"), folder.join("figures.json"));
    let express = folder.join("express.cjs");
    std::fs::write(&express, TAKES_ALL).unwrap();
    std::fs::write(
        &script,
        "const { url, seconds } = JSON.parse(require('fs').readFileSync(0)); console.log(url.includes('jwt=ey') ? seconds * 1000 : 'no');",
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_bowline-bench"))
        .args(["connect", "--quick", "--modules"])
        .arg(&folder)
        .arg("--script")
        .arg(&script)
        .arg("--express-modules")
        .arg(&folder)
        .arg("--express-script")
        .arg(&express)
        .arg("--bowline")
        .arg(bowline())
        .arg("--json")
        .arg(&file)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    assert!(told.lines().last().unwrap().starts_with("bench connect: "), "{told}");
    let figures: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let round = &figures["rounds"][0];
    assert_eq!((figures["rounds"].as_array().unwrap().len(), &round["theirs"]), (1, &Value::from(1_000.0)));
    let ratio = round["ours"].as_f64().unwrap() / 1_000.0;
    assert!(ratio > 0.0 && (figures["ratio"].as_f64().unwrap() - ratio).abs() < 1e-9, "{figures:#}");

    let servers = figures["servers"]["servers"].as_array().unwrap();
    let names: Vec<_> = servers.iter().map(|seen| seen["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["atlassian-connect-express", "an app of the crate", "the service on SQLite"]);
    for seen in servers {
        let (rate, ratio) = (seen["rates"][0].as_f64().unwrap(), seen["ratios"][0].as_f64().unwrap());
        let first = servers[0]["rates"][0].as_f64().unwrap();
        assert!(rate > 1.0 && (ratio - rate / first).abs() < 1e-9, "{seen:#}");
        assert!(
            seen["delays"]["samples"].as_u64().unwrap() > 0 && seen["memory"].as_u64().unwrap() > 1_000_000
        );
    }
    let told = figures["timing"]["differences"].as_array().unwrap();
    assert!(
        told.len() == 3 && told.iter().all(|one| one["give_or_take"].as_f64().unwrap() > 0.0),
        "{figures:#}"
    );
}

/// Carries a file of so many bytes to an issue and back with our own client; says what that did.
#[expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]
fn carried(face: &[&str], bytes: u64) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bowline-bench"));
    let output = command.arg("carry").arg("--bowline").arg(bowline()).args(face);
    let output = output.args(["--bytes", &bytes.to_string()]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_file_of_any_size_goes_to_an_issue_and_comes_back_and_is_never_in_memory() {
    const LARGE: u64 = 500_000_000;
    // Data Center takes no file without content.
    for (face, bytes) in [(&["--cloud"][..], 0), (&[], 1), (&["--cloud"], 70_000), (&[], LARGE)] {
        let carried = carried(face, bytes);
        assert_eq!((&carried["same"], &carried["size"]), (&bytes.into(), &bytes.into()), "{carried:#}");
        assert!(carried["grown"].as_u64().unwrap() < 10_000_000, "{carried:#}");
    }
}
