//! Issues: created, read, edited, deleted, alone and in bulk.

use serde_json::{Value, json};

use super::{CLOUD, DC, issue, world};

fn paragraph(text: &str) -> Value {
    let content = json!([{"type": "paragraph", "content": [{"type": "text", "text": text}]}]);
    json!({"type": "doc", "version": 1, "content": content})
}

#[tokio::test]
async fn an_issue_is_made_with_its_fields_and_properties() {
    let world = world(CLOUD).await;
    let bob = world.bob.get("/rest/api/3/myself").await.expect(200)["accountId"].clone();
    let body = json!({
        "fields": {
            "project": {"key": "ACME"}, "issuetype": {"id": "10003"}, "summary": "Broken", "priority": {"name": "High"},
            "assignee": {"accountId": bob}, "labels": ["b", "a", "b"], "components": [{"name": "API"}],
            "fixVersions": [{"name": "2.0"}], "duedate": "2027-01-31", "description": paragraph("hello"),
            "customfield_10010": "Initech", "customfield_10011": 5, "customfield_10012": {"value": "Major"},
            "customfield_10013": [{"value": "Linux"}, {"value": "Windows"}], "customfield_10014": paragraph("done when"),
        },
        "properties": [{"key": "bowline", "value": {"share": "shr_1"}}],
    });
    let made = world.ada.post("/rest/api/3/issue", body).await.expect(201);
    let key = made["key"].as_str().unwrap();
    assert!(
        made["self"]
            .as_str()
            .unwrap()
            .ends_with(&format!("/rest/api/3/issue/{}", made["id"].as_str().unwrap()))
    );
    let path = format!("/rest/api/3/issue/{key}?properties=bowline,none");
    let issue = world.ada.get(&path).await.expect(200);
    let fields = &issue["fields"];
    assert_eq!(issue["properties"], json!({"bowline": {"share": "shr_1"}}));
    assert_eq!(fields["summary"], "Broken");
    assert_eq!(fields["issuetype"]["name"], "Bug");
    assert_eq!(fields["priority"]["name"], "High");
    assert_eq!(fields["assignee"]["accountId"], bob);
    assert_eq!(fields["reporter"]["displayName"], "Ada Byron");
    assert_eq!(fields["labels"], json!(["a", "b"]));
    assert_eq!(fields["components"][0]["name"], "API");
    assert_eq!(fields["fixVersions"][0]["name"], "2.0");
    assert_eq!(fields["duedate"], "2027-01-31");
    assert_eq!(fields["description"], paragraph("hello"));
    assert_eq!(fields["customfield_10010"], "Initech");
    assert_eq!(fields["customfield_10011"], 5.0);
    assert_eq!(fields["customfield_10012"]["value"], "Major");
    assert_eq!(fields["customfield_10013"][1]["value"], "Windows");
    assert_eq!(fields["customfield_10014"], paragraph("done when"));
    assert_eq!(fields["status"]["name"], "To Do");
    assert_eq!(fields["created"], fields["updated"]);
    // Version 2 shows the same texts as wiki markup.
    let old = world.ada.get(&format!("/rest/api/2/issue/{key}")).await.expect(200);
    assert_eq!(old["fields"]["description"], "hello");
    assert_eq!(old["fields"]["customfield_10014"], "done when");
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named_by_field() {
    let world = world(DC).await;
    let post = async |fields: Value| {
        world.ada.post("/rest/api/2/issue", json!({"fields": fields})).await.expect(400)
    };
    let errors = post(json!({})).await["errors"].clone();
    assert_eq!(errors.as_object().unwrap().keys().collect::<Vec<_>>(), ["issuetype", "project", "summary"]);
    let mut fields = issue("x")["fields"].clone();
    for (field, wrong, text) in [
        ("summary", json!(""), "You must specify a summary of the issue."),
        ("summary", json!("a\nb"), "The summary is invalid because it contains newline characters."),
        ("summary", json!("x".repeat(256)), "Summary must be less than 255 characters."),
        ("foo", json!(1), "Field 'foo' cannot be set. It is not on the appropriate screen, or unknown."),
        (
            "resolution",
            json!({"name": "Done"}),
            "Field 'resolution' cannot be set. It is not on the appropriate screen, or unknown.",
        ),
        ("priority", json!({"name": "Urgent"}), "Priority name 'Urgent' is not valid"),
        ("assignee", json!({"name": "carl"}), "User 'carl' does not exist."),
        ("labels", json!(["a b"]), "The label 'a b' contains spaces which is invalid."),
        ("components", json!([{"name": "None"}]), "Component name 'None' is not valid"),
        ("duedate", json!("tomorrow"), "Error parsing date string: tomorrow"),
        ("description", json!({"type": "doc"}), "Operation value must be a string"),
        ("customfield_10011", json!("five"), "Operation value must be a number"),
        ("customfield_10012", json!({"value": "Odd"}), "Option value 'Odd' is not valid"),
    ] {
        let saved = fields.clone();
        fields[field] = wrong;
        let refusal = post(fields).await;
        assert_eq!(refusal["errors"], json!({field: text}));
        assert_eq!(refusal["errorMessages"], json!([]));
        fields = saved;
    }
    assert_eq!(world.ada.post("/rest/api/2/issue", issue(&"x".repeat(255))).await.status, 201);
}

#[tokio::test]
async fn a_refused_edit_changes_nothing() {
    let world = world(DC).await;
    let key = world.make("before").await;
    let body = json!({"fields": {"summary": "after", "priority": {"name": "Urgent"}, "foo": 1}});
    let refusal = world.ada.put(&format!("/rest/api/2/issue/{key}"), body).await.expect(400);
    assert_eq!(refusal["errors"].as_object().unwrap().len(), 2);
    assert_eq!(world.field(&key, "summary").await, "before");
}

#[tokio::test]
async fn an_edit_moves_updated_and_writes_history() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let path = format!("/rest/api/3/issue/{key}");
    let created = world.field(&key, "updated").await;
    let body = json!({"fields": {"summary": "two"}, "update": {"labels": [{"add": "x"}, {"add": "y"}, {"remove": "x"}]}});
    assert_eq!(world.ada.put(&path, body.clone()).await.status, 204);
    let updated = world.field(&key, "updated").await;
    assert!(updated.as_str() > created.as_str());
    // The same again changes nothing, not even the time.
    assert_eq!(world.ada.put(&path, body).await.status, 204);
    assert_eq!(world.field(&key, "updated").await, updated);
    let log = world.ada.get(&format!("{path}/changelog")).await.expect(200);
    assert_eq!((log["total"].as_u64(), log["isLast"].as_bool()), (Some(1), Some(true)));
    let items = &log["values"][0]["items"];
    assert_eq!(items[0]["field"], "summary");
    assert_eq!((items[0]["fromString"].as_str(), items[0]["toString"].as_str()), (Some("one"), Some("two")));
    assert_eq!((items[1]["fieldId"].as_str(), items[1]["toString"].as_str()), (Some("labels"), Some("y")));
    let expanded = world.ada.get(&format!("{path}?expand=changelog&fields=summary")).await.expect(200);
    assert_eq!(expanded["changelog"]["histories"], log["values"]);
    assert_eq!(expanded["fields"].as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn cloud_answers_an_edit_with_the_issue_when_asked() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let path = format!("/rest/api/3/issue/{key}?returnIssue=true&expand=names&fields=summary");
    let issue = world.ada.put(&path, json!({"fields": {"summary": "two"}})).await.expect(200);
    // All of it: `fields` is not a parameter here.
    assert_eq!(
        (&issue["fields"]["summary"], &issue["fields"]["status"]["name"]),
        (&json!("two"), &json!("To Do"))
    );
    assert_eq!(issue["names"]["summary"], "Summary");
    let dc = super::world(DC).await;
    let key = dc.make("one").await;
    let path = format!("/rest/api/2/issue/{key}?returnIssue=true");
    assert_eq!(dc.ada.put(&path, json!({"fields": {"summary": "two"}})).await.status, 204);
}

#[tokio::test]
async fn update_verbs_work_on_lists_and_sets() {
    let world = world(DC).await;
    let key = world.make("one").await;
    let path = format!("/rest/api/2/issue/{key}");
    let body = json!({"update": {
        "summary": [{"set": "two"}],
        "components": [{"add": {"name": "API"}}, {"add": {"name": "Web"}}],
        "customfield_10013": [{"add": {"value": "Linux"}}, {"add": {"value": "macOS"}}, {"remove": {"value": "Linux"}}],
        "comment": [{"add": {"body": "said"}}],
    }});
    assert_eq!(world.ada.put(&path, body).await.status, 204);
    let fields = world.ada.get(&path).await.expect(200)["fields"].clone();
    assert_eq!(fields["summary"], "two");
    assert_eq!(fields["components"].as_array().unwrap().len(), 2);
    assert_eq!(fields["customfield_10013"][0]["value"], "macOS");
    assert_eq!(fields["comment"]["comments"][0]["body"], "said");
    let both = json!({"fields": {"labels": []}, "update": {"labels": [{"add": "x"}]}});
    assert_eq!(world.ada.put(&path, both).await.status, 400);
    let verb = json!({"update": {"summary": [{"add": "x"}]}});
    assert_eq!(world.ada.put(&path, verb).await.status, 400);
}

#[tokio::test]
async fn quiet_edits_are_for_administrators() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let path = format!("/rest/api/3/issue/{key}?notifyUsers=false");
    assert_eq!(world.ada.put(&path, json!({"fields": {"summary": "two"}})).await.status, 403);
    assert_eq!(world.admin.put(&path, json!({"fields": {"summary": "two"}})).await.status, 204);
}

