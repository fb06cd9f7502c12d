//! The service's own lines about what it carried over.

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use serde_json::Value;

use crate::client::Client;

/// Fields carried from one item to the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Carried {
    /// When the write was read back.
    pub(crate) at: Timestamp,
    /// Since the first webhook about it was received, in milliseconds.
    pub(crate) delay: f64,
}

/// The id of the newest line; empty if there is none.
pub(crate) async fn newest(service: &Client) -> Result<String> {
    let page = service.get("/api/v1/activity?limit=1").await?;
    Ok(page.pointer("/items/0/id").and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// What was carried over after the line with this id.
pub(crate) async fn since(service: &Client, newest: &str) -> Result<Vec<Carried>> {
    let (mut carried, mut after) = (Vec::new(), String::new());
    loop {
        let page = service.get(&format!("/api/v1/activity?limit=1000{after}")).await?;
        for line in page["items"].as_array().into_iter().flatten() {
            if line["id"] == newest {
                return Ok(carried);
            }
            carried.extend(read(line)?);
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(carried),
        }
    }
}

fn read(line: &Value) -> Result<Option<Carried>> {
    if line["deed"] != "synced" {
        return Ok(None);
    }
    let at = line["at"].as_str().context("a line without a time")?.parse()?;
    let delay = line["delay_us"].as_f64().context("a line without a delay")? / 1_000.0;
    Ok(Some(Carried { at, delay }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_fields_carried_over_count() {
        let line = json!({"deed": "synced", "at": "1970-01-01T00:00:02Z", "delay_us": 1_500});
        let at = Timestamp::from_second(2).unwrap();
        assert_eq!(read(&line).unwrap(), Some(Carried { at, delay: 1.5 }));
        assert_eq!(read(&json!({"deed": "echoed"})).unwrap(), None);
        assert!(read(&json!({"deed": "synced"})).is_err());
    }
}
