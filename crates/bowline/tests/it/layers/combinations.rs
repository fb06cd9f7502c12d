//! Every named way to sign in: what it is made of, what can end and is renewed, and how each of its layers can be
//! broken.

use serde_json::{Value, json};

use super::scene::{At, Scene};

/// One way to sign in.
pub(super) struct Combination {
    /// What people call it; a row of the table.
    pub(super) title: &'static str,
    /// What makes the connection, without its name.
    pub(super) ask: Value,
    /// A registration that its grant is of, made before it.
    pub(super) client: Option<Value>,
    /// What a person does on the provider's pages.
    pub(super) consent: Vec<Vec<(&'static str, &'static str)>>,
    /// What ends by itself.
    pub(super) ends: Vec<End>,
    /// How its layers are broken, in this order.
    pub(super) breaks: Vec<Break>,
}

/// Something that ends, and that the connection outlives.
pub(super) enum End {
    /// So many hours pass there: what a provider gave has ended.
    Pass(&'static str, At, i64),
    /// A new one takes its place before.
    Replace(&'static str, Value),
    /// It is renewed ahead of time.
    Renew(&'static str),
}

/// How a layer is broken.
pub(super) struct Break {
    pub(super) layer: &'static str,
    pub(super) kind: &'static str,
    pub(super) how: How,
}

pub(super) enum How {
    /// The connection is changed, and changed back.
    Patch(Value, Value),
    /// Something is set elsewhere, and set back, after which the connection is changed if that is needed. What cannot be
    /// set back comes last. `{"hours": n}` lets time pass, `{"renew": true}` gets new tokens.
    Set(At, Vec<Value>, Vec<Value>, Option<Value>),
    /// The same, and the person has to consent anew.
    Ended(At, Vec<Value>, Vec<Value>),
    /// The person consents to less, for a registration with these scopes: it reads, but an edit does not arrive. Then to
    /// all again.
    Narrow(&'static [&'static str]),
    /// Wrong passwords by somebody else lock the account, and a person unlocks it. Whoever has a session needs it for
    /// the next one, so the connection is changed to have none.
    Captcha(Value),
    /// It mends itself: what was broken is got anew for the next call.
    Mended(At, Vec<Value>),
}

/// The key that the gateway takes.
pub(super) const KEY: &str = "gateway-key-that-is-good";

use How::{Captcha, Ended, Mended, Narrow, Patch, Set};

pub(super) fn broken(layer: &'static str, kind: &'static str, how: How) -> Break {
    Break { layer, kind, how }
}

/// How the account can be broken at a tool that knows passwords.
pub(super) fn account(at: At) -> How {
    let active = |active: bool| vec![json!({"account": {"user": "ada", "active": active}})];
    Set(at, active(false), active(true), None)
}

/// How a client certificate can be broken.
fn certificate(scene: &Scene) -> Vec<Break> {
    let good = json!({ "certificate": scene.ours.certificate("client") });
    let patch = |certificate: Value| Patch(json!({ "certificate": certificate }), good.clone());
    vec![
        broken("transport", "wrong", patch(scene.foreign.certificate("foreign"))),
        broken("transport", "expired", patch(scene.ours.certificate("expired"))),
        broken("transport", "revoked", patch(scene.ours.certificate("revoked"))),
    ]
}

/// The same where a certificate has to be there at all events, or may be missing.
fn certificate_missing(scene: &Scene) -> Break {
    let good = json!({ "certificate": scene.ours.certificate("client") });
    broken("transport", "missing", Patch(json!({ "certificate": null }), good))
}

fn next_certificate(scene: &Scene) -> End {
    End::Replace("certificate", json!({ "certificate": scene.ours.certificate("next") }))
}

fn gateway_key() -> Vec<Break> {
    let key = |key: &str| json!({ "gateway": { "key": key } });
    let patch = |bad: &str| Patch(key(bad), key(KEY));
    vec![
        broken(
            "gateway",
            "missing",
            Patch(json!({ "gateway": { "key": "x", "header": "x-other" } }), key(KEY)),
        ),
        broken("gateway", "wrong", patch("key-of-nobody")),
        broken("gateway", "expired", patch("key-expired")),
        broken("gateway", "revoked", patch("key-revoked")),
        broken("gateway", "scope", patch("key-narrow")),
    ]
}

/// `which` of nginx's servers.
fn gateway_token(which: &str) -> Vec<Break> {
    let client = |name: &str| json!({ "gateway": { "oauth_client": format!("{name}-{which}") } });
    let ended = json!({"oauth2": {"revoke": {"client": "bowline-service"}}});
    let gone = json!({"oauth2": {"client": {"id": "bowline-service"}}});
    let back = json!({"oauth2": {"client": {
        "id": "bowline-service", "secret": "secret-bowline-service", "scope": "WRITE", "service": "bob",
    }}});
    vec![
        broken("gateway", "wrong", Patch(client("gate-wrong"), client("gate"))),
        broken("gateway", "expired", Mended(At::Provider, vec![ended.clone()])),
        broken("gateway", "revoked", Set(At::Provider, vec![gone, ended], vec![back], Some(client("gate")))),
        broken("gateway", "scope", Patch(client("gate-narrow"), client("gate"))),
    ]
}

fn password(at: At) -> Vec<Break> {
    let secret = |secret: &str| json!({ "secret": secret });
    vec![
        broken("application", "wrong", Patch(secret("not-this"), secret("ada"))),
        broken("application", "revoked", account(at)),
    ]
}

fn locked_password() -> Vec<Break> {
    let mut all = password(At::Jira);
    all.push(broken("application", "captcha", Captcha(json!({ "secret": "ada" }))));
    all
}

fn token() -> Vec<Break> {
    let patch = |bad: &str| Patch(json!({ "secret": bad }), json!({ "secret": "pat-ada" }));
    vec![
        broken("application", "wrong", patch("pat-of-nobody")),
        broken("application", "expired", patch("pat-ended")),
        broken("application", "revoked", patch("pat-revoked")),
    ]
}

/// OAuth 1.0a. Wrong: Jira expects another signature, as it does with another key, or where it believes to be elsewhere.
pub(super) fn oauth1(at: At, consumer: &str) -> Vec<Break> {
    let seen = |url: &str| vec![json!({"oauth1": {"seen": url}})];
    // Tokens for an hour, and a session to renew them by for two, both of which end.
    let rules = |access: i64, session: i64, window: i64| {
        let times = json!({"access_seconds": access, "session_seconds": session, "window_seconds": window});
        json!({ "oauth1": times })
    };
    let short = vec![rules(3_600, 7_200, 86_400), json!({"renew": true}), json!({"hours": 3})];
    let usual = vec![rules(157_680_000, 160_272_000, 300)];
    let revoke = json!({"oauth1": {"revoke": {"consumer": consumer}}});
    vec![
        broken("application", "wrong", Set(at, seen("http://elsewhere.example"), seen(""), None)),
        broken("application", "expired", Ended(at, short, usual)),
        broken("application", "revoked", Ended(at, vec![revoke], Vec::new())),
    ]
}

/// OAuth 2.0 of Data Center.
fn oauth2() -> Vec<Break> {
    let client = |secret: &str| json!({"oauth2": {"client": {"id": "bowline", "secret": secret}}});
    let wrong = vec![client("another"), json!({"hours": 9})];
    let revoke = json!({"oauth2": {"revoke": {"user": "ada"}}});
    vec![
        broken("application", "wrong", Set(At::Jira, wrong, vec![client("secret-bowline")], None)),
        // A refresh token that nobody uses for ninety days is over.
        broken("application", "expired", Ended(At::Jira, vec![json!({"hours": 91 * 24})], Vec::new())),
        broken("application", "revoked", Ended(At::Jira, vec![revoke], Vec::new())),
        broken("application", "scope", Narrow(&["READ"])),
    ]
}

/// A service account of Data Center: nobody consents.
fn service() -> Vec<Break> {
    let client = |secret: &str| {
        let client = json!({"id": "bowline-service", "secret": secret, "service": "bob"});
        vec![json!({"oauth2": {"client": client}}), json!({"hours": 9})]
    };
    let active = |active: bool| vec![json!({"account": {"user": "bob", "active": active}})];
    vec![
        broken(
            "application",
            "wrong",
            Set(At::Jira, client("another"), client("secret-bowline-service"), None),
        ),
        broken("application", "expired", Mended(At::Jira, vec![json!({"hours": 4})])),
        broken("application", "revoked", Set(At::Jira, active(false), active(true), None)),
    ]
}

struct Dc<'a>(&'a Scene);

impl Dc<'_> {
    /// A connection to Jira at this address, with these members besides.
    fn at(&self, base: &str, more: Value) -> Value {
        let Scene { jira, .. } = self.0;
        let mut ask = json!({ "tool": "jira_dc", "base_url": base, "browse_url": jira.url() });
        if base.starts_with("https") {
            ask["authorities"] = json!(self.0.ours.text("ca.pem"));
        }
        ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask
    }

