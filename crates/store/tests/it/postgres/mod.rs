//! What is special about PostgreSQL: databases to test in, row-level security, roles, other sessions in the way, a
//! network that falls silent.

mod guard;
mod logins;
mod policies;
mod relay;
mod sessions;
mod silence;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

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

async fn connect(url: &str) -> PgConnection {
    match PgConnection::connect(url).await {
        Ok(connection) => connection,
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
        let mut server = connect(&server()).await;
        // Left behind by a run that was killed.
        let left = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        server.execute(AssertSqlSafe(left)).await.unwrap();
        server.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        Self { url: url(None, &name), name }
    }

    /// A session of the administrator.
    pub(crate) async fn admin(&self) -> PgConnection {
        connect(&self.url).await
    }

    /// A session in the role that serves.
    pub(crate) async fn app(&self) -> PgConnection {
        let mut connection = self.admin().await;
        connection.execute("SET ROLE bowline_app").await.unwrap();
        connection
    }

    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut self.admin().await).await.unwrap()
    }

    pub(crate) async fn execute(&self, sql: &'static str) {
        self.admin().await.execute(sqlx::raw_sql(sql)).await.unwrap();
    }

    pub(crate) async fn drop(self) {
        let text = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        connect(&server()).await.execute(AssertSqlSafe(text)).await.unwrap();
    }
}
