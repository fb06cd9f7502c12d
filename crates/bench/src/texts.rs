//! `bowline-bench text`: how fast texts are converted, beside Atlassian's transformers and npm `jira2md`.
//!
//! All convert the same texts from one text to another: wiki markup and ADF beside `@atlaskit`, wiki markup and Markdown beside
//! `jira2md`. Texts at which another library fails are left out for both. They take turns. The aims are those for the corpus,
//! whose texts are short; long descriptions are measured beside it and have none.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bowline_text::{adf, markdown, wiki};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::proc::thread_rate;
use crate::program::answer_of_node;
use crate::rank::median;
use crate::report::say;

/// Texts as people write them, and every notation of the markup: each behind a line that begins with `=== `.
const CORPUS: [&str; 2] =
    [include_str!("../../text/corpus/wiki.txt"), include_str!("../../text/corpus/notation.txt")];

/// Whole descriptions, of some kilobytes each.
const LONG: [&str; 1] = [include_str!("../../text/corpus/long.txt")];

/// How to measure.
#[derive(clap::Args)]
pub(crate) struct Texts {
    /// The folder of the installed JavaScript packages.
    #[arg(long)]
    modules: PathBuf,
    /// The program that measures the others.
    #[arg(long)]
    script: PathBuf,
    /// One short round: shows that everything works, not how fast.
    #[arg(long)]
    quick: bool,
    /// Writes all figures to a file as well.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// A conversion, as a name that both sides know.
struct Conversion {
    name: &'static str,
    title: &'static str,
    beside: &'static str,
    /// What issue 6 asks for: so many times the others.
    aim: f64,
    convert: fn(&str) -> Result<String>,
    /// Makes its input of a text in wiki markup.
    input: fn(&str) -> String,
}

const CONVERSIONS: [Conversion; 4] = [
    Conversion {
        name: "wiki_adf",
        title: "wiki markup to ADF",
        beside: "@atlaskit",
        aim: 20.0,
        convert: |text| Ok(adf::to_string(&wiki::parse(text))),
        input: str::to_owned,
    },
    Conversion {
        name: "adf_wiki",
        title: "ADF to wiki markup",
        beside: "@atlaskit",
        aim: 20.0,
        convert: |text| Ok(wiki::print(&adf::from_str(text)?)),
        input: |text| adf::to_string(&wiki::parse(text)),
    },
    Conversion {
        name: "wiki_markdown",
        title: "wiki markup to Markdown",
        beside: "jira2md",
        aim: 1.0,
        convert: |text| Ok(markdown::print(&wiki::parse(text))),
        input: str::to_owned,
    },
    Conversion {
        name: "markdown_wiki",
        title: "Markdown to wiki markup",
        beside: "jira2md",
        aim: 1.0,
        convert: |text| Ok(wiki::print(&markdown::parse(text))),
        input: |text| markdown::print(&wiki::parse(text)),
    },
];

/// What the other program says of one conversion.
#[derive(Deserialize)]
struct Theirs {
    rate: f64,
    refused: Vec<usize>,
}

/// One conversion: passes over all its texts a second, round by round.
#[derive(Debug, Serialize)]
struct Figures {
    group: &'static str,
    conversion: &'static str,
    beside: &'static str,
    texts: usize,
    /// At which the other library fails.
    left_out: usize,
    bytes: usize,
    ours: Vec<f64>,
    theirs: Vec<f64>,
    ratio: f64,
    /// None for texts that are measured and not judged.
    aim: Option<f64>,
}

type Inputs = BTreeMap<&'static str, Vec<String>>;

/// Measures, and prints the verdict last.
pub(crate) fn run(ask: &Texts) -> Result<()> {
    let mut all = measured(ask, "corpus", &CORPUS)?;
    let long = measured(ask, "long", &LONG)?;
    all.extend(long.into_iter().map(|figures| Figures { aim: None, ..figures }));
    report(ask, &all)
}

/// The figures of all conversions for some texts.
fn measured(ask: &Texts, group: &'static str, files: &[&'static str]) -> Result<Vec<Figures>> {
    let (rounds, seconds) = if ask.quick { (1, 0.1) } else { (5, 2.0) };
    let mut inputs: Inputs =
        CONVERSIONS.iter().map(|one| (one.name, texts(files).map(one.input).collect())).collect();
    let tried = theirs(ask, &inputs, 0.0)?;
    let left_out = leave_out(&mut inputs, &tried)?;
    let mut figures = CONVERSIONS.each_ref().map(|one| figures(group, one, &inputs, &left_out));
    for _ in 0..rounds {
        let told = theirs(ask, &inputs, seconds)?;
        for (one, figures) in CONVERSIONS.iter().zip(&mut figures) {
            let texts = inputs.get(one.name).context("a conversion has inputs")?;
            figures.ours.push(ours(one, texts, Duration::from_secs_f64(seconds))?);
            figures.theirs.push(told.get(one.name).context("a conversion was not measured")?.rate);
        }
    }
    for figures in &mut figures {
        let pairs = figures.ours.iter().zip(&figures.theirs);
        figures.ratio = median(&pairs.map(|(ours, theirs)| ours / theirs).collect::<Vec<_>>());
    }
    Ok(figures.into())
}

