//! What token endpoints answer.

use super::*;

#[test]
fn tokens_are_given_to_a_caller_that_data_center_calls_anonymous() {
    let token = r#"{"access_token":"a"}"#;
    let headers = [JSON, ("x-ausername", "anonymous")];
    let of = |known| heard_of(known, 200, &headers, token, true);
    assert_eq!(of(Known { asked: Asked::TokenEndpoint, ..FIXED }), None);
    assert_eq!(of(FIXED).unwrap().class, Class::Anonymous);
}

#[test]
fn a_token_endpoint_ends_a_grant_only_by_a_definite_answer() {
    let known = Known { asked: Asked::TokenEndpoint, ..shown(Presented::Token(Age::Past)) };
    let ended = || app(Class::GrantEnded, Reaction::Probe, code::AUTH_GRANT_ENDED);
    let misconfigured = || app(Class::AppMisconfigured, Reaction::Operator, code::AUTH_APP_MISCONFIGURED);
    let protocol = || app(Class::ProtocolRefused, Reaction::Operator, code::AUTH_PROTOCOL_REFUSED);
    let error = |error: &str, description: &str| {
        format!("{{\"error\":\"{error}\",\"error_description\":\"{description}\"}}")
    };
    let invalid = error("invalid_grant", "Unknown or invalid refresh token.");
    for (status, headers, body, expected) in [
        (403, &[JSON][..], invalid.clone(), ended()),
        (400, &[JSON], invalid.clone(), ended()),
        (401, &[], invalid, ended()),
        (403, &[JSON], error("unauthorized_client", "refresh_token is invalid"), ended()),
        (403, &[JSON], error("unauthorized_client", "no such client"), misconfigured()),
        (401, &[JSON], error("invalid_client", ""), misconfigured()),
        (401, &[JSON], error("access_denied", "Unauthorized"), misconfigured()),
        (400, &[JSON], error("made_up", ""), misconfigured()),
        (400, &[JSON], "{\"error\":\"invalid_grant\"}".into(), ended()),
        (400, &[JSON], error("invalid_request", "redirect_uri"), protocol()),
        (400, &[JSON], error("unsupported_grant_type", ""), protocol()),
        (
            400,
            &[JSON],
            error("invalid_scope", "x"),
            app(Class::ScopeMissing, Reaction::Operator, code::AUTH_SCOPE_MISSING),
        ),
        (
            400,
            &[JSON],
            error("slow_down", ""),
            app(Class::Transient, Reaction::Later, code::AUTH_REFUSED_FOR_NOW),
        ),
        (
            503,
            &[JSON],
            error("invalid_grant", ""),
            app(Class::Transient, Reaction::Later, code::NET_SERVER_ERROR),
        ),
        (404, &[JSON], "{}".into(), app(Class::WrongAddress, Reaction::Operator, code::NET_WRONG_ADDRESS)),
        (401, &[], String::new(), misconfigured()),
        (200, &[JSON], "{\"access_token\":\"x\"}".into(), None),
    ] {
        assert_eq!(of(known, status, headers, &body), expected, "{status} {body}");
    }
    let elsewhere = |reaction| Some((Layer::Gateway, Class::Elsewhere, reaction, code::NET_NOT_JSON));
    assert_eq!(
        of(known, 403, &[HTML], PAGE),
        elsewhere(Reaction::Operator),
        "a firewall's page ends no grant"
    );
    assert_eq!(of(known, 200, &[HTML], PAGE), elsewhere(Reaction::Owner));
    let gateway = Known { gateway: Some(Presented::Fixed), ..known };
    let refused = Some((Layer::Gateway, Class::Rejected, Reaction::Owner, code::AUTH_GATEWAY_REFUSED));
    assert_eq!(of(gateway, 403, &[JSON], "{\"message\":\"Forbidden\"}"), refused);
    let told = |description: &str| {
        heard_of(known, 400, &[JSON], &error("invalid_scope", description), true).unwrap().told
    };
    assert_eq!(told("read:x is unknown").unwrap(), "It says: read:x is unknown.");
    assert_eq!(told("<b>"), None);
}

#[test]
fn what_a_gateway_before_a_token_endpoint_says_of_its_own_token_is_not_about_ours() {
    let known = |shown| Known { asked: Asked::TokenEndpoint, ..behind(shown, Presented::Fixed) };
    let fresh = known(Presented::Token(Age::Fresh));
    let stale = Some((Layer::Gateway, Class::StaleToken, Reaction::Renew, code::AUTH_GATEWAY_TOKEN_STALE));
    let own = "{\"error\":\"invalid_token\"}";
    for body in ["", "{\"message\":\"expired\"}", own] {
        assert_eq!(of(fresh, 401, &[JSON], body), stale, "{body}");
        let again = of(known(Presented::Token(Age::Renewed)), 401, &[JSON], body);
        let refused = Some((Layer::Gateway, Class::Rejected, Reaction::Probe, code::AUTH_GATEWAY_REFUSED));
        assert_eq!(again, refused, "{body}");
    }
    assert_eq!(of(fresh, 401, &[HTML], PAGE), stale, "a gateway's own page");
    let narrow = [(CHALLENGE, "Bearer error=\"insufficient_scope\"")];
    let short =
        Some((Layer::Gateway, Class::ScopeMissing, Reaction::Owner, code::AUTH_GATEWAY_SCOPE_MISSING));
    assert_eq!(of(fresh, 403, &narrow, ""), short);
    // The provider's own words stay what they are, and so does what Jira marks as its own.
    let ended = app(Class::GrantEnded, Reaction::Probe, code::AUTH_GRANT_ENDED);
    assert_eq!(of(fresh, 400, &[JSON], "{\"error\":\"invalid_grant\"}"), ended);
    let misconfigured = app(Class::AppMisconfigured, Reaction::Operator, code::AUTH_APP_MISCONFIGURED);
    assert_eq!(of(fresh, 401, &[JSON, MARK], "{}"), misconfigured);
    for status in [400, 402, 413, 422] {
        assert_eq!(of(fresh, status, &[JSON], ""), misconfigured, "{status}: not sent again");
    }
    assert_eq!(of(Known { gateway: None, ..fresh }, 401, &[JSON], own), misconfigured);
}

#[test]
fn a_body_is_read_to_a_limit() {
    let known = Known { asked: Asked::TokenEndpoint, ..FIXED };
    let long = format!("{{\"error\":\"invalid_grant\",\"error_description\":\"{}\"}}", "x".repeat(3 << 20));
    let found = of(known, 400, &[JSON], &long);
    assert_eq!(found, app(Class::AppMisconfigured, Reaction::Operator, code::AUTH_APP_MISCONFIGURED));
}
