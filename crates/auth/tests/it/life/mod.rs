//! The life of tokens over a real database: renewed once, never lost, never given up for a fault that passes.

mod callers;
mod crashes;
mod deadlines;
mod land;
mod provider;
mod story;
