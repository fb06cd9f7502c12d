//! `[store]`: the database.

use std::path::Path;

use serde::Deserialize;

/// The database. `Debug` does not show the URLs: they may hold a password.
#[derive(Clone, Deserialize)]
pub(crate) struct Store {
    url: String,
    url_file: String,
    migrate_url: String,
    migrate_url_file: String,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store(…)")
    }
}

impl Store {
    /// The URL to serve from; SQLite in the data folder if none is set.
    pub(crate) fn url(&self, data: &Path) -> Result<String, String> {
        let given = one_of("store.url", &self.url, &self.url_file)?;
        Ok(given.unwrap_or_else(|| format!("sqlite:{}", data.join("bowline.db").display())))
    }

    /// The URL to migrate with, if it is another one.
    pub(crate) fn migrate_url(&self) -> Result<Option<String>, String> {
        one_of("store.migrate_url", &self.migrate_url, &self.migrate_url_file)
    }

    pub(super) fn show(&self) -> String {
        let hidden = |url: &str| if url.is_empty() { String::new() } else { redacted(url) };
        format!(
            "[store]\nurl = {:?}\nurl_file = {:?}\nmigrate_url = {:?}\nmigrate_url_file = {:?}\n",
            hidden(&self.url),
            self.url_file,
            hidden(&self.migrate_url),
            self.migrate_url_file
        )
    }
}

fn one_of(key: &str, value: &str, file: &str) -> Result<Option<String>, String> {
    match (value.is_empty(), file.is_empty()) {
        (true, true) => Ok(None),
        (false, true) => Ok(Some(value.to_owned())),
        (false, false) => Err(format!("`{key}` and `{key}_file` are both set; keep one")),
        (true, false) => match std::fs::read_to_string(file) {
            Ok(text) => Ok(Some(text.trim().to_owned())),
            Err(error) => Err(format!("`{key}_file`: {file} cannot be read: {error}")),
        },
    }
}

/// The URL without its password.
fn redacted(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.to_owned(),
    }
}
