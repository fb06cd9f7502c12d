//! A connection whose address moves to another origin.
//!
//! The stored secret was entered for the old place, and whoever may change an address need not know it: calls to the
//! new one must not carry it there. And shares hold ids of the old place, which at another site name other items.

use bowline_core::connection::Connection;
use http::Uri;

use crate::api::v1::profiles::has_shares;
use crate::app::App;
use crate::problem::Problem;

/// Refuses a change of address that would send the stored secret to another origin, or that would leave shares with
/// ids of another site.
pub(super) async fn check(
    app: &App,
    connection: &Connection,
    base_url: &str,
    with_secret: bool,
    same_site: bool,
) -> Result<(), Problem> {
    if origin(&connection.base_url) == origin(base_url) {
        return Ok(());
    }
    if !with_secret {
        return Err(Problem::bad_request(
            "`base_url` leads to another scheme, host or port. Send `secret` with it, and `gateway` if there is \
             one: what is stored was entered for the present address and is not sent anywhere else.",
        ));
    }
    if same_site {
        return Ok(());
    }
    for profile in app.ports.registry.profiles(connection.tenant).await? {
        if [profile.left, profile.right].contains(&connection.id) && has_shares(app, &profile).await? {
            return Err(Problem::conflict(
                "Shares tie items of the present site, and at another one their ids name something else. Unlink \
                 them first; or, if it is the same site that has moved, send `\"same_site\": true`.",
            ));
        }
    }
    Ok(())
}

/// Whether two addresses are of one origin.
pub(super) fn same_origin(one: &str, other: &str) -> bool {
    origin(one).is_some() && origin(one) == origin(other)
}

/// Scheme, host and port (RFC 6454, section 4); `None` for what is no address.
fn origin(url: &str) -> Option<(String, String, u16)> {
    let url: Uri = url.parse().ok()?;
    let scheme = url.scheme_str()?.to_ascii_lowercase();
    let usual = if scheme == "https" { 443 } else { 80 };
    Some((scheme, url.host()?.to_ascii_lowercase(), url.port_u16().unwrap_or(usual)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let here = origin("https://jira.example/jira");
        for same in ["https://jira.example", "https://JIRA.example:443/other", "HTTPS://jira.example"] {
            assert_eq!(origin(same), here, "{same}");
        }
        for other in
            ["http://jira.example", "https://jira.example:8443", "https://jira.example.evil", "nowhere"]
        {
            assert_ne!(origin(other), here, "{other}");
        }
    }
}
