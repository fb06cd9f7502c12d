//! `bowline debug text`: a text as Bowline carries it from one format to another.

use std::io::{self, Read, Write};

use bowline_text::{Doc, adf, html, markdown, wiki};
use clap::ValueEnum;

use crate::cli::{Done, Failed};

/// The longest text, in bytes.
const LONGEST: u64 = 16 << 20;

#[derive(Clone, Copy, clap::Args)]
pub(crate) struct Ask {
    /// The format that comes in.
    #[arg(long, value_name = "FORMAT")]
    from: Format,
    /// The format that goes out.
    #[arg(long, value_name = "FORMAT")]
    to: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Atlassian Document Format, as JSON: Jira Cloud, version 3 of its REST API.
    Adf,
    /// Jira's wiki markup: Data Center, and version 2 of Jira Cloud's REST API.
    Wiki,
    /// HTML: Targetprocess, and Jira's rendered fields.
    Html,
    /// Markdown as GitHub reads it.
    Markdown,
}

/// Reads a text to its end and prints it in the other format.
pub(super) fn carry(ask: &Ask, input: impl Read, mut output: impl Write) -> Done {
    let printed = print(ask.to, &parse(ask.from, &read(input)?)?);
    match writeln!(output, "{}", printed.trim_end_matches('\n')) {
        // Nobody reads any more.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

fn read(input: impl Read) -> Result<String, Failed> {
    let mut bytes = Vec::new();
    if input.take(LONGEST + 1).read_to_end(&mut bytes)? as u64 > LONGEST {
        return Err(Failed::usage(format!("the text is longer than {LONGEST} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failed::usage(format!("the text is not UTF-8: it breaks after {at} bytes"))
    })
}

fn parse(format: Format, text: &str) -> Result<Doc, Failed> {
    Ok(match format {
        Format::Adf => {
            let json = serde_json::from_str(text);
            let json = json.map_err(|error| Failed::usage(format!("the text is not JSON: {error}")))?;
            adf::parse(&json).map_err(|error| Failed::usage(error.to_string()))?
        }
        Format::Wiki => wiki::parse(text),
        Format::Html => html::parse(text),
        Format::Markdown => markdown::parse(text),
    })
}

fn print(format: Format, doc: &Doc) -> String {
    match format {
        Format::Adf => adf::to_string(doc),
        Format::Wiki => wiki::print(doc),
        Format::Html => html::print(doc),
        Format::Markdown => markdown::print(doc),
    }
}