    fn certificate(&self) -> Value {
        self.0.ours.certificate("client")
    }

    fn oauth1(&self, consumer: &str, api_url: Option<&str>) -> Value {
        let mut client = json!({
            "provider": "jira_oauth1", "issuer": self.0.jira.url(), "client_id": consumer,
        });
        if let Some(url) = api_url {
            client["api_url"] = json!(url);
        }
        client
    }
}

/// A combination without anything special.
pub(super) fn plain(title: &'static str, ask: Value, ends: Vec<End>, breaks: Vec<Vec<Break>>) -> Combination {
    let breaks = breaks.into_iter().flatten().collect();
    Combination { title, ask, client: None, consent: Vec::new(), ends, breaks }
}

fn at_jiras_pages() -> Vec<Vec<(&'static str, &'static str)>> {
    vec![vec![("os_username", "ada"), ("os_password", "ada")], vec![("approve", "Allow")]]
}

/// Jira Data Center: basic, tokens, sessions, with and without a certificate.
pub(super) fn data_center(scene: &Scene) -> Vec<Combination> {
    let dc = Dc(scene);
    let (jira, mutual) = (scene.jira.url(), format!("{}/open", scene.nginx.mutual));
    let basic = |more: Value| {
        let mut ask = json!({ "sign_in": {"method": "basic", "user": "ada"}, "secret": "ada" });
        ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask
    };
    let pat = |more: Value| {
        let mut ask = json!({ "sign_in": {"method": "personal_access_token"}, "secret": "pat-ada" });
        ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask
    };
    let shown = json!({ "certificate": dc.certificate() });
    let session = json!({ "sign_in": {"method": "session", "user": "ada"}, "secret": "ada" });
    let fronted = json!({ "sign_in": {"method": "in_front"}, "certificate": dc.certificate() });
    vec![
        plain("basic", dc.at(jira, basic(json!({}))), vec![], vec![locked_password()]),
        plain(
            "basic + certificate",
            dc.at(&mutual, basic(shown.clone())),
            vec![next_certificate(scene)],
            vec![certificate(scene), vec![certificate_missing(scene)], locked_password()],
        ),
        plain(
            "certificate",
            dc.at(&format!("{}/in-front", scene.nginx.mutual), fronted),
            vec![next_certificate(scene)],
            vec![certificate(scene), vec![broken("application", "revoked", account(At::Jira))]],
        ),
        plain("personal access token", dc.at(jira, pat(json!({}))), vec![], vec![token()]),
        plain(
            "personal access token + certificate",
            dc.at(&mutual, pat(shown)),
            vec![next_certificate(scene)],
            vec![certificate(scene), vec![certificate_missing(scene)], token()],
        ),
        plain(
            "session cookie",
            dc.at(jira, session),
            vec![End::Pass("session", At::Jira, 6)],
            vec![locked_password()],
        ),
    ]
}

