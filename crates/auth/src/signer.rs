//! Puts a connection's credentials into a request and reads what the answer says about them: implements the port
//! [`Signer`], called for every attempt.
//!
//! Three layers, each by itself: the certificate of the handshake and the gateway's header ([`crate::front`]), and the
//! tool's own credential, of which [`crate::methods`] tells where it goes. What an answer means is told by
//! [`crate::attribution`]; this knows what the connection showed.

use std::sync::Arc;

use async_trait::async_trait;
use bowline_core::attribution::{Attribution, Class, Heard, Layer, Reaction};
use bowline_core::code::{
    AUTH_APP_DISABLED, AUTH_APP_REFUSED, AUTH_APP_UNINSTALLED, AUTH_CERTIFICATE_EXPIRED, AUTH_OTHER_ADDRESS,
    AUTH_PERSON_REFUSED, AUTH_REJECTED,
};
use bowline_core::connection::{Connection, Health, SignIn, ToolKind};
use bowline_core::failure::Failure;
use bowline_core::layers::GatewayProof;
use bowline_core::port::{Clock, Handshake, SignError, Signer, StoreError};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::{Code, GrantId, InstallationId, Timestamp};
use bytes::Bytes;
use http::StatusCode;
use url::Url;

use crate::app::acting::{Impersonation, stand_in};
use crate::attribution::{Age, Asked, Known, Presented, attribute};
use crate::life::{Life, Shown};
use crate::passwords::Passwords;
use crate::secrets::Secrets;
use crate::sessions::Sessions;
use crate::{front, methods, oauth1, renewing};

/// Signs with the connection's stored credential, with the token of its grant, or with the cookies of its session.
pub struct CredentialSigner {
    secrets: Arc<Secrets>,
    life: Option<Arc<Life>>,
    sessions: Option<Arc<Sessions>>,
    passwords: Passwords,
    app: Option<OurApp>,
    impersonation: Option<Arc<Impersonation>>,
}

/// What calls are signed with where a site has installed our app.
struct OurApp {
    key: String,
    clock: Arc<dyn Clock>,
}

impl CredentialSigner {
    /// Takes credentials from `secrets`. Connections on a grant or a session have none yet.
    pub fn new(secrets: Arc<Secrets>) -> Self {
        let passwords = Passwords::default();
        Self { secrets, life: None, sessions: None, passwords, app: None, impersonation: None }
    }

    /// The same, with the tokens of grants from `life`.
    #[must_use]
    pub fn with_life(mut self, life: Arc<Life>) -> Self {
        self.life = Some(life);
        self
    }

    /// The same, with the cookies of `sessions`.
    #[must_use]
    pub fn with_sessions(mut self, sessions: Arc<Sessions>) -> Self {
        self.sessions = Some(sessions);
        self
    }

    /// The same, as the app of this key where a site has installed it.
    #[must_use]
    pub fn with_app(mut self, key: String, clock: Arc<dyn Clock>) -> Self {
        self.app = Some(OurApp { key, clock });
        self
    }

    /// The same, for people of sites whom the app may act for.
    #[must_use]
    pub fn with_impersonation(mut self, impersonation: Option<Arc<Impersonation>>) -> Self {
        self.impersonation = impersonation;
        self
    }

    /// Signs as a person of a site, by the app's own right.
    async fn for_person(
        &self,
        connection: &Connection,
        installation: InstallationId,
        request: &mut http::Request<Bytes>,
    ) -> Result<(), SignError> {
        let elsewhere = || SignError::NoToken(Failure::wait(AUTH_OTHER_ADDRESS));
        let origin = |text: &str| Url::parse(text).map(|url| url.origin()).map_err(|_| elsewhere());
        if origin(&request.uri().to_string())? != origin(&connection.base_url)? {
            return Err(elsewhere());
        }
        // Switched off since the call was decided.
        let off = || SignError::NoToken(Failure::wait(AUTH_PERSON_REFUSED));
        let impersonation = self.impersonation.as_ref().ok_or_else(off)?;
        let token = impersonation.token(connection, installation).await.map_err(SignError::NoToken)?;
        methods::bearer(&token, request)
    }

