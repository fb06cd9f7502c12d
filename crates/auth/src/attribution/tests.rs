//! The table of answers, row by row.

mod endpoint;

use bowline_core::code;
use bowline_core::port::OutboundAnswer;
use bowline_core::{Code, SignedDuration, Timestamp};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use proptest::prelude::*;

use super::*;

type Headers<'a> = &'a [(&'static str, &'a str)];

const SERAPH: &str = "x-seraph-loginreason";
const CHALLENGE: &str = "www-authenticate";
const KIND: &str = "content-type";
const HTML: (&str, &str) = (KIND, "text/html; charset=utf-8");
const JSON: (&str, &str) = (KIND, "application/json");
const FORM: (&str, &str) = (KIND, "text/plain;charset=UTF-8");
const MARK: (&str, &str) = ("x-arequestid", "1x2");
const PAGE: &str = "<html>please sign in</html>";
const CODE_401: &str = "{\"code\":401,\"message\":\"Unauthorized\"}";
const SCOPE_401: &str = "{\"code\":401,\"message\":\"Unauthorized; scope does not match\"}";

const FIXED: Known<'_> = Known {
    asked: Asked::Api,
    application: Presented::Fixed,
    gateway: None,
    site: "https://jira.example/browse",
};

const fn shown(application: Presented) -> Known<'static> {
    Known { application, ..FIXED }
}

const fn behind(gateway: Presented, application: Presented) -> Known<'static> {
    Known { gateway: Some(gateway), application, ..FIXED }
}

fn heard_of(
    known: Known<'_>,
    status: u16,
    headers: Headers<'_>,
    body: &str,
    json_due: bool,
) -> Option<Attribution> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    let body = Bytes::copy_from_slice(body.as_bytes());
    let answer = OutboundAnswer { status: StatusCode::from_u16(status).unwrap(), headers: map, body };
    let at = "2026-11-22T10:00:00Z".parse::<Timestamp>().unwrap();
    let url = "https://jira.example:8443/rest/api/2/issue/1";
    attribute(&Heard { answer: &answer, url, json_due, at }, &known)
}

/// Layer, class, reaction and code of an answer to a call that wanted JSON.
fn of(
    known: Known<'_>,
    status: u16,
    headers: Headers<'_>,
    body: &str,
) -> Option<(Layer, Class, Reaction, Code)> {
    told(heard_of(known, status, headers, body, true)?)
}

fn told(found: Attribution) -> Option<(Layer, Class, Reaction, Code)> {
    Some((found.layer, found.class, found.reaction, found.code))
}

fn app(class: Class, reaction: Reaction, code: Code) -> Option<(Layer, Class, Reaction, Code)> {
    Some((Layer::Application, class, reaction, code))
}

#[test]
fn an_answer_that_is_the_adapters_blames_nobody() {
    for (status, headers, body) in [
        (200, &[JSON][..], "{}"),
        (200, &[JSON, (SERAPH, "OK"), ("x-ausername", "ada")], "{}"),
        (204, &[HTML], ""),
        (200, &[], "<item/>"),
        (304, &[], ""),
        (301, &[("location", "/rest/api/2/issue/2")], ""),
        (301, &[("location", "https://jira.example:8443/rest/api/2/issue/2")], ""),
        (400, &[JSON], "{\"errorMessages\":[\"no\"]}"),
        (400, &[HTML], PAGE),
        (403, &[JSON], "{}"),
        (403, &[HTML], PAGE),
        (403, &[(SERAPH, "AUTHORISATION_FAILED")], ""),
        (404, &[HTML], PAGE),
        (404, &[(SERAPH, "OUT"), ("x-ausername", "anonymous")], ""),
        (409, &[], ""),
        (422, &[], ""),
    ] {
        for known in [FIXED, shown(Presented::Token(Age::Fresh)), shown(Presented::Token(Age::Renewed))] {
            assert_eq!(of(known, status, headers, body), None, "{status} {headers:?}");
        }
    }
}

