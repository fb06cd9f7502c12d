//! `bowline debug jwt`: what Bowline makes of a token.

use bowline_auth::SystemClock;
use bowline_connect::jose::{Compact, RsaKey, SharedSecret};
use bowline_connect::token::{Claims, Times};
use bowline_core::Timestamp;
use bowline_core::port::Clock as _;
use bowline_core::secret::Secret;
use serde_json::{Map, Value, json};

use super::lines::Fields;

/// Judges the token of one line. Only a line that cannot be read is an error; a bad token or key is an answer.
pub(super) fn answer(fields: &Fields) -> Result<Value, String> {
    let now = match fields.positive("now")? {
        Some(seconds) => Timestamp::from_second(seconds).map_err(|_| "`now` is no time")?,
        None => SystemClock.now(),
    };
    let (token, alg) = (fields.needed("token")?, fields.needed("alg")?);
    let key = match alg {
        "HS256" => Key::Secret(fields.needed("secret")?),
        "RS256" => Key::Public(fields.needed("public_key_pem")?),
        _ => return Ok(refused("`alg` must be HS256 or RS256: no other is taken")),
    };
    let none = Map::new();
    let expect = fields.object("expect")?.unwrap_or(&none);
    Ok(match judged(token, &key, expect, now) {
        Ok(claims) => json!({"ok": true, "claims": claims}),
        Err(reason) => refused(&reason),
    })
}

enum Key<'a> {
    Secret(&'a str),
    Public(&'a str),
}

fn refused(reason: &str) -> Value {
    json!({"ok": false, "reason": reason})
}

/// The algorithm is the one that was asked for, whatever the token says of itself.
fn judged(token: &str, key: &Key<'_>, expect: &Map<String, Value>, now: Timestamp) -> Result<Value, String> {
    let compact = Compact::parse(token).map_err(|error| error.to_string())?;
    let payload = match key {
        Key::Secret(secret) => SharedSecret::new(Secret::from((*secret).to_owned()))
            .and_then(|secret| compact.verify_hs256(&secret)),
        Key::Public(pem) => RsaKey::from_pem(pem.as_bytes()).and_then(|key| compact.verify_rs256(&key)),
    };
    let payload = payload.map_err(|error| error.to_string())?;
    let claims = Claims::parse(payload).map_err(|refusal| refusal.to_string())?;
    Times::default().check(&claims, now).map_err(|refusal| refusal.to_string())?;
    for (name, wanted) in expect {
        let wanted = wanted.as_str().ok_or_else(|| format!("what is expected of `{name}` is no text"))?;
        fits(&claims, name, wanted)?;
    }
    serde_json::from_slice(payload).map_err(|_| "the claims are no JSON".to_owned())
}

fn fits(claims: &Claims, name: &str, wanted: &str) -> Result<(), String> {
    let bare = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
    let (fits, found) = match name {
        "iss" => (claims.iss == wanted, claims.iss.clone()),
        "qsh" => (claims.qsh == wanted, claims.qsh.clone()),
        // One audience, and a slash at its end more or less does not matter.
        "aud" => {
            let is_it = claims.aud.len() == 1 && claims.aud.iter().all(|aud| bare(aud) == bare(wanted));
            (is_it, claims.aud.join(", "))
        }
        _ => return Err(format!("`expect` knows iss, aud and qsh, and not `{name}`")),
    };
    if fits { Ok(()) } else { Err(format!("`{name}` is `{found}`, expected `{wanted}`")) }
}
