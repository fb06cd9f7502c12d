//! Killed around the commit of an install: before it nothing is there, after it everything is, and the same call again says so.

use serde_json::json;

use super::host::Host;
use crate::house::{Database, Folder, Kind, SOON, Service, Tool, environment};

/// The app's address, whichever port the service has.
const BASE: &str = "https://app.example/connect";

async fn killed_at(point: &str, is_there: bool) {
    let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
    let jira = Tool::start(&["jira", "--issues", "1"]);
    let host = Host::before(&jira).await;
    let mut own = host.settings();
    own.push(("BOWLINE_CONNECT__BASE_URL", BASE.to_owned()));
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let environment = environment(&folder, &database, &own);
    let dying = [environment.clone(), vec![("BOWLINE_CRASH".to_owned(), format!("{point}:1"))]].concat();
    let mut service = Service::start(folder.path(), &dying);
    host.app_is_at(&service.url);
    let token = host.token("installed", BASE);
    assert!(host.send("installed", &token).await.is_none(), "nobody answers");
    assert!(service.killed(SOON).await, "{}", service.told());

    let service = Service::start(folder.path(), &environment);
    host.app_is_at(&service.url);
    let count = async || service.get("/api/v1/app/installs").await["sites"].as_array().unwrap().len();
    assert_eq!(count().await, usize::from(is_there), "{point}");
    assert_eq!(
        service.get("/api/v1/connections").await["items"].as_array().unwrap().len(),
        usize::from(is_there)
    );
    // Jira says that the install failed; the very same call is taken, or known.
    assert_eq!(host.send("installed", &token).await.unwrap().status, 204);
    assert_eq!(count().await, 1);
    // With another body it is an attack, also after the crash.
    host.rotate();
    assert_eq!(host.send("installed", &token).await.unwrap().status, 401);
    // With a token of its own it is the next install.
    assert_eq!(host.send("installed", &host.token("installed", BASE)).await.unwrap().status, 204);
    let row = service.get("/api/v1/connections/127").await;
    assert_eq!(row["sign_in"]["method"], json!("connect"));
    drop(service);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_commit_of_an_install_nothing_of_it_is_there() {
    killed_at("app.commit.before", false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_commit_of_an_install_all_of_it_is_there() {
    killed_at("app.commit.after", true).await;
}