#[test]
fn a_failed_sign_in_is_seen_whatever_the_status() {
    let rejected = || app(Class::Rejected, Reaction::Owner, code::AUTH_REJECTED);
    let captcha = || app(Class::Captcha, Reaction::Owner, code::AUTH_CAPTCHA_REQUIRED);
    let anonymous = || app(Class::Anonymous, Reaction::Owner, code::AUTH_ANONYMOUS);
    for (status, headers, expected) in [
        (401, &[JSON][..], rejected()),
        (401, &[HTML], rejected()),
        (401, &[(SERAPH, "AUTHENTICATED_FAILED")], rejected()),
        (403, &[(SERAPH, "AUTHENTICATED_FAILED")], rejected()),
        (200, &[(SERAPH, "AUTHENTICATED_FAILED")], rejected()),
        (200, &[(SERAPH, "OK, AUTHENTICATED_FAILED")], rejected()),
        (200, &[(SERAPH, "OK"), (SERAPH, "AUTHENTICATED_FAILED")], rejected()),
        (403, &[(SERAPH, "AUTHENTICATION_DENIED")], captcha()),
        (401, &[(SERAPH, "AUTHENTICATION_DENIED")], captcha()),
        (403, &[("x-authentication-denied-reason", "CAPTCHA_CHALLENGE; login-url=x")], captcha()),
        (
            200,
            &[(SERAPH, "AUTHORISATION_FAILED")],
            app(Class::Forbidden, Reaction::Owner, code::AUTH_FORBIDDEN),
        ),
        (200, &[(SERAPH, "OUT")], anonymous()),
        (200, &[("x-ausername", "anonymous")], anonymous()),
    ] {
        assert_eq!(of(FIXED, status, headers, PAGE), expected, "{status} {headers:?}");
    }
}

#[test]
fn the_address_to_sign_in_at_is_shown_only_on_a_host_that_was_configured() {
    let told = |reason: &str| {
        let headers = [(SERAPH, "AUTHENTICATION_DENIED"), ("x-authentication-denied-reason", reason)];
        heard_of(FIXED, 403, &headers, PAGE, true).unwrap().told.unwrap()
    };
    for (named, shown) in [
        ("https://jira.example/login.jsp", "https://jira.example/login.jsp"),
        ("http://JIRA.example:8080/login.jsp", "http://jira.example:8080/login.jsp"),
        ("https://evil.example/login.jsp", FIXED.site),
        ("https://jira.example.evil.example/", FIXED.site),
        ("https://jira.example@evil.example/", FIXED.site),
        ("https://evil@jira.example/", FIXED.site),
        ("https://evil.example/?https://jira.example/", FIXED.site),
        ("javascript://jira.example/%0aalert(1)", FIXED.site),
        ("//jira.example/login.jsp", FIXED.site),
        ("login.jsp", FIXED.site),
        ("", FIXED.site),
    ] {
        let reason = format!("CAPTCHA_CHALLENGE; login-url={named}");
        assert_eq!(told(&reason), format!("Sign in at {shown} as this account."), "{named}");
    }
    let long = format!("CAPTCHA_CHALLENGE; login-url=https://jira.example/{}", "x".repeat(600));
    assert_eq!(told(&long), format!("Sign in at {} as this account.", FIXED.site));
    assert_eq!(told("CAPTCHA_CHALLENGE"), format!("Sign in at {} as this account.", FIXED.site));
}

#[test]
fn a_token_that_ends_by_itself_is_renewed_once() {
    let stale = || app(Class::StaleToken, Reaction::Renew, code::AUTH_TOKEN_STALE);
    let dead = || app(Class::Rejected, Reaction::Probe, code::AUTH_REJECTED);
    let invalid = [(CHALLENGE, "Bearer realm=\"x\", error=\"invalid_token\"")];
    for (age, status, headers, body, expected) in [
        (Age::Fresh, 401, &[JSON][..], CODE_401, stale()),
        (Age::Past, 401, &[], "", stale()),
        (Age::Renewed, 401, &[JSON], CODE_401, dead()),
        (Age::Fresh, 401, &invalid, "", stale()),
        (Age::Fresh, 401, &[(SERAPH, "AUTHENTICATED_FAILED")], PAGE, stale()),
        (Age::Past, 403, &[JSON], "{}", stale()),
        (Age::Past, 404, &[JSON], "{}", stale()),
        (Age::Fresh, 404, &[JSON], "{}", None),
        (Age::Renewed, 403, &[JSON], "{}", None),
        (Age::Past, 200, &[("x-ausername", "anonymous")], "{}", stale()),
        (
            Age::Fresh,
            200,
            &[(SERAPH, "OUT")],
            "{}",
            app(Class::Anonymous, Reaction::Owner, code::AUTH_ANONYMOUS),
        ),
    ] {
        assert_eq!(
            of(shown(Presented::Token(age)), status, headers, body),
            expected,
            "{age:?} {status} {headers:?}"
        );
    }
}