/// The texts of some files, each behind its name.
fn texts(files: &[&'static str]) -> impl Iterator<Item = &'static str> {
    let texts = files.iter().flat_map(|file| file.split("\n=== "));
    texts.filter_map(|text| Some(text.split_once('\n')?.1))
}

/// Leaves out what the others cannot convert; says how much that is.
fn leave_out(inputs: &mut Inputs, told: &BTreeMap<String, Theirs>) -> Result<BTreeMap<&'static str, usize>> {
    let mut left_out = BTreeMap::new();
    for (name, texts) in inputs {
        let refused = &told.get(*name).context("a conversion was not tried")?.refused;
        let mut index = 0..;
        texts.retain(|_| index.next().is_some_and(|index| !refused.contains(&index)));
        if texts.is_empty() {
            bail!("{name}: the other library converts none of the texts");
        }
        left_out.insert(*name, refused.len());
    }
    Ok(left_out)
}

fn figures(
    group: &'static str,
    one: &Conversion,
    inputs: &Inputs,
    left_out: &BTreeMap<&'static str, usize>,
) -> Figures {
    let texts = inputs.get(one.name).map_or(&[][..], Vec::as_slice);
    Figures {
        group,
        conversion: one.title,
        beside: one.beside,
        texts: texts.len(),
        left_out: left_out.get(one.name).copied().unwrap_or_default(),
        bytes: texts.iter().map(String::len).sum(),
        ours: Vec::new(),
        theirs: Vec::new(),
        ratio: 0.0,
        aim: Some(one.aim),
    }
}

/// How many passes over all texts one thread makes in a second.
fn ours(one: &Conversion, texts: &[String], length: Duration) -> Result<f64> {
    thread_rate(length, || {
        for text in texts {
            std::hint::black_box((one.convert)(text)?);
        }
        Ok(1)
    })
}

fn theirs(ask: &Texts, inputs: &Inputs, seconds: f64) -> Result<BTreeMap<String, Theirs>> {
    let input = json!({"seconds": seconds, "inputs": inputs}).to_string();
    let told = answer_of_node(&ask.modules, &ask.script, &input)?;
    serde_json::from_slice(&told).with_context(|| format!("{} says no rates", ask.script.display()))
}

fn report(ask: &Texts, all: &[Figures]) -> Result<()> {
    if let Some(path) = &ask.json {
        let text = serde_json::to_string_pretty(all)?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    say("conversions of a second of one core, in MB of text:");
    for one in all {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred kilobytes")]
        let size = one.bytes as f64 / 1e6;
        say(&format!(
            "  {:6} {:24} ours {:7.1}   {:9} {:7.2}   {:6.1} times{}; {} texts, {} left out",
            one.group,
            one.conversion,
            median(&one.ours) * size,
            one.beside,
            median(&one.theirs) * size,
            one.ratio,
            one.aim.map(|aim| format!(" (aim {aim})")).unwrap_or_default(),
            one.texts,
            one.left_out,
        ));
    }
    let is_missed = |one: &&Figures| one.aim.is_some_and(|aim| one.ratio < aim);
    let missed = all.iter().filter(is_missed).map(|one| one.conversion).collect::<Vec<_>>();
    let verdict =
        if missed.is_empty() { "all aims met".to_owned() } else { format!("missed: {}", missed.join(", ")) };
    say(&format!("bench text: {verdict}"));
    Ok(())
}
