//! One target, fuzzed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::shell;

/// What is fuzzed, as in `fuzz/targets`.
pub(super) const TARGETS: [Target; 13] = [
    Target { name: "jwt-compact", longest: 2_048 },
    Target { name: "jwt-claims", longest: 1_024 },
    Target { name: "forge-claims", longest: 2_048 },
    Target { name: "jwks", longest: 4_096 },
    Target { name: "pem", longest: 2_048 },
    Target { name: "kid", longest: 256 },
    Target { name: "qsh", longest: 512 },
    Target { name: "lifecycle", longest: 2_048 },
    Target { name: "descriptor", longest: 4_096 },
    Target { name: "adf", longest: 4_096 },
    Target { name: "wiki", longest: 1_024 },
    Target { name: "html", longest: 1_024 },
    Target { name: "markdown", longest: 1_024 },
];

/// The most memory that a target may take, in MiB.
const MEMORY: &str = "-rss_limit_mb=2048";
/// How long one input may take by the clock on the wall, in seconds: what hangs. What is slow is seen by the program itself, and a busy
/// machine makes nothing a finding.
const HANGS: &str = "-timeout=300";

/// Something to fuzz.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) name: &'static str,
    /// The longest input, in bytes. Short ones are tried more often; long ones are made of them (`fuzz/src/pace.rs`).
    pub(super) longest: u32,
}

/// How it ended.
pub(super) enum Ended {
    /// Nothing was found.
    Clean { inputs: u64, kept: usize },
    /// Something was found: the file of the input, and what the program said.
    Found { input: PathBuf, words: String },
}

impl Target {
    /// Fuzzes for so many seconds.
    pub(super) fn fuzz(self, program: &Path, seconds: u64) -> Result<Ended> {
        let below = |folder: &str| shell::root().join("target/fuzz").join(folder);
        let (kept, findings, logs) = (below("corpus").join(self.name), below("findings"), below("logs"));
        for folder in [&kept, &findings, &logs] {
            std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        let log = logs.join(format!("{}.log", self.name));
        let prefix = findings.join(format!("{}-", self.name));
        let mut command = Command::new(program);
        command.env("BOWLINE_FUZZ_TARGET", self.name).current_dir(shell::root());
        command.args([MEMORY, HANGS, "-print_final_stats=1", "-reload=0", "-verbosity=1"]);
        command.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={}", self.longest));
        command.arg(format!("-artifact_prefix={}", prefix.display()));
        let words = shell::root().join("fuzz/words").join(format!("{}.dict", self.name));
        if words.exists() {
            command.arg(format!("-dict={}", words.display()));
        }
        command.arg(&kept);
        let seeds = shell::root().join("fuzz/corpus").join(self.name);
        if seeds.exists() {
            command.arg(&seeds);
        }
        let file = File::create(&log).with_context(|| log.display().to_string())?;
        let status =
            command.stdout(file.try_clone()?).stderr(file).status().context("the fuzzing program")?;
        let told = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
        if status.success() {
            let inputs = number(&told, "stat::number_of_executed_units:");
            let kept = std::fs::read_dir(&kept)?.count();
            return Ok(Ended::Clean { inputs: inputs.context("the program did not say what it did")?, kept });
        }
        match input(&told) {
            Some(input) => Ok(Ended::Found { input, words: words_of(&told) }),
            None => bail!("{} ended with {status} and names no input; see {}", self.name, log.display()),
        }
    }
}

/// The number behind a word.
fn number(told: &str, word: &str) -> Option<u64> {
    told.lines().find_map(|line| line.strip_prefix(word)?.trim().parse().ok())
}

/// The file that libFuzzer wrote the input to.
fn input(told: &str) -> Option<PathBuf> {
    told.lines()
        .find_map(|line| line.split_once("Test unit written to ").map(|(_, file)| PathBuf::from(file.trim())))
}

/// What says why: the panic with its words, or libFuzzer's own line.
fn words_of(told: &str) -> String {
    let lines: Vec<&str> = told.lines().collect();
    let panic = lines.iter().position(|line| line.starts_with("thread '"));
    let own = lines.iter().position(|line| line.contains("ERROR: libFuzzer"));
    let from = panic.or(own).unwrap_or_default();
    let until_trace = |line: &&&str| !line.starts_with("stack backtrace") && !line.starts_with("note: ");
    let said: Vec<&str> = lines.iter().skip(from).take_while(until_trace).take(12).copied().collect();
    said.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_of_kept_inputs_is_a_target() {
        let folders = std::fs::read_dir(shell::root().join("fuzz/corpus")).unwrap();
        let mut kept: Vec<String> =
            folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect();
        kept.sort();
        let mut names = TARGETS.map(|target| target.name);
        names.sort_unstable();
        assert_eq!(kept, names);
    }

    #[test]
    fn what_the_program_tells_is_read() {
        let told = "#1 INITED\nthread 'main' panicked at fuzz/src/pace.rs:1:2:\nsquare\nnote: run with\nx\n\
                    ==1== ERROR: libFuzzer: deadly signal\n\
                    artifact_prefix='/f/a-'; Test unit written to /f/a-crash-1\nstat::number_of_executed_units: 42\n";
        assert_eq!(input(told), Some(PathBuf::from("/f/a-crash-1")));
        assert_eq!(number(told, "stat::number_of_executed_units:"), Some(42));
        assert_eq!(words_of(told), "thread 'main' panicked at fuzz/src/pace.rs:1:2:\nsquare");
        assert!(
            words_of("==1== ERROR: libFuzzer: timeout\nx").starts_with("==1== ERROR: libFuzzer: timeout")
        );
    }
}
