//! Reading transcripts: one answer a line, as the simulators write them.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;

/// One answer of a simulator.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Answer {
    /// `cloud`, `dc`, `server` or `targetprocess`.
    pub(crate) face: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) media: Option<String>,
    /// The body if it is JSON.
    #[serde(default)]
    pub(crate) body: Option<Value>,
    /// How many bytes the body has.
    pub(crate) length: usize,
}

/// Shows every answer of a folder's transcripts; says how many there were.
pub(crate) fn read(folder: &Path, mut show: impl FnMut(Answer)) -> Result<usize> {
    let mut count = 0;
    let files = std::fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
    for file in files {
        let path = file?.path();
        let file = BufReader::new(File::open(&path)?);
        for line in file.lines() {
            let line = line?;
            match serde_json::from_str(&line) {
                Ok(answer) => {
                    count += 1;
                    show(answer);
                }
                // A simulator that was killed may have left half a line.
                Err(error) if error.is_eof() => {}
                Err(error) => bail!("{}: {error}", path.display()),
            }
        }
    }
    Ok(count)
}
