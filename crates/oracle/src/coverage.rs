//! Which operations of the documents were answered with success: the table of `docs/simulator-coverage.md`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;

use crate::document::{Documents, Place};
use crate::transcript;

/// The documents with their titles.
const TITLES: [(&str, &str); 4] = [
    ("cloud-v3", "Jira Cloud, version 3"),
    ("cloud-v2", "Jira Cloud, version 2"),
    ("software", "Jira Software Cloud, agile 1.0 and others"),
    ("dc", "Jira Data Center 10.3: version 2, agile 1.0, auth 1"),
];

/// The table, as Markdown.
pub(crate) fn table(folder: &Path) -> Result<String> {
    let documents = Documents::load()?;
    let mut seen: BTreeSet<(&str, Place)> = BTreeSet::new();
    transcript::read(folder, |answer| {
        if answer.status < 400
            && let Some(place) = documents.find(&answer.face, &answer.method, &answer.path)
        {
            seen.insert((documents.name(&place), place));
        }
    })?;
    let mut text = String::new();
    for (name, title) in TITLES {
        let served: BTreeSet<(String, String)> = seen
            .iter()
            .filter(|(document, _)| *document == name)
            .map(|(_, place)| (place.template.clone(), place.method.clone()))
            .collect();
        let all = documents.operations(name).len();
        writeln!(
            text,
            "\n## {title}\n\n{} of {all} operations.\n\n| path | methods |\n| --- | --- |",
            served.len()
        )?;
        let paths: BTreeSet<&String> = served.iter().map(|(path, _)| path).collect();
        for path in paths {
            let methods: Vec<String> =
                served.iter().filter(|(of, _)| of == path).map(|(_, method)| method.to_uppercase()).collect();
            writeln!(text, "| `{path}` | {} |", methods.join(" "))?;
        }
    }
    Ok(text)
}
