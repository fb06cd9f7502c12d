//! Puts a connection's credential into a request and reads what the answer says about it: implements the port
//! [`Signer`], called for every attempt.
//!
//! Which credential goes where is told by [`crate::methods`]; this opens it. What an answer means is told by
//! [`crate::attribution`]; this knows what the connection showed.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_core::attribution::{Attribution, Heard};
use bowline_core::code::AUTH_OTHER_ADDRESS;
use bowline_core::connection::{Connection, SignIn};
use bowline_core::failure::Failure;
use bowline_core::port::{SignError, Signer};
use bowline_core::secret::Purpose;
use bowline_core::{GrantId, Timestamp};
use bytes::Bytes;

use crate::attribution::{Age, Asked, Known, Presented, attribute};
use crate::life::{Life, Shown};
use crate::secrets::Secrets;
use crate::{methods, renewing};

/// Signs with the connection's stored credential, or with the token of its grant.
pub struct CredentialSigner {
    secrets: Arc<Secrets>,
    life: Option<Arc<Life>>,
}

impl CredentialSigner {
    /// Takes credentials from `secrets`. Connections on a grant have none yet.
    pub fn new(secrets: Arc<Secrets>) -> Self {
        Self { secrets, life: None }
    }

    /// The same, with the tokens of grants from `life`.
    #[must_use]
    pub fn with_life(mut self, life: Arc<Life>) -> Self {
        self.life = Some(life);
        self
    }

    async fn grant(
        &self,
        connection: &Connection,
        grant: GrantId,
        request: &mut http::Request<Bytes>,
    ) -> Result<(), SignError> {
        let life = self.life.as_ref().ok_or(SignError::Missing)?;
        let access = life.access(connection.tenant, grant).await;
        let access = access.map_err(|error| SignError::NoToken(renewing::failure(error)))?;
        if !access.is_for(request.uri()) {
            // Whoever changes an address must not be able to have a token sent there.
            return Err(SignError::NoToken(Failure::wait(AUTH_OTHER_ADDRESS)));
        }
        match access.shown {
            Shown::Bearer(token) => methods::bearer(&token, request),
            Shown::Oauth1(credential) => {
                let (clock, entropy) = life.world();
                credential.authorize(request, None, clock, entropy).map_err(|_| SignError::Unfit)
            }
        }
    }

    /// What a grant shows, and how old it is.
    fn presented(&self, connection: &Connection, grant: GrantId, at: Timestamp) -> Presented {
        let shown = self.life.as_ref().and_then(|life| life.shown(connection.tenant, grant));
        let until = shown.and_then(|(_, until)| until);
        Presented::Token(if until.is_some_and(|until| until <= at) { Age::Past } else { Age::Fresh })
    }
}

#[async_trait]
impl Signer for CredentialSigner {
    async fn sign(
        &self,
        connection: &Connection,
        request: &mut http::Request<Bytes>,
    ) -> Result<(), SignError> {
        if let SignIn::Grant { grant } = connection.sign_in {
            return self.grant(connection, grant, request).await;
        }
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
            SignIn::Grant { grant } => self.presented(connection, grant, heard.at),
        };
        let known = Known { asked: Asked::Api, application, gateway: None, site: &connection.browse_url };
        attribute(heard, &known)
    }
}
