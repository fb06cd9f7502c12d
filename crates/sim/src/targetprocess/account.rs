//! People with accounts: users, requesters who may not use the API, and the system itself.

use aws_lc_rs::hmac;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::targetprocess::catalog::Role;

/// Keys the digests of passwords in service tokens. Nothing here is a secret.
const KEY: &[u8] = b"simulated Targetprocess";

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Works in the product.
    User,
    /// Only asks for things. Requesters have no access to the API (developer hub, "Authentication").
    Requester,
    /// The account integrations run as; it may do what an administrator may.
    System,
}

impl Sort {
    /// The account's `Kind`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Requester => "Requester",
            Self::System => "SystemUser",
        }
    }
}

/// A person with an account.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: u32,
    pub(crate) sort: Sort,
    pub(crate) login: Box<str>,
    pub(crate) password: Box<str>,
    pub(crate) first: Box<str>,
    pub(crate) last: Box<str>,
    pub(crate) email: Box<str>,
    pub(crate) admin: bool,
    pub(crate) active: bool,
    pub(crate) role: Option<Row<Role>>,
    /// Weekly hours.
    pub(crate) hours: f64,
    pub(crate) created: i64,
    pub(crate) modified: i64,
    pub(crate) version: u32,
    /// When it was deleted; nobody finds it then.
    pub(crate) deleted: Option<i64>,
    /// Whether its personal access token (`token-LOGIN`) was taken away.
    pub(crate) revoked: bool,
}

impl Account {
    /// Whether somebody may sign in to the API with it.
    pub(crate) fn may_sign_in(&self) -> bool {
        self.active && self.deleted.is_none() && self.sort != Sort::Requester
    }

    /// The token `GET /api/v1/Authentication` gives out, before it is put into Base64. It names the account and a digest of
    /// login and password, so it dies when either changes.
    pub(crate) fn service_token(&self) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, KEY);
        let digest = hmac::sign(&key, format!("{}:{}", self.login, self.password).as_bytes());
        let digest: String = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02X}")).collect();
        format!("{}:{digest}", self.id)
    }
}

/// The person whose account stands at this place of the list.
pub(crate) fn at(index: usize) -> Person {
    Person(u16::try_from(index).unwrap_or(u16::MAX))
}
