//! Webhook bodies found in the wild, posted to the intake of a running service: each that is about an issue or a
//! comment is work on the right entity, the others are kept with a reason, and none is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::house::{Database, Folder, Hook, Kind, Service, Tool, World, environment};

/// Where the vendor puts the id of a delivery.
const DELIVERY: &str = "x-atlassian-webhook-identifier";

/// One body as it was recorded.
struct Body {
    name: String,
    raw: Vec<u8>,
    json: Value,
}

impl Body {
    /// All of one deployment; the collection is the one that the reader of these bodies is tested with.
    fn all(face: &str) -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../jira/tests/fixtures").join(face);
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut all: Vec<Self> = files
            .map(|path| {
                let raw = std::fs::read(&path).unwrap();
                let name = format!("{face}/{}", path.file_stem().unwrap().to_string_lossy());
                Self { name, json: serde_json::from_slice(&raw).unwrap(), raw }
            })
            .collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    fn event(&self) -> &str {
        self.json["webhookEvent"].as_str().unwrap()
    }

    /// The issue it is about, read without any code of the product. Data Center names it in the comment's address.
    fn issue(&self) -> Option<String> {
        let text = |pointer: &str| match self.json.pointer(pointer)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        let address = || {
            let address = text("/comment/self")?;
            Some(address.split_once("/issue/")?.1.split('/').next()?.to_owned())
        };
        let named =
            ["/issue/id", "/worklog/issueId", "/issueLink/sourceIssueId"].iter().find_map(|at| text(at));
        named.or_else(address)
    }

    /// Whether it tells of an issue or a comment, which may never be ignored.
    fn concerns_an_item(&self) -> bool {
        let event = self.event();
        event.starts_with("jira:issue_") || event.starts_with("comment_")
    }
}

/// A Jira Cloud, a Jira Data Center and a Targetprocess that tell the service nothing by themselves, two profiles
/// that cover the projects and types of all bodies, and the senders.
struct Site {
    cloud: Hook,
    dc: Hook,
    service: Service,
    environment: Vec<(String, String)>,
    folder: Folder,
    database: Database,
    _tools: [Tool; 3],
}

/// Every project and type of the recorded bodies, and the simulators' own projects.
fn profile(name: &str, projects: &[&str], share: &str) -> Value {
    let routing = |project: &&str| {
        format!("[[routing]]\nleft = \"{project}\"\nright = \"Web Shop\"\nshare = \"{share}\"\n")
    };
    let kind = |kind: &str| {
        format!(
            "[[type]]\nleft = \"{kind}\"\nright = \"UserStory\"\n[[type.field]]\nleft = \"summary\"\nright = \"Name\"\n"
        )
    };
    let document = format!(
        "schema = 1\nname = \"{name}\"\n[left]\nconnection = \"{name}\"\n[right]\nconnection = \"tp\"\n{}{}",
        projects.iter().map(routing).collect::<String>(),
        ["Story", "Task", "Bug"].map(kind).concat(),
    );
    json!({"document": document})
}

impl Site {
    async fn new(kind: Kind, issues: &str, share: &str, more: &[&str]) -> Self {
        let folder = Folder::new();
        let database = Database::create(kind).await;
        let tools = [
            Tool::start(&["jira", "--issues", issues]),
            Tool::start(&["jira", "--deployment", "dc", "--issues", "500"]),
            Tool::start(&["targetprocess", "--stories", "2", "--bugs", "2"]),
        ];
        let environment = environment(&folder, &database, &[]);
        let service = Service::start_as(folder.path(), &environment, more);
        let api_token = json!({"method": "api_token", "email": "admin@example.com"});
        let connections = [
            ("cloud", "jira_cloud", &tools[0], api_token, "token-admin"),
            ("dc", "jira_dc", &tools[1], json!({"method": "personal_access_token"}), "pat-admin"),
            ("tp", "targetprocess", &tools[2], json!({"method": "access_token"}), "token-admin"),
        ];
        let mut hooks = BTreeMap::new();
        for (name, tool, there, sign_in, secret) in connections {
            let ask = json!({"name": name, "tool": tool, "base_url": there.url, "sign_in": sign_in, "secret": secret});
            let made = service.ok("POST", "/api/v1/connections", &ask).await;
            hooks.insert(name, Hook::of(&service, &made["webhook"]));
        }
        let cloud = profile("cloud", &["GOLD", "KT", "TES", "TIGR", "ACME", "OPS"], share);
        let dc = profile("dc", &["TEST", "TES", "HEY", "ACME", "OPS"], share);
        for document in [cloud, dc] {
            service.ok("POST", "/api/v1/profiles", &document).await;
        }
        let [cloud, dc] = ["cloud", "dc"].map(|name| hooks.remove(name).unwrap());
        Self { cloud, dc, service, environment, folder, database, _tools: tools }
    }

