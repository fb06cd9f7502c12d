//! `bowline explain`: what a code means, offline.

use bowline_core::code::{self, Entry};
use serde_json::json;

use super::exit::{Exit, Failed};
use super::{Done, Out};

pub(super) fn run(out: Out, wanted: Option<&str>) -> Done {
    let Some(wanted) = wanted else {
        let all: Vec<_> = code::REGISTRY.iter().map(|entry| json!(entry)).collect();
        out.list(&all, &[("CODE", "/code"), ("MEANING", "/title")], "");
        return Ok(());
    };
    match code::REGISTRY.iter().find(|entry| entry.code == wanted) {
        Some(entry) => {
            out.value(&json!(entry), |_| text(entry));
            Ok(())
        }
        None => {
            let nearest =
                code::REGISTRY.iter().min_by_key(|entry| strsim::damerau_levenshtein(entry.code, wanted));
            let failed = Failed::new(Exit::NotFound, format!("there is no code `{wanted}`"));
            Err(match nearest {
                Some(entry) => {
                    failed.next(format!("did you mean `{}`? `bowline explain` lists all", entry.code))
                }
                None => failed,
            })
        }
    }
}

fn text(entry: &Entry) -> String {
    format!("{}: {}\n\n{}\n\nWhat to do: {}", entry.code, entry.title, entry.meaning, entry.remedy)
}
