//! `bowline debug oauth1`: the signature of a request as Bowline computes it.

use bowline_auth::oauth1::{
    Attempt, Call, Credential, Error, Extra, Hash, Method, PrivateKey, SeenAs, Signed, Token, is_form,
};
use bowline_auth::{SystemClock, SystemEntropy};
use bowline_core::secret::Secret;
use http::Uri;
use serde_json::{Value, json};

use super::lines::Fields;

#[derive(Clone, Copy, clap::Args)]
pub(crate) struct Ask {
    /// Also sign with PLAINTEXT, which sends the secrets as they are; over https only.
    #[arg(long)]
    allow_plaintext: bool,
}

/// Signs what one line describes.
pub(super) fn answer(ask: &Ask, fields: &Fields) -> Result<Value, String> {
    let signed = signed(ask, fields)?;
    let Signed { base_string, signature, authorization } = &signed;
    Ok(json!({"base_string": base_string, "signature": signature, "authorization": authorization.as_str()}))
}

fn signed(ask: &Ask, fields: &Fields) -> Result<Signed, String> {
    let credential = credential(ask, fields)?;
    let verb = http::Method::from_bytes(fields.needed("method")?.to_ascii_uppercase().as_bytes());
    let verb = verb.map_err(|_| "`method` is no method of HTTP")?;
    let url: Uri = fields.needed("url")?.parse().map_err(|_| "`url` cannot be read as a URL")?;
    let mut call = Call::new(&verb, &url);
    if fields.text("content_type")?.is_some_and(is_form) {
        call = call.with_form(fields.text("body")?.unwrap_or_default().as_bytes());
    }
    for extra in extras(fields)? {
        call = call.with(extra);
    }
    if let Some(seen) = seen_as(fields)? {
        call = call.seen_as(&seen).map_err(words)?;
    }
    credential.sign(&call, &attempt(fields)?).map_err(words)
}

fn extras(fields: &Fields) -> Result<impl Iterator<Item = Extra>, String> {
    let text = |name: &str| fields.text(name).map(|text| text.map(str::to_owned));
    let (callback, verifier) =
        (text("callback")?.map(Extra::Callback), text("verifier")?.map(Extra::Verifier));
    let handle = text("session_handle")?.map(Extra::SessionHandle);
    Ok([callback, verifier, handle].into_iter().flatten())
}

fn seen_as(fields: &Fields) -> Result<Option<SeenAs>, String> {
    match (fields.text("connect_base_url")?, fields.text("sign_base_url")?) {
        (None, None) => Ok(None),
        (Some(connect), Some(sign)) => SeenAs::new(connect, sign).map(Some).map_err(words),
        _ => Err("`connect_base_url` and `sign_base_url` belong together".to_owned()),
    }
}

fn attempt(fields: &Fields) -> Result<Attempt, String> {
    let mut attempt = Attempt::fresh(&SystemClock, &SystemEntropy);
    if let Some(timestamp) = fields.positive("timestamp")? {
        attempt.timestamp = timestamp;
    }
    if let Some(nonce) = fields.text("nonce")? {
        nonce.clone_into(&mut attempt.nonce);
    }
    Ok(attempt)
}

fn credential(ask: &Ask, fields: &Fields) -> Result<Credential, String> {
    let key = fields.text("token")?.unwrap_or_default().to_owned();
    let token = Token { key, secret: secret(fields, "token_secret")? };
    let mut credential = Credential::new(fields.needed("consumer_key")?.to_owned(), method(ask, fields)?);
    credential = credential.with_token(token);
    if let Some(realm) = fields.text("realm")?.filter(|realm| !realm.is_empty()) {
        credential = credential.with_realm(realm.to_owned());
    }
    if !fields.flag("include_version")? {
        credential = credential.without_version();
    }
    Ok(credential)
}

fn method(ask: &Ask, fields: &Fields) -> Result<Method, String> {
    let key = || PrivateKey::from_pem(fields.needed("private_key_pem")?.as_bytes()).map_err(words);
    let secret = || secret(fields, "consumer_secret");
    match fields.needed("signature_method")? {
        "RSA-SHA1" => Ok(Method::Rsa(Hash::Sha1, key()?)),
        "RSA-SHA256" => Ok(Method::Rsa(Hash::Sha256, key()?)),
        "HMAC-SHA1" => Ok(Method::Hmac(Hash::Sha1, secret()?)),
        "HMAC-SHA256" => Ok(Method::Hmac(Hash::Sha256, secret()?)),
        "PLAINTEXT" if ask.allow_plaintext => Ok(Method::Plaintext(secret()?)),
        "PLAINTEXT" => Err("PLAINTEXT is refused unless --allow-plaintext is given".to_owned()),
        _ => {
            Err("`signature_method` must be RSA-SHA1, RSA-SHA256, HMAC-SHA1, HMAC-SHA256 or PLAINTEXT"
                .to_owned())
        }
    }
}

fn secret(fields: &Fields, name: &str) -> Result<Secret, String> {
    Ok(Secret::from(fields.text(name)?.unwrap_or_default().to_owned()))
}

fn words(error: Error) -> String {
    error.to_string()
}
