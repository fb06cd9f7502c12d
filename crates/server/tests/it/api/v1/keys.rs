//! Keys over the API, on a real store.

use base64::Engine as _;
use serde_json::{Value, json};

use crate::house::House;

async fn keys(house: &House, name: &str) -> Vec<(String, i64, i64)> {
    let list = house.call("GET", &format!("/api/v1/keys?tenant={name}")).send().await.status(200).json();
    assert_eq!(list["tenants"].as_array().unwrap().len(), 1);
    let key = |key: &Value| {
        let number = |name: &str| key[name].as_i64().unwrap();
        (key["kind"].as_str().unwrap().to_owned(), number("version"), number("values"))
    };
    list["tenants"][0]["keys"].as_array().unwrap().iter().map(key).collect()
}

fn row(kind: &str, version: i64, values: i64) -> (String, i64, i64) {
    (kind.to_owned(), version, values)
}

#[tokio::test]
async fn a_data_key_is_turned_over_and_everything_is_sealed_anew() {
    let house = House::new().await;
    let profile = house.profile("default").await;
    house.profile("other").await;
    let share = house.share("default", "ACME-1").await;
    house.finding(house.tenant("default").await, &profile, &share).await;
    let tp = house.call("POST", "/api/v1/connections/tp/rotate-hook").send().await.status(200).json();
    house.call("POST", &House::hook(&tp)).without("authorization").body("{").send().await.status(204);
    let before = keys(&house, "default").await;
    // Two credentials and Jira's webhook secret, the header token of Targetprocess, a parked body and the words.
    let values = before[0].2;
    assert!(values >= 5, "{before:?}");
    assert_eq!(before, [row("data", 1, values), row("fingerprint", 1, 0)]);

    let ask = json!({"what": "data", "tenant": "default", "dry_run": true});
    let plan = house.call("POST", "/api/v1/keys/rotate").json(ask).send().await.status(200).json();
    let planned = &plan["data"][0];
    assert_eq!(
        (&planned["from"], &planned["to"], &planned["values"]),
        (&json!(1), &json!(2), &json!(values))
    );
    assert_eq!(keys(&house, "default").await, before, "nothing happened");

    let ask = json!({"what": "data", "tenant": "default"});
    house.call("POST", "/api/v1/keys/rotate").json(ask).send().await.status(200);
    let done = house.keys.pass().await.unwrap();
    assert_eq!((i64::try_from(done.resealed).unwrap(), done.problems.len()), (values, 0), "{done:?}");
    let after = [row("data", 1, 0), row("data", 2, values), row("fingerprint", 1, 0)];
    assert_eq!(keys(&house, "default").await, after);
    assert_eq!(keys(&house, "other").await[0].1, 1, "nobody else's");
    let verdict = house.call("POST", "/api/v1/keys/verify").json(json!({})).send().await.status(200).json();
    assert_eq!((&verdict["failed"], &verdict["keys"]), (&json!(0), &json!(5)));
    let finding = house.call("GET", "/api/v1/findings").send().await.json();
    let id = finding["items"][0]["id"].as_str().unwrap();
    house.call("GET", &format!("/api/v1/findings/{id}")).send().await.status(200);
}

#[tokio::test]
async fn nothing_to_change_to_is_a_conflict_that_says_what_to_do() {
    let house = House::new().await;
    for dry_run in [true, false] {
        let ask = json!({"what": "wrapping", "dry_run": dry_run});
        let answer = house.call("POST", "/api/v1/keys/rotate").json(ask).send().await.status(409);
        assert!(answer.json()["detail"].as_str().unwrap().contains("keys.retired"));
    }
    let ask = json!({"what": "wrapping", "tenant": "default"});
    house.call("POST", "/api/v1/keys/rotate").json(ask).send().await.status(400);
    let ask = json!({"what": "everything"});
    house.call("POST", "/api/v1/keys/rotate").json(ask).send().await.status(400);
    let ask = json!({"what": "data", "tenant": "nobody"});
    house.call("POST", "/api/v1/keys/rotate").json(ask).send().await.status(404);
    house.call("GET", "/api/v1/keys?tenant=nobody").send().await.status(404);
}

#[tokio::test]
async fn an_export_holds_wrapped_keys_and_no_other() {
    let house = House::new().await;
    house.jira("default").await;
    let exported = house.call("GET", "/api/v1/keys/export").send().await.status(200).json();
    let exported = exported["keys"].as_array().unwrap();
    assert_eq!(exported.len(), 2);
    let list = house.call("GET", "/api/v1/keys").send().await.status(200).json();
    for key in exported {
        assert_eq!((&key["form"], &key["foreign"]), (&json!("envelope"), &Value::Null));
        assert_eq!(key["kek"], list["wrapping"][0]["id"]);
        let row = base64::engine::general_purpose::STANDARD.decode(key["row"].as_str().unwrap()).unwrap();
        let kek = key["kek"].as_str().unwrap();
        // Format, length, name, time, form, header, nonce, ciphertext and tag of 32 bytes: no room for more.
        assert_eq!(row.len(), 2 + kek.len() + 8 + 1 + 5 + 12 + 32 + 16);
        assert_eq!(&row[2..2 + kek.len()], kek.as_bytes());
    }
}
