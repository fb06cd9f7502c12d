//! The page on which somebody allows a program something: plain HTML, the same for every provider here.
//!
//! It works without a script and with a browser that nobody sees: buttons and choices have ids, and hidden fields
//! carry what the next request needs.

use std::sync::LazyLock;

use http::StatusCode;
use http::header::{CACHE_CONTROL, REFERRER_POLICY, X_FRAME_OPTIONS};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use crate::frame::answer::Answer;

static ENVIRONMENT: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("consent", include_str!("page/templates/consent.html"))?;
    Ok(environment)
});

/// What is asked.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) lead: String,
    /// What would be allowed, one thing a line.
    pub(crate) lines: Vec<String>,
    /// Where the form goes; no form when empty.
    pub(crate) action: String,
    pub(crate) hidden: Vec<(String, String)>,
    pub(crate) groups: Vec<Group>,
    pub(crate) buttons: Vec<Button>,
}

/// Choices of which one is made.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// Value, words, whether it is the one at first.
    pub(crate) options: Vec<(String, String, bool)>,
}

/// A way to answer.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Button {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
}

impl Page {
    /// The page as an answer that nothing keeps or frames.
    pub(crate) fn show(&self, status: StatusCode) -> Answer {
        let rendered = ENVIRONMENT
            .as_ref()
            .map_err(ToString::to_string)
            .and_then(|all| all.get_template("consent").map_err(|error| error.to_string()))
            .and_then(|page| page.render(Serde(self)).map_err(|error| error.to_string()));
        let answer = match rendered {
            Ok(page) => Answer::page(status, page),
            Err(error) => Answer::page(StatusCode::INTERNAL_SERVER_ERROR, error),
        };
        answer
            .header(CACHE_CONTROL, "no-store")
            .header(REFERRER_POLICY, "no-referrer")
            .header(X_FRAME_OPTIONS, "DENY")
    }

    /// A page that only tells something.
    pub(crate) fn notice(status: StatusCode, title: &str, lead: &str) -> Answer {
        Self { title: title.to_owned(), lead: lead.to_owned(), ..Self::default() }.show(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_calls_itself_cannot_become_markup() {
        let page = Page {
            title: "<script>alert(1)</script>".to_owned(),
            action: "/a?b=\"c\"".to_owned(),
            hidden: vec![("state".to_owned(), "\"><b>".to_owned())],
            groups: vec![Group {
                name: "site",
                label: "Site",
                options: vec![("1".to_owned(), "A & B".to_owned(), true)],
            }],
            buttons: vec![Button { id: "allow", name: "decision", value: "allow", label: "Allow" }],
            ..Page::default()
        };
        let answer = page.show(StatusCode::OK);
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(!text.contains("<script>") && !text.contains("\"><b>"), "{text}");
        assert!(
            text.contains("id=\"allow\"") && text.contains("A &amp; B") && text.contains(" checked"),
            "{text}"
        );
    }
}
