//! What our own client asks, held against the documents: path, query and body; and the table of its calls.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::document::{Documents, Place};
use crate::schema;

/// One call, as the tests of crate `jira` write it down.
#[derive(Deserialize)]
struct Call {
    /// `cloud` or `dc`.
    face: String,
    operation: String,
    method: String,
    /// With its query.
    path: String,
    media: Option<String>,
    /// If it is JSON.
    body: Option<Value>,
    status: u16,
}

/// By name: what it is on Cloud, and on Data Center.
type Table = BTreeMap<String, [BTreeSet<String>; 2]>;

/// Holds all calls of a folder against the documents; gives the table of those that succeeded, as Markdown.
pub(crate) fn table(folder: &Path) -> Result<String> {
    let documents = Documents::load()?;
    let (mut table, mut wrong, mut count) = (Table::new(), BTreeSet::new(), 0);
    read(folder, |call| {
        count += 1;
        let path = call.path.split('?').next().unwrap_or_default();
        let place = documents.find(&call.face, &call.method, path);
        let told = format!("{} ({}): {} {path}", call.operation, call.face, call.method);
        match deviations(&documents, place.as_ref(), &call) {
            Ok(all) => wrong.extend(all.into_iter().map(|words| format!("{told}: {words}"))),
            Err(error) => _ = wrong.insert(format!("{told}: the document cannot be used: {error:#}")),
        }
        if call.status < 400 {
            let cells = table.entry(call.operation).or_default();
            let cell = if call.face == "cloud" { cells.first_mut() } else { cells.last_mut() };
            let template = match &place {
                Some(place) => documents.address(place),
                None => documents
                    .overlay
                    .family(path)
                    .map_or_else(|| path.to_owned(), |start| format!("{start}…")),
            };
            cell.map(|cell| cell.insert(format!("`{} {template}`", call.method)));
        }
    })?;
    if count == 0 {
        bail!("no call was written down");
    }
    if !wrong.is_empty() {
        let lines: Vec<String> = wrong.into_iter().collect();
        bail!("{} deviations in {count} calls:\n  {}", lines.len(), lines.join("\n  "));
    }
    print(&table)
}

fn read(folder: &Path, mut show: impl FnMut(Call)) -> Result<()> {
    let mut files = std::fs::read_dir(folder)
        .with_context(|| format!("{}", folder.display()))?
        .map(|file| Ok(file?.path()))
        .collect::<Result<Vec<_>>>()?;
    files.sort();
    for path in files {
        for line in BufReader::new(File::open(&path)?).lines() {
            show(serde_json::from_str(&line?).with_context(|| format!("{}", path.display()))?);
        }
    }
    Ok(())
}

fn deviations(documents: &Documents, place: Option<&Place>, call: &Call) -> Result<Vec<String>> {
    let Some(place) = place else {
        let known = documents.overlay.family(&call.path).is_some();
        return Ok(if known { Vec::new() } else { vec!["it is in no document".to_owned()] });
    };
    let operation = documents.operation(place).context("an operation was found")?;
    let takes = |name: &str| documents.overlay.takes(documents.name(place), &place.template, name);
    let mut wrong = query(operation, call, takes);
    wrong.extend(body(documents, place, operation, call)?);
    Ok(wrong)
}

/// What is asked for in the query must be declared, and what is required must be there.
fn query(operation: &Value, call: &Call, takes: impl Fn(&str) -> bool) -> Vec<String> {
    let declared: Vec<&Value> = operation
        .get("parameters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("query"))
        .collect();
    let name = |parameter: &&Value| parameter.get("name").and_then(Value::as_str).map(str::to_owned);
    let names: BTreeSet<String> = declared.iter().filter_map(name).collect();
    let pairs = call.path.split_once('?').map_or("", |(_, query)| query);
    let asked: BTreeSet<&str> = pairs.split('&').filter_map(|pair| pair.split('=').next()).collect();
    let known = |name: &str| name.is_empty() || names.contains(name) || takes(name);
    let unknown = asked.iter().filter(|name| !known(name));
    let mut wrong: Vec<String> = unknown.map(|name| format!("there is no parameter {name}")).collect();
    let required = declared.iter().filter(|one| one.get("required").and_then(Value::as_bool) == Some(true));
    let lacking = required.filter_map(name).filter(|name| !asked.contains(name.as_str()));
    wrong.extend(lacking.map(|name| format!("the parameter {name} is required")));
    wrong
}

/// A body must be declared, and of the declared shape if it is JSON.
fn body(documents: &Documents, place: &Place, operation: &Value, call: &Call) -> Result<Vec<String>> {
    let declared = operation.get("requestBody");
    let required = declared.and_then(|body| body.get("required")?.as_bool()) == Some(true);
    let Some(media) = &call.media else {
        return Ok(if required { vec!["it needs a body".to_owned()] } else { Vec::new() });
    };
    let media = media.split(';').next().unwrap_or_default();
    let kinds = declared.and_then(|body| body.get("content")?.as_object());
    let Some(kind) = kinds.and_then(|kinds| kinds.get(media).or_else(|| kinds.get("*/*"))) else {
        return Ok(vec![format!("it takes no body of {media}")]);
    };
    let (Some(schema), Some(body)) = (kind.get("schema"), &call.body) else { return Ok(Vec::new()) };
    let whole = schema::whole(schema, documents.components(place)?);
    let validator = jsonschema::draft202012::new(&whole).map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect())
}

