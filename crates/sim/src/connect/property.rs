//! `rest/atlassian-connect/1/addons/{key}` of both products: what an app is, and the JSON that it keeps there.
//!
//! Only the app itself comes here, by its own token. Limits and words are those of "App properties" in the OpenAPI document.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::{Product, door, note};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;

/// The longest key, in characters.
const LONGEST_KEY: usize = 127;
/// The longest value, in characters.
const LONGEST_VALUE: usize = 32_768;

/// Below the product's base URL.
pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/rest/atlassian-connect/1/addons/{app}", Read(app as fn(&Site, &Call<'_>) -> _)),
        (Method::GET, "/rest/atlassian-connect/1/addons/{app}/properties", Read(list)),
        (Method::GET, "/rest/atlassian-connect/1/addons/{app}/properties/{key}", Read(get)),
        (Method::PUT, "/rest/atlassian-connect/1/addons/{app}/properties/{key}", Write(put)),
        (Method::DELETE, "/rest/atlassian-connect/1/addons/{app}/properties/{key}", Write(delete)),
    ]
}

/// An answer of these operations is a status and a message.
fn told(status: StatusCode, message: &str) -> Answer {
    Answer::json(status, &json!({"statusCode": status.as_u16(), "message": message}))
}

/// The app that calls as itself, if the path is its own.
fn own(site: &Site, call: &Call<'_>) -> Result<(Product, String), Answer> {
    let refused =
        || told(StatusCode::UNAUTHORIZED, "Access to this resource must be authenticated as an app.");
    let caller = door::caller(site, call).map_err(|_| refused())?.filter(|caller| caller.itself);
    let caller = caller.ok_or_else(refused)?;
    if caller.key != call.param("app") {
        let words = "The app key does not match the app that is signed in.";
        return Err(told(StatusCode::NOT_FOUND, words));
    }
    Ok((caller.product, caller.key))
}

fn link(site: &Site, product: Product, app: &str, key: &str) -> String {
    format!("{}/rest/atlassian-connect/1/addons/{app}/properties/{key}", note::base(site, product))
}

/// `GET addons/{app}`
fn app(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (product, key) = match own(site, call) {
        Ok(own) => own,
        Err(answer) => return Ok(answer),
    };
    let base = note::base(site, product);
    let install = site.connect.of(product).app(&key);
    let version =
        install.and_then(|app| app.descriptor.json.get("version").cloned()).unwrap_or(json!("1.0.0"));
    Ok(Answer::ok(&json!({
        "key": key, "version": version, "state": "ENABLED",
        "host": {"product": product.name(), "contacts": []},
        "links": {"self": [{"href": format!("{base}/rest/atlassian-connect/1/addons/{key}")}]},
    })))
}

/// `GET addons/{app}/properties`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (product, app) = match own(site, call) {
        Ok(own) => own,
        Err(answer) => return Ok(answer),
    };
    let all = site.connect.of(product).properties.keys().filter(|(of, _)| *of == app);
    let keys = all.map(|(_, key)| json!({"key": key, "self": link(site, product, &app, key)}));
    Ok(Answer::ok(&json!({"keys": keys.collect::<Vec<_>>()})))
}

/// `GET addons/{app}/properties/{key}`
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (product, app) = match own(site, call) {
        Ok(own) => own,
        Err(answer) => return Ok(answer),
    };
    let key = call.param("key");
    let value = site.connect.of(product).properties.get(&(app.clone(), key.to_owned()));
    Ok(value.map_or_else(missing, |value| Answer::ok(&json!({"key": key, "value": value}))))
}

fn missing() -> Answer {
    told(StatusCode::NOT_FOUND, "The property does not exist.")
}

/// `PUT addons/{app}/properties/{key}`: 201 for a new one, 200 for one that was there.
fn put(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (product, app) = match own(site, call) {
        Ok(own) => own,
        Err(answer) => return Ok(answer),
    };
    let key = call.param("key");
    let value: Option<Value> = serde_json::from_slice(&call.body).ok();
    let wrong = match &value {
        None => Some("The property value must be valid JSON."),
        Some(_) if key.chars().count() > LONGEST_KEY => {
            Some("The property key cannot be longer than 127 characters.")
        }
        Some(_) if call.body.len() > LONGEST_VALUE => {
            Some("The property value cannot be longer than 32768 characters.")
        }
        Some(_) => None,
    };
    if let Some(wrong) = wrong {
        return Ok(told(StatusCode::BAD_REQUEST, wrong));
    }
    let entry = ((app, key.to_owned()), value.unwrap_or_default());
    let before = site.connect.of_mut(product).properties.insert(entry.0, entry.1);
    Ok(match before {
        None => told(StatusCode::CREATED, "Property created."),
        Some(_) => told(StatusCode::OK, "Property updated."),
    })
}

/// `DELETE addons/{app}/properties/{key}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (product, app) = match own(site, call) {
        Ok(own) => own,
        Err(answer) => return Ok(answer),
    };
    let gone = site.connect.of_mut(product).properties.remove(&(app, call.param("key").to_owned()));
    Ok(gone.map_or_else(missing, |_| Answer::empty(StatusCode::NO_CONTENT)))
}
