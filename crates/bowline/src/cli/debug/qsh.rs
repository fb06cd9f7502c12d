//! `bowline debug qsh`: the query string hash of a request as Bowline computes it.

use bowline_connect::qsh::{BasePath, Canonical, Incoming, outgoing};
use http::Method;
use serde_json::{Value, json};
use url::{Position, Url};

use super::lines::Fields;

/// Hashes what one line describes.
pub(super) fn answer(fields: &Fields) -> Result<Value, String> {
    let canonical = canonical(fields)?;
    Ok(json!({"canonical": canonical.as_str(), "qsh": canonical.qsh().as_str()}))
}

fn canonical(fields: &Fields) -> Result<Canonical, String> {
    let method = Method::from_bytes(fields.needed("method")?.to_ascii_uppercase().as_bytes());
    let method = method.map_err(|_| "`method` is no method of HTTP")?;
    let (url, base) = (fields.needed("url")?, fields.text("base_url")?.unwrap_or_default());
    match fields.needed("direction")? {
        "jira-to-app" => incoming(&method, (url, base), fields.object("form")?),
        "app-to-jira" if fields.object("form")?.is_some() => {
            Err("`form` is for requests of Jira only: ours are hashed over their URL".to_owned())
        }
        "app-to-jira" => {
            let parse = |text: &str, name: &str| {
                Url::parse(text).map_err(|_| format!("`{name}` cannot be read as a URL"))
            };
            outgoing(&method, &parse(url, "url")?, &parse(base, "base_url")?)
                .map_err(|error| error.to_string())
        }
        _ => Err("`direction` must be jira-to-app or app-to-jira".to_owned()),
    }
}

/// The likeliest of the forms in which Jira may have hashed it. The address may be whole, or path and query alone.
fn incoming(
    method: &Method,
    (url, base): (&str, &str),
    form: Option<&serde_json::Map<String, Value>>,
) -> Result<Canonical, String> {
    let base = match base {
        "" => BasePath::default(),
        base => BasePath::of(base).map_err(|_| "`base_url` cannot be read as a URL")?,
    };
    let target = match url.starts_with('/') {
        true => url.to_owned(),
        false => target(url)?,
    };
    let mut request = Incoming::parse(method, &target, &base).map_err(|error| error.to_string())?;
    if let Some(form) = form {
        request = request.with_form(&encoded(form)?).map_err(|error| error.to_string())?;
    }
    request.forms().into_iter().next().ok_or_else(|| "the request has no canonical form".to_owned())
}

/// Path and query of an address, letter by letter: a parser would tidy them up.
fn target(url: &str) -> Result<String, String> {
    let parsed = Url::parse(url).map_err(|_| "`url` cannot be read as a URL")?;
    let rest = url.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    let begin = rest.find(['/', '?', '#']);
    let target = begin.and_then(|begin| rest.get(begin..)).unwrap_or_default();
    if parsed[Position::BeforePath..].is_empty() || target.is_empty() {
        return Ok("/".to_owned());
    }
    Ok(if target.starts_with('/') { target.to_owned() } else { format!("/{target}") })
}

/// A form as it is sent: a value is a text, or a list of them.
fn encoded(form: &serde_json::Map<String, Value>) -> Result<String, String> {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in form {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            let value =
                value.as_str().ok_or_else(|| format!("`form` has something beside texts in `{name}`"))?;
            body.append_pair(name, value);
        }
    }
    Ok(body.finish())
}
