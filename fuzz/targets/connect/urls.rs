//! Query string hashes.

use bowline_connect::qsh::{BasePath, Incoming, outgoing};
use http::Method;
use url::Url;

/// Any target; behind a line end the form of its body. Every form of a request is its own and no other request's, and what
/// would go out for it comes in.
pub(super) fn qsh(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (target, form) = text.split_once('\n').unwrap_or((text, ""));
    let base = BasePath::of("https://app.example/connect").unwrap();
    let Ok(request) = Incoming::parse(&Method::POST, target, &base) else { return };
    let forms = request.forms();
    assert!((1..=4).contains(&forms.len()));
    assert!(
        forms.iter().all(|form| request.matches(form.qsh().as_str()) && form.as_str().starts_with("POST&/"))
    );
    let other = Incoming::parse(&Method::GET, target, &base).unwrap();
    assert!(forms.iter().all(|form| !other.matches(form.qsh().as_str())), "another method");
    longer(target, &request, &base);
    if let Ok(with) = request.clone().with_form(form) {
        assert!(with.forms().len() <= 4);
    }
    let Ok(url) = Url::parse(&format!("https://app.example{target}")) else { return };
    let raw = target.split(['?', '#']).next().unwrap_or_default();
    // The URL parser takes dots out of paths, and tabs out of everything.
    if url.path() == raw && !target.contains(|letter: char| letter.is_ascii_control()) {
        let site = Url::parse("https://app.example/connect").unwrap();
        let sent = outgoing(&Method::POST, &url, &site).unwrap();
        assert!(request.matches(sent.qsh().as_str()), "{} is not among {forms:?}", sent.as_str());
    }
}

/// One more parameter is another request.
fn longer(target: &str, request: &Incoming, base: &BasePath) {
    let target = target.split('#').next().unwrap_or_default();
    let sign = if target.contains('?') { '&' } else { '?' };
    let more = Incoming::parse(&Method::POST, &format!("{target}{sign}one-more=1"), base).unwrap();
    assert!(request.forms().iter().all(|form| !more.matches(form.qsh().as_str())), "one more parameter");
}
