//! The impersonation token server: `POST /oauth2/token` gives an app a token of a user ("User impersonation").
//!
//! The assertion is signed with the installation's secret; `iss` names the app by its OAuth client id, `sub` the user, `tnt`
//! the site, `aud` this server, exactly. The app needs the scope `ACT_AS_USER`. Errors are those of RFC 6749 and RFC 7523.

use http::StatusCode;
use serde_json::json;

use super::jwt::Token;
use super::{Product, note, scope, token};
use crate::atlassian::world::Identity;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Query};
use crate::frame::oauth::{error, is_form};
use crate::jira::site::Site;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const CLIENT: &str = "urn:atlassian:connect:clientid:";
const ACCOUNT: &str = "urn:atlassian:connect:useraccountid:";
/// How far clocks may differ, in seconds.
const LEEWAY: i64 = 30;

fn bad(code: &str, words: &str) -> Answer {
    error(StatusCode::BAD_REQUEST, code, words)
}

/// `POST oauth2/token`
pub(crate) fn exchange(identity: &mut Identity, call: &Call<'_>) -> Result<Answer, Answer> {
    if !is_form(call.headers) {
        return Err(bad("invalid_request", "The body is no form"));
    }
    let form = Query::form(&call.body);
    if form.get("grant_type") != Some(GRANT) {
        return Err(bad("unsupported_grant_type", "Only jwt-bearer is known here"));
    }
    let text = form.get("assertion").unwrap_or_default();
    let assertion = Token::read(text).ok_or_else(|| bad("invalid_grant", "The assertion cannot be read"))?;
    if assertion.text("aud") != identity.base {
        return Err(bad("invalid_grant", "Invalid aud"));
    }
    let client = assertion.text("iss").strip_prefix(CLIENT).unwrap_or_default();
    let scopes = form.get("scope").map(|text| text.split_whitespace().map(str::to_owned).collect());
    let given = identity.doors.iter().find_map(|door| {
        let (product, key) = door.house.read(|site| find(site, client))?;
        Some(door.house.write(|site| give(site, product, &key, (&assertion, scopes.clone()))))
    });
    let text = given.unwrap_or_else(|| Err(bad("invalid_client", "No installation has this client id")))?;
    let told = json!({"access_token": text, "expires_in": token::LIFE / 1_000, "token_type": "Bearer"});
    Ok(Answer::ok(&told).header(http::header::CACHE_CONTROL, "no-store"))
}

/// The installation with this client id.
fn find(site: &Site, client: &str) -> Option<(Product, String)> {
    let mut all = site.connect.all().filter(|(_, app)| app.is_live());
    all.find(|(_, app)| app.client_id == client).map(|(product, app)| (product, app.descriptor.key.clone()))
}

fn give(
    site: &mut Site,
    product: Product,
    key: &str,
    (assertion, scopes): (&Token<'_>, Option<Vec<String>>),
) -> Result<String, Answer> {
    let app = site.connect.of(product).app(key).ok_or_else(|| bad("invalid_client", ""))?;
    if !assertion.is_of(&app.secret) {
        return Err(bad("invalid_grant", "The assertion is not signed with the installation's secret"));
    }
    let now = site.frame.clock.now().div_euclid(1_000);
    let expires = assertion.number("exp").unwrap_or_default();
    if expires + LEEWAY <= now || assertion.number("iat").is_none_or(|at| at - LEEWAY > now) {
        return Err(bad("invalid_grant", "The assertion is over"));
    }
    let tenant = assertion.text("tnt").trim_end_matches('/');
    if tenant != note::base(site, product) && tenant != site.base {
        return Err(bad("invalid_grant", "The tenant is not the installation's site"));
    }
    let own = &app.descriptor.scopes;
    if !scope::has(own, "ACT_AS_USER") {
        return Err(error(StatusCode::FORBIDDEN, "unauthorized_client", "The app has no scope ACT_AS_USER"));
    }
    if scopes.iter().flatten().any(|wanted| !scope::has(own, wanted)) {
        return Err(bad("invalid_scope", "The app's descriptor has not all of these scopes"));
    }
    let account = assertion.text("sub").strip_prefix(ACCOUNT).unwrap_or_default();
    let who = site.catalog.person(|own| *own.account_id == *account && !own.inactive && !own.app);
    let who = who.ok_or_else(|| bad("invalid_grant", "No such user can be acted for"))?;
    token::make(site, product, (key, who), scopes).ok_or_else(|| bad("invalid_client", ""))
}
