//! Reading in v2.

use bowline_sim::targetprocess::Options;
use serde_json::json;

use super::world;

#[tokio::test]
async fn projections_name_nest_and_leave_nulls_out() {
    let world = world(Options::default()).await;
    let id = world.make("Pay").await;
    world
        .post("/api/v1/Comments", json!({"General": {"Id": id}, "Description": "<div>hi</div>"}))
        .await
        .expect(201);
    let body = json!({"Assignable": {"Id": id}, "GeneralUser": {"Id": 3}, "Role": {"Id": 8}});
    world.post("/api/v1/Assignments", body).await.expect(201);
    let select = "{id,title:name,state:entityState.name,priority:{priority.id,priority.name},description,release,\
        comments:comments.select({id,description,author:owner.login}),who:assignments.select({user:generalUser.id,role.name})}";
    let answer = world.get(&format!("/api/v2/UserStory/{id}"), &[("select", select)]).await.expect(200);
    let comment = answer["items"][0]["comments"][0]["id"].clone();
    assert_eq!(
        answer,
        json!({"items": [{
            "id": id, "title": "Pay", "state": "Open", "priority": {"id": 25, "name": "Nice To Have"},
            "comments": [{"id": comment, "description": "<div>hi</div>", "author": "ada"}],
            "who": [{"user": 3, "name": "QA Engineer"}],
        }]})
    );
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_paged() {
    let world = world(Options::default()).await;
    let first = world.make("Zeta").await;
    let second = world.make("Alpha").await;
    let filter = format!("(id>={first} and entityState.isInitial==true)");
    let query = [("where", filter.as_str()), ("select", "{id}"), ("orderBy", "name desc"), ("take", "1")];
    let page = world.get("/api/v2/userstories", &query).await.expect(200);
    assert_eq!(page["items"], json!([{"id": first}]));
    let page = world.follow(page["next"].as_str().unwrap()).await.expect(200);
    assert_eq!((&page["items"], page.get("next")), (&json!([{"id": second}]), None));
    let page = world.follow(page["prev"].as_str().unwrap()).await.expect(200);
    assert_eq!(page["items"], json!([{"id": first}]));
    let page = world.get("/api/v2/userstories", &[("take", "1"), ("select", "{id}")]).await.expect(200);
    assert!(page["next"].as_str().unwrap().contains("/api/v2/userstories?where=&"));
    assert_eq!(page["items"], json!([{"id": second}]));
}

#[tokio::test]
async fn without_a_projection_references_are_shown() {
    let world = world(Options::default()).await;
    let id = world.make("Pay").await;
    let item = world.get(&format!("/api/v2/Generals/{id}"), &[]).await.expect(200)["items"][0].clone();
    assert_eq!(item, json!({"resourceType": "UserStory", "id": id, "name": "Pay"}));
    let select = "{modifyDate,description,feature:{feature.id},owner,tagObjects,customValues,release}";
    let whole = world.get(&format!("/api/v2/UserStory/{id}"), &[("select", select)]).await.expect(200);
    let whole = &whole["items"][0];
    assert_eq!(whole["owner"]["fullName"], "Ada Byron");
    assert!(whole["modifyDate"].as_str().unwrap().starts_with("/Date("));
    assert_eq!((&whole["feature"], &whole["tagObjects"]), (&json!({}), &json!({"items": []})));
    assert_eq!(
        whole["customValues"]["customFields"][0],
        json!({"name": "Risk", "type": "DropDown", "value": null})
    );
    assert!(whole.get("description").is_none() && whole.get("release").is_none());
}

#[tokio::test]
async fn dates_have_three_styles() {
    let world = world(Options { offset_minutes: 120, ..Options::default() }).await;
    let id = world.make("Pay").await;
    let body = json!({"PlannedEndDate": "2027-03-19T10:00:00"});
    let made = world.post(&format!("/api/v1/UserStories/{id}"), body).await.expect(200);
    assert_eq!(made["PlannedEndDate"], "/Date(1805443200000+0200)/");
    for (query, expected) in [
        (vec![], "/Date(1805443200000+0200)/"),
        (vec![("isoDate", "true")], "2027-03-19T10:00:00"),
        (vec![("dateFormat", "iso")], "2027-03-19T10:00:00+02:00"),
    ] {
        for (path, pointer) in
            [("v2/UserStory", "/items/0/plannedEndDate"), ("v1/UserStories", "/PlannedEndDate")]
        {
            let mut query = query.clone();
            if path.starts_with("v2") {
                query.push(("select", "{plannedEndDate}"));
            }
            let shown = world.get(&format!("/api/{path}/{id}"), &query).await.expect(200);
            assert_eq!(shown.pointer(pointer), Some(&json!(expected)), "{path} {query:?}");
        }
    }
}

#[tokio::test]
async fn results_filters_and_what_was_deleted() {
    let world = world(Options { stories: 0, bugs: 0, ..Options::default() }).await;
    let (one, two) = (world.make("one").await, world.make("two").await);
    for (id, effort) in [(one, 3), (two, 5)] {
        world.post(&format!("/api/v1/UserStories/{id}"), json!({"Effort": effort})).await.expect(200);
    }
    let get = async |query: &[(&str, &str)]| world.get("/api/v2/userstory", query).await.expect(200);
    assert_eq!(get(&[("result", "Count")]).await, json!(2));
    assert_eq!(
        get(&[("result", "{sum:sum(effort),best:max(effort)}")]).await,
        json!({"sum": 8.0, "best": 5.0})
    );
    assert_eq!(get(&[("where", "(effort>3)"), ("result", "sum(effort)")]).await, json!(5.0));
    let mine = get(&[("filter", "?Owner is Me and Effort > 3"), ("select", "{id}")]).await;
    assert_eq!(mine["items"], json!([{"id": two}]));
    assert_eq!(get(&[("filter", "two"), ("select", "{id}")]).await["items"], json!([{"id": two}]));
    world.delete(&format!("/api/v1/UserStories/{one}")).await;
    let query = [("includeDeleted", "true"), ("where", "(deleteDate!=null)"), ("select", "{id,name}")];
    assert_eq!(get(&query).await["items"], json!([{"id": one, "name": "one"}]));
    assert_eq!(get(&[("select", "{id}")]).await["items"], json!([{"id": two}]));
    let pretty = world.get("/api/v2/userstory", &[("prettify", ""), ("callback", "show")]).await;
    let text = String::from_utf8(pretty.body.to_vec()).unwrap();
    assert!(text.starts_with("show({\n") && text.ends_with(");"), "{text}");
}

#[tokio::test]
async fn what_is_not_understood_is_said() {
    let world = world(Options::default()).await;
    for (query, words) in [
        (("where", "fly>1"), "fly"),
        (("where", "name=="), "expected"),
        (("select", "{id,nothing}"), "nothing"),
        (("orderBy", "comments"), "comments"),
        (("result", "effort"), "collection"),
        (("filter", "?Owner is"), "expected"),
        (("take", "many"), "take"),
        (("dateFormat", "roman"), "roman"),
        (("callback", "alert(1)//"), "function"),
    ] {
        let refusal = world.get("/api/v2/userstory", &[query]).await.expect(400);
        assert!(refusal["Message"].as_str().unwrap().contains(words), "{refusal}");
    }
    assert_eq!(world.get("/api/v2/nothing", &[]).await.status, 404);
    assert_eq!(world.get("/api/v2/userstory/999999", &[]).await.status, 404);
    assert_eq!(world.get("/api/v2/userstory/x", &[]).await.status, 400);
    assert_eq!(world.post("/api/v2/userstory", json!({})).await.status, 405);
}
