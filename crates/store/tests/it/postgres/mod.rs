//! What is special about PostgreSQL: databases to test in, row-level security, roles, other sessions in the way, a
//! network that falls silent.

mod guard;
mod logins;
mod pipeline;
mod policies;
mod relay;
mod sessions;
mod silence;
mod trips;

use tokio_postgres::{Client, NoTls};

use crate::backend::unique;

/// A database of one case.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) name: String,
}

#[expect(clippy::disallowed_methods, reason = "which server to test against is the caller's to say")]
fn server() -> String {
    std::env::var("BOWLINE_TEST_PG")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

async fn connect(url: &str) -> Client {
    match tokio_postgres::connect(url, NoTls).await {
        Ok((client, connection)) => {
            // Ends when the client is dropped; a test that cuts the connection means to.
            tokio::spawn(async move { drop(connection.await) });
            client
        }
        Err(_) => panic!(
            "no PostgreSQL to test with. Run `cargo xtask test`, which starts one, or let BOWLINE_TEST_PG \
             name a server where the tests may make databases and roles"
        ),
    }
}

/// The same server with another path, user or password.
fn url(user: Option<&str>, database: &str) -> String {
    let server = server();
    let (_, rest) = server.split_once("://").unwrap();
    let (login, host) = rest.rsplit_once('@').unwrap();
    let host = host.split('/').next().unwrap();
    format!("postgres://{}@{host}/{database}", user.unwrap_or(login))
}

impl Database {
    pub(crate) async fn create() -> Self {
        let name = format!("bowline_test_{}", unique());
        let server = connect(&server()).await;
        // Left behind by a run that was killed.
        let left = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        server.batch_execute(&left).await.unwrap();
        server.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        Self { url: url(None, &name), name }
    }

    /// A session of the administrator.
    pub(crate) async fn admin(&self) -> Client {
        connect(&self.url).await
    }

    /// A session in the role that serves.
    pub(crate) async fn app(&self) -> Client {
        let connection = self.admin().await;
        connection.batch_execute("SET ROLE bowline_app").await.unwrap();
        connection
    }

    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        self.admin().await.query_one(sql, &[]).await.unwrap().get(0)
    }

    pub(crate) async fn execute(&self, sql: &'static str) {
        self.admin().await.batch_execute(sql).await.unwrap();
    }

    pub(crate) async fn drop(self) {
        let text = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        connect(&server()).await.batch_execute(&text).await.unwrap();
    }
}
