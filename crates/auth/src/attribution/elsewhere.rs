//! Answers of something that is not the tool: a page, or the way to one, where JSON was due.

use bowline_core::attribution::{Attribution, Class, Heard, Layer, Reaction};
use http::header::LOCATION;
use url::Url;

/// A proxy or a single sign-on that answered instead of the tool. Its page is never followed.
pub(super) fn read(heard: &Heard<'_>) -> Option<Attribution> {
    let answer = heard.answer;
    let is_elsewhere = match answer.status {
        status if status.is_redirection() => answer.is_page() || leads_away(heard),
        status => status.is_success() && answer.is_page(),
    };
    let found = Attribution::new(Layer::Gateway, Class::Elsewhere, Reaction::Owner);
    (heard.json_due && is_elsewhere).then_some(found)
}

fn leads_away(heard: &Heard<'_>) -> bool {
    let location = heard.answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let Ok(here) = Url::parse(heard.url) else { return location.is_some() };
    location.is_some_and(|location| match here.join(location) {
        Ok(there) => there.origin() != here.origin() || there.path().to_ascii_lowercase().contains("login"),
        Err(_) => true,
    })
}
