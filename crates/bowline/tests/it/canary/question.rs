//! Secrets on their ways, and questions that are asked rightly and wrongly.

use serde_json::json;

use super::scene::Scene;
use super::{TEXTS, segment};
use crate::house::{Hook, http};

impl Scene {
    /// Secrets go the ways that secrets go, and some ways that they should not.
    pub(super) async fn enter_secrets(&mut self) {
        let scopes: Vec<&str> = [
            "connections:read",
            "connections:write",
            "profiles:read",
            "profiles:write",
            "sync:read",
            "sync:run",
            "items:read",
            "items:write",
        ]
        .to_vec();
        let ask = json!({"name": "limited", "scopes": scopes});
        let made = self.world.service.ok("POST", "/api/v1/tokens", &ask).await;
        self.keep("a token of the tenant", made["token"].as_str().unwrap().to_owned());
        let link = self.world.service.ok("POST", "/api/v1/session-links", &json!({})).await;
        let link = link["url"].as_str().unwrap().split_once("setup=").unwrap().1.to_owned();
        let url = format!("{}/?setup={link}", self.world.service.url);
        assert_eq!(http("GET", &url, &[], "").await.unwrap().status, 200);
        self.keep("the token of a sign-in link", link);

        let (dead, signing, header) =
            ("canary-credential-f4e1d0", "canary-signing-secret-77b3", "canary-header-token-5aa2");
        let body = json!({
            "name": "dead", "tool": "jira_cloud", "base_url": self.world.jira.url, "secret": dead,
            "sign_in": {"method": "api_token", "email": "nobody@example.com"}, "webhook_secret": signing,
            "header": {"name": "x-hook", "token": header},
        });
        for (name, text) in [
            ("a dead credential", dead),
            ("a secret to sign with", signing),
            ("a given header token", header),
        ] {
            self.keep(name, text.to_owned());
        }
        let made = self.world.service.ok("POST", "/api/v1/connections", &body).await;
        self.keep(
            "another webhook address",
            Hook::of(&self.world.service, &made["webhook"]).token().to_owned(),
        );
        assert_eq!(self.ask("POST", "/api/v1/connections/dead/test", "").await, 200);
        let typed = "canary-typed-secret-88c0\n";
        self.keep("a secret given to the command line", typed.trim().to_owned());
        let create = [
            "connection",
            "create",
            "typed",
            "--tool",
            "jira_dc",
            "--url",
            "http://127.0.0.1:9/",
            "--secret-file",
            "-",
        ];
        assert_eq!(self.run(&create[..7], typed), Some(2), "a secret that nobody said where to find");
        assert_eq!(self.run(&["connection", "update", "dead", "--secret-file", "-"], typed), Some(0));
        assert_eq!(self.run(&["connection", "test", "dead"], ""), Some(3));
        assert_eq!(self.run(&["connection", "update", "nowhere", "--secret-file", "-"], typed), Some(4));
    }

    /// Everything is asked for, and asked wrongly.
    pub(super) async fn question(&mut self) {
        let secrets: Vec<String> = self.secrets.values().cloned().collect();
        for path in [
            "connections",
            "connections/dead",
            "profiles",
            "shares?limit=100",
            "activity?limit=200",
            "status",
        ] {
            assert_eq!(self.ask("GET", &format!("/api/v1/{path}"), "").await, 200, "{path}");
        }
        for path in ["findings", "findings?all=true", "inbox", "tokens", "tenants"] {
            assert_eq!(self.ask("GET", &format!("/api/v1/{path}"), "").await, 403, "{path}");
        }
        let url = self.world.service.url.clone();
        for path in ["/", "/metrics", "/readyz?verbose", "/openapi.json"] {
            let answer = http("GET", &format!("{url}{path}"), &[], "").await.unwrap();
            assert_eq!(answer.status, 200, "{path}");
            self.said.push((path.to_owned(), answer.body.to_string()));
        }
        for canary in secrets.iter().map(String::as_str).chain(TEXTS) {
            let wish = json!({"profile": canary, "side": "left", "item": canary}).to_string();
            let wrong = json!({"name": [canary], canary: canary, "secret": {"x": canary}}).to_string();
            let bearer = format!("Bearer {canary}");
            for (method, path, body) in [
                ("POST", "/api/v1/shares", &wish),
                ("POST", "/api/v1/connections", &wrong),
                ("POST", "/api/v1/profiles", &wrong),
            ] {
                assert!(self.ask(method, path, body).await >= 400);
            }
            let item = json!({"profile": "stories", "side": "left", "item": canary}).to_string();
            assert!(self.ask("POST", "/api/v1/shares", &item).await >= 400);
            assert!(
                self.ask("GET", &format!("/api/v1/connections/{}?{canary}={canary}", segment(canary)), "")
                    .await
                    >= 400
            );
            let headers =
                [("authorization", bearer.as_str()), ("bowline-tenant", canary), ("cookie", canary)];
            let answer = http("GET", &format!("{url}/api/v1/findings"), &headers, "").await.unwrap();
            self.said.push(("the answer to a stranger".to_owned(), answer.body.to_string()));
        }
        for command in [
            &["status"][..],
            &["doctor"],
            &["connection", "list"],
            &["share", "list"],
            &["errors", "list"],
            &["activity", "--limit", "200"],
            &["profile", "show", "stories"],
            &["token", "list"],
            &["config", "show"],
        ] {
            self.run(command, "");
            self.run(&[&["--json"], command].concat(), "");
        }
    }
}
