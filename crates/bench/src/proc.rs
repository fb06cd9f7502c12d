//! What Linux tells about processes and the machine, from `/proc` (proc(5)).

use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// Times in `/proc` are in hundredths of a second on every Linux: USER_HZ in time(7).
const TICK: Duration = Duration::from_millis(10);

/// Resident memory of a process in bytes.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Memory {
    /// Now.
    pub(crate) now: u64,
    /// The most since it started.
    pub(crate) peak: u64,
}

/// Resident memory of a process.
pub(crate) fn memory(process: u32) -> Result<Memory> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let bytes =
        |name: &str| kibibytes(&status, name).map(|size| size * 1024).with_context(|| name.to_owned());
    Ok(Memory { now: bytes("VmRSS:")?, peak: bytes("VmHWM:")? })
}

fn kibibytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Time a process has spent on a CPU.
pub(crate) fn cpu(process: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    ticks(&stat).map(|ticks| TICK * ticks).context("/proc/PID/stat is not as proc(5) says")
}

/// Time that this thread has spent on a CPU.
fn thread_time() -> Result<Duration> {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Ok(Duration::new(u64::try_from(time.tv_sec)?, u32::try_from(time.tv_nsec)?))
}

/// How often some work is done in a second of this thread, done over and over for so long; `work` says how often it did it.
pub(crate) fn thread_rate(length: Duration, mut work: impl FnMut() -> Result<u32>) -> Result<f64> {
    let (started, mut count) = (thread_time()?, 0_u32);
    loop {
        count += work()?;
        let took = thread_time()?.saturating_sub(started);
        if took >= length {
            return Ok(f64::from(count) / took.as_secs_f64());
        }
    }
}

/// Time that all processes of this name have spent on a CPU, as far as they still run.
pub(crate) fn cpu_of_all(name: &str) -> Result<Duration> {
    let mut sum = Duration::ZERO;
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let path = entry.path();
        // A process may end between any two of these steps.
        let is_it = std::fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim_end() == name);
        if is_it && let Ok(stat) = std::fs::read_to_string(path.join("stat")) {
            sum += TICK * ticks(&stat).unwrap_or_default();
        }
    }
    Ok(sum)
}

/// Fields 14 and 15. The name in field 2 may hold blanks and parentheses, so counting starts behind it.
fn ticks(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut numbers = rest.split_whitespace().skip(11).map(str::parse::<u32>);
    Some(numbers.next()?.ok()? + numbers.next()?.ok()?)
}

/// Time of all cores together since the machine started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Machine {
    /// Something ran.
    pub(crate) busy: Duration,
    /// Nothing ran here.
    pub(crate) idle: Duration,
    /// Something would have run, but the host gave the core to somebody else.
    pub(crate) steal: Duration,
}

/// Time of all cores together.
pub(crate) fn machine() -> Result<Machine> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    cores(&stat).context("/proc/stat is not as proc(5) says")
}

fn cores(stat: &str) -> Option<Machine> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let times: Vec<u32> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
    let [user, nice, system, idle, iowait, irq, softirq, steal, ..] = times.as_slice() else { return None };
    let busy = [user, nice, system, irq, softirq].into_iter().sum::<u32>();
    Some(Machine { busy: TICK * busy, idle: TICK * (idle + iowait), steal: TICK * *steal })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_process_is_found_behind_its_name() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194560 100 0 0 0 12 30 0 0 20 0 1 0 5 6 7";
        assert_eq!(ticks(stat), Some(42));
        assert_eq!(ticks("7 (a) S 1"), None);
    }

    #[test]
    fn waiting_for_the_disk_is_idle_and_stolen_time_is_neither() {
        let stat = "cpu  1 2 3 40 5 6 7 8 0 0\ncpu0 1 2 3 40 5 6 7 8 0 0\n";
        let ms = Duration::from_millis;
        assert_eq!(cores(stat), Some(Machine { busy: ms(190), idle: ms(450), steal: ms(80) }));
    }

    #[test]
    fn a_size_is_found_by_its_name() {
        let status = "Name:\tx\nVmHWM:\t   20 kB\nVmRSS:\t   10 kB\n";
        assert_eq!((kibibytes(status, "VmRSS:"), kibibytes(status, "VmSwap:")), (Some(10), None));
    }
}
