//! Keys that are held elsewhere: by the encryptor process, which is a key-encryption key of ours, or by a program, which
//! knows nothing of us.

use async_trait::async_trait;
use bowline_core::port::SealError;
use bowline_core::secret::Secret;

use super::message::{self, Ask};
use super::{Kek, Outside, Wrapper};

/// Carries a line there and a line back.
#[async_trait]
pub trait Exchange: Send + Sync {
    /// Who answers, for people: `the encryptor at /run/bowline/encryptor.sock`.
    fn who(&self) -> &str;

    /// Sends one line with its end, gives the one that came back. `Away` if nobody answers in time.
    async fn exchange(&self, line: &Secret) -> Result<Secret, SealError>;
}

/// A key-encryption key that the encryptor process holds. What it wraps and opens is what the key there does.
pub struct Remote<E> {
    exchange: E,
    id: String,
}

impl<E: Exchange> Remote<E> {
    /// Asks what the key there is called; `Away` if nobody answers.
    pub async fn open(exchange: E) -> Result<Self, SealError> {
        let answer = exchange.exchange(&Ask::Describe.print()).await?;
        let id = message::id(exchange.who(), answer.expose())?;
        Ok(Self { exchange, id })
    }
}

#[async_trait]
impl<E: Exchange> Kek for Remote<E> {
    fn id(&self) -> &str {
        &self.id
    }

    fn place(&self) -> &str {
        self.exchange.who()
    }

    async fn wrap(&self, context: &str, key: &Secret) -> Result<Vec<u8>, SealError> {
        let ask = Ask::Wrap { context: context.to_owned(), key: key.clone() };
        let answer = self.exchange.exchange(&ask.print()).await?;
        message::wrapped(self.exchange.who(), answer.expose())
    }

    async fn unwrap(&self, context: &str, wrapping: &[u8]) -> Result<Secret, SealError> {
        let ask = Ask::Unwrap { context: context.to_owned(), wrapped: wrapping.to_vec() };
        message::key(self.exchange.who(), self.exchange.exchange(&ask.print()).await?.expose())
    }

    async fn open_cms(&self, cms: &[u8]) -> Result<Secret, SealError> {
        let answer = self.exchange.exchange(&Ask::OpenCms { wrapped: cms.to_vec() }.print()).await?;
        message::key(self.exchange.who(), answer.expose())
    }
}

/// A program that wraps and unwraps, one call of it for each line.
pub struct Program<E>(E);

impl<E: Exchange> Program<E> {
    /// Asks the program what its key is called; `Away` if it does not say.
    pub async fn open(exchange: E) -> Result<Outside<Self>, SealError> {
        let answer = exchange.exchange(&Ask::Describe.print()).await?;
        let id = message::id(exchange.who(), answer.expose())?;
        let place = exchange.who().to_owned();
        Ok(Outside::new(Self(exchange), id, place))
    }
}

#[async_trait]
impl<E: Exchange> Wrapper for Program<E> {
    async fn wrap(&self, context: &str, key: &Secret) -> Result<Vec<u8>, SealError> {
        let ask = Ask::Wrap { context: context.to_owned(), key: key.clone() };
        message::wrapped(self.0.who(), self.0.exchange(&ask.print()).await?.expose())
    }

    async fn unwrap(&self, context: &str, wrapping: &[u8]) -> Result<Secret, SealError> {
        let ask = Ask::Unwrap { context: context.to_owned(), wrapped: wrapping.to_vec() };
        message::key(self.0.who(), self.0.exchange(&ask.print()).await?.expose())
    }
}
