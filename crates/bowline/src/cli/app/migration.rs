//! `bowline app migration`: how far each tenant's sites are on the way from Connect to Forge.

use serde_json::{Value, json};

use crate::cli::out::at;
use crate::cli::{Context, Done};

pub(super) async fn run(context: &Context) -> Done {
    let seen = context.client()?.get("/api/v1/app/migration").await?;
    if context.out.json {
        context.out.line(seen);
        return Ok(());
    }
    let stages = seen["stages"].as_object().cloned().unwrap_or_default();
    let counted: Vec<String> =
        stages.iter().map(|(stage, count)| format!("{count} on {}", stage.replace('_', " "))).collect();
    context.out.line(format!(
        "Connect is supported until {}: {} days are left. {}",
        at(&seen, "/ends_on"),
        at(&seen, "/days_left"),
        if counted.is_empty() {
            "No site has the app.".to_owned()
        } else {
            format!("Sites: {}.", counted.join(", "))
        }
    ));
    let rows: Vec<Value> = seen["tenants"].as_array().into_iter().flatten().flat_map(rows).collect();
    let columns = [
        ("TENANT", "/tenant"),
        ("SITE", "/site"),
        ("STAGE", "/stage"),
        ("SINCE", "/since"),
        ("NEXT", "/next"),
    ];
    context.out.list(&rows, &columns, "");
    Ok(())
}

/// A line for each site of a tenant.
fn rows(tenant: &Value) -> Vec<Value> {
    let name = if tenant["name"].is_null() { &tenant["id"] } else { &tenant["name"] };
    let sites = tenant["sites"].as_array().cloned().unwrap_or_default();
    let line = |mut site: Value| {
        site["tenant"] = json!(name);
        site
    };
    sites.into_iter().map(line).collect()
}
