//! Who calls: an installation of the app, by Forge's own token, once, and tied to a tenant here.
//!
//! All refusals for which Forge's word is missing are one answer, byte for byte. What an installation is refused that Forge
//! vouches for says why: its administrator is the one who reads it.

use std::time::Duration;

use bowline_connect::forge::{NotTaken, Taken};
use bowline_core::code::{API_FORBIDDEN, API_UNAUTHORIZED};
use http::{HeaderMap, StatusCode};
use tokio::sync::SemaphorePermit;

use super::Held;
use crate::problem::Problem;

/// What an administrator reads whose code is none.
pub(super) const WRONG_CODE: &str = "That is no code of this server, or it was used, or it has ended.";
/// When a caller may come again, in seconds. Forge comes after a minute, whatever is said.
const SHED: u32 = 2;
/// How many times the database's time a call has: it is looked up, used up, and kept.
const STEPS: u32 = 3;

impl Held {
    /// A place among the calls that are looked into at once.
    pub(super) fn turn(&self) -> Result<SemaphorePermit<'_>, Problem> {
        self.turns.try_acquire().map_err(|_| Problem::unavailable("Too many calls at once.", SHED))
    }

    /// The installation that calls, and what it brought. Its token is kept when this returns.
    pub(super) async fn taken(&self, path: &'static str, headers: &HeaderMap) -> Result<Taken, Problem> {
        let _turn = self.turn()?;
        let limit = self.limit();
        let done = tokio::time::timeout(limit, async {
            let taken = self.forge.intake.take(headers).await.map_err(|why| self.refuse(path, &why))?;
            // A page of the app may call any address in its user's name, and bring whatever it likes.
            if taken.invoked.invocation.principal.is_some() {
                return Err(self.no_page(path));
            }
            self.forge.sites.heard(&taken).await.map_err(Problem::from)?;
            Ok(taken)
        });
        done.await.unwrap_or_else(|_| Err(late()))
    }

    /// Events are sent by Forge itself, and by nobody who looks at a page.
    fn no_page(&self, path: &'static str) -> Problem {
        self.forge.watch.forge(path, StatusCode::FORBIDDEN.as_u16(), &"a page of the app called for a user");
        Problem::new(StatusCode::FORBIDDEN, API_FORBIDDEN, "Pages do not call here.")
    }

    pub(super) fn limit(&self) -> Duration {
        self.app.options.store_within * STEPS
    }

    /// Remembers a refusal for operators, and words it for the caller.
    pub(super) fn refuse(&self, path: &'static str, why: &NotTaken) -> Problem {
        self.forge.watch.forge(path, why.status().as_u16(), why);
        match why.status() {
            StatusCode::UNAUTHORIZED => {
                Problem::new(StatusCode::UNAUTHORIZED, API_UNAUTHORIZED, "The call is not accepted.").alike()
            }
            StatusCode::FORBIDDEN => {
                let detail = match why {
                    NotTaken::NotPaired => {
                        "This installation is not tied to this server: enter a code of it on the app's page."
                    }
                    _ => WRONG_CODE,
                };
                Problem::new(StatusCode::FORBIDDEN, API_FORBIDDEN, detail)
            }
            _ => Problem::unavailable("The call cannot be taken now.", SHED),
        }
    }
}

pub(super) fn late() -> Problem {
    Problem::unavailable("It takes too long now.", SHED)
}
