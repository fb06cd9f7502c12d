//! Data of our own on an issue.

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::error::Error;
use crate::site::Jira;
use crate::url::Path;
use crate::wire::Property;

#[derive(Deserialize)]
struct Keys {
    #[serde(default)]
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

impl Jira<'_> {
    fn properties_of(&self, id_or_key: &str) -> Path {
        self.api().issue(id_or_key).then("properties")
    }

    /// The keys of an issue's properties.
    pub async fn property_keys(&self, id_or_key: &str) -> Result<Vec<String>, Error> {
        let keys: Keys = self.get("jira.property.list", self.properties_of(id_or_key)).await?;
        Ok(keys.keys.into_iter().map(|key| key.key).collect())
    }

    /// A property of an issue; `None` if there is none of this key, or the issue may not be seen.
    pub async fn property(&self, id_or_key: &str, key: &str) -> Result<Option<Value>, Error> {
        let property: Result<Property, Error> =
            self.get("jira.property.get", self.properties_of(id_or_key).piece(key)).await;
        match property {
            Ok(property) => Ok(Some(property.value)),
            Err(error) if error.is(StatusCode::NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sets a property of an issue: any JSON of up to 32,768 characters.
    pub async fn set_property(&self, id_or_key: &str, key: &str, value: &Value) -> Result<(), Error> {
        let path = self.properties_of(id_or_key).piece(key);
        self.change("jira.property.set", Method::PUT, path, value).await.map(drop)
    }

    /// Removes a property of an issue.
    pub async fn delete_property(&self, id_or_key: &str, key: &str) -> Result<(), Error> {
        let path = self.properties_of(id_or_key).piece(key);
        self.answer("jira.property.delete", Method::DELETE, path, None, false).await.map(drop)
    }
}
