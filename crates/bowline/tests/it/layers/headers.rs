//! What a call says in its headers, for every way to sign in, as the other side received it: the list of
//! `docs/outbound-headers.md`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::combinations::{self, Combination};
use super::elsewhere;
use super::scene::Scene;
use crate::house::http;

/// Lists of headers, and who sends them.
type Lists = BTreeMap<String, Vec<&'static str>>;

#[tokio::test(flavor = "multi_thread")]
async fn every_header_of_a_call_is_documented_for_every_way_to_sign_in() {
    let scene = Scene::new().await;
    let all = [
        combinations::data_center(&scene),
        combinations::gateways(&scene),
        combinations::grants(&scene),
        elsewhere::cloud(&scene),
        elsewhere::targetprocess(&scene),
    ];
    let mut lists = Lists::new();
    for (number, combination) in all.iter().flatten().enumerate() {
        let name = format!("c{number}");
        scene.connect(&name, combination).await;
        let headers = scene.headers_of_a_call(&name, combination).await;
        lists.entry(headers).or_default().push(combination.title);
    }
    compare(&lists);
}

impl Scene {
    /// The headers of the last call of a look at a connection, as they arrived, one a line.
    async fn headers_of_a_call(&self, name: &str, combination: &Combination) -> String {
        let there = match combination.ask["tool"].as_str() {
            Some("jira_cloud") => self.cloud.sites()[0].running().url(),
            Some("targetprocess") => self.targetprocess.url(),
            _ => self.jira.url(),
        };
        let get =
            async |path: &str| http("GET", &format!("{there}/_sim/{path}"), &[], "").await.unwrap().body;
        let last =
            |page: &Value| page["requests"].as_array().unwrap().last().unwrap()["id"].as_u64().unwrap();
        let before = last(&get("requests").await);
        assert_eq!(self.test(name).await["ok"], true);
        let page = get(&format!("requests?since={before}")).await;
        let mut signed_in =
            page["requests"].as_array().unwrap().iter().filter(|request| request["user"].is_string());
        let id = signed_in.next_back().expect("it was asked who we are")["id"].as_u64().unwrap();
        let request = get(&format!("requests/{id}")).await;
        let headers = request["asked"]["headers"].as_object().expect("it is remembered").clone();
        let line =
            |(name, value): (String, Value)| format!("{name}: {}\n", shown(&name, value.as_str().unwrap()));
        headers.into_iter().map(line).collect()
    }
}

/// A value without what differs from call to call.
fn shown(name: &str, value: &str) -> String {
    let hex = |text: &str, digits| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match name {
        "host" => "HOST".to_owned(),
        "traceparent" => {
            let parts: Vec<&str> = value.split('-').collect();
            let [version, trace, step, flags] = parts[..] else { panic!("{value}") };
            assert!(hex(trace, 32) && hex(step, 16), "{value}");
            format!("{version}-TRACE-STEP-{flags}")
        }
        "tracestate" => {
            let (key, step) = value.split_once('=').unwrap();
            assert!(hex(step, 16), "{value}");
            format!("{key}=STEP")
        }
        // The key that a gateway is shown; the simulated Jira does not know that it is one.
        "x-api-key" => "***".to_owned(),
        "user-agent" => value.replace(env!("CARGO_PKG_VERSION"), "VERSION"),
        _ => value.to_owned(),
    }
}

#[track_caller]
fn compare(lists: &Lists) {
    let proved: String = lists
        .iter()
        .map(|(headers, ways)| format!("{}:\n\n```\n{headers}```\n\n", ways.join(", ")))
        .collect();
    let document = include_str!("../../../../../docs/outbound-headers.md");
    let written =
        document.split("<!-- proved -->\n\n").nth(1).and_then(|rest| rest.split("<!-- end -->").next());
    assert_eq!(
        written,
        Some(proved.as_str()),
        "docs/outbound-headers.md says something else than was proved, which is:\n{proved}"
    );
}
