//! Who we are, and what answers.

use http::{HeaderMap, Method};

use crate::error::Error;
use crate::site::{Jira, read};
use crate::url::Path;
use crate::wire::{ServerInfo, User};

impl Jira<'_> {
    /// The account behind the credential, and the headers of the answer: Data Center names the account that it
    /// recognised in `X-AUSERNAME`, which says `anonymous` when a credential was ignored.
    pub async fn myself(&self) -> Result<(User, HeaderMap), Error> {
        let operation = "jira.myself";
        let answer = self.answer(operation, Method::GET, self.api().then("myself"), None, true).await?;
        Ok((read(operation, &answer)?, answer.headers))
    }

    /// Whose session this is, as the older interface for logins tells it (Data Center only).
    pub async fn session(&self) -> Result<User, Error> {
        self.get("jira.session", Path::new("/rest/auth/latest/session")).await
    }

    /// Version and kind of the server. Answers strangers too, so it proves nothing about a credential.
    pub async fn server_info(&self) -> Result<ServerInfo, Error> {
        self.get("jira.server_info", self.api().then("serverInfo")).await
    }
}
