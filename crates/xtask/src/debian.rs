//! Programs that the tests need and Debian has: found, or installed now where that is allowed.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::shell::{self, say};

/// Whether we may install.
pub(crate) fn is_root() -> bool {
    shell::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Installs a package; otherwise says what to do.
pub(crate) fn install(package: &str, what_to_do: &str) -> Result<()> {
    if !is_root() || !Path::new("/usr/bin/apt-get").exists() {
        bail!("{package} is needed and not there: {what_to_do}");
    }
    say(&format!("installing {package}"));
    let apt = |args: &[&str]| {
        shell::run(Command::new("apt-get").args(args).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update", "-q"]).with_context(|| what_to_do.to_owned())?;
    apt(&["install", "-y", "-q", "--no-install-recommends", package]).with_context(|| what_to_do.to_owned())
}

/// The programs that stand before a simulated Jira in the tests of signing in.
pub(crate) fn find_or_install() -> Result<()> {
    for (program, asked, package) in [("nginx", "-v", "nginx"), ("openssl", "version", "openssl")] {
        if !shell::succeeds(Command::new(program).arg(asked)) {
            install(package, &format!("install {program} (Debian: `apt-get install {package}`)"))?;
        }
    }
    Ok(())
}
