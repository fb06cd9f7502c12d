//! What a person gets to read when the configuration is wrong.

use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

fn set(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), value.to_owned())]
}

fn problem(file: &str, environment: &[(String, String)]) -> String {
    // Tests of one process run at the same time.
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("bowline-config-{}-{count}.toml", std::process::id()));
    std::fs::File::create(&path).unwrap().write_all(file.as_bytes()).unwrap();
    let problems = Config::load(Some(&path), environment).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    problems.to_string().replace(&path.display().to_string(), "FILE")
}

#[test]
fn the_defaults_are_valid_and_show_what_they_are() {
    let config = Config::load(None, &[]).unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:7700");
    assert_eq!(config.sync.options().sweep_every, bowline_core::SignedDuration::from_mins(5));
    let shown: toml::Table = config.show().parse().unwrap();
    let known: toml::Table = DEFAULTS.parse().unwrap();
    for (section, keys) in &known {
        for key in keys.as_table().unwrap().keys() {
            assert!(shown[section].as_table().unwrap().contains_key(key), "{section}.{key} is not shown");
        }
    }
}

#[test]
fn every_key_has_its_meaning_above_it() {
    let mut comment = false;
    for line in DEFAULTS.lines() {
        if line.contains(" = ") && !line.starts_with('#') {
            assert!(comment, "no comment above: {line}");
        }
        comment = line.starts_with('#');
    }
}

#[test]
fn the_environment_wins_over_the_file_and_needs_no_quotes() {
    let config = Config::load(None, &set("BOWLINE_SERVER__LISTEN", "127.0.0.1:1")).unwrap();
    assert_eq!(config.server.listen.port(), 1);
    let config = Config::load(None, &set("BOWLINE_NET__ALLOW", "127.0.0.1, jira.internal:8080")).unwrap();
    assert_eq!(config.net.allow.len(), 2);
}

#[test]
fn rules_for_one_tenant_are_written_in_any_way_that_toml_knows_and_count_for_it_alone() {
    let tenant = |name: &str, number: u32| bowline_core::tenant::Tenant {
        id: format!("ten_{number:032x}").parse().unwrap(),
        name: name.to_owned(),
        created_at: bowline_core::Timestamp::UNIX_EPOCH,
    };
    let tenants = [tenant("acme", 1), tenant("globex", 2)];
    let path = std::env::temp_dir().join(format!("bowline-rules-{}.toml", std::process::id()));
    let read = |text: &str, environment: &[(String, String)]| {
        std::fs::write(&path, text).unwrap();
        Config::load(Some(&path), environment).unwrap()
    };
    let inline = "[net]\nallow_for = { acme = [\"10.0.0.0/8\"], nobody = [\"10.0.0.1\"] }\n";
    let headed = "[net]\nplain_http = false\n\n[net.allow_for]\nacme = [\"10.0.0.0/8\"]\n";
    let id = format!("{{ ten_{:032x} = [\"10.0.0.0/8\"] }}", 1);
    for config in [read(inline, &[]), read(headed, &[]), read("", &set("BOWLINE_NET__ALLOW_FOR", &id))] {
        let settings = config.net.settings(config.deployment.trust, &tenants);
        assert_eq!(settings.allow_for.len(), 1);
        assert_eq!(settings.allow_for[&tenants[0].id], ["10.0.0.0/8".parse().unwrap()]);
        assert!(config.show().contains("= [\"10.0.0.0/8\"]"), "{}", config.show());
    }
    std::fs::remove_file(&path).unwrap();
    let told = problem("[net.allow_for]\nacme = [\"10.0.0.0/99\"]\n", &[]);
    assert!(told.contains("10.0.0.0/99") && told.contains("net.allow_for"), "{told}");
}

#[test]
fn who_is_trusted_is_for_the_deployment_to_say() {
    let trust = |environment: &[(String, String)]| {
        let config = Config::load(None, environment).unwrap();
        config.net.settings(config.deployment.trust, &[]).own_authorities
    };
    assert!(trust(&[]));
    assert!(!trust(&set("BOWLINE_DEPLOYMENT__TRUST", "hosted")));
    let told = problem("[deployment]\ntrust = \"everybody\"\n", &[]);
    assert!(told.contains("FILE line 2") && told.contains("hosted"), "{told}");
}

#[test]
fn a_misspelt_key_is_told_with_its_line_and_the_nearest_known_one() {
    let told = problem("[server]\nlissten = \"127.0.0.1:1\"\n", &[]);
    assert_eq!(told, "FILE line 2: there is no key `server.lissten`; did you mean `server.listen`?");
    let told = problem("", &set("BOWLINE_SYNC__WORKER", "3"));
    assert!(told.contains("BOWLINE_SYNC__WORKER") && told.contains("`sync.workers`"), "{told}");
}

#[test]
fn a_value_of_the_wrong_kind_is_told_with_an_example() {
    let told = problem("[sync]\n\nworkers = \"many\"\n", &[]);
    assert_eq!(told, "FILE line 3: `sync.workers` must be a integer, such as 16");
}

#[test]
fn a_value_that_makes_no_sense_is_told_with_its_place() {
    let told = problem("[sync]\nworkers = 4\nsweep_every = \"often\"\n", &[]);
    assert!(told.contains("FILE line 3") && told.contains("often"), "{told}");
}

#[test]
fn broken_toml_is_told_with_its_line() {
    let told = problem("[server]\nlisten = \n", &[]);
    assert!(told.starts_with("FILE line 2"), "{told}");
}

#[test]
fn a_password_in_a_url_is_never_shown() {
    let config = Config::load(None, &set("BOWLINE_STORE__URL", "postgres://app:hunter2@db/bowline")).unwrap();
    assert!(!config.show().contains("hunter2") && !format!("{config:?}").contains("hunter2"));
    assert!(config.show().contains("postgres://…@db/bowline"));
}
