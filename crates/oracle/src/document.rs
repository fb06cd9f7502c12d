//! The documents kept here, repaired; and which operation of which of them a path means.

use std::io::Read as _;

use anyhow::{Context as _, Result, bail};
use flate2::read::GzDecoder;
use serde_json::{Map, Value};

use crate::overlay::Overlay;

/// One document.
pub(crate) struct Document {
    pub(crate) name: &'static str,
    value: Value,
}

/// All of them, with the rules about what they do not say.
pub(crate) struct Documents {
    pub(crate) overlay: Overlay,
    all: Vec<Document>,
}

/// Where an operation is described.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Index of the document.
    document: usize,
    /// The path as the document writes it.
    pub(crate) template: String,
    /// The method in small letters.
    pub(crate) method: String,
}

impl Documents {
    /// The documents of this crate, repaired by its overlay.
    pub(crate) fn load() -> Result<Self> {
        let files: [(&str, &[u8]); 4] = [
            ("cloud-v3", include_bytes!("../documents/jira-cloud-v3.json.gz")),
            ("cloud-v2", include_bytes!("../documents/jira-cloud-v2.json.gz")),
            ("software", include_bytes!("../documents/jira-software-cloud.json.gz")),
            ("dc", include_bytes!("../documents/jira-dc.json.gz")),
        ];
        let mut all = Vec::new();
        for (name, bytes) in files {
            let mut text = Vec::new();
            GzDecoder::new(bytes).read_to_end(&mut text)?;
            all.push(Document { name, value: serde_json::from_slice(&text)? });
        }
        Self::repaired(all, Overlay::parse(include_str!("../overlay.toml"))?)
    }

    fn repaired(mut all: Vec<Document>, overlay: Overlay) -> Result<Self> {
        for repair in &overlay.repairs {
            let Some(document) = all.iter_mut().find(|document| document.name == repair.document) else {
                bail!("there is no document `{}`", repair.document);
            };
            repair.apply(&mut document.value)?;
        }
        Ok(Self { overlay, all })
    }

    /// Documents that are at hand, for tests.
    #[cfg(test)]
    pub(crate) fn of(name: &'static str, value: Value, overlay: &str) -> Result<Self> {
        Self::repaired(vec![Document { name, value }], Overlay::parse(overlay)?)
    }

    /// The operation that a call means, in the first document that has it.
    pub(crate) fn find(&self, face: &str, method: &str, path: &str) -> Option<Place> {
        let method = method.to_ascii_lowercase();
        candidates(face, path).into_iter().find_map(|(name, path)| {
            let index = self.all.iter().position(|document| document.name == name)?;
            let template = self.all.get(index)?.template(&path, &method)?;
            Some(Place { document: index, template, method: method.clone() })
        })
    }

    /// A whole document, repaired.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.all.iter().find(|document| document.name == name).map(|document| &document.value)
    }

    pub(crate) fn name(&self, place: &Place) -> &'static str {
        self.all.get(place.document).map_or("", |document| document.name)
    }

    /// What the document says of an operation.
    pub(crate) fn operation(&self, place: &Place) -> Option<&Value> {
        let document = self.all.get(place.document)?;
        document.value.get("paths")?.get(&place.template)?.get(&place.method)
    }

    /// The responses of an operation, by status.
    pub(crate) fn responses(&self, place: &Place) -> Option<&Map<String, Value>> {
        self.operation(place)?.get("responses")?.as_object()
    }

    /// Where an operation is on the server.
    pub(crate) fn address(&self, place: &Place) -> String {
        address(self.name(place), &place.template)
    }

    /// The components of the document of an operation.
    pub(crate) fn components(&self, place: &Place) -> Result<&Map<String, Value>> {
        let document = self.all.get(place.document).context("no such document")?;
        document.value.pointer("/components/schemas").and_then(Value::as_object).context("no components")
    }

    /// Every operation of a document, as (path, method).
    pub(crate) fn operations(&self, name: &str) -> Vec<(String, String)> {
        let paths = self.all.iter().find(|document| document.name == name);
        let paths = paths.and_then(|document| document.value.get("paths")?.as_object());
        let mut operations: Vec<_> = paths
            .into_iter()
            .flatten()
            .flat_map(|(path, item)| {
                let methods = item.as_object().into_iter().flatten().map(|(method, _)| method.clone());
                methods.map(move |method| (path.clone(), method))
            })
            .collect();
        operations.sort();
        operations
    }
}

impl Document {
    /// The template with this method that fits a path; the one with the most literal parts, as every router decides.
    fn template(&self, path: &str, method: &str) -> Option<String> {
        let wanted: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        let paths = self.value.get("paths")?.as_object()?;
        let fits = paths.iter().filter(|(_, item)| item.get(method).is_some()).filter_map(|(template, _)| {
            let parts: Vec<&str> = template.split('/').collect();
            let fits = parts.len() == wanted.len()
                && parts.iter().zip(&wanted).all(|(part, word)| part.starts_with('{') || part == word);
            let literal: Vec<bool> = parts.iter().map(|part| !part.starts_with('{')).collect();
            fits.then_some((literal, template.clone()))
        });
        fits.max().map(|(_, template)| template)
    }
}

/// Where a path of a document is on the server: Data Center's leave out what comes before all of them.
pub(crate) fn address(document: &str, path: &str) -> String {
    if document == "dc" { format!("/rest{path}") } else { path.to_owned() }
}

/// The documents to look into, and the path as each writes it.
///
/// Cloud's version 2 has the operations of version 3; its document is older, so what it lacks is looked up there.
fn candidates(face: &str, path: &str) -> Vec<(&'static str, String)> {
    let under = |prefix: &str| path.strip_prefix(prefix).map(str::to_owned);
    match face {
        "cloud" => {
            if let Some(rest) = under("/rest/agile/1.0/").or_else(|| under("/rest/agile/latest/")) {
                return vec![("software", format!("/rest/agile/1.0/{rest}"))];
            }
            if let Some(rest) = under("/rest/api/3/") {
                return vec![("cloud-v3", format!("/rest/api/3/{rest}"))];
            }
            let second = under("/rest/api/2/").or_else(|| under("/rest/api/latest/"));
            second
                .map(|rest| {
                    vec![
                        ("cloud-v2", format!("/rest/api/2/{rest}")),
                        ("cloud-v3", format!("/rest/api/3/{rest}")),
                    ]
                })
                .unwrap_or_default()
        }
        "dc" | "server" => {
            let api = under("/rest/api/2/")
                .or_else(|| under("/rest/api/latest/"))
                .map(|rest| format!("/api/2/{rest}"));
            let agile = under("/rest/agile/1.0/").or_else(|| under("/rest/agile/latest/"));
            let agile = agile.map(|rest| format!("/agile/1.0/{rest}"));
            let auth = under("/rest/auth/1/").or_else(|| under("/rest/auth/latest/"));
            let auth = auth.map(|rest| format!("/auth/1/{rest}"));
            api.or(agile).or(auth).map(|path| ("dc", path)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
