//! Files that only their owner may read: key files, passphrases, the local admin token.
//!
//! They are made whole or not at all, never overwritten, and refused when others may read them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use bowline_core::port::Entropy;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::token;

/// A key or token file is a few lines, an RSA key of 8192 bit some seven thousand characters; more is another file.
const LONGEST: u64 = 16_384;

/// Makes a file with this text, readable and writable by the owner alone; folders that are missing are made for
/// the owner alone too. `Exists` if there is one, even if it appears at this very moment.
pub(crate) fn create(path: &Path, text: &[u8], entropy: &dyn Entropy) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(Error::io(folder))?;
    let draft = draft(folder, entropy);
    let outcome = write(&draft, text).and_then(|()| fs::hard_link(&draft, path));
    // The draft is a second name of the same file, or of an unfinished one; either way it is not needed.
    let _ = fs::remove_file(&draft);
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Error::Exists(path.to_owned())),
        outcome => outcome.map_err(Error::io(path)),
    }?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::io(folder))
}

/// Puts a text in a private file, in place of what was there; whole or not at all.
pub(crate) fn replace(path: &Path, text: &[u8], entropy: &dyn Entropy) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let draft = draft(folder, entropy);
    let outcome = write(&draft, text).and_then(|()| fs::rename(&draft, path));
    if outcome.is_err() {
        let _ = fs::remove_file(&draft);
    }
    outcome.map_err(Error::io(path))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::io(folder))
}

fn draft(folder: &Path, entropy: &dyn Entropy) -> PathBuf {
    folder.join(token::draw(".draft-", entropy).expose_text())
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

/// The text of a private file; `None` if there is no such file.
pub(crate) fn find(path: &Path) -> Result<Option<Zeroizing<String>>, Error> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(Error::io(path))?,
    };
    let mode = file.metadata().map_err(Error::io(path))?.mode();
    if mode & 0o077 != 0 {
        return Err(Error::Exposed(path.to_owned()));
    }
    let mut text = Zeroizing::new(String::with_capacity(LONGEST as usize));
    file.take(LONGEST).read_to_string(&mut text).map_err(Error::io(path))?;
    Ok(Some(text))
}
