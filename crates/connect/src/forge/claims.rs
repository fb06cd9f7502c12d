//! What an invocation token says.

use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::installation::Product;

/// The claims of an invocation token, beside those of every token. What is not named here is left alone.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation {
    /// The app and its installation.
    pub app: App,
    /// The context of the page; absent for calls from functions.
    #[serde(default)]
    pub context: Option<Value>,
    /// The account id of the user; only for calls from pages.
    #[serde(default)]
    pub principal: Option<String>,
    /// In which isolated cloud it was made, if in one. Its form was checked.
    #[serde(default)]
    pub ic_label: Option<String>,
    /// The name of this token.
    pub jti: String,
}

/// The app, as installed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct App {
    /// `ari:cloud:ecosystem::app/…`.
    pub id: String,
    /// `ari:cloud:ecosystem::installation/…`: what remote data is kept under. A reinstall changes it.
    pub installation_id: String,
    /// Where calls for this invocation go; see [`Invocation::api_base_url`].
    pub api_base_url: String,
    /// The version of the app.
    #[serde(default)]
    pub app_version: Option<String>,
    /// Where the app runs.
    pub environment: Environment,
    /// The module that called.
    pub module: Module,
    /// The installation with its contexts.
    #[serde(default)]
    pub installation: Option<Installation>,
    /// The licence; only for paid apps in production.
    #[serde(default)]
    pub license: Option<Value>,
}

/// Where an app runs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Environment {
    /// `DEVELOPMENT`, `STAGING` or `PRODUCTION`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `ari:cloud:ecosystem::environment/…`.
    pub id: String,
}

/// A module of an app.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Module {
    /// `core:endpoint`, or the kind of module that shows the page.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its key in the manifest.
    pub key: String,
}

/// An installation, which may be in several products.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Installation {
    /// As [`App::installation_id`].
    pub id: String,
    /// Where the app is installed.
    #[serde(default)]
    pub contexts: Vec<Context>,
}

/// A place where an app is installed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// Its name.
    pub name: String,
    /// Where calls for it go.
    pub api_base_url: String,
    /// The site, which a reinstall does not change.
    #[serde(default)]
    pub cloud_id: Option<String>,
}

impl Invocation {
    /// The site: `context.cloudId`, which a reinstall does not change; absent for calls without a context.
    pub fn cloud_id(&self) -> Option<&str> {
        self.context.as_ref()?.get("cloudId")?.as_str()
    }

    /// Where calls to a product go: `https://api.atlassian.com/ex/jira/<cloudId>`. `gateway` is the origin of the API
    /// gateway, and no other is ever returned, for tokens are sent there. An app that is installed in several products has
    /// one address for each.
    pub fn api_base_url(&self, product: Product, gateway: &Url) -> Option<Url> {
        let path = match product {
            Product::Jira => "/ex/jira/",
            Product::Confluence => "/ex/confluence/",
        };
        let contexts = self.app.installation.iter().flat_map(|installation| &installation.contexts);
        let urls = contexts.map(|context| &context.api_base_url).chain([&self.app.api_base_url]);
        let parsed = urls.filter_map(|url| Url::parse(url).ok());
        let fits = |url: &Url| {
            url.origin() == gateway.origin()
                && url.username().is_empty()
                && url.password().is_none()
                && url.path().starts_with(path)
        };
        parsed.into_iter().find(fits)
    }
}