#[test]
fn a_missing_scope_is_no_ended_token() {
    let missing = || app(Class::ScopeMissing, Reaction::Owner, code::AUTH_SCOPE_MISSING);
    let bearer = "Bearer error=\"insufficient_scope\", scope=\"read:jira-work write:jira-work\"";
    for known in [FIXED, shown(Presented::Token(Age::Fresh)), shown(Presented::Token(Age::Past))] {
        assert_eq!(of(known, 401, &[JSON], SCOPE_401), missing());
        assert_eq!(of(known, 403, &[(CHALLENGE, bearer)], ""), missing());
    }
    let told = |challenge: &str| heard_of(FIXED, 403, &[(CHALLENGE, challenge)], "", true).unwrap().told;
    assert_eq!(told(bearer).unwrap(), "It asks for the scope read:jira-work write:jira-work.");
    assert_eq!(told("Bearer error=\"insufficient_scope\", scope=\"<script>\""), None);
    assert_eq!(told("Bearer error=\"insufficient_scope\""), None);
}

#[test]
fn a_gateway_in_front_is_blamed_for_its_own_refusals_only() {
    let gateway = |class, reaction, code| Some((Layer::Gateway, class, reaction, code));
    let (fresh, renewed) = (Presented::Token(Age::Fresh), Presented::Token(Age::Renewed));
    let stale = || gateway(Class::StaleToken, Reaction::Renew, code::AUTH_GATEWAY_TOKEN_STALE);
    let bearer = "Bearer error=\"insufficient_scope\", scope=\"write\"";
    let narrow = || gateway(Class::ScopeMissing, Reaction::Owner, code::AUTH_GATEWAY_SCOPE_MISSING);
    let refused = |reaction| gateway(Class::Rejected, reaction, code::AUTH_GATEWAY_REFUSED);
    let rejected = || app(Class::Rejected, Reaction::Owner, code::AUTH_REJECTED);
    for (shown, status, headers, body, expected) in [
        (Presented::Fixed, 401, &[JSON][..], "{\"message\":\"No API key\"}", refused(Reaction::Owner)),
        (Presented::Fixed, 403, &[JSON], "{\"message\":\"Forbidden\"}", refused(Reaction::Owner)),
        (fresh, 401, &[], "", stale()),
        (fresh, 403, &[], "", stale()),
        (renewed, 401, &[], "", refused(Reaction::Probe)),
        (Presented::Token(Age::Past), 404, &[], "", stale()),
        (fresh, 404, &[], "", None),
        (fresh, 403, &[(CHALLENGE, bearer)], "", narrow()),
        (
            fresh,
            403,
            &[(CHALLENGE, bearer), MARK],
            "",
            app(Class::ScopeMissing, Reaction::Owner, code::AUTH_SCOPE_MISSING),
        ),
        (fresh, 401, &[MARK], "", rejected()),
        (fresh, 403, &[MARK], "", None),
        (fresh, 401, &[JSON], "{\"errorMessages\":[\"Login failed\"],\"errors\":{}}", rejected()),
        (fresh, 503, &[HTML], PAGE, gateway(Class::Transient, Reaction::Later, code::NET_SERVER_ERROR)),
        (fresh, 429, &[], "", gateway(Class::Throttled, Reaction::Later, code::NET_THROTTLED)),
        (fresh, 429, &[MARK], "", app(Class::Throttled, Reaction::Later, code::NET_THROTTLED)),
    ] {
        assert_eq!(
            of(behind(shown, Presented::Fixed), status, headers, body),
            expected,
            "{shown:?} {status} {headers:?}"
        );
    }
    let both = behind(fresh, Presented::Token(Age::Past));
    assert_eq!(of(both, 404, &[MARK], ""), app(Class::StaleToken, Reaction::Renew, code::AUTH_TOKEN_STALE));
    assert_eq!(of(both, 404, &[], ""), None, "the gateway's own 404 says nothing about the tool's token");
}

