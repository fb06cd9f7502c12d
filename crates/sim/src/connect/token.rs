//! Tokens of users: an app that may act for people is given one for a while, and the host page makes calls with one.

use super::Product;
use crate::frame::call::Person;
use crate::jira::site::Site;

/// How long one lives, in milliseconds: what the token server's answers have been seen to say.
pub(crate) const LIFE: i64 = 900_000;

/// A token of a user in an app's hands.
#[derive(Clone, Debug)]
pub(crate) struct UserToken {
    pub(crate) text: String,
    pub(crate) product: Product,
    /// The app's key.
    pub(crate) app: String,
    pub(crate) who: Person,
    /// What the app may do with it: no more than its descriptor allows.
    pub(crate) scopes: Vec<String>,
    pub(crate) expires: i64,
}

/// Makes one; `scopes` narrow those of the app's descriptor if they are given.
pub(crate) fn make(
    site: &mut Site,
    product: Product,
    (app, who): (&str, Person),
    scopes: Option<Vec<String>>,
) -> Option<String> {
    let install = site.connect.of(product).app(app).filter(|app| app.is_live())?;
    let (all, now) = (install.descriptor.scopes.clone(), site.frame.clock.now());
    let text = site.connect.draw_text(64);
    site.connect.tokens.retain(|token| token.expires > now);
    site.connect.tokens.push(UserToken {
        text: text.clone(),
        product,
        app: app.to_owned(),
        who,
        scopes: scopes.unwrap_or(all),
        expires: now.saturating_add(LIFE),
    });
    Some(text)
}

/// The token of this text, if it is worth something.
pub(crate) fn find<'a>(site: &'a Site, text: &str) -> Option<&'a UserToken> {
    let now = site.frame.clock.now();
    let token = site.connect.tokens.iter().find(|token| token.text == text && token.expires > now)?;
    site.connect.of(token.product).app(&token.app).filter(|app| app.is_live()).map(|_| token)
}
