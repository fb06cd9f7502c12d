//! `bowline doctor`: checks everything from the outside in and says what is wrong, why, and what to do.

use serde_json::{Value, json};

use super::client::segment;
use super::connection::lacks;
use super::exit::{Exit, Failed};
use super::out::at;
use super::{Context, Done};

/// One check.
struct Check {
    name: String,
    ok: bool,
    words: String,
    remedy: String,
}

impl Check {
    fn ok(name: impl Into<String>, words: impl Into<String>) -> Self {
        Self { name: name.into(), ok: true, words: words.into(), remedy: String::new() }
    }

    fn bad(name: impl Into<String>, words: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name: name.into(), ok: false, words: words.into(), remedy: remedy.into() }
    }

    fn failed(name: impl Into<String>, failed: &Failed) -> Self {
        Self::bad(name, failed.message.clone(), failed.remedy.clone().unwrap_or_default())
    }

    fn text(&self) -> String {
        let mark = if self.ok { "ok  " } else { "FAIL" };
        let next =
            if self.remedy.is_empty() { String::new() } else { format!("\n        next: {}", self.remedy) };
        format!("{mark}  {:<24} {}{next}", self.name, self.words)
    }
}

pub(super) async fn run(context: &Context) -> Done {
    let checks = checks(context).await;
    let bad = checks.iter().filter(|check| !check.ok).count();
    if context.out.json {
        let json = |check: &Check| json!({"name": check.name, "ok": check.ok, "words": check.words, "remedy": check.remedy});
        context.out.line(json!({"ok": bad == 0, "checks": checks.iter().map(json).collect::<Vec<_>>()}));
    } else {
        checks.iter().for_each(|check| context.out.line(check.text()));
    }
    match bad {
        0 => Ok(()),
        1 => Err(Failed::new(Exit::Usage, "one check failed")),
        many => Err(Failed::new(Exit::Usage, format!("{many} checks failed"))),
    }
}

async fn checks(context: &Context) -> Vec<Check> {
    let mut checks = Vec::new();
    match context.config() {
        Ok(config) => {
            let dir = &config.data.dir;
            checks.push(Check::ok("configuration", format!("data in {}", dir.display())));
            checks.push(match config.keys.wrap(dir) {
                Ok(source) => key(&source),
                Err(message) => Check::bad("key file", message, "bowline config default"),
            });
        }
        Err(failed) => {
            checks.push(Check::failed("configuration", &failed));
            return checks;
        }
    }
    let client = match context.client() {
        Ok(client) => client,
        Err(failed) => {
            checks.push(Check::failed("service", &failed));
            return checks;
        }
    };
    match client.text("/readyz").await {
        Ok(_) => checks.push(Check::ok("service", "ready")),
        Err(failed) => {
            checks.push(Check::failed("service", &failed));
            return checks;
        }
    }
    match client.list("/api/v1/connections", usize::MAX).await {
        Ok((connections, _)) => {
            for connection in &connections {
                checks.push(tested(&client, connection).await);
            }
        }
        Err(failed) => checks.push(Check::failed("token", &failed)),
    }
    if let Ok((profiles, _)) = client.list("/api/v1/profiles", usize::MAX).await {
        for profile in &profiles {
            checks.push(profiled(&client, profile).await);
        }
    }
    if let Ok((findings, _)) = client.list("/api/v1/findings", usize::MAX).await {
        checks.push(match findings.len() {
            0 => Check::ok("findings", "none"),
            open => Check::bad("findings", format!("{open} open"), "bowline errors list"),
        });
    }
    checks
}

fn key(source: &crate::kek::Source) -> Check {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(path) = source.path() else {
        return Check::ok("key file", format!("none here: {source} wraps and unwraps"));
    };
    match std::fs::metadata(path) {
        Err(_) => Check::ok("key file", format!("{} is made at the first start", path.display())),
        Ok(file) if file.permissions().mode() & 0o077 != 0 => Check::bad(
            "key file",
            format!("others may read {}", path.display()),
            format!("chmod 600 {}", path.display()),
        ),
        Ok(_) => Check::ok("key file", format!("{} (is it backed up?)", path.display())),
    }
}

async fn tested(client: &super::Client, connection: &Value) -> Check {
    let name = at(connection, "/name");
    let title = format!("connection {name}");
    match client.post(&format!("/api/v1/connections/{}/test", segment(&name)), &json!({})).await {
        Ok(verdict) if verdict["ok"] == json!(true) => match lacks(&verdict) {
            Some((words, remedy)) => Check::bad(title, words, remedy),
            None => Check::ok(title, format!("signed in as {}", at(&verdict, "/identity/name"))),
        },
        Ok(verdict) => {
            let words = format!("{} {}", at(&verdict, "/title"), at(&verdict, "/words"));
            Check::bad(
                title,
                format!("{} [{}]", words.trim(), at(&verdict, "/code")),
                at(&verdict, "/remedy"),
            )
        }
        Err(failed) => Check::failed(title, &failed),
    }
}

async fn profiled(client: &super::Client, profile: &Value) -> Check {
    let name = at(profile, "/name");
    let title = format!("profile {name}");
    let whole = match client.get(&format!("/api/v1/profiles/{}", segment(&name))).await {
        Ok(whole) => whole,
        Err(failed) => return Check::failed(title, &failed),
    };
    let body = json!({"document": whole["document"]});
    match client.post("/api/v1/profiles/check", &body).await {
        Ok(verdict) => {
            let problems: Vec<String> =
                verdict["problems"].as_array().into_iter().flatten().map(super::words).collect();
            match problems.as_slice() {
                [] => Check::ok(title, at(&whole, "/state")),
                some => Check::bad(title, some.join("; "), format!("bowline profile update {name} FILE")),
            }
        }
        Err(failed) => Check::failed(title, &failed),
    }
}
