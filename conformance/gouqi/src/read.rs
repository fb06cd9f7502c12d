//! Reads all issues of a Jira, page by page, for `cargo xtask bench client`.

use std::error::Error;
use std::time::Instant;

use gouqi::{Credentials, Jira, SearchApiVersion, SearchOptions};
use serde_json::json;

/// As many as the others ask for.
const PAGE: u64 = 100;

/// Prints how many issues there were, the sums of their numbers and of the lengths of their summaries, the time and the memory.
pub fn all(url: &str) -> Result<(), Box<dyn Error>> {
    let login = Credentials::Bearer("pat-ada".to_owned());
    let jira = Jira::with_search_api_version(url, login, SearchApiVersion::V2)?;
    let options = SearchOptions::builder().max_results(PAGE).build();
    let started = Instant::now();
    let (mut issues, mut numbers, mut letters) = (0_u64, 0_u64, 0_u64);
    for issue in jira.search().iter("", &options)? {
        let number = issue.key.split_once('-').and_then(|(_, number)| number.parse::<u64>().ok());
        issues += 1;
        numbers += number.ok_or("a key without a number")?;
        letters += issue.summary().ok_or("an issue without a summary")?.chars().count() as u64;
    }
    let seconds = started.elapsed().as_secs_f64();
    let read = json!({"issues": issues, "sums": [numbers, letters], "seconds": seconds, "peak": peak()?});
    println!("{read}");
    Ok(())
}

/// Resident memory at most, in bytes (proc(5)).
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.split_whitespace().next().ok_or("no size")?.parse::<u64>()? * 1024)
}
