//! The app is switched off and on again by the operator: a site that removes it meanwhile is heard.

use serde_json::json;

use super::host::Host;
use crate::house::{Database, Folder, Kind, Service, Tool, environment};

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_removes_the_app_while_it_is_switched_off_is_not_listed_as_installed() {
    const BASE: &str = "https://app.example/connect";
    let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
    let jira = Tool::start(&["jira", "--issues", "1"]);
    let host = Host::before(&jira).await;
    let mut own = host.settings();
    own.push(("BOWLINE_CONNECT__BASE_URL", BASE.to_owned()));
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let on = environment(&folder, &database, &own);
    let off = [on.clone(), vec![("BOWLINE_CONNECT__ENABLED".to_owned(), "false".to_owned())]].concat();
    let send = async |service: &Service, event: &str| {
        host.app_is_at(&service.url);
        host.send(event, &host.token(event, BASE)).await.unwrap().status
    };

    // Nobody has it: nothing is there.
    let service = Service::start(folder.path(), &off);
    assert_eq!(send(&service, "uninstalled").await, 404);
    drop(service);

    let service = Service::start(folder.path(), &on);
    assert_eq!(send(&service, "installed").await, 204);
    drop(service);

    let service = Service::start(folder.path(), &off);
    assert_eq!(send(&service, "installed").await, 404);
    assert_eq!(send(&service, "uninstalled").await, 204);
    let seen = service.get("/api/v1/app/installs").await;
    assert_eq!(
        (&seen["enabled"], &seen["sites"][0]["state"]),
        (&json!(false), &json!("uninstalled")),
        "{seen}"
    );
    drop(service);
    database.drop().await;
}