#[test]
fn certificates_and_proxies_are_told_from_the_tool() {
    let transport = |class, code| Some((Layer::Transport, class, Reaction::Owner, code));
    let page = |title: &str| format!("<html><head><title>400 {title}</title></head></html>");
    let certificate = || transport(Class::Certificate, code::AUTH_CERTIFICATE_REFUSED);
    assert_eq!(of(FIXED, 400, &[HTML], &page("No required SSL certificate was sent")), certificate());
    assert_eq!(of(FIXED, 400, &[HTML], &page("The SSL certificate error")), certificate());
    assert_eq!(of(FIXED, 495, &[], ""), certificate());
    assert_eq!(of(FIXED, 496, &[HTML], PAGE), certificate());
    assert_eq!(of(FIXED, 407, &[HTML], PAGE), transport(Class::Proxy, code::AUTH_PROXY_REFUSED));
    assert_eq!(of(FIXED, 400, &[JSON], "{\"errorMessages\":[\"The SSL certificate error\"]}"), None);
}

#[test]
fn something_in_between_is_told_from_the_tool() {
    let elsewhere = Some((Layer::Gateway, Class::Elsewhere, Reaction::Owner, code::NET_NOT_JSON));
    for (status, headers, body) in [
        (200, &[HTML][..], PAGE),
        (200, &[(KIND, "TEXT/HTML")], PAGE),
        (200, &[(KIND, "application/xhtml+xml")], PAGE),
        (200, &[], "\n <!DOCTYPE HTML><p>"),
        (302, &[HTML, ("location", "/x")], PAGE),
        (302, &[("location", "https://sso.example/saml")], ""),
        (301, &[("location", "http://jira.example:8443/rest/api/2/issue/1")], ""),
        (302, &[("location", "/login.jsp?os_destination=x")], ""),
        (302, &[("location", "https://[bad")], ""),
    ] {
        assert_eq!(of(FIXED, status, headers, body), elsewhere, "{status} {headers:?}");
    }
}

#[test]
fn a_file_may_be_a_page_or_lie_elsewhere_but_is_not_the_way_to_sign_in() {
    let rejected = || app(Class::Rejected, Reaction::Owner, code::AUTH_REJECTED);
    let elsewhere = Some((Layer::Gateway, Class::Elsewhere, Reaction::Owner, code::NET_NOT_JSON));
    let login = ("location", "/login.jsp?permissionViolation=true&os_destination=%2Fsecure%2Fattachment");
    let user = |name| ("x-ausername", name);
    for (status, headers, body, found) in [
        (200, &[HTML][..], PAGE, None),
        (200, &[], "\n <!DOCTYPE HTML><p>", None),
        (302, &[HTML, ("location", "/x")], PAGE, None),
        (303, &[("location", "https://media.example/file?token=x")], "", None),
        (303, &[("location", "https://[bad")], "", None),
        (302, &[login], "", rejected()),
        (302, &[login, user("anonymous"), HTML], PAGE, rejected()),
        (302, &[login, user("ada")], "", None),
        (302, &[("location", "https://id.atlassian.com/login?continue=x")], "", elsewhere),
    ] {
        let of_file = heard_of(FIXED, status, headers, body, false).and_then(told);
        assert_eq!(of_file, found, "{status} {headers:?}");
    }
    let ended = shown(Presented::Token(Age::Past));
    let stale = app(Class::StaleToken, Reaction::Renew, code::AUTH_TOKEN_STALE);
    assert_eq!(heard_of(ended, 302, &[login], "", false).and_then(told), stale, "a token can be got anew");
}

#[test]
fn what_passes_by_itself_blames_no_credential() {
    for known in [FIXED, shown(Presented::Token(Age::Past)), Known { asked: Asked::TokenEndpoint, ..FIXED }] {
        for (status, class, code) in [
            (408, Class::Transient, code::NET_TIMEOUT),
            (429, Class::Throttled, code::NET_THROTTLED),
            (500, Class::Transient, code::NET_SERVER_ERROR),
            (503, Class::Transient, code::NET_SERVER_ERROR),
            (599, Class::Transient, code::NET_SERVER_ERROR),
        ] {
            assert_eq!(of(known, status, &[HTML], PAGE), app(class, Reaction::Later, code), "{status}");
        }
    }
}

