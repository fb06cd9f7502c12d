//! Targetprocess.

mod access;
mod attachments;
mod formats;
mod history;
mod projecting;
mod reading;
mod removal;
mod resources;
mod robust;
mod streaming;
mod webhooks;
mod writing;

use bowline_sim::Running;
use bowline_sim::targetprocess::{Options, start};
use serde_json::{Value, json};

use crate::client::{Client, Reply, encode};

/// A Targetprocess and its people.
pub(crate) struct World {
    pub(crate) running: Running,
    client: Client,
}

pub(crate) async fn world(options: Options) -> World {
    let running = start(options, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let client = Client::anonymous(running.url());
    World { running, client }
}

impl World {
    /// For the control API.
    pub(crate) fn control(&self) -> &Client {
        &self.client
    }

    /// Reads as Ada; `query` is not encoded yet but for its `&` and `=`.
    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Reply {
        self.client.get(&address(path, query)).await
    }

    /// Follows a link as Ada: links have no token.
    pub(crate) async fn follow(&self, link: &str) -> Reply {
        let path = link.strip_prefix(self.running.url()).unwrap();
        self.client.get(&format!("{path}&access_token=token-ada")).await
    }

    /// Reads as an administrator.
    pub(crate) async fn admin(&self, path: &str) -> Reply {
        self.client.get(&format!("{path}?access_token=token-admin&format=json")).await
    }

    /// Writes as an administrator.
    pub(crate) async fn rule(&self, path: &str, body: Value) -> Reply {
        self.client.post(&format!("{path}?access_token=token-admin&format=json"), body).await
    }

    /// Writes as Ada.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.client.post(&address(path, &[]), body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.client.delete(&address(path, &[])).await
    }

    /// Makes a user story in the first project; the answer is its id.
    pub(crate) async fn make(&self, name: &str) -> u64 {
        let made =
            self.post("/api/v1/UserStories", json!({"Name": name, "Project": {"Id": 100}})).await.expect(201);
        made["Id"].as_u64().unwrap()
    }

    /// The id of a user story's state.
    pub(crate) async fn state(&self, name: &str) -> Value {
        let filter = format!("Name eq '{name}' and EntityType.Name eq 'UserStory'");
        let found = self.get("/api/v1/EntityStates", &[("where", &filter)]).await.expect(200);
        json!({"EntityState": {"Id": found["Items"][0]["Id"]}})
    }
}

fn address(path: &str, query: &[(&str, &str)]) -> String {
    let pairs: String = query.iter().map(|(name, value)| format!("&{name}={}", encode(value))).collect();
    format!("{path}?access_token=token-ada&format=json{pairs}")
}
