//! The real binary as the remote of a Forge app, against the simulated Forge: which signs, pushes tokens and repeats as Forge
//! does, and shares no code with the service.

mod cli;
#[cfg(feature = "crash")]
mod killed;
mod life;
mod refused;
mod scene;
mod untie;
