//! The table of `docs/sign-in.md`: what the tests have proved, and nothing else.

/// What was proved of one combination.
pub(super) struct Row {
    title: &'static str,
    /// What ended, and was outlived.
    pub(super) ends: Vec<&'static str>,
    /// Layer, kind, and the code that was said.
    pub(super) breaks: Vec<(&'static str, &'static str, String)>,
}

/// What can be wrong with a layer, in the order of the columns.
const KINDS: [&str; 6] = ["missing", "wrong", "expired", "revoked", "captcha", "scope"];

impl Row {
    pub(super) fn new(title: &'static str) -> Self {
        Self { title, ends: Vec::new(), breaks: Vec::new() }
    }

    fn lines(&self) -> String {
        let ends = if self.ends.is_empty() { "–".to_owned() } else { self.ends.join(", ") };
        let mut lines = String::new();
        let mut first = format!("{} | yes | yes | {ends}", self.title);
        for layer in ["transport", "gateway", "application"] {
            let said = |kind: &str| {
                let found = self.breaks.iter().find(|(of, is, _)| (*of, *is) == (layer, kind));
                found.map_or("–".to_owned(), |(_, _, code)| match code.as_str() {
                    "renewed" => "renewed".to_owned(),
                    code => format!("`{code}`"),
                })
            };
            if self.breaks.iter().any(|(of, ..)| *of == layer) {
                let cells = KINDS.map(said).join(" | ");
                lines.push_str(&format!("| {first} | {layer} | {cells} |\n"));
                " | | |".clone_into(&mut first);
            }
        }
        lines
    }
}

/// Compares what was proved with the part of the document that says so.
#[track_caller]
pub(super) fn compare(part: &str, rows: &[Row]) {
    let proved: String = rows.iter().map(Row::lines).collect();
    let document = include_str!("../../../../../docs/sign-in.md");
    let begin = format!("<!-- proved: {part} -->\n");
    let written = document.split(&begin).nth(1).and_then(|rest| rest.split("<!-- end -->").next());
    let written: Option<String> =
        written.map(|text| text.lines().skip(2).map(|line| format!("{line}\n")).collect());
    assert_eq!(
        written.as_deref(),
        Some(proved.as_str()),
        "docs/sign-in.md says something else under `{}` than was proved, which is:\n{HEAD}{proved}",
        begin.trim()
    );
}

const HEAD: &str = "\
| way | reads | writes | outlives | layer | missing | wrong | expired | revoked | CAPTCHA | scope |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
";
