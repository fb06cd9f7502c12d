//! Killed by SIGKILL while keys are turned over, and started again: everything opens, and it goes on to the end.

use serde_json::json;

use super::{store_secret, until_wrapping, verified};
use crate::house::{Database, Folder, Kind, SOON, Service, bowline, environment};

/// Every point of `docs/crash-points.md` about keys, with the visits at which to kill.
const POINTS: [(&str, &[u32]); 5] = [
    ("keys.rewrap.before", &[1, 3]),
    ("keys.rewrap.after", &[1, 4]),
    ("keys.reseal.before", &[1, 2]),
    ("keys.reseal.after", &[1, 2]),
    ("keys.finish.after", &[1]),
];

async fn killed_at(kind: Kind, point: &str, visit: u32) {
    let (folder, database) = (Folder::new(), Database::create(kind).await);
    let key = |name: &str| format!("file:{}", folder.path().join(name).display());
    for name in ["old", "new"] {
        bowline(&["keys", "make", &key(name)], &[], "").ok();
    }
    let (old, new) = (key("old"), key("new"));
    let before = environment(&folder, &database, &[("BOWLINE_KEYS__WRAP", &old)]);
    let mut service = Service::start(folder.path(), &before);
    service.ok("POST", "/api/v1/tenants", &json!({"name": "other"})).await;
    for tenant in ["default", "other"] {
        for name in ["one", "two"] {
            assert_eq!(store_secret(&service, tenant, name, "a secret to keep").await.status, 201);
        }
    }
    let values = verified(&service).await["values"].clone();
    assert!(service.terminate().await.success());

    let both = [("BOWLINE_KEYS__WRAP", new.as_str()), ("BOWLINE_KEYS__RETIRED", old.as_str())];
    let wish = format!("{point}:{visit}");
    let armed = [&both[..], &[("BOWLINE_CRASH", wish.as_str())]].concat();
    let mut service = Service::start(folder.path(), &environment(&folder, &database, &armed));
    for what in ["wrapping", "data"] {
        // It may die before it answers.
        let _ = service.call("POST", "/api/v1/keys/rotate", &json!({"what": what})).await;
    }
    assert!(service.killed(SOON).await, "{point} was not reached {visit} times\n{}", service.told());

    let service = Service::start(folder.path(), &environment(&folder, &database, &both));
    assert_eq!(verified(&service).await["values"], values, "{wish}");
    // What was not begun is begun; what was begun goes on by itself.
    let _ = service.call("POST", "/api/v1/keys/rotate", &json!({"what": "wrapping"})).await;
    until_wrapping(&service, &["active", "unneeded"]).await;
    service
        .until("/api/v1/keys", |list| {
            list["tenants"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|tenant| tenant["keys"].as_array().unwrap())
                .all(|key| {
                    let newest =
                        |other: &serde_json::Value| other["version"].as_i64() > key["version"].as_i64();
                    let tenants = list["tenants"].as_array().unwrap();
                    let own = tenants
                        .iter()
                        .find(|tenant| tenant["keys"].as_array().unwrap().contains(key))
                        .unwrap();
                    let replaced = own["keys"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .any(|other| other["kind"] == "data" && newest(other));
                    key["kind"] != "data" || !replaced || key["values"] == json!(0)
                })
        })
        .await;
    assert_eq!(verified(&service).await["values"], values, "{wish}");
    drop(service);
    let alone = environment(&folder, &database, &[("BOWLINE_KEYS__WRAP", &new)]);
    assert_eq!(verified(&Service::start(folder.path(), &alone)).await["values"], values, "{wish}");
    database.drop().await;
}

async fn all(kind: Kind) {
    for (point, visits) in POINTS {
        for visit in visits {
            killed_at(kind, point, *visit).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_keys_are_turned_over() {
    all(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_keys_are_turned_over_with_postgresql() {
    all(Kind::Postgres).await;
}
