//! Opening and sealing what belongs to a grant.

use bowline_core::grant::{Grant, OauthClient};
use bowline_core::port::{SealError, StoreError};
use bowline_core::secret::{Purpose, Sealed, Secret};

use bowline_core::{SecretId, TenantId};

use super::Life;
use super::tokens::Tokens;

impl Life {
    /// The tokens of a grant; `None` if there are none yet.
    pub(super) async fn tokens(&self, grant: &Grant) -> Result<Option<Tokens>, SealError> {
        let Some(id) = grant.secret else { return Ok(None) };
        let Some(sealed) = self.ports.vault.secret(grant.tenant, id).await? else { return Ok(None) };
        let row = id.to_string();
        let opened = self.ports.seal.open(grant.tenant, Purpose::GrantTokens, &row, &sealed).await?;
        Tokens::unpack(&opened).map(Some).ok_or(SealError::Corrupt("the tokens of a grant cannot be read"))
    }

    /// Seals tokens for a row of secrets.
    pub(super) async fn sealed(
        &self,
        tenant: TenantId,
        id: SecretId,
        tokens: &Tokens,
    ) -> Result<Sealed, SealError> {
        self.ports.seal.seal(tenant, Purpose::GrantTokens, &id.to_string(), &tokens.pack()).await
    }

    /// A row for new tokens.
    pub(super) fn new_row(&self) -> SecretId {
        SecretId::new(self.now(), self.ports.entropy.as_ref())
    }

    /// Our own secret at the provider: a client secret, or a private key.
    pub(super) async fn client_secret(&self, client: &OauthClient) -> Result<Secret, SealError> {
        let sealed = self.ports.vault.secret(client.tenant, client.secret).await?;
        let sealed = sealed.ok_or(StoreError::NotFound("the secret of the OAuth client"))?;
        let row = client.secret.to_string();
        self.ports.seal.open(client.tenant, Purpose::Credential, &row, &sealed).await
    }
}
