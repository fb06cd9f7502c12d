//! The service is killed while it writes as somebody, and that person takes their consent back before it starts again. The
//! comment is there once: under their name if it had arrived, else written by the service account.

use super::only;
use super::scene::{Face, Scene, acting, said};
use crate::house::SOON;

/// Where it dies, and whose the comment is in the end.
const POINTS: [(&str, &str); 4] = [
    ("sync.journal.before", "admin"),
    ("sync.journal.after", "admin"),
    ("sync.call.before", "admin"),
    ("sync.call.after", "ada"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_ends_between_journal_and_read_back_loses_and_doubles_nothing() {
    let face = Face::DataCenter;
    let mut scene = Scene::new(face, &acting(face, "person")).await;
    for (number, (point, author)) in POINTS.into_iter().enumerate() {
        scene.lets("ada", "people").await;
        scene.service.settled().await;
        scene.restart(&[("BOWLINE_CRASH", point)]).await;
        let words = format!("Said the {number}. time");
        scene.says("ada", &words).await;
        assert!(scene.service.killed(SOON).await, "{point} was not reached\n{}", scene.service.told());
        scene.take_back("ada").await;
        scene.restart(&[]).await;
        only(&scene.arrived(&words).await, author, author == "admin");
        scene.rest().await;
        only(&said(&scene.in_jira().await, &words), author, author == "admin");
        let there = scene.right.item(&scene.story).await;
        assert_eq!(said(&there, &words).len(), 1, "{point}: {there:#}");
        assert_eq!(scene.health().await, "ok", "{point}");
    }
    // The service account wrote in her place, and was not asked to do so twice.
    let item = scene.in_jira().await;
    assert_eq!(item["comments"].as_array().unwrap().len(), POINTS.len(), "{item:#}");
    scene.lets("ada", "people").await;
    scene.says("ada", "Well again").await;
    only(&scene.arrived("Well again").await, "ada", false);
    assert_eq!(scene.findings().await, [""; 0]);
}

/// The service account's own call is cut off right after the person's was refused.
#[tokio::test(flavor = "multi_thread")]
async fn killed_while_the_service_account_writes_in_somebodys_place() {
    let face = Face::DataCenter;
    for (hit, at) in [
        ("sync.call.after:1", "refused"),
        ("sync.call.before:2", "journaled"),
        ("sync.call.after:2", "written"),
    ] {
        let mut scene = Scene::new(face, &acting(face, "person")).await;
        scene.lets("ada", "people").await;
        scene.service.settled().await;
        scene.take_back("ada").await;
        scene.restart(&[("BOWLINE_CRASH", hit)]).await;
        scene.says("ada", "In her place").await;
        assert!(scene.service.killed(SOON).await, "{at}: not reached\n{}", scene.service.told());
        scene.restart(&[]).await;
        only(&scene.arrived("In her place").await, "admin", true);
        scene.rest().await;
        only(&said(&scene.in_jira().await, "In her place"), "admin", true);
        let there = scene.right.item(&scene.story).await;
        assert_eq!(said(&there, "In her place").len(), 1, "{at}: {there:#}");
    }
}
