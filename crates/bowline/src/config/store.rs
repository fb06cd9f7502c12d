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

/// What of a URL can hold no password: scheme, host and path. User and query go, and whatever might belong to a
/// password that was not escaped.
fn redacted(url: &str) -> String {
    let bare = |text: &str| text.split(['?', '#']).next().unwrap_or_default().to_owned();
    if url.starts_with("sqlite:") {
        return bare(url);
    }
    let Some((scheme, rest)) = url.split_once("://") else { return "…".to_owned() };
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // Then the first part may be the beginning of a password with such a character in it.
    if tail.contains('@') {
        return format!("{scheme}://…");
    }
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}{}", bare(tail)),
        None => format!("{scheme}://{authority}{}", bare(tail)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_url_says_where_and_not_with_what() {
        for (url, shown) in [
            ("postgres://app:s3cret@db:5432/bowline", "postgres://…@db:5432/bowline"),
            ("postgres://app:s3cret@db/bowline?sslmode=require", "postgres://…@db/bowline"),
            ("postgres://db/bowline?user=app&password=s3cret", "postgres://db/bowline"),
            ("postgres:///bowline?host=/run/pg&password=s3cret", "postgres:///bowline"),
            ("postgres://db/bowline#s3cret", "postgres://db/bowline"),
            ("postgres://db/bowline?password=s3cret@x", "postgres://…"),
            ("postgres://app:s3/cret@db/bowline", "postgres://…"),
            ("postgres://app:s3?cret@db/bowline", "postgres://…"),
            ("postgres://app:s3cret@s3/cret@db/bowline", "postgres://…"),
            ("postgres://app:s3cret@cret@db/bowline", "postgres://…@db/bowline"),
            ("host=db password=s3cret", "…"),
            ("sqlite:/var/lib/bowline/db?key=s3cret", "sqlite:/var/lib/bowline/db"),
            ("sqlite::memory:", "sqlite::memory:"),
        ] {
            assert_eq!(redacted(url), shown, "{url}");
        }
    }
}