#[tokio::test]
async fn texts_come_back_as_they_were_written() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let wiki = "h2. Head\r\n * one\n** two  \n{code:java}x{code}";
    let path = format!("/rest/api/2/issue/{key}");
    assert_eq!(world.ada.put(&path, json!({"fields": {"description": wiki}})).await.status, 204);
    assert_eq!(world.field(&key, "description").await, wiki);
    let document =
        world.ada.get(&format!("/rest/api/3/issue/{key}")).await.expect(200)["fields"]["description"].clone();
    assert_eq!(document["type"], "doc");
    assert!(document.to_string().contains("Head"));
    let path = format!("/rest/api/3/issue/{key}");
    let refusal = world.ada.put(&path, json!({"fields": {"description": "plain"}})).await.expect(400);
    assert!(refusal["errors"]["description"].as_str().unwrap().contains("Atlassian Document"));
    let refusal =
        world.ada.put(&path, json!({"fields": {"description": {"type": "paragraph"}}})).await.expect(400);
    assert_eq!(refusal["errors"]["description"], "INVALID_INPUT");
    let rendered = world.ada.get(&format!("{path}?expand=renderedFields,names")).await.expect(200);
    assert!(rendered["renderedFields"]["description"].as_str().unwrap().contains("Head"));
    assert_eq!(rendered["names"]["customfield_10010"], "Customer");
    assert_eq!(world.ada.put(&path, json!({"fields": {"description": null}})).await.status, 204);
    assert_eq!(world.field(&key, "description").await, Value::Null);
}

