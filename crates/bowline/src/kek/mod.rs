//! Where the key-encryption key comes from: a word of the configuration becomes something that wraps and unwraps.
//!
//! Files are `auth`'s business; here are those kinds that need a process or a socket, and the encryptor itself.

mod encryptor;
mod program;
mod socket;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bowline_auth::kek::{Kek, Program, Remote, passphrase, rsa};
use bowline_auth::{Error, keyfile};
use bowline_core::port::Entropy;

pub(crate) use encryptor::Encryptor;

/// Where a key-encryption key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A key file.
    File(PathBuf),
    /// An RSA key in PEM.
    Rsa(PathBuf),
    /// A file with a passphrase.
    Passphrase(PathBuf),
    /// A program with its arguments.
    Command(Vec<String>),
    /// The socket of an encryptor.
    Encryptor(PathBuf),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refused = || {
            format!(
                "`{text}` is none of file:PATH, rsa:PATH, passphrase:PATH, command:PROGRAM ARGUMENTS, encryptor:SOCKET"
            )
        };
        let (kind, rest) = text.split_once(':').ok_or_else(refused)?;
        if rest.trim().is_empty() {
            return Err(refused());
        }
        let path = PathBuf::from(rest);
        Ok(match kind {
            "file" => Self::File(path),
            "rsa" => Self::Rsa(path),
            "passphrase" => Self::Passphrase(path),
            "command" => Self::Command(rest.split_whitespace().map(str::to_owned).collect()),
            "encryptor" => Self::Encryptor(path),
            _ => return Err(refused()),
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Rsa(path) => write!(f, "rsa:{}", path.display()),
            Self::Passphrase(path) => write!(f, "passphrase:{}", path.display()),
            Self::Command(words) => write!(f, "command:{}", words.join(" ")),
            Self::Encryptor(path) => write!(f, "encryptor:{}", path.display()),
        }
    }
}

impl Source {
    /// The file with the secret, if it is in one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Rsa(path) | Self::Passphrase(path) => Some(path),
            Self::Command(_) | Self::Encryptor(_) => None,
        }
    }

    /// Opens it. Nothing is made.
    pub(crate) async fn open(&self, timeout: Duration) -> Result<Arc<dyn Kek>, Error> {
        Ok(match self {
            Self::File(path) => Arc::new(keyfile::load(path)?),
            Self::Rsa(path) => Arc::new(rsa::load(path)?),
            Self::Passphrase(path) => Arc::new(passphrase::load(path)?),
            Self::Command(words) => Arc::new(Program::open(program::Calls::new(words, timeout)).await?),
            Self::Encryptor(path) => Arc::new(Remote::open(socket::Calls::new(path, timeout)).await?),
        })
    }

    /// Makes what is in files: a key file, an RSA key, the parameters beside a passphrase. Never overwrites any.
    pub(crate) fn make(&self, entropy: &dyn Entropy) -> Result<Option<Arc<dyn Kek>>, Error> {
        Ok(Some(match self {
            Self::File(path) => Arc::new(keyfile::create(path, entropy)?),
            Self::Rsa(path) => Arc::new(rsa::create(path, entropy)?),
            Self::Passphrase(path) => Arc::new(passphrase::create(path, entropy)?),
            Self::Command(_) | Self::Encryptor(_) => return Ok(None),
        }))
    }

    /// Opens it, and makes it first if it is not there: for a database that was never sealed.
    pub(crate) async fn open_or_make(
        &self,
        timeout: Duration,
        entropy: &dyn Entropy,
    ) -> Result<Arc<dyn Kek>, Error> {
        match self.open(timeout).await {
            Err(Error::KeyMissing(missing)) => match self.make(entropy) {
                Ok(Some(made)) => Ok(made),
                Ok(None) => Err(Error::KeyMissing(missing)),
                // Another process made it just now.
                Err(Error::Exists(_)) => self.open(timeout).await,
                Err(error) => Err(error),
            },
            opened => opened,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_reads_back_as_what_it_was_and_nonsense_is_told_with_what_there_is() {
        for text in
            ["file:/k/a", "rsa:b.pem", "passphrase:/c:d", "command:/bin/kms --key 1", "encryptor:/run/e.sock"]
        {
            assert_eq!(text.parse::<Source>().unwrap().to_string(), text);
        }
        for text in ["", "file:", "command: ", "kms:x", "/k/a"] {
            let error = text.parse::<Source>().unwrap_err();
            assert!(error.contains("passphrase:PATH"), "{error}");
        }
    }
}