    /// Deliveries and where they come from; what sweeps found is not among them.
    fn deliveries(&self) -> [(&Hook, Vec<Body>); 2] {
        [(&self.cloud, Body::all("cloud")), (&self.dc, Body::all("dc"))]
    }

    /// Posts every body: Cloud's with the vendor's id of a delivery, which Data Center does not give.
    async fn post_all(&self) {
        for (hook, bodies) in self.deliveries() {
            for body in bodies {
                let id = [(DELIVERY, body.name.as_str())];
                let headers = if body.name.starts_with("cloud/") { &id[..] } else { &[] };
                let answer = hook.post(body.raw, headers).await.unwrap();
                assert_eq!(answer.status, 204, "{}: {answer:?}", body.name);
            }
        }
    }

    /// All deliveries in the inbox, oldest first, without what sweeps found.
    async fn inbox(&self) -> Vec<Value> {
        inbox(&self.service).await
    }
}

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Taken {
    connection: String,
    event: String,
    state: String,
    /// What has to look.
    entity: Option<String>,
}

impl Taken {
    /// What must become of a body: work in this state on what `entity` says, or a place among the ignored.
    fn expected(hook: &Hook, body: &Body, state: &str, entity: impl Fn(&Hook, String) -> String) -> Self {
        let issue = body.issue();
        assert!(issue.is_some() || !body.concerns_an_item(), "{}", body.name);
        Self {
            connection: hook.connection().to_owned(),
            event: body.event().to_owned(),
            state: if issue.is_some() { state } else { "ignored" }.to_owned(),
            entity: issue.map(|issue| entity(hook, issue)),
        }
    }

    /// What became of all, in order; whatever was ignored at the door says why.
    fn all(rows: &[Value]) -> Vec<Self> {
        let text = |row: &Value, member: &str| row[member].as_str().map(str::to_owned);
        let taken = rows.iter().map(|row| {
            let why = text(row, "outcome").unwrap_or_default();
            assert!(row["state"] != "ignored" || why.contains("no profile syncs"), "{row:#}");
            Self {
                connection: text(row, "connection").unwrap(),
                event: text(row, "event").unwrap(),
                state: text(row, "state").unwrap(),
                entity: text(row, "entity"),
            }
        });
        sorted(taken.collect())
    }
}

fn sorted(mut all: Vec<Taken>) -> Vec<Taken> {
    all.sort();
    all
}

/// All deliveries of a service's inbox, oldest first, without what sweeps found.
async fn inbox(service: &Service) -> Vec<Value> {
    let page = service.get("/api/v1/inbox?limit=1000").await;
    assert_eq!(page["next"], Value::Null, "more than a page");
    let mut rows = page["items"].as_array().unwrap().clone();
    rows.retain(|row| row["event"] != "sweep");
    rows.reverse();
    rows
}