#[tokio::test]
async fn a_deleted_issue_is_gone_and_its_key_is_not_used_again() {
    let world = world(DC).await;
    let key = world.make("one").await;
    assert_eq!(world.ada.delete(&format!("/rest/api/2/issue/{key}")).await.status, 204);
    assert_eq!(world.ada.get(&format!("/rest/api/2/issue/{key}")).await.status, 404);
    assert_eq!(world.ada.delete(&format!("/rest/api/2/issue/{key}")).await.status, 404);
    assert_ne!(world.make("two").await, key);
}

#[tokio::test]
async fn bulk_creation_succeeds_in_part() {
    let world = world(CLOUD).await;
    let body = json!({"issueUpdates": [issue("a"), {"fields": {"summary": "b"}}, issue("c")]});
    let answer = world.ada.post("/rest/api/2/issue/bulk", body).await.expect(201);
    assert_eq!(answer["issues"].as_array().unwrap().len(), 2);
    assert_eq!(answer["errors"][0]["failedElementNumber"], 1);
    assert_eq!(answer["errors"][0]["status"], 400);
    let body = json!({"issueUpdates": [{"fields": {}}]});
    assert_eq!(world.ada.post("/rest/api/2/issue/bulk", body).await.expect(400)["issues"], json!([]));
    let many: Vec<Value> = (0..51).map(|_| issue("x")).collect();
    assert_eq!(world.ada.post("/rest/api/2/issue/bulk", json!({"issueUpdates": many})).await.status, 400);
}