/// Jira Data Center behind a gateway.
pub(super) fn gateways(scene: &Scene) -> Vec<Combination> {
    let dc = Dc(scene);
    let (open, mutual) = (&scene.nginx.open, &scene.nginx.mutual);
    let at = |base: &str, path: &str| format!("{base}{path}");
    let in_front = json!({"method": "in_front"});
    let key = json!({ "sign_in": in_front, "gateway": {"key": KEY} });
    let both = json!({ "sign_in": in_front, "gateway": {"key": KEY}, "certificate": dc.certificate() });
    let before_basic = json!({
        "sign_in": {"method": "basic", "user": "ada"}, "secret": "ada", "gateway": {"oauth_client": "gate-open"},
    });
    let before_certificate = json!({
        "sign_in": in_front, "certificate": dc.certificate(), "gateway": {"oauth_client": "gate-mutual"},
    });
    let dead = || vec![broken("application", "revoked", account(At::Jira))];
    let token_ends = || End::Pass("gateway's token", At::Provider, 2);
    vec![
        plain("gateway API key", dc.at(&at(open, "/in-front-key"), key), vec![], vec![gateway_key(), dead()]),
        plain(
            "gateway API key + certificate",
            dc.at(&at(mutual, "/in-front-key"), both),
            vec![next_certificate(scene)],
            vec![certificate(scene), vec![certificate_missing(scene)], gateway_key(), dead()],
        ),
        plain(
            "gateway OAuth 2.0 before basic",
            dc.at(&at(open, "/token"), before_basic),
            vec![token_ends()],
            vec![gateway_token("open"), locked_password()],
        ),
        plain(
            "gateway OAuth 2.0 before a certificate",
            dc.at(&at(mutual, "/in-front-token"), before_certificate),
            vec![token_ends(), next_certificate(scene)],
            vec![certificate(scene), vec![certificate_missing(scene)], gateway_token("mutual"), dead()],
        ),
        Combination {
            client: Some(dc.oauth1("third", Some(&at(open, "/token")))),
            consent: at_jiras_pages(),
            ..plain(
                "gateway OAuth 2.0 before OAuth 1.0a",
                dc.at(&at(open, "/token"), json!({ "gateway": {"oauth_client": "gate-open"} })),
                vec![token_ends(), End::Renew("OAuth 1.0a token")],
                vec![gateway_token("open"), oauth1(At::Jira, "third")],
            )
        },
    ]
}

