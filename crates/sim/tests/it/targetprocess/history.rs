//! What items were: the simple history, the full one, and the history API.

use bowline_sim::targetprocess::Options;
use serde_json::json;

use super::world;

#[tokio::test]
async fn a_change_of_state_effort_or_plan_is_a_record_of_the_simple_history() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let path = format!("/api/v1/UserStories/{id}");
    let pass = async || {
        world.control().post("/_sim/clock", json!({"advance_ms": 600_000})).await.expect(200);
    };
    pass().await;
    world.post(&path, json!({"Effort": 5})).await.expect(200);
    pass().await;
    world.post(&path, json!({"Name": "two"})).await.expect(200);
    pass().await;
    world.post(&path, world.state("Planned").await).await.expect(200);
    let include = [("include", "[Date,Effort,EntityState[Name],Modifier[Login]]")];
    let simple = world.get(&format!("{path}/History"), &include).await.expect(200);
    let rows = simple["Items"].as_array().unwrap();
    let shown = |row: &serde_json::Value| {
        (row["Effort"].as_f64(), row["EntityState"]["Name"].as_str().map(str::to_owned))
    };
    let rows: Vec<_> = rows.iter().map(shown).collect();
    let row = |effort, state: &str| (Some(effort), Some(state.to_owned()));
    assert_eq!(rows, [row(0.0, "Open"), row(5.0, "Open"), row(5.0, "Planned")]);
    let filter = format!("(userStory.id=={id})");
    let query =
        [("where", filter.as_str()), ("select", "{effort,state:entityState.name}"), ("orderBy", "date desc")];
    let found = world.get("/api/v2/UserStorySimpleHistories", &query).await.expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 3);
    assert_eq!(found["items"][0], json!({"effort": 5.0, "state": "Planned"}));
}

#[tokio::test]
async fn the_full_history_says_what_changed_and_leads_back() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let path = format!("/api/v1/UserStories/{id}");
    world.control().post("/_sim/clock", json!({"advance_ms": 600_000})).await.expect(200);
    let change = json!({"Name": "two", "CustomFields": [{"Name": "Risk", "Value": "High"}]});
    world.post(&path, change).await.expect(200);
    // A change within five minutes belongs to the same record.
    world.post(&path, json!({"Description": "three"})).await.expect(200);
    let filter = format!("(currentUserStory.id=={id})");
    let select = "{name,modification,isChangedName,isChangedDescription,isChangedEffort,before:previousHistoryRecord.name,\
        modifier:modifier.login,risk:GetCustomValueString(\"Risk\"),riskier:IsCustomValueChanged(\"Risk\")}";
    for path in ["/api/v2/UserStoryHistories", "/api/history/v2/UserStory", "/api/history/v2//UserStory"] {
        let query = [("where", filter.as_str()), ("select", select), ("orderBy", "date")];
        let found = world.get(path, &query).await.expect(200);
        assert_eq!(
            found["items"],
            json!([
                {"name": "one", "modification": "Add", "isChangedName": true, "isChangedDescription": true,
                 "isChangedEffort": true, "modifier": "ada", "riskier": false},
                {"name": "two", "modification": "Update", "isChangedName": true, "isChangedDescription": true,
                 "isChangedEffort": false, "before": "one", "modifier": "ada", "risk": "High", "riskier": true},
            ]),
            "{path}"
        );
    }
    let records =
        [("where", format!("CurrentUserStory.Id eq {id}")), ("include", "[Date,DateTo]".to_owned())];
    let records: Vec<(&str, &str)> = records.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let records = world.get("/api/v1/UserStoryHistories", &records).await.expect(200);
    assert_eq!(records["Items"][0]["DateTo"], records["Items"][1]["Date"]);
    assert_eq!(records["Items"][1]["DateTo"], "/Date(253402300740000+0000)/");
    assert_eq!(world.get("/api/history/v2/Comment", &[]).await.status, 404);
    assert_eq!(world.get("/api/history/v2/Nothing", &[]).await.status, 404);
}
