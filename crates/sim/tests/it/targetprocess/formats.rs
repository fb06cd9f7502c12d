//! XML and JSON: which is answered, what it looks like, and bodies in XML.

use bowline_sim::targetprocess::Options;
use http::Method;
use serde_json::json;

use super::{World, world};
use crate::client::{Client, Reply};

async fn plain(world: &World) -> Client {
    world.control().clone()
}

fn text(reply: &Reply) -> &str {
    std::str::from_utf8(&reply.body).unwrap()
}

fn media(reply: &Reply) -> &str {
    reply.headers["content-type"].to_str().unwrap()
}

#[tokio::test]
async fn xml_is_the_default_and_json_is_asked_for() {
    let world = world(Options::default()).await;
    let client = plain(&world).await;
    let at = |query: &str| format!("/api/v1/Projects?access_token=token-ada{query}");
    for query in ["", "&format=xml", "&resultFormat=XML"] {
        let answer = client.get(&at(query)).await;
        assert_eq!((answer.status, media(&answer)), (200, "application/xml; charset=utf-8"), "{query}");
        let text = text(&answer);
        assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?><Projects><Project "), "{text}");
    }
    assert_eq!(client.get(&at("&format=yaml")).await.status, 400);
    let json = client.clone().and("accept", "text/html, application/json;q=0.9").get(&at("")).await;
    assert_eq!((json.status, media(&json)), (200, "application/json"));
    let padded = client.get(&at("&callback=show.it&include=[Name]&take=1")).await;
    assert_eq!(media(&padded), "application/javascript; charset=utf-8");
    assert!(text(&padded).starts_with("show.it({") && text(&padded).ends_with(");"));
    assert_eq!(client.get(&at("&callback=a-b")).await.status, 400);
}

#[tokio::test]
async fn xml_has_ids_and_names_as_attributes_and_the_rest_as_elements() {
    let world = world(Options::default()).await;
    let body = json!({
        "Name": "A <b> & \"c\"", "Project": {"Id": 100}, "Description": "<div>1 & 2</div>", "Effort": 3,
        "CustomFields": [{"Name": "Risk", "Value": "High"}], "Tasks": {"Items": [{"Name": "t"}]},
    });
    let id = world.post("/api/v1/UserStories", body).await.expect(201)["Id"].as_u64().unwrap();
    let include =
        "[Name,Description,Effort,PlannedEndDate,Project[Process],EntityState,Tasks[Name],CustomFields]";
    let path =
        format!("/api/v1/UserStories/{id}?access_token=token-ada&include={include}&append=[Tasks-Count]");
    let answer = plain(&world).await.get(&path).await;
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><UserStory ResourceType=\"UserStory\" Id=\"{id}\" \
         Name=\"A &lt;b&gt; &amp; &quot;c&quot;\"><Description>&lt;div&gt;1 &amp; 2&lt;/div&gt;</Description>\
         <Effort>3.0000</Effort><PlannedEndDate nil=\"true\" /><Tasks-Count>1</Tasks-Count>\
         <Project ResourceType=\"Project\" Id=\"100\"><Process ResourceType=\"Process\" Id=\"2\" Name=\"Scrum\" /></Project>\
         <EntityState ResourceType=\"EntityState\" Id=\"61\" Name=\"Open\"><NumericPriority>1</NumericPriority></EntityState>\
         <Tasks><Task ResourceType=\"Task\" Id=\"{}\" Name=\"t\" /></Tasks>",
        id + 1
    );
    assert!(text(&answer).starts_with(&expected), "{}\n{expected}", text(&answer));
    assert!(
        text(&answer)
            .contains("<CustomFields><Field Type=\"DropDown\"><Name>Risk</Name><Value>High</Value></Field>")
    );
}

#[tokio::test]
async fn pages_in_xml_link_to_each_other_and_refusals_are_xml_too() {
    let world = world(Options::default()).await;
    let client = plain(&world).await;
    let page = client.get("/api/v1/Bugs?access_token=token-ada&take=5&skip=5&include=[Id]").await;
    let url = world.running.url();
    let links = format!(
        "<Bugs Prev=\"{url}/api/v1/Bugs/?include=[Id]&amp;take=5&amp;skip=0\" \
         Next=\"{url}/api/v1/Bugs/?include=[Id]&amp;take=5&amp;skip=10\">"
    );
    assert!(text(&page).contains(&links), "{}", text(&page));
    let refusal = client.get("/api/v1/Bugs/999999?access_token=token-ada").await;
    assert_eq!((refusal.status, media(&refusal)), (404, "application/xml; charset=utf-8"));
    assert!(text(&refusal).contains("<Status>NotFound</Status>"), "{}", text(&refusal));
    let refusal = client.get("/api/v1/Bugs/999999?access_token=token-ada&format=json").await;
    let said = refusal.expect(404);
    assert_eq!(said["Details"]["Items"][0]["Message"]["Data"], json!({"entityKind": "Bug", "id": "999999"}));
}

#[tokio::test]
async fn bodies_may_be_xml() {
    let world = world(Options::default()).await;
    let client = plain(&world).await.and("content-type", "application/xml");
    let send = async |path: &str, body: &str| {
        let path = format!("{path}?access_token=token-ada&resultFormat=json");
        client.send(Method::POST, &path, body.to_owned().into()).await.unwrap()
    };
    let body = "<UserStory Name=\"X &amp; Y\"><Project Id=\"100\"/><Effort>2.5</Effort><Tasks><Task Name=\"t\"/></Tasks>\
        <CustomFields><Field><Name>Points</Name><Value>3</Value></Field></CustomFields></UserStory>";
    let made = send("/api/v1/UserStories", body).await.expect(201);
    assert_eq!((made["Name"].as_str(), made["Effort"].as_f64()), (Some("X & Y"), Some(2.5)));
    assert_eq!(made["CustomFields"][2]["Value"], 3);
    let path = format!("/api/v1/UserStories/{}", made["Id"]);
    let changed =
        send(&path, "<UserStory><Description>new</Description><Feature nil=\"true\"/></UserStory>").await;
    assert_eq!(changed.expect(200)["Description"], "new");
    for wrong in ["<UserStory", "<UserStory Name=\"&bomb;\"/>", "<UserStory><Nothing/></UserStory>", "<a>"] {
        assert_eq!(send("/api/v1/UserStories", wrong).await.status, 400, "{wrong}");
    }
    let answer = client.get(&format!("{path}?access_token=token-ada&include=[Name]")).await;
    assert!(text(&answer).contains("Name=\"X &amp; Y\""));
}
