//! Templates into HTML. Everything put into one is escaped; a template that names something that is not there fails
//! instead of showing nothing.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde::Serialize;

use super::words;

/// The parts of the page that are brought up to date by themselves: name, template.
pub(super) const REGIONS: [(&str, &str); 5] = [
    ("totals", include_str!("templates/totals.html")),
    ("findings", include_str!("templates/findings.html")),
    ("lines", include_str!("templates/lines.html")),
    ("shares", include_str!("templates/shares.html")),
    ("connections", include_str!("templates/connections.html")),
];

/// Whole pages.
const PAGES: [(&str, &str); 4] = [
    ("authorize", include_str!("templates/authorize.html")),
    ("page", include_str!("templates/page.html")),
    ("door", include_str!("templates/door.html")),
    ("shared", include_str!("templates/shared.html")),
];

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("prose", |text: &str| Value::from_safe_string(words::prose(text)));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in REGIONS.into_iter().chain(PAGES) {
        if let Err(error) = environment.add_template(name, source) {
            tracing::error!(%error, name, "a template does not parse");
        }
    }
    environment
});

/// Renders a template. What fails is in the log.
pub(crate) fn html(name: &str, context: impl Serialize) -> Option<String> {
    let rendered = TEMPLATES.get_template(name).and_then(|template| template.render(Serde(context)));
    rendered.inspect_err(|error| tracing::error!(%error, name, "a template does not render")).ok()
}
