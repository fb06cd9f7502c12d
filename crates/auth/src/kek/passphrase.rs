//! A passphrase in a file as the key-encryption key, stretched with Argon2id (RFC 9106).
//!
//! Salt and costs stand in a file beside it, `FILE.params`, made at the first start. They are no secret, but without
//! them the passphrase opens nothing: both belong into the backup.

use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bowline_core::port::Entropy;
use zeroize::Zeroizing;

use super::{Kek as _, Symmetric};
use crate::error::Error;
use crate::file;

/// First line of the parameters; the number is the version of the format.
const HEADER: &str = "bowline-passphrase 1";

/// A passphrase that people make up must be guessed against Argon2 alone. Shorter ones are refused.
const SHORTEST: usize = 12;

/// Costs for new files, the second recommended choice of RFC 9106 section 4: 64 MiB, 3 passes, 4 lanes.
const COSTS: Costs = Costs { memory: 65_536, passes: 3, lanes: 4 };

/// More memory than this (1 GiB) is a damaged file, not a choice.
const MOST_MEMORY: u32 = 1 << 20;

/// What one guess costs: KiB, passes over them, lanes.
#[derive(Clone, Copy)]
struct Costs {
    memory: u32,
    passes: u32,
    lanes: u32,
}

/// Where the parameters of a passphrase file are.
pub fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".params");
    PathBuf::from(name)
}

/// Reads passphrase and parameters; `KeyMissing` if one of them is not there.
pub fn load(path: &Path) -> Result<Symmetric, Error> {
    let beside = beside(path);
    let text = file::find(&beside)?.ok_or_else(|| Error::KeyMissing(beside.clone()))?;
    let malformed = || Error::Malformed { path: beside.clone(), why: "is not what Bowline wrote there" };
    let (costs, salt, id) = parse(&text).ok_or_else(malformed)?;
    let key = stretch(path, costs, &salt)?;
    if key.id() == id {
        Ok(key)
    } else {
        Err(Error::KeyWrong { have: format!("the passphrase in {}", path.display()), wanted: id })
    }
}

/// Makes the parameters for a passphrase that is there. Never overwrites any.
pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<Symmetric, Error> {
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    let key = stretch(path, COSTS, &salt)?;
    let Costs { memory, passes, lanes } = COSTS;
    let salt = URL_SAFE_NO_PAD.encode(salt);
    let text = format!("{HEADER}\nargon2id {memory} {passes} {lanes}\nsalt {salt}\nid {}\n", key.id());
    file::create(&beside(path), text.as_bytes(), entropy)?;
    Ok(key)
}

fn stretch(path: &Path, costs: Costs, salt: &[u8]) -> Result<Symmetric, Error> {
    let malformed = |why| Error::Malformed { path: path.to_owned(), why };
    let text = file::find(path)?.ok_or_else(|| Error::KeyMissing(path.to_owned()))?;
    let passphrase = text.trim_end_matches(['\r', '\n']);
    if passphrase.chars().count() < SHORTEST {
        return Err(malformed("holds a passphrase of fewer than 12 characters"));
    }
    let mut bytes = Zeroizing::new([0; 32]);
    let params = Params::new(costs.memory, costs.passes, costs.lanes, Some(bytes.len()));
    params
        .and_then(|params| {
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            argon2.hash_password_into(passphrase.as_bytes(), salt, &mut *bytes)
        })
        .map_err(|_| malformed("cannot be stretched with the parameters beside it"))?;
    Symmetric::new(&bytes, format!("passphrase file {}", path.display()))
        .map_err(|_| malformed("cannot be stretched with the parameters beside it"))
}

fn parse(text: &str) -> Option<(Costs, Vec<u8>, String)> {
    let mut lines = text.lines();
    let mut line = |start: &str| lines.next()?.strip_prefix(start).map(str::to_owned);
    line(HEADER).filter(String::is_empty)?;
    let costs: Vec<u32> = line("argon2id ")?.split(' ').map_while(|number| number.parse().ok()).collect();
    let [memory, passes, lanes] = costs[..] else { return None };
    let salt = URL_SAFE_NO_PAD.decode(line("salt ")?).ok()?;
    let id = line("id ")?;
    (memory <= MOST_MEMORY && passes <= 64 && lanes <= 64).then_some((
        Costs { memory, passes, lanes },
        salt,
        id,
    ))
}
