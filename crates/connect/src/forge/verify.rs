//! Verifying invocation tokens.

use std::sync::Arc;

use bowline_core::port::Clock;
use bowline_core::secret::Secret;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::{Map, Value};

use super::app_id::AppId;
use super::claims::Invocation;
use super::keys::{KeySetUrls, KeySets};
use crate::install_key::Away;
use crate::jose::{self, Compact, parse_object};
use crate::token::{self, Times};

/// Who makes invocation tokens.
const ISSUER: &str = "forge/invocation-token";
/// How long a token is good at most, in seconds. The documented example is good for 25.
const LONGEST: i64 = 300;
/// With what the app calls as itself.
const SYSTEM_TOKEN: &str = "x-forge-oauth-system";
/// With what it calls in the name of the user.
const USER_TOKEN: &str = "x-forge-oauth-user";

/// Why an invocation was refused; for operators. All refusals are answered with the same 401. A wrong one is dear: Forge
/// delivers an event up to four times more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no bearer token, or more than one.
    #[error("there is no bearer token, or more than one")]
    Missing,
    /// Its form, algorithm, key or signature.
    #[error(transparent)]
    Jose(#[from] jose::Error),
    /// Its times.
    #[error(transparent)]
    Times(token::Refusal),
    /// A claim that must be there is not, or is not of its type.
    #[error("the claim `{0}` is missing or malformed")]
    Claim(&'static str),
    /// Somebody else made it.
    #[error("the issuer is not Forge")]
    Issuer,
    /// It is for another app.
    #[error("the token is for another app")]
    Audience,
    /// It is of an isolated cloud that is not taken, or its label is not one.
    #[error("the label of an isolated cloud is malformed, or such clouds are not taken")]
    Label,
    /// A header that comes once came twice.
    #[error("the header `{0}` stands there twice")]
    Twice(&'static str),
    /// The key set does not have its key.
    #[error("the key set does not have the key")]
    UnknownKey,
}

/// Why nothing is known about an invocation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// It is refused: 401.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The key set cannot be fetched, so that nobody knows: 503.
    #[error(transparent)]
    Away(#[from] Away),
}

/// An invocation that is verified, and what came with it. `Debug` shows no token.
///
/// It is of this app; whether the installation is one of this server's, and whether the token was used before, is not known here:
/// [`super::Intake`] knows. Neither body nor headers are signed; an event that is repeated is told by its own id.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// What the token says.
    pub invocation: Invocation,
    /// The token with which the app calls as itself. Opaque; good for 2 to 4 hours, and there is no refreshing it.
    pub system_token: Option<Secret>,
    /// The token with which it calls in the name of the user. Never to be stored.
    pub user_token: Option<Secret>,
}

/// Verifies invocation tokens of one app.
pub struct InvocationTokens {
    app: AppId,
    urls: KeySetUrls,
    sets: KeySets,
    clock: Arc<dyn Clock>,
    times: Times,
}

impl InvocationTokens {
    /// For an app. Of `times` the leeway counts; no token is taken that is good for more than five minutes.
    pub fn new(app: AppId, urls: KeySetUrls, sets: KeySets, clock: Arc<dyn Clock>, times: Times) -> Self {
        Self { app, urls, sets, clock, times: times.capped(LONGEST) }
    }

    /// Verifies a request by its headers.
    pub async fn verify(&self, headers: &HeaderMap) -> Result<Invoked, Unverified> {
        let compact = Compact::parse(bearer(headers)?).map_err(Refusal::from)?;
        compact.has("RS256").map_err(Refusal::from)?;
        let kid = compact.header().kid.as_deref().ok_or(Refusal::UnknownKey)?;
        // Of what is not verified yet only the label is used, after its form was checked.
        let claims = parse_object(compact.unverified()).ok_or(Refusal::Jose(jose::Error::Json("claims")))?;
        let label = match claims.get("icLabel") {
            None | Some(Value::Null) => None,
            Some(Value::String(label)) => Some(label.as_str()),
            Some(_) => return Err(Refusal::Label.into()),
        };
        let url = self.urls.of(label).ok_or(Refusal::Label)?;
        let key = self.sets.find(&url, kid).await?.ok_or(Refusal::UnknownKey)?;
        compact.verify_rs256(&key).map_err(Refusal::from)?;
        let invocation = self.read(claims)?;
        let (system_token, user_token) = (opaque(headers, SYSTEM_TOKEN)?, opaque(headers, USER_TOKEN)?);
        Ok(Invoked { invocation, system_token, user_token })
    }

    /// Reads claims that are verified.
    fn read(&self, claims: Map<String, Value>) -> Result<Invocation, Refusal> {
        let instant =
            |name: &'static str| claims.get(name).and_then(Value::as_i64).ok_or(Refusal::Claim(name));
        let (iat, nbf, exp) = (instant("iat")?, instant("nbf")?, instant("exp")?);
        self.times.check_instants(iat, exp, Some(nbf), self.clock.now()).map_err(Refusal::Times)?;
        if claims.get("iss").and_then(Value::as_str) != Some(ISSUER) {
            return Err(Refusal::Issuer);
        }
        let is_ours = |audience: &Value| audience == self.app.as_str();
        let for_us = match claims.get("aud") {
            Some(Value::Array(all)) => matches!(all.as_slice(), [one] if is_ours(one)),
            Some(one) => is_ours(one),
            None => false,
        };
        if !for_us {
            return Err(Refusal::Audience);
        }
        if claims.get("jti").and_then(Value::as_str).is_none_or(str::is_empty) {
            return Err(Refusal::Claim("jti"));
        }
        let invocation: Invocation =
            serde_json::from_value(claims.into()).map_err(|_| Refusal::Claim("app"))?;
        if invocation.app.id != self.app.as_str() || invocation.app.installation_id.is_empty() {
            return Err(Refusal::Audience);
        }
        Ok(invocation)
    }
}

/// The one bearer token.
fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return Err(Refusal::Missing) };
    let (scheme, token) = line.to_str().ok().and_then(|line| line.split_once(' ')).ok_or(Refusal::Missing)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(token.trim_start_matches(' '))
    } else {
        Err(Refusal::Missing)
    }
}

/// A token that is passed on as it is. Two are none: which of them is Forge's nobody can tell.
fn opaque(headers: &HeaderMap, name: &'static str) -> Result<Option<Secret>, Refusal> {
    let mut lines = headers.get_all(name).iter();
    match (lines.next(), lines.next()) {
        (_, Some(_)) => Err(Refusal::Twice(name)),
        (line, None) => {
            let text = line.and_then(|line| line.to_str().ok()).filter(|text| !text.is_empty());
            Ok(text.map(|text| Secret::from(text.to_owned())))
        }
    }
}
