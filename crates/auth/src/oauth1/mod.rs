//! OAuth 1.0a (RFC 5849): signing the requests of a Data Center application link, or of anything else that speaks it.
//!
//! [`Credential`] is who signs and how, [`Call`] what is signed, [`Attempt`] the nonce and the time that belong to one
//! sending of it. [`Credential::authorize`] does all of it to an `http::Request`. Getting a token (the three-legged
//! flow) is not done here, nor is verifying what others signed.

mod base;
mod call;
mod credential;
mod error;
mod form;
mod header;
mod key;
mod method;
mod pair;
mod rsa;
mod seen;

pub use call::{Attempt, Call, Extra, is_form};
pub use credential::{Credential, Signed, Token};
pub use error::Error;
pub use key::PrivateKey;
pub use method::{Hash, Method};
pub use pair::{NewKey, generate, public_pem};
pub use seen::SeenAs;
