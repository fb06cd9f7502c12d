//! Named places where a test may kill the process.
//!
//! In every ordinary build [`point`] is empty. With the feature `crash`, which no release has, it calls the hook
//! the binary installed, and the hook ends the process by SIGKILL when the test asked for that place.

/// A place between two steps that must survive a crash. Names are listed in `docs/crash-points.md`.
#[cfg(not(feature = "crash"))]
#[inline(always)]
pub const fn point(_name: &'static str) {}

/// Whether a test may end this process at some point. What differs then must differ in nothing else.
#[cfg(not(feature = "crash"))]
#[inline(always)]
pub const fn is_armed() -> bool {
    false
}

#[cfg(feature = "crash")]
pub use armed::{arm, is_armed, point};

#[cfg(feature = "crash")]
mod armed {
    use std::sync::OnceLock;

    type Hook = Box<dyn Fn(&'static str) + Send + Sync>;
    static HOOK: OnceLock<Hook> = OnceLock::new();

    /// Installs what happens at each point; the first call wins.
    pub fn arm(hook: Hook) {
        let _ = HOOK.set(hook);
    }

    /// Whether a test may end this process at some point. What differs then must differ in nothing else.
    pub fn is_armed() -> bool {
        HOOK.get().is_some()
    }

    /// A place between two steps that must survive a crash. Names are listed in `docs/crash-points.md`.
    pub fn point(name: &'static str) {
        if let Some(hook) = HOOK.get() {
            hook(name);
        }
    }
}
