//! One connection to PostgreSQL and the statements it has prepared.
//!
//! Statements are sent many at once: none waits for the answer to the one before. The driver leaves it to its user
//! who moves bytes; here whoever waits for an answer does it, so that no second task has to be woken each time.

use std::borrow::Cow;
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use futures_util::TryStreamExt as _;
use futures_util::future::{maybe_done, try_join_all};
use tokio_postgres::{Client, Error, Row, Statement};

use super::value::{self, Written};
use crate::error::Fault;
use crate::row::Reply;
use crate::stmt::Stmt;

/// Room for every text we have, and for the lists with their few combinations of filters.
const STATEMENTS: usize = 200;

/// What moves bytes; it ends when the connection does.
type Traffic = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// An open connection.
pub(super) struct Session {
    client: Client,
    traffic: Option<Traffic>,
    prepared: HashMap<Cow<'static, str>, Statement>,
}

impl Session {
    pub(super) fn new(
        client: Client,
        connection: impl Future<Output = Result<(), Error>> + Send + 'static,
    ) -> Self {
        Self { client, traffic: Some(Box::pin(connection)), prepared: HashMap::new() }
    }

    /// Whether the server has not hung up, as far as is known without asking it.
    pub(super) fn is_open(&mut self) -> bool {
        if let Some(traffic) = &mut self.traffic
            && traffic.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
        {
            self.traffic = None;
        }
        self.traffic.is_some()
    }

    /// Sends all statements at once; an answer for each. One that failed says nothing about those behind it: whether
    /// they ran depends on what they were sent as part of.
    ///
    /// # Errors
    /// Nothing was sent: one of them cannot be prepared, or its arguments cannot be written.
    pub(super) async fn send(&mut self, stmts: &[Cow<'_, Stmt>]) -> Result<Vec<Result<Reply, Fault>>, Fault> {
        self.prepare(stmts).await?;
        let statement = |stmt: &Stmt| self.prepared.get(stmt.on_postgres()).filter(|_| runs(stmt));
        let ready = stmts.iter().map(|stmt| Ready::of(statement(stmt), stmt));
        let ready = ready.collect::<Result<Vec<_>, Fault>>()?;
        let client = &self.client;
        let answers = in_order(ready.into_iter().map(|ready| answer(client, ready)));
        Ok(moving(&mut self.traffic, answers).await)
    }

    /// Prepares what is not yet.
    async fn prepare(&mut self, stmts: &[Cow<'_, Stmt>]) -> Result<(), Fault> {
        let mut new: Vec<&Stmt> = Vec::new();
        for stmt in stmts {
            let text = stmt.on_postgres();
            let met = self.prepared.contains_key(text) || new.iter().any(|met| met.on_postgres() == text);
            if !met && runs(stmt) {
                new.push(stmt);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        if self.prepared.len() + new.len() > STATEMENTS {
            self.prepared.clear();
            new = stmts.iter().map(AsRef::as_ref).filter(|stmt| runs(stmt)).collect();
        }
        let client = &self.client;
        let prepare = |stmt: &Stmt| {
            let (text, types) = (stmt.on_postgres().clone(), value::types(stmt));
            async move { Ok((text.clone(), client.prepare_typed(&text, &types).await?)) }
        };
        let prepared = try_join_all(new.into_iter().map(prepare));
        let prepared: Result<Vec<_>, Error> = moving(&mut self.traffic, prepared).await;
        self.prepared.extend(prepared?);
        Ok(())
    }

    /// Runs a text of several statements without arguments.
    pub(super) async fn execute(&mut self, text: &str) -> Result<(), Fault> {
        let done = self.client.batch_execute(text);
        Ok(moving(&mut self.traffic, done).await?)
    }

    /// The rows of one statement.
    pub(super) async fn rows(&mut self, text: &str, arguments: &[&str]) -> Result<Vec<Row>, Fault> {
        let arguments: Vec<_> =
            arguments.iter().map(|text| text as &(dyn tokio_postgres::types::ToSql + Sync)).collect();
        let rows = self.client.query(text, &arguments);
        Ok(moving(&mut self.traffic, rows).await?)
    }

    /// Says good-bye. That it cannot be said changes nothing.
    pub(super) async fn close(self) {
        drop(self.client);
        if let Some(traffic) = self.traffic {
            let _ = traffic.await;
        }
    }
}

/// SQLite needs statements that PostgreSQL does not, and one for many rows may be given none.
fn runs(stmt: &Stmt) -> bool {
    !stmt.on_postgres().is_empty() && !stmt.rows.is_empty()
}

/// Waits for `work`, and moves bytes meanwhile.
async fn moving<T>(traffic: &mut Option<Traffic>, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        // First what is to be sent is put in line, then it goes, and then its answer may be there.
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        let Some(moves) = traffic else { return work.as_mut().poll(context) };
        if moves.as_mut().poll(context).is_ready() {
            // What still waits for an answer learns that none will come.
            *traffic = None;
        }
        work.as_mut().poll(context)
    })
    .await
}

/// Polls all once, so that they are sent in this order; then takes their answers, which come in the same.
async fn in_order<T>(work: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut work: Vec<_> = work.map(|work| Box::pin(maybe_done(work))).collect();
    poll_fn(|context| {
        for work in &mut work {
            let _ = work.as_mut().poll(context);
        }
        Poll::Ready(())
    })
    .await;
    let mut done = Vec::with_capacity(work.len());
    for mut work in work {
        work.as_mut().await;
        done.extend(work.as_mut().take_output());
    }
    done
}

/// What one statement came to.
async fn answer(client: &Client, ready: Option<Ready<'_>>) -> Result<Reply, Fault> {
    let Some(Ready { statement, arguments }) = ready else { return Ok(Reply::default()) };
    let mut rows = pin!(client.query_raw(statement, arguments).await?);
    let mut reply = Reply::default();
    while let Some(row) = rows.try_next().await? {
        reply.rows.push(value::row(&row)?);
    }
    reply.changed = rows.rows_affected().unwrap_or_default();
    Ok(reply)
}

/// A statement that only has to be sent: the driver finds nothing in it that it could refuse, half-way through others.
struct Ready<'a> {
    statement: &'a Statement,
    arguments: Vec<Written>,
}

impl<'a> Ready<'a> {
    /// None for a statement that PostgreSQL is spared.
    fn of(statement: Option<&'a Statement>, stmt: &Stmt) -> Result<Option<Self>, Fault> {
        let Some(statement) = statement else { return Ok(None) };
        Ok(Some(Self { statement, arguments: value::write(stmt, statement.params())? }))
    }
}