/// Jira Data Center's own OAuth.
pub(super) fn grants(scene: &Scene) -> Vec<Combination> {
    let dc = Dc(scene);
    let (jira, mutual) = (scene.jira.url(), format!("{}/open", scene.nginx.mutual));
    let client = |provider: &str, id: &str| json!({ "provider": provider, "issuer": jira, "client_id": id, "secret": format!("secret-{id}") });
    let pages = vec![vec![("os_username", "ada"), ("os_password", "ada")], vec![("decision", "allow")]];
    vec![
        Combination {
            client: Some(dc.oauth1("first", None)),
            consent: at_jiras_pages(),
            ..plain(
                "OAuth 1.0a",
                dc.at(jira, json!({})),
                vec![End::Renew("OAuth 1.0a token"), End::Pass("a clock an hour off", At::Jira, 1)],
                vec![oauth1(At::Jira, "first")],
            )
        },
        Combination {
            client: Some(dc.oauth1("second", Some(&mutual))),
            consent: at_jiras_pages(),
            ..plain(
                "OAuth 1.0a + certificate",
                dc.at(&mutual, json!({ "certificate": dc.certificate() })),
                vec![End::Renew("OAuth 1.0a token"), next_certificate(scene)],
                vec![certificate(scene), vec![certificate_missing(scene)], oauth1(At::Jira, "second")],
            )
        },
        Combination {
            client: Some(client("jira_oauth2", "bowline")),
            consent: pages,
            ..plain(
                "OAuth 2.0 with PKCE",
                dc.at(jira, json!({})),
                vec![End::Pass("access token", At::Jira, 2)],
                vec![oauth2()],
            )
        },
        Combination {
            client: Some(client("jira_service", "bowline-service")),
            ..plain(
                "service account",
                dc.at(jira, json!({})),
                vec![End::Pass("access token", At::Jira, 2)],
                vec![service()],
            )
        },
    ]
}