    /// Signs as the app, with what the site shares with it now.
    async fn as_app(
        &self,
        connection: &Connection,
        request: &mut http::Request<Bytes>,
    ) -> Result<(), SignError> {
        let wait = |code| SignError::NoToken(Failure::wait(code));
        // The next install ends this, and nothing before it. That the app is switched off is not believed so firmly: the
        // call that says it is on again may be lost, and whoever tries finds out.
        if needs(connection, &AUTH_APP_UNINSTALLED) {
            return Err(wait(AUTH_APP_UNINSTALLED));
        }
        let app = self.app.as_ref().ok_or_else(|| wait(AUTH_APP_DISABLED))?;
        let secret = self.secrets.find(connection, Purpose::SharedSecret, connection.secret).await;
        let secret = secret.map_err(SignError::Sealed)?.ok_or_else(|| wait(AUTH_APP_UNINSTALLED))?;
        methods::attach_as_app(&app.key, secret, &connection.base_url, app.clock.now(), request)
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
            Shown::Oauth1(credential, seen) => {
                let (time, (_, entropy)) = (life.their_time(connection.tenant, access.client), life.world());
                let signed = credential.authorize(request, seen.as_deref(), &time, entropy);
                signed.map_err(|error| match error {
                    // Not below the address that stands for the provider's own.
                    oauth1::Error::Url(_) => SignError::NoToken(Failure::wait(AUTH_OTHER_ADDRESS)),
                    _ => SignError::Unfit,
                })
            }
        }
    }

    async fn stored(&self, connection: &Connection) -> Result<Secret, SignError> {
        let secret = self.secrets.find(connection, Purpose::Credential, connection.secret).await;
        secret.map_err(SignError::Sealed)?.ok_or(SignError::Missing)
    }

    /// What the tool itself is shown.
    async fn application(
        &self,
        connection: &Connection,
        request: &mut http::Request<Bytes>,
    ) -> Result<(), SignError> {
        match &connection.sign_in {
            SignIn::Grant { grant } => match stand_in::installation_of(*grant) {
                Some(installation) => self.for_person(connection, installation, request).await,
                None => self.grant(connection, *grant, request).await,
            },
            SignIn::InFront => Ok(()),
            SignIn::Connect { .. } => self.as_app(connection, request).await,
            SignIn::Session { user } => {
                let sessions = self.sessions.as_ref().ok_or(SignError::Missing)?;
                let password = self.stored(connection).await?;
                let front = (&*self.secrets, self.life.as_deref());
                sessions.attach(front, connection, (user, &password), request.headers_mut()).await
            }
            stored => {
                self.passwords.enter(connection, self.secrets.now()).await?;
                methods::attach(stored, &self.stored(connection).await?, request)
            }
        }
    }

    /// Signatures name the time; who refuses ours says how far it is off.
    fn learn_time(&self, connection: &Connection, found: &Attribution) {
        if let (Class::ClockSkew, Reaction::SignAnew(ahead)) = (found.class, found.reaction)
            && let (SignIn::Grant { grant }, Some(life)) = (&connection.sign_in, &self.life)
        {
            life.learn_time_of(connection.tenant, *grant, ahead);
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
        self.application(connection, request).await?;
        let url = request.uri().clone();
        front::pass(&self.secrets, self.life.as_deref(), connection, &url, request.headers_mut()).await
    }

    async fn handshake(&self, connection: &Connection) -> Result<Option<Handshake>, SignError> {
        front::handshake(&self.secrets, connection).await
    }

    async fn payer(&self, connection: &Connection) -> Result<Option<String>, StoreError> {
        match (&connection.sign_in, &self.life) {
            (SignIn::Connect { .. }, _) => Ok(self.app.as_ref().map(|app| format!("connect/{}", app.key))),
            (SignIn::Grant { grant }, Some(life)) => life.payer(connection.tenant, *grant).await,
            _ => Ok(None),
        }
    }

    fn attribute(&self, connection: &Connection, heard: &Heard<'_>) -> Option<Attribution> {
        let application = match connection.sign_in {
            SignIn::ApiToken { .. }
            | SignIn::Basic { .. }
            | SignIn::PersonalAccessToken
            | SignIn::AccessToken
            | SignIn::ServiceToken
            | SignIn::Connect { .. }
            | SignIn::InFront => Presented::Fixed,
            // A cookie ends by itself, and another is got with the password.
            SignIn::Session { .. } => Presented::Token(Age::Fresh),
            SignIn::Grant { grant } => self.presented(connection, grant, heard.at),
        };
        let gateway = connection.gateway.as_ref().map(|gateway| match gateway.proof {
            GatewayProof::Key { .. } => Presented::Fixed,
            GatewayProof::Token { grant } => self.presented(connection, grant, heard.at),
        });
        let gateway = gateway.filter(|_| is_told_apart(connection, heard.answer.status));
        let known = Known { asked: Asked::Api, application, gateway, site: &connection.browse_url };
        let found = attribute(heard, &known);
        self.passwords.told(connection, found.as_ref(), heard.at);
        let found = found?;
        self.learn_time(connection, &found);
        Some(told(connection, found, heard.at))
    }
}

/// Whether an answer without the tool's marks may be a gateway's. Targetprocess marks none of its answers: there a 403 is
/// about an item, and a 401 where a password was shown must stop further tries.
fn is_told_apart(connection: &Connection, status: StatusCode) -> bool {
    let password = matches!(connection.sign_in, SignIn::Basic { .. } | SignIn::Session { .. });
    connection.tool != ToolKind::Targetprocess || (status == StatusCode::UNAUTHORIZED && !password)
}

/// Whether the connection needs a person for just this.
fn needs(connection: &Connection, wanted: &Code) -> bool {
    matches!(&connection.health, Health::NeedsAttention { code } if code == wanted)
}

/// What the connection itself knows beyond the answer.
fn told(connection: &Connection, found: Attribution, at: Timestamp) -> Attribution {
    if found.class == Class::Certificate {
        return match &connection.transport.certificate {
            None => found.telling(Some("The connection shows none.".to_owned())),
            Some(ours) if ours.ends_at <= at => found
                .under(AUTH_CERTIFICATE_EXPIRED)
                .telling(Some(format!("{} ended at {}.", ours.subject, ours.ends_at))),
            Some(ours) => found.telling(Some(format!("It was shown {}.", ours.subject))),
        };
    }
    if matches!(connection.sign_in, SignIn::Connect { .. }) && found.code == AUTH_REJECTED {
        let off = needs(connection, &AUTH_APP_DISABLED);
        return found.under(if off { AUTH_APP_DISABLED } else { AUTH_APP_REFUSED });
    }
    let nameless = found.layer == Layer::Application && connection.sign_in == SignIn::InFront;
    if nameless && matches!(found.reaction, Reaction::Owner) {
        let words =
            "The connection shows the tool nothing of its own: what stands in front has to sign it in.";
        return found.telling(Some(words.to_owned()));
    }
    found
}
