//! Where the service may be led: whatever is written, resolved or answered, calls go only where the operator lets the
//! tenant go, and what one tenant may reach is closed to the others.

use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::house::{Database, Folder, Kind, SOON, Service, Tool, environment, http};

/// A place that nobody may come to.
struct Trap(TcpListener);

impl Trap {
    fn new(address: &str) -> Self {
        let listener = TcpListener::bind((address, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    #[track_caller]
    fn is_untouched(&self) {
        assert!(self.0.accept().is_err(), "somebody came");
    }
}

/// Acts for one tenant.
struct Tenant<'a>(&'a Service, &'a str);

impl Tenant<'_> {
    async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.0.token());
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("bowline-tenant", self.1),
        ];
        let answer =
            http(method, &format!("{}{path}", self.0.url), &headers, body.to_string()).await.unwrap();
        (answer.status, answer.body)
    }

    /// Makes a connection, or has it made so.
    async fn connect(&self, name: &str, ask: &Value) -> u16 {
        let mut ask = ask.clone();
        ask["name"] = json!(name);
        self.call("POST", "/api/v1/connections", &ask).await.0
    }

    /// What a test of the connection says: `ok`, or a code.
    async fn test(&self, name: &str) -> String {
        let path = format!("/api/v1/connections/{name}/test");
        let (status, verdict) = self.call("POST", &path, &json!({})).await;
        assert_eq!(status, 200, "{verdict:#}");
        match verdict["ok"] == true {
            true => "ok".to_owned(),
            false => verdict["code"].as_str().unwrap().to_owned(),
        }
    }
}

