//! `bowline activity` and `bowline status`: what was done, and how things stand.

use clap::Args;
use serde_json::Value;

use super::exit::{Exit, Failed};
use super::out::at;
use super::{Context, Done};

#[derive(Args)]
pub(crate) struct Ask {
    /// At most so many lines.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Go on with what happens from now on.
    #[arg(long)]
    follow: bool,
}

pub(super) async fn run(context: &Context, ask: Ask) -> Done {
    let (client, out) = (context.client()?, context.out);
    let (lines, _) = client.list("/api/v1/activity", ask.limit).await?;
    for line in lines.iter().rev() {
        out.value(line, text);
    }
    if !ask.follow {
        if lines.is_empty() {
            out.note("Nothing was done yet.");
        }
        return Ok(());
    }
    let mut stream = client.stream("/api/v1/events").await?;
    let mut rest = String::new();
    while let Some(chunk) =
        stream.chunk().await.map_err(|error| Failed::new(Exit::Unavailable, error.to_string()))?
    {
        rest.push_str(&String::from_utf8_lossy(&chunk));
        while let Some((event, after)) = rest.split_once("\n\n") {
            if let Some(line) = activity(event) {
                out.value(&line, text);
            }
            rest = after.to_owned();
        }
    }
    Err(Failed::new(Exit::Unavailable, "the service ended the stream"))
}

/// The line of a server-sent event, if it tells of activity.
fn activity(event: &str) -> Option<Value> {
    if !event.lines().any(|line| line.trim_end() == "event: activity") {
        return None;
    }
    let data: Vec<&str> = event.lines().filter_map(|line| line.strip_prefix("data:")).collect();
    serde_json::from_str(data.join("\n").trim()).ok()
}

/// One line for people.
pub(crate) fn text(line: &Value) -> String {
    let delay = line["delay_us"].as_i64().map(|us| format!("  {} ms", us / 1_000)).unwrap_or_default();
    let arrow = match line["target"].as_str() {
        Some("left") => "<-",
        Some("right") => "->",
        _ => "--",
    };
    let fields = match at(line, "/fields") {
        none if none.is_empty() => none,
        some => format!("  {some}"),
    };
    let (left, right, deed) = (at(line, "/left_key"), at(line, "/right_key"), at(line, "/deed"));
    format!("{}  {left} {arrow} {right}  {deed}{fields}{delay}", at(line, "/at"))
}

pub(super) async fn status(context: &Context) -> Done {
    let status = context.client()?.get("/api/v1/status").await?;
    context.out.value(&status, |status| {
        let mut lines: Vec<String> = Vec::new();
        for connection in status["connections"].as_array().into_iter().flatten() {
            let code = at(connection, "/health/code");
            let code = if code.is_empty() { code } else { format!(" ({code})") };
            lines.push(format!("{:<20} {}{code}", at(connection, "/name"), at(connection, "/health/state")));
        }
        for (state, count) in status["shares"].as_object().into_iter().flatten() {
            lines.push(format!("{:<20} {count}", format!("shares {state}")));
        }
        let ms = |pointer: &str| status.pointer(pointer).and_then(Value::as_i64).map(|us| us / 1_000);
        if let (Some(p50), Some(p95)) = (ms("/delay/p50_us"), ms("/delay/p95_us")) {
            lines.push(format!("{:<20} {p50} ms half of the time, {p95} ms at most in 95 of 100", "delay"));
        }
        lines.push(format!("{:<20} {}", "open findings", at(status, "/findings_open")));
        lines.join("\n")
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_activity_is_told_whatever_else_the_stream_says() {
        assert_eq!(activity("event: status\ndata: {}"), None);
        let told = activity("id: 1\nevent: activity\ndata: {\"deed\":\"synced\"}").unwrap();
        assert_eq!(told["deed"], "synced");
    }
}
