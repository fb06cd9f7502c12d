//! PostgreSQL: one row, one transaction; from one connection, and from several, whose syncs the server groups.

use std::time::Duration;

use anyhow::Result;
use futures_util::future::try_join_all;
use tokio::time::Instant;
use tokio_postgres::Client;

use super::{BODY, Limit};
use crate::database::connect;

/// As many as the service's workers.
const MANY: usize = 16;

/// Measures in a table of its own in the database behind the URL.
pub(crate) async fn measure(url: &str, length: Duration) -> Result<Limit> {
    let mut connections = Vec::new();
    for _ in 0..MANY {
        connections.push(connect(url).await?);
    }
    if let Some(first) = connections.first() {
        first
            .batch_execute("CREATE TABLE IF NOT EXISTS bench_rows (id bigserial PRIMARY KEY, body bytea)")
            .await?;
    }
    let one = rate(connections.get(..1).unwrap_or_default(), length).await?;
    let many = rate(&connections, length).await?;
    Ok(Limit { one, many: Some(many) })
}

async fn rate(connections: &[Client], length: Duration) -> Result<f64> {
    let started = Instant::now();
    let insert = async |connection: &Client| {
        let insert = connection.prepare("INSERT INTO bench_rows (body) VALUES ($1)").await?;
        let mut count = 0_u32;
        while started.elapsed() < length {
            connection.execute(&insert, &[&BODY.as_slice()]).await?;
            count += 1;
        }
        anyhow::Ok(count)
    };
    let counts = try_join_all(connections.iter().map(insert)).await?;
    Ok(f64::from(counts.iter().sum::<u32>()) / started.elapsed().as_secs_f64())
}
