//! Wrong input, wrong proofs and wrong settings: each is told with a code and what to do, and after it is corrected
//! the work goes on.

mod connection;
mod delivery;
mod profile;
mod share;
mod sign_in;
mod sweep;

use bowline_core::code;
use serde_json::{Value, json};

use crate::house::{Answer, PROFILE, Service};

/// No regular sweep comes in between: what is found was found because of the wrong input.
const NO_SWEEP: (&str, &str) = ("BOWLINE_SYNC__SWEEP_EVERY", "1h");

/// The remedy that goes with a code, which is what every telling of it must say.
#[track_caller]
fn remedy(code: &str) -> &'static str {
    code::REGISTRY.iter().find(|entry| entry.code == code).expect("a registered code").remedy
}

/// Insists on a problem document of this status and code, with a detail and the code's remedy.
#[track_caller]
fn problem(answer: &Answer, status: u16, code: &str) {
    let body = &answer.body;
    assert_eq!(
        (answer.status, &body["status"], &body["code"]),
        (status, &json!(status), &json!(code)),
        "{body:#}"
    );
    assert_eq!(body["remedy"], remedy(code), "{body:#}");
    assert!(body["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{body:#}");
}

/// Waits for the open finding of a code.
async fn finding(service: &Service, code: &str) -> Value {
    let of_code = |page: &Value| {
        let items = page["items"].as_array().unwrap();
        items.iter().find(|finding| finding["code"] == code).cloned()
    };
    let page = service.until("/api/v1/findings", |page| of_code(page).is_some()).await;
    let finding = of_code(&page).unwrap();
    assert_eq!(finding["remedy"], remedy(code), "{finding:#}");
    finding
}

/// Waits until nothing is wrong.
async fn nothing_wrong(service: &Service) {
    service.until("/api/v1/findings", |page| page["items"] == json!([])).await;
}

/// The demo's profile with other words in one place.
fn document(from: &str, to: &str) -> Value {
    assert!(PROFILE.contains(from));
    json!({"document": PROFILE.replacen(from, to, 1)})
}

/// The line of the demo's profile that holds these words.
fn line(words: &str) -> usize {
    PROFILE.lines().position(|line| line.contains(words)).unwrap() + 1
}