fn print(table: &Table) -> Result<String> {
    let mut text = String::from("| call | Cloud | Data Center |\n| --- | --- | --- |\n");
    for (operation, cells) in table {
        let [cloud, data_center] = cells.each_ref().map(|cell| match cell.len() {
            0 => "–".to_owned(),
            _ => cell.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
        });
        writeln!(text, "| `{operation}` | {cloud} | {data_center} |")?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OVERLAY: &str = r#"
undocumented = [{ prefix = "/secure/", reason = "no part of the API" }]
undeclared = { statuses = [], reason = "none" }
asked = [{ document = "cloud-v3", path = "/rest/api/3/issue/{key}", name = "expand", reason = "told in prose" }]
"#;

    fn documents() -> Documents {
        let page = json!({"in": "query", "name": "page", "required": true, "schema": {"type": "string"}});
        let size = json!({"in": "query", "name": "size", "schema": {"type": "string"}});
        let schema = json!({"type": "object", "properties": {"name": {"type": "string"}}});
        let body = json!({"required": true, "content": {"application/json": {"schema": schema}}});
        let paths = json!({"/rest/api/3/issue/{key}": {
            "get": {"parameters": [page, size], "responses": {}},
            "put": {"requestBody": body, "responses": {}},
        }});
        Documents::of("cloud-v3", json!({"paths": paths, "components": {"schemas": {}}}), OVERLAY).unwrap()
    }

    fn wrong(method: &str, path: &str, media: Option<&str>, body: Option<Value>) -> Vec<String> {
        let (documents, media) = (documents(), media.map(str::to_owned));
        let (face, operation, status) = ("cloud".to_owned(), "x".to_owned(), 200);
        let call = Call { face, operation, method: method.into(), path: path.into(), media, body, status };
        let place = documents.find(&call.face, &call.method, path.split('?').next().unwrap());
        deviations(&documents, place.as_ref(), &call).unwrap()
    }

    #[test]
    fn a_call_is_held_against_its_path_its_query_and_its_body() {
        let json = Some("application/json");
        assert!(wrong("GET", "/rest/api/3/issue/A-1?page=1&size=2&expand=x", None, None).is_empty());
        assert!(wrong("PUT", "/rest/api/3/issue/A-1", json, Some(json!({"name": "n"}))).is_empty());
        assert!(wrong("GET", "/secure/file", None, None).is_empty());
        for (method, path, media, body, words) in [
            ("GET", "/rest/api/3/nowhere", None, None, "in no document"),
            ("GET", "/rest/api/3/issue/A-1?page=1&sice=2", None, None, "no parameter sice"),
            ("GET", "/rest/api/3/issue/A-1?size=2", None, None, "page is required"),
            ("PUT", "/rest/api/3/issue/A-1", None, None, "needs a body"),
            ("PUT", "/rest/api/3/issue/A-1", Some("text/plain"), None, "no body of text/plain"),
            ("PUT", "/rest/api/3/issue/A-1", json, Some(json!({"name": 1})), "/name"),
            ("PUT", "/rest/api/3/issue/A-1", json, Some(json!({"nane": "n"})), "nane"),
        ] {
            let told = wrong(method, path, media, body);
            assert!(told.len() == 1 && told[0].contains(words), "{method} {path}: {told:?}");
        }
    }
}
