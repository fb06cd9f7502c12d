//! Secrets on their way in: from a file, from standard input, or typed without being shown. Never as an argument,
//! which every user of the machine could read.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use bowline_core::secret::Secret;

use super::exit::Failed;

/// Reads a secret from a file; `-` is standard input. Without either, asks for it if there is a person.
pub(crate) fn read(what: &str, file: Option<&Path>) -> Result<Secret, Failed> {
    let text = match file {
        Some(path) if path == Path::new("-") => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            text
        }
        Some(path) => std::fs::read_to_string(path)
            .map_err(|error| Failed::usage(format!("{} cannot be read: {error}", path.display())))?,
        None if std::io::stdin().is_terminal() => rpassword::prompt_password(format!("{what}: "))?,
        None => {
            let failed = Failed::usage(format!("the {what} is missing"));
            return Err(failed.next("give it with --secret-file FILE, or `-` for standard input"));
        }
    };
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(Failed::usage(format!("the {what} is empty"))),
        text => Ok(Secret::from(text.to_owned())),
    }
}
