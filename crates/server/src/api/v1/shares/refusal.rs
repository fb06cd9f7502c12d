//! Why a wish cannot be granted, as a problem. The engine says what; here is the status and the sentence.

use bowline_core::failure::{Act, Failure};
use bowline_mapping::{NotRouted, Reason};
use bowline_sync::Refusal;
use http::StatusCode;

use crate::problem::Problem;

/// When to try again after a tool failed in a way that passes, if it did not say, in seconds.
const PASSING: u32 = 10;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = refusal.code();
        let unfit = |detail: String| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code.clone(), detail);
        match refusal {
            Refusal::Store(error) => error.into(),
            Refusal::Tool(failure) => of_failure(&failure),
            Refusal::NoItem { tool, .. } => {
                unfit(format!("{tool} has no item of that key that the connection may see."))
            }
            Refusal::NotRouted(NotRouted(reasons)) => {
                let reasons: Vec<String> = reasons.iter().map(Reason::to_string).collect();
                unfit("No routing of the profile takes the item; `reasons` says why.".to_owned())
                    .with("reasons", reasons)
            }
            Refusal::NotPaired => {
                unfit("No routing of the profile names the projects of both items as a pair.".to_owned())
            }
            Refusal::NoType(_) => unfit("The profile does not map the item's type.".to_owned()),
            Refusal::BadProfile => unfit("The stored profile document is not valid.".to_owned()),
            Refusal::NoConnection => {
                Self::new(StatusCode::CONFLICT, code, "A connection of the profile was removed.")
            }
            Refusal::AlreadyShared(share) => {
                Self::new(StatusCode::CONFLICT, code, "The item is shared already in this profile.")
                    .with("share", share)
            }
        }
    }
}

/// A tool's failure: 503 if it passes by itself, else 502. The tool's own words stay out.
fn of_failure(failure: &Failure) -> Problem {
    let problem = |status| Problem::new(status, failure.code.clone(), "The tool did not do what was asked.");
    match failure.act {
        Act::Retry { after } => {
            let seconds = after.map_or(PASSING, |wait| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX));
            problem(StatusCode::SERVICE_UNAVAILABLE).after(seconds.max(1))
        }
        Act::Wait | Act::Park => problem(StatusCode::BAD_GATEWAY),
    }
}
