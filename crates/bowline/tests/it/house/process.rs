//! The service as a process, and its API.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use bowline_net::plain::Plain;
use bytes::Bytes;
use http::{Method, Request};
use serde_json::Value;
use tokio::time::Instant;

use super::SOON;

/// A status and what came with it; text that is not JSON is a JSON text.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// A client for tests.
pub(crate) fn plain() -> Plain {
    bowline_net::start();
    Plain::new(Duration::from_secs(60)).unwrap()
}

/// Sends a request; `None` if nobody answers.
pub(crate) async fn http(
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Option<Answer> {
    let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = plain().send(request.body(body.into()).unwrap()).await.ok()?;
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Some(Answer { status: answer.status().as_u16(), body })
}

/// Starts this package's binary with these arguments and reads its first line, which is JSON.
pub(crate) fn spawn(
    arguments: &[&str],
    environment: &[(String, String)],
    log: Option<&Path>,
) -> (Child, Value) {
    let stderr = log.map_or_else(Stdio::null, |log| {
        let file = File::options().create(true).append(true).open(log).unwrap();
        Stdio::from(file)
    });
    let mut child = Command::new(env!("CARGO_BIN_EXE_bowline"))
        .args(arguments)
        .env_remove("BOWLINE_CRASH")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(stderr)
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let first = serde_json::from_str(&line).unwrap_or(Value::Null);
    (child, first)
}

/// `bowline serve`; killed when dropped.
pub(crate) struct Service {
    child: Child,
    pub(crate) url: String,
    token: String,
    /// What it wrote to standard error, over all starts.
    pub(crate) log: PathBuf,
}

impl Service {
    pub(crate) fn start(folder: &Path, environment: &[(String, String)]) -> Self {
        Self::start_as(folder, environment, &[])
    }

    /// The same with more arguments.
    pub(crate) fn start_as(folder: &Path, environment: &[(String, String)], more: &[&str]) -> Self {
        let log = folder.join("service.log");
        let arguments = [&["serve", "--json"], more].concat();
        let (child, first) = spawn(&arguments, environment, Some(&log));
        let told = || std::fs::read_to_string(&log).unwrap_or_default();
        let Some(url) = first["listening"].as_str() else { panic!("the service did not start:\n{}", told()) };
        let token = std::fs::read_to_string(folder.join("data").join("admin.token")).unwrap();
        Self { child, url: url.to_owned(), token: token.trim().to_owned(), log }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Calls the API; `None` if the service is gone.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Option<Answer> {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        http(method, &format!("{}{path}", self.url), &headers, body).await
    }

    /// Calls the API and insists on success.
    pub(crate) async fn ok(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.call(method, path, body).await.expect("the service answers");
        assert!((200..300).contains(&answer.status), "{method} {path}: {answer:?}");
        answer.body
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.ok("GET", path, &Value::Null).await
    }

    /// Asks until the answer is as wanted. There is no way to be told of everything a test may want to see.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let value = self.get(path).await;
            if wanted(&value) {
                return value;
            }
            assert!(started.elapsed() < SOON, "{path} did not become as wanted: {value:#}\n{}", self.told());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until several looks found no work that is due or under way. Sweeps are under way again and again, on a busy
    /// machine most of the time: these looks need not follow each other, and there is time for many more.
    pub(crate) async fn settled(&self) {
        let (started, mut idle) = (Instant::now(), 0);
        while idle < 5 {
            let status = self.get("/api/v1/status").await;
            let none = status["work"]["due"] == 0 && status["work"]["claimed"] == 0;
            idle += u32::from(none);
            assert!(started.elapsed() < 4 * SOON, "work does not end: {status:#}\n{}", self.told());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What it wrote to standard error.
    pub(crate) fn told(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Whether it has ended, and how.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Asks it to stop, by SIGTERM, and waits.
    pub(crate) async fn terminate(&mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.wait(SOON).await.expect("it stops in time")
    }

    /// Waits for its end; `None` if it lives on.
    pub(crate) async fn wait(&mut self, within: Duration) -> Option<ExitStatus> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            if started.elapsed() > within {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until it was killed by SIGKILL; whether it was.
    pub(crate) async fn killed(&mut self, within: Duration) -> bool {
        self.wait(within).await.is_some_and(|status| status.signal() == Some(9))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