impl Tenant<'_> {
    /// Waits until the connection works: a grant that could not be got is tried again by itself, but not at once.
    async fn is_well(&self, name: &str) {
        let started = Instant::now();
        loop {
            let said = self.test(name).await;
            if said == "ok" {
                return;
            }
            assert!(started.elapsed() < SOON, "{} {name}: {said}\n{}", self.1, self.0.told());
            let connection = self.call("GET", &format!("/api/v1/connections/{name}"), &Value::Null).await.1;
            if let Some(grant) = connection["sign_in"]["grant"].as_str() {
                self.call("POST", &format!("/api/v1/grants/{grant}/renew"), &json!({})).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn start(folder: &Folder, database: &Database, net: &[(&str, &str)]) -> Service {
    let more = [&[("BOWLINE_NET__ALLOW", ""), ("BOWLINE_NET__PLAIN_HTTP", "true")], net].concat();
    Service::start(folder.path(), &environment(folder, database, &more))
}

fn token(base: &str) -> Value {
    json!({
        "tool": "jira_dc", "base_url": base, "sign_in": {"method": "personal_access_token"}, "secret": "pat-ada",
    })
}

const REFUSED: &str = "net.address_refused";

/// Every door by which a connection reaches its tool: calls, sign-ins with a password, tokens of a provider.
async fn every_door(tenant: &Tenant<'_>, jira: &str) {
    let session = json!({
        "tool": "jira_dc", "base_url": jira, "sign_in": {"method": "session", "user": "ada"}, "secret": "ada",
    });
    let client = json!({
        "name": "service", "provider": "jira_service", "issuer": jira, "client_id": "bowline-service",
        "secret": "secret-bowline-service",
    });
    assert_eq!(tenant.call("POST", "/api/v1/oauth-clients", &client).await.0, 201);
    let minted = json!({ "tool": "jira_dc", "base_url": jira, "oauth_client": "service" });
    for (name, ask) in [("calls", token(jira)), ("session", session), ("minted", minted)] {
        assert_eq!(tenant.connect(name, &ask).await, 201);
    }
}

const DOORS: [&str; 3] = ["calls", "session", "minted"];

#[tokio::test(flavor = "multi_thread")]
async fn what_the_operator_opens_for_one_tenant_stays_closed_to_the_others() {
    let jira = Tool::start(&["jira", "--deployment", "dc"]);
    let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
    let port = jira.url.rsplit(':').next().unwrap();
    let mut service = start(&folder, &database, &[]);
    service.ok("POST", "/api/v1/tenants", &json!({"name": "globex"})).await;
    for name in ["default", "globex"] {
        let tenant = Tenant(&service, name);
        every_door(&tenant, &jira.url).await;
        for door in DOORS {
            assert_eq!(tenant.test(door).await, REFUSED, "{name} {door}");
        }
    }
    assert_eq!(jira.get("state").await["received"]["requests"], 0, "nobody has called");
    for (rules, open, closed) in [
        (format!("{{ default = [\"127.0.0.1:{port}\"] }}"), "default", "globex"),
        (format!("{{ globex = [\"127.0.0.0/8\"], default = [\"127.0.0.1:{}\"] }}", 1), "globex", "default"),
    ] {
        assert!(service.terminate().await.success());
        service = start(&folder, &database, &[("BOWLINE_NET__ALLOW_FOR", &rules)]);
        for door in DOORS {
            Tenant(&service, open).is_well(door).await;
            // After the other one's call, whose connection is still open.
            assert_eq!(Tenant(&service, closed).test(door).await, REFUSED, "{rules} {door}");
        }
    }
    // By the tenant's id as well, and a name that nobody has is told of.
    let tenants = service.get("/api/v1/tenants").await;
    let id = tenants["items"].as_array().unwrap().iter().find(|one| one["name"] == "default").unwrap();
    let rules = format!("{{ {} = [\"127.0.0.1\"], nobody = [\"127.0.0.1\"] }}", id["id"].as_str().unwrap());
    assert!(service.terminate().await.success());
    service = start(&folder, &database, &[("BOWLINE_NET__ALLOW_FOR", &rules)]);
    assert_eq!(Tenant(&service, "default").test("calls").await, "ok");
    assert_eq!(Tenant(&service, "globex").test("calls").await, REFUSED);
    assert!(service.told().contains("nobody"), "{}", service.told());
}

/// Literals of every kind that the URL parsers of this world take for an inside address.
const FORMS: [&str; 32] = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "localhost",
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "172.16.0.1",
    "192.0.0.1",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[fc00::1]",
    "[fe80::1]",
    "[ff02::1]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[::ffff:7f00:1]",
    "[fec0::1]",
    "[::ffff:10.0.0.1]",
    "0",
    "10.1",
];

/// What no rule opens.
const NEVER: [&str; 9] = [
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "[::ffff:169.254.169.254]",
    "100.100.100.200",
    "[fd00:ec2::254]",
    "[fd20:ce::254]",
    "[fe80::1]",
    "metadata.google.internal",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_of_an_inside_address_is_called_and_no_rule_opens_link_local_or_metadata() {
    let trap = Trap::new("127.0.0.1");
    let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
    // The port is a usual one, so that it is the address that is refused.
    let usual = format!("[{}]", trap.port());
    let usual = [("BOWLINE_NET__PORTS", usual.as_str())];
    let mut service = start(&folder, &database, &usual);
    let tenant = Tenant(&service, "default");
    let mut stored = Vec::new();
    for (number, form) in FORMS.iter().chain(&NEVER).enumerate() {
        let name = format!("c{number}");
        // What is no address at all for the API is not even stored.
        match tenant.connect(&name, &token(&format!("http://{form}:{}", trap.port()))).await {
            201 => {
                assert_eq!(tenant.test(&name).await, REFUSED, "{form}");
                stored.push((name, *form));
            }
            status => assert_eq!(status, 400, "{form}"),
        }
    }
    assert!(stored.len() > 35, "{stored:?}");
    trap.is_untouched();
    // With everything allowed that can be, by both kinds of rules.
    let all = "0.0.0.0/0, ::/0, metadata.google.internal, localhost";
    let own = "{ default = [\"169.254.0.0/16\", \"metadata.google.internal\", \"fe80::/10\", \"fd00::/8\"] }";
    assert!(service.terminate().await.success());
    service = start(&folder, &database, &[("BOWLINE_NET__ALLOW", all), ("BOWLINE_NET__ALLOW_FOR", own)]);
    for (name, form) in stored.iter().filter(|(_, form)| NEVER.contains(form)) {
        assert_eq!(Tenant(&service, "default").test(name).await, REFUSED, "{form}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_redirect_of_a_tool_or_a_provider_leads_anybody_inside() {
    let jira = Tool::start(&["jira", "--deployment", "dc"]);
    let trap = Trap::new("127.0.0.1");
    let (folder, database) = (Folder::new(), Database::create(Kind::Sqlite).await);
    // Even where the target may be called, a redirect is not the way there.
    let service = start(&folder, &database, &[("BOWLINE_NET__ALLOW", "127.0.0.1")]);
    let tenant = Tenant(&service, "default");
    let away = json!({"location": format!("http://127.0.0.1:{}/rest/api/2/myself", trap.port())});
    every_door(&tenant, &jira.url).await;
    for status in [301, 302, 303, 307, 308] {
        jira.fault(json!({}), json!({"kind": "status", "status": status, "headers": away}), 1_000).await;
        for door in DOORS {
            let said = tenant.test(door).await;
            assert_ne!(said, "ok", "{door} {status}");
        }
        jira.no_faults().await;
    }
    trap.is_untouched();
}
