//! The words everything else uses, and the ports that connect the rooms.
//!
//! What lives here: ids, the canonical item and its values, what an event says, what a command does, what a
//! failure asks of a worker, whom an answer blames, and the traits (`port`) that storage, tools, clock and sealing implement.
//! What does not: any I/O, any runtime, any vendor's wire format. Those are in `store`, `tools`, `net`, `auth`.

pub mod activity;
pub mod attribution;
pub mod code;
pub mod command;
pub mod comment;
pub mod commit;
pub mod connection;
pub mod crash;
pub mod credential;
pub mod delegation;
pub mod event;
pub mod failure;
pub mod feature;
pub mod finding;
pub mod fingerprint;
pub mod grant;
pub mod id;
pub mod installation;
pub mod item;
pub mod kept;
pub mod layers;
pub mod page;
pub mod port;
pub mod profile;
pub mod secret;
pub mod share;
pub mod tenant;
pub mod trace;
pub mod value;
pub mod work;

pub use bowline_text as text;
pub use jiff::{SignedDuration, Timestamp};

pub use code::Code;
pub use failure::Failure;
pub use id::{
    AuthorizationId, CommandId, ConnectionId, EventId, FindingId, GrantId, InstallationId, OauthClientId,
    ProfileId, SecretId, ShareId, TenantId, TokenId,
};
pub use item::{FieldName, Item, Side, Version};
pub use value::Value;