async fn become_work_or_have_a_reason(kind: Kind) {
    // Nobody works yet, so that every delivery can be seen as it was taken in.
    let mut site = Site::new(kind, "24", "left", &["--role", "api"]).await;
    site.post_all().await;
    let rows = site.inbox().await;
    assert_eq!(rows.len(), 44, "none is lost");
    let mut expected = Vec::new();
    for (hook, bodies) in site.deliveries() {
        expected.extend(bodies.iter().map(|body| {
            Taken::expected(hook, body, "pending", |hook, issue| {
                format!("item/{}/{issue}", hook.connection())
            })
        }));
    }
    assert_eq!(Taken::all(&rows), sorted(expected.clone()));
    let entities: BTreeSet<&str> = expected.iter().filter_map(|taken| taken.entity.as_deref()).collect();
    let status = site.service.get("/api/v1/status").await;
    assert_eq!(
        status["work"]["due"],
        entities.len() + 3,
        "one for each item, and a sweep of each connection"
    );
    assert_eq!(site.service.get("/api/v1/findings").await["items"], json!([]), "nothing was unreadable");

    // Somebody works: everything is dealt with, and what came of it is told.
    assert!(site.service.terminate().await.success());
    site.service = Service::start(site.folder.path(), &site.environment);
    site.service.until("/api/v1/inbox?state=pending", |page| page["items"] == json!([])).await;
    let after = site.inbox().await;
    assert_eq!(after.len(), 44, "none is lost");
    for (before, after) in rows.iter().zip(&after) {
        assert_eq!(before["id"], after["id"]);
        assert!(["done", "ignored"].iter().any(|state| after["state"] == *state), "{after:#}");
        assert!(after["outcome"].as_str().is_some_and(|words| !words.is_empty()), "{after:#}");
    }
    drop(site.service);
    site.database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_bodies_become_work_on_their_item_or_are_kept_with_a_reason() {
    become_work_or_have_a_reason(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_bodies_become_work_on_their_item_or_are_kept_with_a_reason_with_postgresql() {
    become_work_or_have_a_reason(Kind::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_bodies_about_shared_items_become_work_on_the_share_and_repeats_of_a_delivery_none() {
    // So many issues that every id of the recorded bodies exists.
    let site = Site::new(Kind::Sqlite, "10950", "by_hand", &[]).await;
    let mut shares = BTreeMap::new();
    for (hook, bodies) in site.deliveries() {
        let issues: BTreeSet<String> = bodies.iter().filter_map(Body::issue).collect();
        for issue in issues {
            let profile = if bodies[0].name.starts_with("cloud/") { "cloud" } else { "dc" };
            let wish = json!({"profile": profile, "side": "left", "item": issue});
            let share = site.service.ok("POST", "/api/v1/shares", &wish).await;
            shares.insert((hook.connection().to_owned(), issue), share["id"].as_str().unwrap().to_owned());
        }
    }
    let path = "/api/v1/shares?state=active&limit=1000";
    site.service.until(path, |page| page["items"].as_array().unwrap().len() == shares.len()).await;

    site.post_all().await;
    site.post_all().await;
    site.service.until("/api/v1/inbox?state=pending", |page| page["items"] == json!([])).await;
    let rows = site.inbox().await;
    // Data Center gives a delivery no id, so a second one of the same words is news as far as anybody can know.
    assert_eq!(rows.len(), 30 + 2 * 14, "posted twice, less the exact repeats");
    let mut expected = Vec::new();
    for (hook, bodies) in site.deliveries() {
        let times = if bodies[0].name.starts_with("cloud/") { 1 } else { 2 };
        for body in (0..times).flat_map(|_| &bodies) {
            let share =
                |hook: &Hook, issue| format!("share/{}", shares[&(hook.connection().to_owned(), issue)]);
            expected.push(Taken::expected(hook, body, "done", share));
        }
    }
    assert_eq!(Taken::all(&rows), sorted(expected));
    assert_eq!(site.service.get("/api/v1/findings").await["items"], json!([]));
}

/// Bodies that a Targetprocess would have sent while somebody worked in it, with the item each is about.
async fn bodies_of_a_day(world: &World) -> Vec<(Value, String)> {
    let tool = &world.targetprocess;
    tool.post("hooks", &json!({"blocked": true})).await;
    let project = json!({"Id": 100});
    let made = tool
        .edit(
            json!({"as": "bob", "create": {"ResourceType": "UserStory", "Name": "New", "Project": project}}),
        )
        .await;
    let item: u64 = made["id"].as_str().unwrap().parse().unwrap();
    let said = tool
        .edit(json!({"as": "bob", "item": item, "fields": {"Name": "Newer"}, "comment": "<div>Hello</div>"}))
        .await;
    let comment: u64 = said["comment"].as_str().unwrap().parse().unwrap();
    tool.edit(
        json!({"as": "ada", "item": item, "edit_comment": {"id": comment, "body": "<div>Good day</div>"}}),
    )
    .await;
    tool.edit(json!({"as": "ada", "item": item, "assign": "ada", "state": "Planned"})).await;
    tool.edit(json!({"as": "ada", "item": item, "unassign": "ada", "delete_comment": comment})).await;
    tool.edit(json!({"as": "ada", "item": item, "delete": true})).await;
    let sent = tool.get("webhooks?since=0").await;
    let bodies = sent["webhooks"].as_array().unwrap().iter().map(|sent| sent["body"].clone());
    bodies.map(|body| (body, item.to_string())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_targetprocess_become_work_on_their_item() {
    let mut world = World::new(Kind::Sqlite, &[]).await;
    let bodies = bodies_of_a_day(&world).await;
    let text = |body: &Value, member: &str| body[member].as_str().unwrap().to_owned();
    let name = |body: &Value| format!("{} {}", text(body, "resourceType"), text(body, "modification"));
    let kinds: BTreeSet<String> = bodies.iter().map(|(body, _)| name(body)).collect();
    for kind in [
        "UserStory Created",
        "UserStory Updated",
        "UserStory Deleted",
        "Comment Created",
        "Comment Updated",
        "Comment Deleted",
        "Assignment Created",
        "Assignment Deleted",
    ] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
    assert!(world.service.terminate().await.success());
    world.service = Service::start_as(world.folder.path(), &world.environment, &["--role", "intake"]);
    let hook = Hook::of(&world.service, &world.targetprocess_hook);
    assert!(hook.header.is_some());
    let before = inbox(&world.service).await.len();
    for (body, _) in &bodies {
        assert_eq!(hook.post(body.to_string(), &[]).await.unwrap().status, 204, "{body:#}");
    }
    let rows = inbox(&world.service).await.split_off(before);
    assert_eq!(rows.len(), bodies.len(), "none is lost");
    let expected = bodies.iter().map(|(body, item)| Taken {
        connection: hook.connection().to_owned(),
        event: name(body),
        state: "pending".to_owned(),
        entity: Some(format!("item/{}/{item}", hook.connection())),
    });
    assert_eq!(Taken::all(&rows), sorted(expected.collect()));
    world.end().await;
}