#[tokio::test]
async fn bulkfetch_answers_what_there_is_and_names_what_there_is_not() {
    let world = world(CLOUD).await;
    let body = json!({"issueIdsOrKeys": ["ACME-2", "10000", "ACME-1", "ACME-9999"], "fields": ["summary"], "properties": ["p"]});
    let answer = world.ada.post("/rest/api/3/issue/bulkfetch", body).await.expect(200);
    let keys: Vec<&str> =
        answer["issues"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["ACME-1", "ACME-2"]);
    assert_eq!(answer["issueErrors"][0]["id"], "ACME-9999");
    assert_eq!(answer["issues"][0]["properties"], json!({}));
    assert_eq!(
        world.ada.post("/rest/api/3/issue/bulkfetch", json!({"issueIdsOrKeys": []})).await.status,
        400
    );
    let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    assert_eq!(
        world.ada.post("/rest/api/3/issue/bulkfetch", json!({"issueIdsOrKeys": many})).await.status,
        400
    );
}

#[tokio::test]
async fn properties_are_set_read_and_deleted_without_touching_the_issue() {
    let world = world(DC).await;
    let key = world.make("one").await;
    let before = world.field(&key, "updated").await;
    let base = format!("/rest/api/2/issue/{key}/properties");
    assert_eq!(world.ada.put(&format!("{base}/mark"), json!({"a": 1})).await.status, 201);
    assert_eq!(world.ada.put(&format!("{base}/mark"), json!([2])).await.status, 200);
    assert_eq!(
        world.ada.get(&format!("{base}/mark")).await.expect(200),
        json!({"key": "mark", "value": [2]})
    );
    assert_eq!(world.ada.get(&base).await.expect(200)["keys"][0]["key"], "mark");
    assert_eq!(world.ada.put(&format!("{base}/big"), json!("x".repeat(32_767))).await.status, 400);
    assert_eq!(world.ada.delete(&format!("{base}/mark")).await.status, 204);
    assert_eq!(world.ada.delete(&format!("{base}/mark")).await.status, 404);
    assert_eq!(world.ada.get(&format!("{base}/mark")).await.status, 404);
    assert_eq!(world.field(&key, "updated").await, before);
}

#[tokio::test]
async fn fields_are_chosen_by_name_star_and_minus() {
    let world = world(DC).await;
    let get = async |fields: &str| -> Vec<String> {
        let issue = world.ada.get(&format!("/rest/api/2/issue/ACME-1?fields={fields}")).await.expect(200);
        issue["fields"].as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(get("summary,status,nothing").await, ["status", "summary"]);
    let all = get("*all").await;
    assert!(all.contains(&"comment".to_owned()) && all.contains(&"customfield_10014".to_owned()));
    assert!(!all.contains(&"statuscategorychangedate".to_owned()));
    let navigable = get("*navigable").await;
    assert!(!navigable.contains(&"comment".to_owned()));
    assert_eq!(get("-summary").await.len(), all.len() - 1);
    assert_eq!(get("*navigable,-status,comment").await.len(), navigable.len());
}

#[tokio::test]
async fn an_issue_is_assigned_by_an_address_of_its_own() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let path = format!("/rest/api/2/issue/{}/assignee", world.make("One").await);
        let word = if face == CLOUD { "accountId" } else { "name" };
        let bob = world.bob.get("/rest/api/2/myself").await.expect(200)[word].clone();
        let assignee = async || world.field(path.split('/').nth(5).unwrap(), "assignee").await;
        world.ada.put(&path, json!({word: bob})).await.expect(204);
        assert_eq!(assignee().await[word], bob);
        world.ada.put(&path, json!({word: null})).await.expect(204);
        assert_eq!(assignee().await, json!(null));
        let refused = world.ada.put(&path, json!({word: "nobody"})).await.expect(400);
        assert!(refused["errors"]["assignee"].is_string(), "{refused}");
        world.control.put(&path, json!({word: bob})).await.expect(401);
    }
}

#[tokio::test]
async fn an_unknown_type_is_refused_in_the_words_of_each_face() {
    for (face, unknown, other) in [
        (CLOUD, "Specify a valid issue type", "Specify a valid issue type"),
        (DC, "issue type is required", "The issue type selected is invalid."),
    ] {
        let world = world(face).await;
        let kind = json!({"name": "Stray", "description": "", "type": "standard"});
        world.admin.post("/rest/api/2/issuetype", kind).await.expect(201);
        for (name, words) in [("Nothing", unknown), ("Stray", other)] {
            let mut body = issue("One");
            body["fields"]["issuetype"] = json!({"name": name});
            let refused = world.ada.post("/rest/api/2/issue", body).await.expect(400);
            assert_eq!(refused["errors"]["issuetype"], words);
        }
    }
}
