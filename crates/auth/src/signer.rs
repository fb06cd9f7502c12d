//! Puts a connection's credential into a request and reads what the answer says about it: implements the port
//! [`Signer`], called for every attempt.
//!
//! Which credential goes where is told by [`crate::methods`]; this opens it. What an answer means is told by
//! [`crate::attribution`]; this knows what the connection showed.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_core::attribution::{Attribution, Heard};
use bowline_core::connection::{Connection, SignIn};
use bowline_core::port::{SignError, Signer};
use bowline_core::secret::Purpose;
use bytes::Bytes;

use crate::attribution::{Asked, Known, Presented, attribute};
use crate::methods;
use crate::secrets::Secrets;

/// Signs with the connection's stored credential.
pub struct CredentialSigner {
    secrets: Arc<Secrets>,
}

impl CredentialSigner {
    /// Takes credentials from `secrets`.
    pub fn new(secrets: Arc<Secrets>) -> Self {
        Self { secrets }
    }
}

#[async_trait]
impl Signer for CredentialSigner {
    async fn sign(
        &self,
        connection: &Connection,
        request: &mut http::Request<Bytes>,
    ) -> Result<(), SignError> {
        let secret = self.secrets.find(connection, Purpose::Credential, connection.secret).await;
        let secret = secret.map_err(SignError::Sealed)?.ok_or(SignError::Missing)?;
        methods::attach(&connection.sign_in, &secret, request)
    }

    fn attribute(&self, connection: &Connection, heard: &Heard<'_>) -> Option<Attribution> {
        let application = match connection.sign_in {
            SignIn::ApiToken { .. }
            | SignIn::Basic { .. }
            | SignIn::PersonalAccessToken
            | SignIn::AccessToken => Presented::Fixed,
        };
        let known = Known { asked: Asked::Api, application, gateway: None, site: &connection.browse_url };
        attribute(heard, &known)
    }
}
