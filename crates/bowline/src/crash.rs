//! Ends this process by SIGKILL at a named place. Only in builds with the feature `crash`, which no release has.
//!
//! `BOWLINE_CRASH=store.commit.after:3` kills when that place is reached for the third time. The places are listed in
//! `docs/crash-points.md`.

use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Signal, getpid, kill_process};

/// Reads the wish from the environment and arms the place it names.
pub(crate) fn arm() {
    let Some((_, wish)) = std::env::vars().find(|(name, _)| name == "BOWLINE_CRASH") else { return };
    let (place, hit) = wish.split_once(':').unwrap_or((&wish, "1"));
    let (place, hit) = (place.to_owned(), hit.parse::<u32>().unwrap_or(1));
    let seen = AtomicU32::new(0);
    bowline_core::crash::arm(Box::new(move |name| {
        if name == place && seen.fetch_add(1, Ordering::SeqCst) + 1 == hit {
            let _ = kill_process(getpid(), Signal::KILL);
            // The signal is on its way; nothing more may happen here.
            loop {
                std::thread::park();
            }
        }
    }));
}
