//! Issues suggested for the words typed so far, and letters about issues.

use serde_json::{Value, json};

use super::{CLOUD, DC, world};

#[tokio::test]
async fn issues_are_suggested_from_what_was_seen_and_from_a_query() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let (one, two) = (world.make("Okapi <tall>").await, world.make("Red quagga").await);
        let path = "/rest/api/2/issue/picker?query=";
        let found = world.ada.get(&format!("{path}okapi")).await.expect(200);
        assert_eq!(found["sections"].as_array().unwrap().len(), 1);
        let past = &found["sections"][0];
        assert_eq!((&past["id"], &past["issues"][0]["key"]), (&json!("hs"), &json!(one)));
        assert_eq!(past["issues"][0]["summary"], "<b>Okapi</b> &lt;tall&gt;");
        assert_eq!(past["issues"][0]["summaryText"], "Okapi <tall>");
        assert_eq!(past["sub"], "Showing 1 of 1 matching issues");
        let both = world.bob.get(&format!("{path}{two}&currentJQL=project%20%3D%20ACME")).await.expect(200);
        assert_eq!(both["sections"][0]["msg"], "No matching issues found");
        assert_eq!(both["sections"][1]["issues"][0]["keyHtml"], format!("<b>{two}</b>"));
        let other = world.ada.get(&format!("{path}quagga&currentIssueKey={two}")).await.expect(200);
        assert_eq!(other["sections"][0]["issues"], json!([]));
        let wrong = world.ada.get(&format!("{path}quagga&currentJQL=project%20%3D")).await.expect(200);
        assert_eq!(wrong["sections"][1]["issues"], json!([]));
        assert_eq!(world.control.get(&format!("{path}x")).await.status, 401);
    }
}

#[tokio::test]
async fn letters_need_somebody_to_read_them() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let key = world.make("one").await;
        let path = format!("/rest/api/2/issue/{key}/notify");
        let bob = if face == CLOUD {
            json!({"accountId": "712020:5f0c0000-0000-4000-8000-000000000003"})
        } else {
            json!({"name": "bob"})
        };
        let body = json!({"subject": "S", "textBody": "T", "to": {"users": [bob], "watchers": true}});
        assert_eq!(world.ada.post(&path, body.clone()).await.status, 204);
        for wrong in [
            json!([]),
            json!({"subject": "S"}),
            json!({"subject": 1, "to": {"users": [bob]}}),
            json!({"to": {"reporter": true}}),
            json!({"to": {"users": [{"name": "nobody", "accountId": "nobody"}]}}),
            json!({"to": {"groups": [{"name": "nobody"}]}}),
        ] {
            assert_eq!(world.ada.post(&path, wrong).await.status, 400);
        }
        assert_eq!(world.ada.post("/rest/api/2/issue/ACME-99999/notify", body.clone()).await.status, 404);
        assert_eq!(world.control.post(&path, body).await.status, 401);
        assert_eq!(world.ada.post(&path, Value::Null).await.status, 400);
    }
}
