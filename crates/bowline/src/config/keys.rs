//! `[keys]`: what wraps every tenant's keys.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bowline_core::SignedDuration;
use serde::{Deserialize, Deserializer, de};

use crate::kek::Source;

/// What wraps every tenant's keys.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Keys {
    wrap: String,
    file: String,
    #[serde(deserialize_with = "sources")]
    retired: Vec<Source>,
    folder: String,
    #[serde(deserialize_with = "duration")]
    timeout: SignedDuration,
    socket: String,
}

impl Keys {
    /// What wraps: `keys.wrap`, else the key file.
    pub(crate) fn wrap(&self, data: &Path) -> Result<Source, String> {
        if !self.wrap.is_empty() {
            return self.wrap.parse().map_err(|error| format!("`keys.wrap`: {error}"));
        }
        let named = PathBuf::from(&self.file);
        Ok(Source::File(if self.file.is_empty() { data.join("keys").join("bowline.key") } else { named }))
    }

    /// What wrapped before.
    pub(crate) fn retired(&self) -> &[Source] {
        &self.retired
    }

    /// The folder of data keys made by hand, if there is one.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        (!self.folder.is_empty()).then(|| PathBuf::from(&self.folder))
    }

    /// How long a program or the encryptor may take.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::try_from(self.timeout).unwrap_or(Duration::from_secs(10))
    }

    /// Where the encryptor listens; in the data folder if nothing is set.
    pub(crate) fn socket(&self, data: &Path) -> PathBuf {
        if self.socket.is_empty() { data.join("encryptor.sock") } else { PathBuf::from(&self.socket) }
    }

    pub(super) fn show(&self) -> String {
        let retired: Vec<String> = self.retired.iter().map(ToString::to_string).collect();
        format!(
            "[keys]\nwrap = {:?}\nfile = {:?}\nretired = {retired:?}\nfolder = {:?}\ntimeout = \"{:#}\"\nsocket = {:?}\n",
            self.wrap, self.file, self.folder, self.timeout, self.socket
        )
    }
}

fn sources<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Source>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    texts.iter().map(|text| text.parse().map_err(de::Error::custom)).collect()
}

fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<SignedDuration, D::Error> {
    let text = String::deserialize(from)?;
    match text.parse::<SignedDuration>() {
        Ok(duration) if duration.is_positive() => Ok(duration),
        _ => Err(de::Error::custom(format!("`{text}` is not a duration such as \"10s\""))),
    }
}
