//! Who signs: consumer, token and method; and the signing itself.

use bowline_core::port::{Clock, Entropy};
use bowline_core::secret::Secret;
use bytes::Bytes;
use http::Uri;
use zeroize::Zeroizing;

use super::call::{Attempt, Call};
use super::error::Error;
use super::method::Method;
use super::seen::SeenAs;
use super::{base, form, header};

/// A token with its secret: a request token during the flow, an access token afterwards.
#[derive(Clone, Debug)]
pub struct Token {
    /// What names it. An empty one is not sent, but the secret counts all the same.
    pub key: String,
    /// Its secret; not used by the RSA methods.
    pub secret: Secret,
}

/// Who signs and how.
#[derive(Clone, Debug)]
pub struct Credential {
    consumer_key: String,
    method: Method,
    token: Option<Token>,
    realm: Option<String>,
    version: bool,
}

/// A signed request. Without `Debug`: with `PLAINTEXT` the signature is the secrets.
pub struct Signed {
    /// What was signed. Holds the request's parameters, but no secret.
    pub base_string: String,
    /// The value of `oauth_signature`, not encoded.
    pub signature: String,
    /// The value of the `Authorization` header.
    pub authorization: Zeroizing<String>,
}

impl Credential {
    /// A consumer that has no token yet. Sends `oauth_version`, but no realm.
    pub const fn new(consumer_key: String, method: Method) -> Self {
        Self { consumer_key, method, token: None, realm: None, version: true }
    }

    /// The same, with a token.
    #[must_use]
    pub fn with_token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// The same, naming a realm in the header. It is not signed.
    #[must_use]
    pub fn with_realm(mut self, realm: String) -> Self {
        self.realm = Some(realm);
        self
    }

    /// The same, without `oauth_version`, which is optional (RFC 5849 section 3.1).
    #[must_use]
    pub const fn without_version(mut self) -> Self {
        self.version = false;
        self
    }

    /// Signs one attempt of a call.
    pub fn sign(&self, call: &Call<'_>, attempt: &Attempt) -> Result<Signed, Error> {
        if matches!(self.method, Method::Plaintext(_)) && !is_https(call.url) {
            return Err(Error::PlaintextNeedsHttps);
        }
        let timestamp = attempt.timestamp.to_string();
        let mut protocol = self.protocol(call, &attempt.nonce, &timestamp);
        let url = call.seen.as_ref().unwrap_or(call.url);
        let mut sent = form::pairs(url.query().unwrap_or_default().as_bytes(), "query")?;
        sent.extend(form::pairs(call.form.unwrap_or_default(), "form body")?);
        let ours = protocol.iter().map(|(name, _)| *name).chain(["oauth_signature"]);
        if let Some(name) = ours.into_iter().find(|name| sent.iter().any(|(sent, _)| sent == name)) {
            return Err(Error::Taken(name));
        }
        let everything: Vec<(&str, &str)> = sent
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain(protocol.iter().copied())
            .collect();
        let base_string = base::string(call.method, url, &everything)?;
        let secret = self.token.as_ref().map(|token| &token.secret);
        let signature = self.method.signature(&base_string, secret)?;
        protocol.push(("oauth_signature", &signature));
        let authorization = header::print(self.realm.as_deref(), &protocol)?;
        Ok(Signed { base_string, signature, authorization })
    }

    /// Puts a fresh signature into a request, as one attempt of sending it; `seen` if the provider knows itself under
    /// another address.
    pub fn authorize(
        &self,
        request: &mut http::Request<Bytes>,
        seen: Option<&SeenAs>,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<(), Error> {
        let mut call = Call::of(request);
        if let Some(seen) = seen {
            call = call.seen_as(seen)?;
        }
        let signed = self.sign(&call, &Attempt::fresh(clock, entropy))?;
        crate::methods::authorize(signed.authorization.as_bytes(), request).map_err(|_| Error::Header)
    }

    /// The protocol parameters but the signature, in the order of the RFC's examples.
    fn protocol<'a>(
        &'a self,
        call: &'a Call<'_>,
        nonce: &'a str,
        timestamp: &'a str,
    ) -> Vec<(&'static str, &'a str)> {
        let token = self.token.as_ref().map(|token| ("oauth_token", token.key.as_str()));
        let token = token.filter(|(_, key)| !key.is_empty());
        let version = self.version.then_some(("oauth_version", "1.0"));
        [("oauth_consumer_key", self.consumer_key.as_str())]
            .into_iter()
            .chain(token)
            .chain([
                ("oauth_signature_method", self.method.name()),
                ("oauth_timestamp", timestamp),
                ("oauth_nonce", nonce),
            ])
            .chain(call.extras.iter().map(super::call::Extra::pair))
            .chain(version)
            .collect()
    }
}

fn is_https(url: &Uri) -> bool {
    url.scheme_str().is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}
