//! The tokens that a call brings: Forge's own, which proves it (“The Forge Invocation Token”), and the app's, with which it
//! calls back.

use std::sync::Arc;

use serde_json::{Value, json};

use super::spoil::{self, Spoil};
use crate::atlassian::token::{Claims, Kind, Seal, Stub};
use crate::connect::keys::fresh;
use crate::connect::note::with;
use crate::connect::office::Office;

/// How long an invocation token is good, in seconds: as in the documented example.
const LIFE: i64 = 25;
/// Who makes it.
const ISSUER: &str = "forge/invocation-token";

/// Makes the tokens of one installation.
#[derive(Clone, Debug)]
pub(crate) struct Mint {
    pub(super) office: Arc<Office>,
    pub(super) seal: Seal,
    /// The gateway's address.
    pub(super) issuer: String,
    pub(super) app: String,
    pub(super) version: String,
    pub(super) scope: String,
    /// The installation's number.
    pub(super) number: u32,
    pub(super) installation: String,
    pub(super) cloud_id: String,
    pub(super) site_url: String,
    /// How long system tokens live, in milliseconds.
    pub(super) life: i64,
}

/// Which module calls, and for whom.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    /// An endpoint: an event, or the clock.
    Endpoint(&'a str),
    /// A page that somebody looks at, by their account id.
    Page(&'a str),
}

impl Mint {
    fn claims(&self, now: i64, from: Source<'_>) -> Value {
        let at = now.div_euclid(1_000);
        let api = format!("{}/ex/jira/{}", self.issuer, self.cloud_id);
        let (kind, key, who) = match from {
            Source::Endpoint(key) => ("core:endpoint", key, None),
            Source::Page(who) => ("jira:adminPage", "pairing-page", Some(who)),
        };
        let contexts = json!([{"name": "jira", "apiBaseUrl": api, "cloudId": self.cloud_id}]);
        let bare = self.app.rsplit('/').next().unwrap_or_default();
        let claims = json!({
            "app": {
                "id": self.app, "appVersion": self.version, "installationId": self.installation, "apiBaseUrl": api,
                "installation": {"id": self.installation, "contexts": contexts},
                "environment": {"type": "PRODUCTION", "id": format!("ari:cloud:ecosystem::environment/{bare}/production")},
                "module": {"type": kind, "key": key},
            },
            "context": {"cloudId": self.cloud_id, "siteUrl": self.site_url, "moduleKey": key},
            "aud": self.app, "iss": ISSUER, "iat": at, "nbf": at, "exp": at + LIFE, "jti": fresh(),
        });
        match who {
            Some(who) => with(claims, "principal", who.into()),
            None => claims,
        }
    }

    /// The invocation token of a call, with one thing wrong if that is wanted; `None` for none.
    pub(crate) fn invocation(&self, now: i64, from: Source<'_>, spoil: Option<Spoil>) -> Option<String> {
        let key = self.office.forge.current()?;
        spoil::token(self.claims(now, from), &key, spoil)
    }

    /// A token with which the app calls as itself.
    pub(crate) fn system(&self, now: i64) -> String {
        let seconds = u32::try_from(self.life / 1_000).unwrap_or(u32::MAX);
        let stub = Stub { kind: Kind::System, of: self.number, generation: seconds, at: now, serial: 0 };
        let expires = now.saturating_add(self.life) / 1_000;
        let (issuer, subject, client) = (&*self.issuer, &*self.installation, &*self.app);
        self.seal.write(stub, Claims { issuer, subject, client, scope: &self.scope, expires })
    }
}
