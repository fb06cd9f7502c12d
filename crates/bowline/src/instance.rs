//! The data folder belongs to one process at a time, and that process has a name that survives it.
//!
//! The name is who holds leases in the work table. Because nobody else can have the folder, a process that starts
//! knows that whatever its name still holds was left behind by its dead predecessor.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use bowline_core::port::Entropy;

/// The folder, held until this is dropped.
#[derive(Debug)]
pub(crate) struct Instance {
    name: String,
    // Its lock goes with the process, however that ends.
    _lock: File,
}

impl Instance {
    /// Takes the folder, making it if needed.
    pub(crate) fn take(dir: &Path, entropy: &dyn Entropy) -> Result<Self> {
        std::fs::create_dir_all(dir)
            .with_context(|| format!("cannot make the data folder {}", dir.display()))?;
        let path = dir.join("instance");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("cannot write in the data folder: {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "another Bowline uses the data folder {}; stop it, or set data.dir to another folder",
                dir.display()
            ),
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the data folder"),
        }
        let mut name = String::new();
        file.read_to_string(&mut name)?;
        let name = match name.trim() {
            "" => {
                let mut random = [0; 8];
                entropy.fill(&mut random);
                let name = format!("ins_{:016x}", u64::from_be_bytes(random));
                file.seek(SeekFrom::Start(0))?;
                file.write_all(name.as_bytes())?;
                file.sync_all()?;
                name
            }
            known => known.to_owned(),
        };
        Ok(Self { name, _lock: file })
    }

    /// The name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nines;
    impl Entropy for Nines {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(9);
        }
    }

    #[test]
    fn a_folder_keeps_its_name_and_has_one_owner() {
        let dir = std::env::temp_dir().join(format!("bowline-instance-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let first = Instance::take(&dir, &Nines).unwrap();
        assert!(Instance::take(&dir, &Nines).unwrap_err().to_string().contains("another Bowline"));
        let name = first.name().to_owned();
        drop(first);
        assert_eq!(Instance::take(&dir, &Nines).unwrap().name(), name);
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
