//! Where renewed tokens are laid when the database does not take them: the old ones are used up already, so these
//! must not be lost with the process.
//!
//! One file a grant, sealed like the row it will become, written and synced before anything else is tried, readable by
//! the owner alone. It is taken up by the next look at the grant, or dropped if the row has moved on.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use bowline_core::GrantId;
use bowline_core::grant::Grant;
use bowline_core::port::Entropy;
use bowline_core::secret::{Sealed, Secret};
use serde::{Deserialize, Serialize};

use crate::file;

/// A folder for renewed tokens.
#[derive(Clone, Debug)]
pub struct Spool(PathBuf);

/// What is laid there. The tokens are sealed; the rest is no secret.
#[derive(Serialize, Deserialize)]
pub(crate) struct Laid {
    /// The row as it is to be, at the revision it was read at.
    pub(crate) grant: Grant,
    /// Its sealed tokens.
    pub(crate) sealed: Vec<u8>,
}

impl Laid {
    pub(crate) fn sealed(&self) -> Sealed {
        Sealed(self.sealed.clone())
    }
}

impl Spool {
    /// In this folder, which is made when it is needed.
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    fn path(&self, grant: GrantId) -> PathBuf {
        self.0.join(format!("{grant}.json"))
    }

    /// Lays tokens down; durable when it returns.
    pub(crate) fn lay(&self, laid: &Laid, entropy: &dyn Entropy) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        let path = self.path(laid.grant.id);
        let text = Secret::new(serde_json::to_vec(laid)?);
        file::replace(&path, text.expose(), entropy).map_err(io::Error::other)
    }

    /// What was laid for a grant; `None` if nothing was, or nothing that can be read.
    pub(crate) fn find(&self, grant: GrantId) -> Option<Laid> {
        let text = std::fs::read(self.path(grant)).ok()?;
        let laid: Laid = serde_json::from_slice(&text).ok()?;
        (laid.grant.id == grant).then_some(laid)
    }

    /// Everything that was laid here and can be read.
    pub(crate) fn all(&self) -> Vec<Laid> {
        let entries = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        let texts = entries.filter_map(|entry| std::fs::read(entry.path()).ok());
        texts.filter_map(|text| serde_json::from_slice(&text).ok()).collect()
    }

    /// It is in the database, or of no use any more.
    pub(crate) fn clear(&self, grant: GrantId) {
        // That there is none is the usual case.
        let _ = std::fs::remove_file(self.path(grant));
    }
}
