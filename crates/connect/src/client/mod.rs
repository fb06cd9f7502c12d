//! Calls of the app to a site: as the app, and in the name of a user.
//!
//! What leaves is signed for exactly this request and this site, and for nothing else: a URL outside the site's base URL is
//! refused, and an answer that points to another host is not followed. Calls go through the port
//! [`crate::exchange::Exchange`], whose answers are small (64 KiB); for larger ones take
//! [`crate::token::app_token`] and a client of your own.

mod call;
mod content;
mod error;
mod property;
mod user;

pub use call::{Client, HostCall, Identity};
pub use content::{Content, ContentProperty};
pub use error::Error;
pub use property::{LARGEST_PROPERTY, Property};
pub use user::{Grant, UserTokens};
