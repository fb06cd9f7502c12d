//! What a refusal costs and says: the same whether or not a site is known, and whatever is wrong with the token. How often a
//! secret is tried is counted beside the verifier (`connect/src/verify/host.rs`).

use bowline_connect::lifecycle::Legacy;
use serde_json::{Value, json};

use crate::house::atlassian::{Site, call};
use crate::house::{House, Work};

/// One look-up, and as much as a row with two secrets takes.
const DEAREST: Work = Work { directory: 1, rows: 1, secrets: 2, openings: 2 };

/// Routes that take a token of a site: by a page, a webhook, a page's script, and a lifecycle call.
const ROUTES: [(&str, &str); 4] = [
    ("GET", "/connect/page/issue?issue=10001"),
    ("POST", "/connect/webhook"),
    ("GET", "/connect/context/state"),
    ("POST", "/connect/disabled"),
];

/// Makes a token wrong, by who signs it or by what it says.
type Spoil = fn(&mut Site, &mut Value);

/// What is wrong with a token.
const WRONG: [(&str, Spoil); 5] = [
    ("its signature", |site, _| site.secret = "w".repeat(76)),
    ("its time", |_, claims| claims["exp"] = json!(1)),
    ("its lifetime", |_, claims| claims["exp"] = json!(i64::from(u32::MAX))),
    ("its hash", |_, claims| claims["qsh"] = json!("0".repeat(64))),
    ("everything", |site, claims| {
        site.secret = "w".repeat(76);
        claims["exp"] = json!(1);
    }),
];

/// Sites in every state, and one that nobody knows.
async fn sites(house: &House) -> Vec<(&'static str, Site)> {
    let mut all = Vec::new();
    for state in ["installed", "rotated", "disabled", "uninstalled", "unknown"] {
        let mut site = Site::new(state);
        if state != "unknown" {
            site.lifecycle(house, "installed").await.status(204);
        }
        match state {
            "rotated" => {
                site.secret = format!("another-{}", "y".repeat(40));
                site.lifecycle(house, "installed").await.status(204);
            }
            "disabled" | "uninstalled" => {
                site.lifecycle(house, state).await.status(204);
            }
            _ => {}
        }
        all.push((state, site));
    }
    all
}

#[tokio::test]
async fn refusals_are_equal_in_bytes_and_in_what_they_cost() {
    let house = House::new().await;
    let (mut answers, mut count) = (std::collections::BTreeSet::new(), 0);
    for (state, site) in sites(&house).await {
        for (what, wrong) in WRONG {
            for (method, target) in ROUTES {
                let (mut site, mut claims) = (site.clone(), site.claims(&house, method, target));
                wrong(&mut site, &mut claims);
                let token = site.signed(&claims);
                house.asked.take();
                let call = call(&house, method, target, Some(&token)).json(site.body("disabled"));
                let answer = call.answer().await.status(401);
                assert_eq!(house.asked.take(), DEAREST, "{state}, {what}, {target}");
                answers.insert((answer.header("www-authenticate").to_owned(), answer.text()));
                count += 1;
            }
        }
    }
    assert_eq!((count, answers.len()), (5 * WRONG.len() * ROUTES.len(), 1), "{answers:?}");
}

#[tokio::test]
async fn what_is_refused_before_it_names_a_site_is_looked_up_for_nobody_and_answered_alike() {
    let (house, site) = House::installed_with(|_| {}).await;
    let target = "/connect/page/issue?issue=10001";
    let good = site.signed(&site.claims(&house, "GET", target));
    let wrong = Site { secret: "w".repeat(76), ..site.clone() };
    let refused = call(&house, "GET", target, Some(&wrong.signed(&wrong.claims(&house, "GET", target))));
    let expected = refused.answer().await.status(401).text();
    let mut nameless = site.claims(&house, "GET", target);
    nameless.as_object_mut().unwrap().remove("iss");
    let by_atlassian = site.signed_by_atlassian(&site.claims(&house, "GET", target));
    for token in [None, Some("a.b.c"), Some(&*by_atlassian), Some(&*site.signed(&nameless))] {
        house.asked.take();
        let answer = call(&house, "GET", target, token).answer().await.status(401);
        assert_eq!((house.asked.take(), answer.text()), (Work::default(), expected.clone()), "{token:?}");
    }
    call(&house, "GET", target, Some(&good)).answer().await.status(200);
}

#[tokio::test]
async fn where_calls_of_the_old_scheme_are_taken_of_known_sites_it_is_not_told_which_those_are() {
    let house = House::with_app(Legacy::KnownTenants, None).await;
    let mut answers = std::collections::BTreeSet::new();
    for (state, site) in sites(&house).await {
        let wrong = Site { secret: "w".repeat(76), ..site };
        for target in ["/connect/installed", "/connect/uninstalled"] {
            let token = wrong.signed(&wrong.claims(&house, "POST", target));
            house.asked.take();
            let call = call(&house, "POST", target, Some(&token)).json(wrong.body(&target[9..]));
            answers.insert(call.answer().await.status(403).text());
            assert_eq!(house.asked.take(), DEAREST, "{state}, {target}");
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
}
