//! Commands that look for mistakes: in the configuration, in a profile, in everything.

use std::os::unix::fs::PermissionsExt as _;

use bowline_core::code;
use serde_json::{Value, json};

use super::NOBODY;
use crate::house::{Folder, Kind, PROFILE, World, bowline};

#[test]
fn a_misspelt_key_is_told_with_its_place_and_the_nearest_one() {
    let folder = Folder::new();
    let file = folder.path().join("own.toml");
    let check = |text: &str| {
        std::fs::write(&file, text).unwrap();
        bowline(&["--config", file.to_str().unwrap(), "config", "check"], &[], "")
    };
    check("[server]\nlisten = \"127.0.0.1:1\"\n").ok();
    check("# ours\n[server]\nlisen = \"127.0.0.1:1\"\n")
        .exit(2)
        .says(&["own.toml line 3", "did you mean `server.listen`?"]);
    check("[sync]\nsweep_every = \"soon\"\n").exit(2).says(&["own.toml line 2", "sync.sweep_every"]);
    check("[sync\n").exit(2).says(&["own.toml line 1", "config default"]);
    let misspelt = [("BOWLINE_STORE__ULR", "x")];
    bowline(&["config", "check"], &misspelt, "").exit(2).says(&["BOWLINE_STORE__ULR", "`store.url`"]);
    let secret = [("BOWLINE_STORE__URL", "postgres://bowline:hunter2@db.example/bowline")];
    let shown = bowline(&["config", "show"], &secret, "").ok().out;
    assert!(shown.contains("db.example") && !shown.contains("hunter2"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_with_mistakes_is_told_line_by_line_with_what_to_write() {
    let world = World::bare(Kind::Sqlite, &[]).await;
    world.cli(&["profile", "check", "-"], PROFILE).ok().says(&["nothing to correct"]);
    let wrong =
        PROFILE.replace("right = \"Name\"", "right = \"Nmae\"").replace("\"Must Have\"", "\"Must Haev\"");
    let line = |words: &str| PROFILE.lines().position(|line| line.contains(words)).unwrap() + 1;
    let (name, value) =
        (format!("line {}", line("right = \"Name\"")), format!("line {}", line("\"Must Have\"")));
    let said = world.cli(&["profile", "check", "-"], &wrong).exit(1);
    said.says(&[&name, "`Nmae`", "`Name`", &value, "`Must Haev`", "`Must Have`"]);
    let verdict = world.cli(&["profile", "check", "-", "--json"], &wrong).exit(1).json();
    assert_eq!(
        (&verdict["ok"], verdict["problems"].as_array().unwrap().len()),
        (&json!(false), 3),
        "{verdict:#}"
    );
    let broken = world.cli(&["profile", "check", "-"], "schema = 1\nname = \"x\n").exit(1);
    broken.says(&["line 2"]);
    world.cli(&["profile", "check", "nowhere.toml"], "").exit(2).says(&["nowhere.toml"]);
    world.end().await;
}

/// The check of a name in what `doctor --json` said.
fn check<'a>(said: &'a Value, name: &str) -> &'a Value {
    let checks = said["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no `{name}`: {said:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let world = World::new(Kind::Sqlite, &[]).await;
    let well = world.cli(&["doctor", "--json"], "").ok().json();
    assert_eq!(well["ok"], true, "{well:#}");
    for name in [
        "configuration",
        "key file",
        "service",
        "connection jira",
        "connection targetprocess",
        "profile stories",
        "findings",
    ] {
        assert_eq!(check(&well, name)["ok"], true, "{well:#}");
    }
    let key = world.folder.path().join("data/keys/bowline.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    world.cli(&["connection", "update", "jira", "--secret-file", "-"], "token-of-nobody").ok();
    let ill = world.cli(&["doctor", "--json"], "").exit(2).json();
    assert_eq!(ill["ok"], false);
    assert!(check(&ill, "key file")["remedy"].as_str().unwrap().starts_with("chmod 600"), "{ill:#}");
    let jira = check(&ill, "connection jira");
    assert!(jira["words"].as_str().unwrap().contains("[auth.rejected]"), "{ill:#}");
    let told = code::AUTH_REJECTED.find().unwrap().remedy;
    assert_eq!((&jira["ok"], &jira["remedy"]), (&json!(false), &json!(told)), "{ill:#}");
    let text = world.cli(&["doctor"], "").exit(2).out;
    assert!(text.contains("FAIL  connection jira") && text.contains(told), "{text}");
    let nobody = bowline(&["doctor", "--json"], &NOBODY, "").exit(2).json();
    assert!(check(&nobody, "service")["remedy"].as_str().unwrap().contains("bowline serve"), "{nobody:#}");
    world.end().await;
}
