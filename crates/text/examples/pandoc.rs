//! Holds our reading of wiki markup against `pandoc -f jira`, text by text (`cargo xtask conformance pandoc`).
//!
//! Arguments: the list of known differences, a JSON array of `{"text", "reason"}`, and the files of texts (each behind a
//! line `=== name`). Both programs' HTML is read by the same reader before it is compared, so that only what is
//! seen counts. Without the program pandoc it fails and says so.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::process::{Command, ExitCode, Stdio};

use bowline_text::{html, wiki};
use serde::Deserialize;

/// A text that both read differently, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    text: String,
    reason: String,
}

fn main() -> ExitCode {
    match run(&mut std::io::stderr().lock()) {
        Ok(verdict) => {
            let _ = writeln!(std::io::stdout().lock(), "{verdict}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// The verdict; what is wrong is told before it.
fn run(complaints: &mut impl Write) -> Result<String, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(known) = arguments.next() else { return Err("usage: pandoc KNOWN TEXTS…".into()) };
    let known: Vec<Difference> = serde_json::from_str(&std::fs::read_to_string(known)?)?;
    let mut known: BTreeMap<String, String> = known.into_iter().map(|one| (one.text, one.reason)).collect();
    let files: Vec<String> = arguments.map(std::fs::read_to_string).collect::<Result<_, _>>()?;
    let (mut count, mut listed, mut wrong) = (0, 0, 0);
    for case in files.iter().flat_map(|texts| texts.strip_prefix("=== ").unwrap_or(texts).split("\n=== ")) {
        let (name, text) = case.split_once('\n').unwrap_or((case, ""));
        let (ours, theirs) = (seen(&html::print(&wiki::parse(text))), seen(&pandoc(text)?));
        count += 1;
        match (ours == theirs, known.remove(name)) {
            (true, None) => {}
            (false, Some(reason)) if !reason.is_empty() => listed += 1,
            (true, Some(_)) => {
                wrong += 1;
                writeln!(complaints, "{name}: listed as different, and is not")?;
            }
            (false, _) => {
                wrong += 1;
                writeln!(
                    complaints,
                    "{name}: differs, and is not listed\n  ours:   {ours}\n  pandoc: {theirs}"
                )?;
            }
        }
    }
    for name in known.keys() {
        wrong += 1;
        writeln!(complaints, "{name}: listed as different, and there is no such text")?;
    }
    if wrong > 0 {
        return Err(format!("{wrong} of {count} texts are wrong").into());
    }
    Ok(format!("{count} texts: {} agree with pandoc, {listed} differ as listed", count - listed))
}

/// What a reader of HTML sees, in one spelling: our own reader's.
fn seen(text: &str) -> String {
    bare(&html::print(&html::parse(text)))
}

/// HTML without what pandoc's HTML never has: colours and other spans, the kind of a panel, the language of code. The
/// line end that pandoc puts after code goes as well.
fn bare(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        let (tag, after) = tag.split_at(tag.find('>').map_or(tag.len(), |end| end + 1));
        out.push_str(before);
        match tag {
            "</span>" | "</time>" => {}
            "</code>" if after.starts_with("</pre>") => {}
            "</pre>" => {
                out.truncate(out.trim_end_matches('\n').len());
                out.push_str(tag);
            }
            _ if tag.starts_with("<span") || tag.starts_with("<time") || tag.starts_with("<code class") => {}
            _ if tag.starts_with("<blockquote") => out.push_str("<blockquote>"),
            _ => out.push_str(tag),
        }
        rest = after;
    }
    out + rest
}

fn pandoc(text: &str) -> Result<String, Box<dyn Error>> {
    let mut child = Command::new("pandoc")
        .args(["--from", "jira", "--to", "html", "--wrap", "none", "--no-highlight", "--preserve-tabs"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| {
            format!("pandoc does not start ({error}): install it (Debian: `apt-get install pandoc`)")
        })?;
    // The texts are smaller than a pipe's buffer; the other end is closed by dropping it.
    child.stdin.take().ok_or("pandoc takes no input")?.write_all(text.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("pandoc failed on {text:?}").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