#[test]
fn each_problem_of_oauth_1_has_its_meaning_in_header_and_body() {
    let owner = |class, code| app(class, Reaction::Owner, code);
    let operator = |class, code| app(class, Reaction::Operator, code);
    let known = shown(Presented::Signature(Age::Fresh));
    for (status, problem, expected) in [
        (401, "token_rejected", owner(Class::GrantEnded, code::AUTH_GRANT_ENDED)),
        (401, "token_revoked", owner(Class::GrantEnded, code::AUTH_GRANT_ENDED)),
        (401, "token_expired", app(Class::StaleToken, Reaction::Renew, code::AUTH_TOKEN_STALE)),
        (401, "token_used", owner(Class::ConsentIncomplete, code::AUTH_CONSENT_INCOMPLETE)),
        (401, "permission_denied", owner(Class::ConsentIncomplete, code::AUTH_CONSENT_INCOMPLETE)),
        (401, "permission_unknown", owner(Class::ConsentIncomplete, code::AUTH_CONSENT_INCOMPLETE)),
        (
            401,
            "additional_authorization_required",
            owner(Class::ConsentIncomplete, code::AUTH_CONSENT_INCOMPLETE),
        ),
        (401, "consumer_key_unknown", operator(Class::AppMisconfigured, code::AUTH_APP_MISCONFIGURED)),
        (401, "consumer_key_rejected", operator(Class::AppMisconfigured, code::AUTH_APP_MISCONFIGURED)),
        (503, "consumer_key_refused", app(Class::Transient, Reaction::Later, code::AUTH_REFUSED_FOR_NOW)),
        (503, "user_refused", app(Class::Transient, Reaction::Later, code::AUTH_REFUSED_FOR_NOW)),
        (401, "signature_invalid", operator(Class::SignatureInvalid, code::AUTH_SIGNATURE_INVALID)),
        (
            401,
            "nonce_used",
            app(Class::NonceUsed, Reaction::SignAnew(SignedDuration::ZERO), code::AUTH_NONCE_USED),
        ),
        (400, "version_rejected", operator(Class::ProtocolRefused, code::AUTH_PROTOCOL_REFUSED)),
        (400, "parameter_absent", operator(Class::ProtocolRefused, code::AUTH_PROTOCOL_REFUSED)),
        (400, "parameter_rejected", operator(Class::ProtocolRefused, code::AUTH_PROTOCOL_REFUSED)),
        (400, "signature_method_rejected", operator(Class::ProtocolRefused, code::AUTH_PROTOCOL_REFUSED)),
        (401, "made_up", owner(Class::Rejected, code::AUTH_REJECTED)),
        (400, "made_up", None),
    ] {
        let header = format!("OAuth realm=\"https%3A%2F%2Fjira.example\", oauth_problem=\"{problem}\"");
        let body = format!("oauth_problem={problem}&oauth_problem_advice=x%20y");
        for (headers, body) in [
            (&[(CHALLENGE, header.as_str())][..], ""),
            (&[FORM][..], body.as_str()),
            (&[(KIND, "application/x-www-form-urlencoded")][..], body.as_str()),
            (&[][..], body.as_str()),
            (&[(CHALLENGE, "OAuth realm=\"x\""), FORM][..], body.as_str()),
        ] {
            assert_eq!(of(known, status, headers, body), expected, "{problem} {headers:?} {body}");
        }
        assert_eq!(of(known, 200, &[FORM], &body), None, "a successful answer has no problem");
    }
}

#[test]
fn what_was_tried_for_a_call_is_not_tried_again() {
    let known = shown(Presented::Signature(Age::Renewed));
    let problem = |problem: &str| of(known, 401, &[FORM], &format!("oauth_problem={problem}"));
    assert_eq!(problem("token_expired"), app(Class::GrantEnded, Reaction::Owner, code::AUTH_GRANT_ENDED));
    assert_eq!(problem("nonce_used"), app(Class::NonceUsed, Reaction::Later, code::AUTH_NONCE_USED));
    let skew = "timestamp_refused&oauth_acceptable_timestamps=1795342200-1795342800";
    assert_eq!(problem(skew), app(Class::ClockSkew, Reaction::Operator, code::AUTH_CLOCK_SKEW));
}

