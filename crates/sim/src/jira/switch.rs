//! Switches of the control API that change how people come in and what a client may spend.

use serde::Deserialize;
use serde_json::Value;

use crate::jira::site::Site;

/// All of `POST /_sim/settings` but rights; what is not named stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    #[serde(default)]
    login: Option<Login>,
    #[serde(default)]
    public: Option<Public>,
}

/// How passwords are tried.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    /// Wrong passwords in a row that bring the CAPTCHA; 0 is never.
    #[serde(default)]
    attempts: Option<u32>,
    /// Whom to do the favour of signing in at the login page.
    #[serde(default)]
    reset: Option<String>,
}

/// Whether anybody may browse a project.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Public {
    project: String,
    allowed: bool,
}

/// Changes what the body names.
pub(crate) fn set(site: &mut Site, change: &Value) -> Result<(), String> {
    let Change { login, public } = Change::deserialize(change).map_err(|error| error.to_string())?;
    if let Some(login) = login {
        set_login(site, &login)?;
    }
    if let Some(Public { project, allowed }) = public {
        let row = site.catalog.project(&project);
        let row = row.ok_or_else(|| format!("there is no project '{project}'"))?;
        if allowed {
            site.gate.public.insert(row);
        } else {
            site.gate.public.remove(&row);
        }
    }
    Ok(())
}

fn set_login(site: &Site, login: &Login) -> Result<(), String> {
    if let Some(attempts) = login.attempts {
        site.gate.logins().attempts = (attempts > 0).then_some(attempts);
    }
    if let Some(name) = &login.reset {
        let who = site.catalog.person(|account| *account.name == **name);
        site.gate.logins().forgive(who.ok_or_else(|| format!("there is no person '{name}'"))?);
    }
    Ok(())
}
