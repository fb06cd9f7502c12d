//! What Forge sends, up to where its data may be taken: verified, used once, and of an installation that is this server's.

use std::sync::Arc;

use bowline_core::port::{Clock, Entropy};
use http::{HeaderMap, StatusCode};
use jiff::SignedDuration;

use super::installation_id::InstallationId;
use super::pairing::{Offer, PairingCode};
use super::store::{Once, Remotes, Used};
use super::verify::{InvocationTokens, Invoked, Unverified};
use crate::installation::StoreError;

/// How long a code can be entered at most.
const LONGEST_OFFER: SignedDuration = SignedDuration::from_hours(24);

/// Which installations of the app are this server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// All: the manifest has this server's address, so that Forge sends here what is meant for here.
    Every,
    /// Those whose administrator entered a code of this server. For a remote that each customer enters, whose token is as good at
    /// every other server of the app.
    Paired,
}

/// Why nothing is taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// It is not known that Forge sent it.
    #[error(transparent)]
    Unverified(#[from] Unverified),
    /// The token was used before.
    #[error("the token was used before")]
    Used,
    /// The installation is not tied to this server.
    #[error("the installation is not paired with this server")]
    NotPaired,
    /// What was entered is no code of this server, or ended.
    #[error("there is no such pairing code")]
    WrongCode,
    /// A code was entered by nobody: only calls from pages have a user.
    #[error("a pairing code is entered by a user")]
    NoUser,
    /// The name of the installation is not one.
    #[error("the name of the installation is malformed")]
    Installation,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NotTaken {
    /// The status to answer with. Forge repeats events whatever it is, unless it is a success.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Unverified(Unverified::Refused(_)) | Self::Used | Self::Installation => {
                StatusCode::UNAUTHORIZED
            }
            Self::NotPaired | Self::WrongCode | Self::NoUser => StatusCode::FORBIDDEN,
            Self::Unverified(Unverified::Away(_)) | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// An invocation that may be taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What Forge sent.
    pub invoked: Invoked,
    /// The installation.
    pub installation: InstallationId,
    /// Whose it is; nobody's with [`Binding::Every`] if it was never paired.
    pub owner: Option<String>,
}

/// Takes what Forge sends.
pub struct Intake {
    tokens: Arc<InvocationTokens>,
    remotes: Arc<dyn Remotes>,
    clock: Arc<dyn Clock>,
    binding: Binding,
}

impl Intake {
    /// Over a verifier and a store.
    pub fn new(
        tokens: Arc<InvocationTokens>,
        remotes: Arc<dyn Remotes>,
        clock: Arc<dyn Clock>,
        binding: Binding,
    ) -> Self {
        Self { tokens, remotes, clock, binding }
    }

    /// Takes a request by its headers. Of an installation that is not this server's nothing is remembered, not even the token.
    pub async fn take(&self, headers: &HeaderMap) -> Result<Taken, NotTaken> {
        let (invoked, installation) = self.verified(headers).await?;
        let owner = self.remotes.owner(&installation).await?;
        if owner.is_none() && self.binding == Binding::Paired {
            return Err(NotTaken::NotPaired);
        }
        self.use_up(&invoked, &installation).await?;
        Ok(Taken { invoked, installation, owner })
    }

    /// Whether a request is Forge's, by its headers alone; nothing is remembered of it. Before its body is read, say.
    pub async fn check(&self, headers: &HeaderMap) -> Result<(), NotTaken> {
        self.verified(headers).await.map(drop)
    }

    /// Makes a code for an owner, good once and for `life`, a day at most. It is shown to nobody but the administrator.
    pub async fn offer(
        &self,
        owner: &str,
        life: SignedDuration,
        entropy: &dyn Entropy,
    ) -> Result<PairingCode, NotTaken> {
        let now = self.clock.now();
        let code = PairingCode::draw(entropy);
        let until = now + life.clamp(SignedDuration::ZERO, LONGEST_OFFER);
        self.remotes.offer(Offer { code: code.hash(), owner: owner.to_owned(), until }).await?;
        Ok(code)
    }

    /// Ties the installation that a request is of to this server, if `typed` is a code of it. The request must come from a page
    /// that only administrators see: the token says who the user is, not what they may. A wrong code changes nothing.
    pub async fn pair(&self, headers: &HeaderMap, typed: &str) -> Result<Taken, NotTaken> {
        let (invoked, installation) = self.verified(headers).await?;
        if invoked.invocation.principal.is_none() {
            return Err(NotTaken::NoUser);
        }
        let code = PairingCode::parse(typed).ok_or(NotTaken::WrongCode)?.hash();
        let offer = self.remotes.offered(&code, self.clock.now()).await?.ok_or(NotTaken::WrongCode)?;
        self.use_up(&invoked, &installation).await?;
        match self.remotes.pair(&installation, &invoked, &code, self.clock.now()).await? {
            true => Ok(Taken { invoked, installation, owner: Some(offer.owner) }),
            false => Err(NotTaken::WrongCode),
        }
    }

    async fn verified(&self, headers: &HeaderMap) -> Result<(Invoked, InstallationId), NotTaken> {
        let invoked = self.tokens.verify(headers).await?;
        let id = InstallationId::parse(&invoked.invocation.app.installation_id);
        Ok((invoked, id.ok_or(NotTaken::Installation)?))
    }

    async fn use_up(&self, invoked: &Invoked, installation: &InstallationId) -> Result<(), NotTaken> {
        let now = self.clock.now();
        let once = Once::token(installation.clone(), &invoked.invocation.jti, now);
        match self.remotes.use_once(&once, now).await? {
            Used::First => Ok(()),
            Used::Again => Err(NotTaken::Used),
        }
    }
}
