//! Templates into pages. Everything put into one is escaped.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, VARY, X_FRAME_OPTIONS,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde_json::{Value, json};

use crate::frame::answer::Answer;
use crate::frame::control;
use crate::frame::world::{House, World};

const STYLE: &str = include_str!("assets/page.css");
const SCRIPT: &str = include_str!("assets/page.js");

const TEMPLATES: [(&str, &str); 11] = [
    ("shell", include_str!("templates/shell.html")),
    ("pieces", include_str!("templates/pieces.html")),
    ("traffic", include_str!("templates/traffic.html")),
    ("request", include_str!("templates/request.html")),
    ("webhook", include_str!("templates/webhook.html")),
    ("items", include_str!("templates/items.html")),
    ("item", include_str!("templates/item.html")),
    ("setup", include_str!("templates/setup.html")),
    ("faults", include_str!("templates/faults.html")),
    ("clock", include_str!("templates/clock.html")),
    ("wrong", include_str!("templates/wrong.html")),
];

/// Name, path below the page, and title of what the navigation shows.
const TABS: [(&str, &str, &str); 5] = [
    ("traffic", "", "Traffic"),
    ("items", "/items", "Items"),
    ("setup", "/setup", "Setup"),
    ("faults", "/faults", "Faults"),
    ("clock", "/clock", "Clock"),
];

static ENVIRONMENT: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.add_filter("iso", |at: i64| moment(at, "%Y-%m-%dT%H:%M:%S.%3fZ"));
    environment.add_filter("day", |at: i64| moment(at, "%Y-%m-%d"));
    environment.add_filter("hour", |at: i64| moment(at, "%H:%M:%S"));
    environment.add_filter("words", |value: Serde<Value>| words(&value.0));
    environment.add_filter("pretty", |value: Serde<Value>| pretty(&value.0));
    environment.add_filter("tojson", |value: Serde<Value>| value.0.to_string());
    environment.add_filter("query", |text: &str| encode(text));
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment)
});

/// What the browser may load and do: nothing from elsewhere, this style, this script, and questions to this origin.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
});

/// A page before it is rendered.
pub(super) struct Page {
    template: &'static str,
    /// Which of [`TABS`] it belongs to.
    here: &'static str,
    status: StatusCode,
    context: Value,
}

impl Page {
    pub(super) fn new(template: &'static str, here: &'static str, context: Value) -> Self {
        Self { template, here, status: StatusCode::OK, context }
    }

    /// A page that says what is wrong; `back` leads on, below the page.
    pub(super) fn wrong(status: StatusCode, title: &str, why: &str, back: &str) -> Self {
        let context = json!({"title": title, "why": why, "back": back});
        Self { template: "wrong", here: "", status, context }
    }

    /// Renders it; `up` leads from where the browser is to `/_sim/page`.
    pub(super) fn show<W: World>(self, house: &House<W>, up: &str) -> Response {
        let Self { template, here, status, mut context } = self;
        if let Some(members) = context.as_object_mut() {
            let tabs = TABS.map(|(name, path, title)| json!({"name": name, "path": path, "title": title}));
            members.insert("up".to_owned(), json!(up));
            members.insert("here".to_owned(), json!(here));
            members.insert("tabs".to_owned(), json!(tabs));
            members.insert("top".to_owned(), top(house));
            members.insert("style".to_owned(), json!(STYLE));
            members.insert("script".to_owned(), json!(SCRIPT));
        }
        let rendered = ENVIRONMENT.as_ref().map_err(ToString::to_string).and_then(|environment| {
            let template = environment.get_template(template).map_err(|error| error.to_string())?;
            template.render(Serde(&context)).map_err(|error| format!("{error:#}"))
        });
        let answer = match rendered {
            Ok(page) => Answer::page(status, page),
            Err(error) => Answer::json(StatusCode::INTERNAL_SERVER_ERROR, &json!({"error": error})),
        };
        let mut response = answer.into_response();
        let headers = response.headers_mut();
        if let Ok(policy) = HeaderValue::from_str(&POLICY) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        // Not `no-referrer`: with that a form would come with the origin `null`.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("Accept"));
        response
    }
}

/// What stands above every page.
fn top<W: World>(house: &House<W>) -> Value {
    let frame = &house.frame;
    let about = house.read(|world| world.about());
    json!({
        "title": about.title,
        "base_url": about.base_url,
        "clock": control::clock::show(&frame.clock),
        "moved": moved(frame.clock.offset()),
        "items": house.read(W::count),
        "faults": frame.faults.list().len(),
        "blocked": frame.delivery.is_blocked(),
        "version": frame.recorder.version(),
    })
}

/// How far the clock is from real time, if that is a second or more.
fn moved(offset: i64) -> Option<String> {
    let seconds = offset.abs() / 1_000;
    let (number, unit) = match seconds {
        0 => return None,
        1..=119 => (seconds, "s"),
        120..=7_199 => (seconds / 60, "min"),
        7_200..=172_799 => (seconds / 3_600, "h"),
        _ => (seconds / 86_400, "days"),
    };
    Some(format!("{number} {unit} {} real time", if offset > 0 { "ahead of" } else { "behind" }))
}

fn moment(at: i64, format: &str) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default();
    at.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

/// A value in one line.
fn words(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Array(list) if list.is_empty() => "–".to_owned(),
        Value::Array(list) => list.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            let pair = |(name, value): (&String, &Value)| format!("{name}: {}", words(value));
            members.iter().map(pair).collect::<Vec<_>>().join(", ")
        }
        Value::Number(number) => number.to_string(),
    }
}

/// A text as it is, anything else as JSON in several lines.
fn pretty(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        _ => serde_json::to_string_pretty(value).unwrap_or_default(),
    }
}

/// A text as it stands in a query.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_can_be_read() {
        assert!(ENVIRONMENT.as_ref().is_ok(), "{:?}", ENVIRONMENT.as_ref().err());
    }

    #[test]
    fn values_are_told_in_words() {
        let value = json!({"a": [1, "two", null], "b": true, "c": []});
        assert_eq!(words(&value), "a: 1, two, –, b: yes, c: –");
        assert_eq!(encode("a b&<ü>"), "a%20b%26%3C%C3%BC%3E");
        assert_eq!(moved(400), None);
        assert_eq!(moved(-90_000).as_deref(), Some("90 s behind real time"));
        assert_eq!(moved(30 * 86_400_000).as_deref(), Some("30 days ahead of real time"));
    }
}
