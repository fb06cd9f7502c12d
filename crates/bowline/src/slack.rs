//! Memory that a burst leaves behind is given back to the system once there is less to do.
//!
//! glibc's allocator keeps what was freed for the next burst, unless it lies at the very end of what it has. That is
//! asked of it (`malloc_trim(3)`) when a busy while is over, and not more often: it looks through all that is free.
//! Other allocators give back by themselves, or cannot be asked.

#![cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "no library offers the call without; see `give_back`")
)]

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio_util::sync::CancellationToken;

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(2);

/// More processor time than this between two looks is a busy while; a service that waits takes a tenth of it.
const BUSY: Duration = Duration::from_millis(100);

/// Gives memory back after each busy while, until told to stop.
pub(crate) async fn run(stop: CancellationToken) {
    let mut whiles = Whiles::default();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if whiles.is_over(spent()) {
            // Not on a thread that others wait for.
            let _ = tokio::task::spawn_blocking(give_back).await;
        }
    }
}

/// Tells busy whiles from quiet ones.
#[derive(Default)]
struct Whiles {
    spent: Duration,
    busy: bool,
}

impl Whiles {
    /// Whether a busy while has just ended; told the processor time spent so far.
    fn is_over(&mut self, spent: Duration) -> bool {
        let busy = spent.saturating_sub(std::mem::replace(&mut self.spent, spent)) > BUSY;
        std::mem::replace(&mut self.busy, busy) && !busy
    }
}

/// The processor time of this process.
fn spent() -> Duration {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(spent).unwrap_or_default()
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_back() {
    // SAFETY: it takes a number, and locks what it looks at against all other calls of the allocator (glibc's manual
    // calls it safe among threads). What is in use is not touched.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_given_back_once_after_each_busy_while() {
        let mut whiles = Whiles::default();
        let spent = [0, 5, 300, 900, 910, 920, 1_500, 1_501];
        let over: Vec<_> = spent.map(|ms| whiles.is_over(Duration::from_millis(ms))).into();
        assert_eq!(over, [false, false, false, false, true, false, false, true]);
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn what_was_freed_between_what_is_kept_goes_back_to_the_system() {
        let resident = || {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
            line.trim().trim_end_matches(" kB").parse::<usize>().unwrap()
        };
        let mut kept: Vec<Vec<u8>> = (0..32_768).map(|_| vec![1; 2_048]).collect();
        let mut number = 0;
        kept.retain(|_| {
            number += 1;
            number % 64 == 0
        });
        let before = resident();
        give_back();
        assert!(before - resident() > 32 << 10, "of 64 MB, one 64th is in use: {} kept", kept.len());
    }
}
