//! Secrets on their way in: by file or standard input, never where every user of the machine could read them.

use std::collections::BTreeSet;

use super::commands;
use crate::house::{Kind, World, bowline};

#[test]
fn no_command_takes_a_secret_as_an_argument() {
    let mut options = BTreeSet::new();
    for words in commands() {
        let arguments: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
        let help = bowline(&arguments, &[], "").ok().out;
        let named = help.split_whitespace().filter_map(|word| word.strip_prefix("--"));
        options.extend(named.map(|name| name.trim_end_matches([',', '.', '`']).to_owned()));
    }
    assert!(options.contains("secret-file") && options.contains("token-file"), "{options:?}");
    for word in ["secret", "token", "password", "key"] {
        let taking = options.iter().find(|name| name.contains(word) && !name.ends_with("-file"));
        assert_eq!(taking, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_comes_from_a_file_or_from_standard_input() {
    let world = World::bare(Kind::Sqlite, &[]).await;
    let file = world.folder.path().join("token.txt");
    std::fs::write(&file, "token-admin\n").unwrap();
    let url = world.jira.url.clone();
    let create = |name: &str, more: &[&str], input: &str| {
        let words = [
            "connection",
            "create",
            name,
            "--tool",
            "jira_cloud",
            "--url",
            &url,
            "--email",
            "admin@example.com",
        ];
        world.cli(&[&words[..], more].concat(), input)
    };
    create("file", &["--secret-file", file.to_str().unwrap()], "").ok();
    let piped = create("pipe", &["--secret-file", "-", "--json"], "token-admin\r\n").ok().json();
    assert!(
        piped["webhook"]["secret"].is_string() && !piped.to_string().contains("token-admin"),
        "{piped:#}"
    );
    for name in ["file", "pipe"] {
        let said = world.cli(&["connection", "test", name], "").ok();
        assert!(said.out.contains("Alex Admin"), "{said:#?}");
    }
    create("none", &[], "token-admin").exit(2).says(&["--secret-file"]);
    create("none", &["--secret-file", "-"], "\n").exit(2).says(&["empty"]);
    create("none", &["--secret-file", "nowhere.txt"], "").exit(2).says(&["nowhere.txt"]);
    let argument = create("none", &["--secret", "token-admin"], "").exit(2);
    assert!(!argument.err.contains("token-admin"), "{argument:#?}");
    assert_eq!(world.cli(&["connection", "list", "--json"], "").ok().json().as_array().unwrap().len(), 4);
    world.end().await;
}
