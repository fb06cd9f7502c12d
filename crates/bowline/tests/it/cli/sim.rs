//! `bowline sim`: what it says when it starts, and when it cannot.

use std::net::TcpListener;

use crate::house::{Tool, bowline};

#[test]
fn a_simulator_that_cannot_start_says_why_and_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (which, others) in [("jira", vec![]), ("targetprocess", vec![]), ("atlassian", vec!["--site", "a=0"])]
    {
        let words = [&["sim", which, "--listen", &address], &others[..]].concat();
        let said = bowline(&words, &[], "").exit(1);
        said.says(&[&format!("another program listens on {address}"), "next: choose another port"]);
    }
    let said = bowline(&["--json", "sim", "jira", "--listen", &address], &[], "").exit(1);
    assert!(said.error()["remedy"].as_str().unwrap().contains("port 0"));
    // An address of the documentation's own network (RFC 5737), which no machine has.
    bowline(&["sim", "jira", "--listen", "192.0.2.1:8081"], &[], "")
        .exit(1)
        .says(&["has no address 192.0.2.1"]);
}

#[test]
fn what_cannot_be_meant_is_refused_with_what_would_be_right() {
    for (words, right) in [
        (vec!["jira", "--listen", "example.com"], "such as 127.0.0.1:8081"),
        (vec!["jira", "--deployment", "datacenter"], "possible values: cloud, dc, server"),
        (vec!["jira", "--webhook", "127.0.0.1:8000"], "begins with http://"),
        (vec!["jira", "--webhook-jql", "project = ACME"], "--webhook"),
        (vec!["jira", "--now", "tomorrow"], "--now"),
        (vec!["jira", "--context-path", "/a b"], "no context path"),
        (vec!["jira", "--webhook", "http://127.0.0.1:9/", "--webhook-jql", "colour = red"], "'colour'"),
        (vec!["targetprocess", "--webhook", "http://127.0.0.1:9/", "--webhook-header", "x"], "NAME: VALUE"),
        (vec!["atlassian", "--site", "acme"], "NAME=ADDRESS"),
        (vec!["jira", "--deployment", "dc", "--consumer-key-file", "none.pem"], "the public key"),
    ] {
        let words: Vec<&str> = std::iter::once("sim").chain(words).collect();
        bowline(&words, &[], "").exit(2).says(&[right]);
    }
}

#[test]
fn the_help_of_a_simulator_says_how_to_sign_in_and_where_its_page_is() {
    let jira = bowline(&["sim", "jira", "--help"], &[], "").ok().out;
    for word in ["token-NAME", "pat-NAME", "ACME", "/_sim/", "--listen", "--webhook", "--seed", "curl -u"] {
        assert!(jira.contains(word), "{word} is missing in:\n{jira}");
    }
    let atlassian = bowline(&["sim", "atlassian", "--help"], &[], "").ok().out;
    for word in ["secret-bowline", "client_credentials", "--site", "globex", "scoped-token-NAME", "/_sim/"] {
        assert!(atlassian.contains(word), "{word} is missing in:\n{atlassian}");
    }
    let targetprocess = bowline(&["sim", "targetprocess", "--help"], &[], "").ok().out;
    for word in ["access_token=token-ada", "/_sim/", "--listen", "--webhook", "--stories"] {
        assert!(targetprocess.contains(word), "{word} is missing in:\n{targetprocess}");
    }
}

#[tokio::test]
async fn an_atlassian_tells_programs_where_its_sites_are() {
    let atlassian = Tool::start(&["atlassian", "--site", "initech=0", "--issues", "3", "--frozen"]);
    let site = &atlassian.first["sites"][0];
    assert_eq!(
        (atlassian.first["title"].as_str(), site["name"].as_str()),
        (Some("Atlassian"), Some("initech"))
    );
    assert_eq!(atlassian.first["sites"].as_array().unwrap().len(), 1);
    assert_eq!(atlassian.get("state").await["sites"][0]["cloud_id"], site["cloud_id"]);
    assert_eq!(site["control"], format!("{}/_sim/", site["url"].as_str().unwrap()));
}

#[tokio::test]
async fn a_simulator_tells_programs_where_it_is_and_who_is_there() {
    let ask = [
        "jira",
        "--deployment",
        "dc",
        "--context-path",
        "/jira",
        "--now",
        "2026-03-29T00:59:00Z",
        "--frozen",
    ];
    let jira = Tool::start(&ask);
    let told = &jira.first;
    assert_eq!(
        (told["simulator"].as_str(), told["title"].as_str()),
        (Some("jira"), Some("Jira Data Center"))
    );
    assert_eq!(told["page"], format!("{}/_sim/page", jira.url));
    assert!(jira.url.ends_with("/jira") && told["address"].as_str().unwrap().starts_with("127.0.0.1:"));
    let names: Vec<&str> =
        told["people"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["admin", "ada", "bob"]);
    assert!(
        told["sign_in"][1]["example"].as_str().unwrap().contains(&format!("Bearer pat-ada' {}", jira.url))
    );
    assert_eq!(told["projects"][0]["items"], 80);
    assert_eq!(jira.get("clock").await["time"], "2026-03-29T00:59:00.000Z");
}
