//! What every bell must do, and the bells that do it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod bell;
