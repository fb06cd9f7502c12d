//! Puts a connection's credential into a request: implements the port [`Signer`], called for every attempt.
//!
//! Which credential goes where is told by [`crate::methods`]; this opens it.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_core::connection::Connection;
use bowline_core::port::{SignError, Signer};
use bowline_core::secret::Purpose;
use bytes::Bytes;

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
}
