//! Data keys made by hand and laid into a folder, as CMS for our RSA key: `TENANT.VERSION.cms`.
//!
//! `TENANT` is a tenant's name or id, `VERSION` the next version of its data key. The content is 32 bytes. DER and PEM
//! are read; the file is ciphertext, so it may be readable by others, and may go once it was taken in.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;

/// A wrapped key is below two kilobytes, even for several recipients; more is another file.
const LONGEST: u64 = 65_536;

/// A folder with data keys.
pub struct Folder(PathBuf);

/// A file that is named like a data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Name or id of the tenant.
    pub(crate) tenant: String,
    /// Which version it is to be.
    pub(crate) version: i32,
    /// Where it is.
    pub(crate) path: PathBuf,
}

impl Folder {
    /// A folder; it need not exist yet.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Files that are named like data keys, in the order of tenant and version.
    pub(crate) fn list(&self) -> Result<Vec<Found>, Error> {
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(Error::io(&self.0))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(Error::io(&self.0))?.path();
            found.extend(named(&path));
        }
        found.sort_by(|one, other| (&one.tenant, one.version).cmp(&(&other.tenant, other.version)));
        Ok(found)
    }
}

fn named(path: &Path) -> Option<Found> {
    let name = path.file_name()?.to_str()?;
    let (tenant, version) = name.strip_suffix(".cms")?.rsplit_once('.')?;
    let version = version.parse().ok().filter(|version| *version > 0)?;
    (!tenant.is_empty()).then(|| Found { tenant: tenant.to_owned(), version, path: path.to_owned() })
}

/// The CMS in a file, as DER.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(Error::io(path))?;
    file.take(LONGEST).read_to_end(&mut bytes).map_err(Error::io(path))?;
    let Some(text) =
        std::str::from_utf8(&bytes).ok().filter(|text| text.trim_start().starts_with("-----BEGIN "))
    else {
        return Ok(bytes);
    };
    let body: String = text.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(body).map_err(|_| Error::Malformed { path: path.to_owned(), why: "is damaged PEM" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_are_named_like_keys_are_seen() {
        let found = |name: &str| named(Path::new(name)).map(|found| (found.tenant, found.version));
        assert_eq!(found("/keys/acme.2.cms"), Some(("acme".into(), 2)));
        assert_eq!(found("ten_01.10.cms"), Some(("ten_01".into(), 10)));
        for name in
            ["acme.cms", "acme.0.cms", "acme.-1.cms", "acme.2.pem", ".2.cms", "..data", "acme.two.cms"]
        {
            assert_eq!(found(name), None, "{name}");
        }
    }
}