/// The clock of these tests says 1,795,341,600.
#[test]
fn a_wrong_clock_is_learnt_from_what_the_provider_says() {
    let known = shown(Presented::Signature(Age::Fresh));
    let heard = |headers: Headers<'_>, body: &str| heard_of(known, 400, headers, body, true).unwrap();
    let refused = "OAuth oauth_problem=\"timestamp_refused\"";
    let window = format!("{refused}, oauth_acceptable_timestamps=\"1795341300-1795342500\"");
    let date = ("date", "Sun, 22 Nov 2026 09:58:00 GMT");
    for (found, offset, told) in [
        (heard(&[(CHALLENGE, window.as_str())], ""), Some(300), Some("300 seconds behind")),
        (heard(&[(CHALLENGE, window.as_str()), date], ""), Some(300), Some("300 seconds behind")),
        (
            heard(
                &[FORM],
                "oauth_problem=timestamp_refused&oauth_acceptable_timestamps=1795341000-1795341600",
            ),
            Some(-300),
            Some("300 seconds ahead of"),
        ),
        (heard(&[(CHALLENGE, refused), date], ""), Some(-120), Some("120 seconds ahead of")),
        (heard(&[(CHALLENGE, refused), ("date", "Mon, 22 Nov 2026 10:00:00 GMT")], ""), Some(0), None),
        (heard(&[(CHALLENGE, refused)], ""), None, None),
        (heard(&[(CHALLENGE, refused), ("date", "yesterday")], ""), None, None),
        (heard(&[FORM], "oauth_problem=timestamp_refused&oauth_acceptable_timestamps=9-x"), None, None),
        (heard(&[FORM], "oauth_problem=timestamp_refused&oauth_acceptable_timestamps=9-8"), None, None),
    ] {
        let reaction =
            offset.map_or(Reaction::Operator, |offset| Reaction::SignAnew(SignedDuration::from_secs(offset)));
        assert_eq!((found.class, found.reaction), (Class::ClockSkew, reaction));
        let said = found.told.as_deref();
        assert_eq!(said.is_some(), told.is_some(), "{said:?}");
        assert!(told.is_none_or(|told| said.unwrap().contains(told)), "{said:?}");
    }
}

#[test]
fn names_of_parameters_are_told_and_nothing_else_is() {
    let known = shown(Presented::Signature(Age::Fresh));
    let told = |body: &str| heard_of(known, 400, &[FORM], body, true).unwrap().told.unwrap();
    assert_eq!(
        told("oauth_problem=parameter_absent&oauth_parameters_absent=oauth_token%26oauth_nonce"),
        "It says parameter_absent: oauth_token, oauth_nonce."
    );
    assert_eq!(
        told("oauth_problem=parameter_rejected&oauth_parameters_rejected=%3Cscript%3E"),
        "It says parameter_rejected."
    );
}

proptest! {
    #[test]
    fn any_answer_gets_an_attribution_whose_code_is_in_the_registry(
        status in 100_u16..1_000,
        kind in prop::sample::select(vec!["", "text/html", "application/json", "text/plain", "x"]),
        reason in "(OK|OUT|AUTHENTICAT(ED_FAILED|ION_DENIED)|[ -~]{0,20})",
        challenge in "(OAuth |Bearer |Basic )?[ -~]{0,60}",
        denied in "(CAPTCHA_CHALLENGE; login-url=)?[ -~]{0,40}",
        body in "(\\{\"error\":|<html>|oauth_problem=timestamp_refused&oauth_acceptable_timestamps=)?\\PC{0,60}",
        token_endpoint: bool,
        gateway: bool,
        json_due: bool,
    ) {
        let known = Known {
            asked: if token_endpoint { Asked::TokenEndpoint } else { Asked::Api },
            gateway: gateway.then_some(Presented::Token(Age::Fresh)),
            ..shown(Presented::Signature(Age::Past))
        };
        let headers =
            [(KIND, kind), (SERAPH, &*reason), (CHALLENGE, &*challenge), ("x-authentication-denied-reason", &*denied)];
        if let Some(found) = heard_of(known, status, &headers, &body, json_due) {
            prop_assert!(found.code.find().is_some(), "{}", found.code);
            // What is shown to people is one plain line.
            prop_assert!(found.told.is_none_or(|told| !told.contains(['<', '\n']) && told.len() < 700));
        }
    }
}
