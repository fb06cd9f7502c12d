//! Pages: what stands in them, and what their headers allow.

use bowline_connect::installation::{ClientKey, Installation, Product, Scheme, State};
use bowline_connect::page::{ALL_JS, Error, Pages};
use jiff::Timestamp;

fn installation(display_url: Option<&str>) -> Installation {
    Installation {
        client_key: ClientKey::parse("site").unwrap(),
        product: Product::Confluence,
        base_url: "https://acme.atlassian.net/wiki".to_owned(),
        display_url: display_url.map(str::to_owned),
        secret: None,
        previous: None,
        state: State::Enabled,
        scheme: Scheme::Signed,
        oauth_client_id: None,
        forge_installation: None,
        entitlement_id: None,
        installed_at: Timestamp::UNIX_EPOCH,
        changed_at: Timestamp::UNIX_EPOCH,
    }
}

fn policy(pages: &Pages, display_url: Option<&str>) -> Result<Vec<String>, Error> {
    let headers = pages.headers(&installation(display_url))?;
    let policy = headers["content-security-policy"].to_str().unwrap();
    Ok(policy.split("; ").map(str::to_owned).collect())
}

#[test]
fn the_script_of_the_product_is_the_first_element_of_the_head() {
    let html =
        Pages::default().html("Link <1>", "<link rel=\"stylesheet\" href=\"/style.css\">", "<p>Hello</p>");
    let head = html.split("<head>").nth(1).unwrap();
    let first = format!("\n<script src=\"{ALL_JS}\"></script>\n");
    assert!(head.starts_with(&first), "{head}");
    assert!(html.contains("<title>Link &lt;1&gt;</title>") && html.contains("<p>Hello</p>"), "{html}");
    assert!(head.find("/style.css").unwrap() > first.len());
}

#[test]
fn a_page_says_what_language_it_is_in_and_fits_a_phone() {
    let html = Pages::default().html("x", "", "");
    assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"), "{html}");
    assert!(html.contains("content=\"width=device-width, initial-scale=1\""), "{html}");
    let html = Pages::default().in_language("de\"").html("x", "", "");
    assert!(html.contains("<html lang=\"de&quot;\">"), "{html}");
}

#[test]
fn only_the_site_may_frame_a_page() {
    let frames = |display_url| {
        let all = policy(&Pages::default(), display_url).unwrap();
        all.into_iter().find(|directive| directive.starts_with("frame-ancestors")).unwrap()
    };
    assert_eq!(frames(None), "frame-ancestors https://acme.atlassian.net");
    let both = "frame-ancestors https://acme.atlassian.net https://wiki.acme.example";
    assert_eq!(frames(Some("https://wiki.acme.example/wiki")), both);
    assert_eq!(frames(Some("https://acme.atlassian.net")), "frame-ancestors https://acme.atlassian.net");
    for odd in ["https://*", "https://*.atlassian.net", "https://a.example';b", "javascript:x"] {
        assert_eq!(frames(Some(odd)), "frame-ancestors https://acme.atlassian.net", "{odd}");
    }
    let path = frames(Some("https://wiki.acme.example/a;b"));
    assert_eq!(path, both);
}

#[test]
fn a_page_sets_no_cookie_and_says_nothing_to_others() {
    let headers = Pages::default().headers(&installation(None)).unwrap();
    assert!(!headers.contains_key("set-cookie") && !headers.contains_key("x-frame-options"));
    for (name, value) in [
        ("referrer-policy", "origin"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=31536000"),
        ("content-type", "text/html; charset=utf-8"),
    ] {
        assert_eq!(headers[name], value);
    }
}

#[test]
fn the_policy_runs_the_one_script_of_the_page_by_its_hash() {
    use aws_lc_rs::digest::{SHA256, digest};
    use base64::Engine as _;
    let html = Pages::default().html("x", "", "");
    let script = html.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
    let hash = base64::engine::general_purpose::STANDARD.encode(digest(&SHA256, script.as_bytes()));
    let scripts = &policy(&Pages::default(), None).unwrap()[1];
    assert_eq!(*scripts, format!("script-src 'self' https://connect-cdn.atl-paas.net 'sha256-{hash}'"));
}

#[test]
fn other_sources_are_named_and_cannot_end_the_policy() {
    assert_eq!(Pages::with_script("https://*/all.js").unwrap_err(), Error::Source);
    let pages = Pages::with_script("http://127.0.0.1:9/all.js").unwrap();
    assert!(pages.html("x", "", "").contains("<script src=\"http://127.0.0.1:9/all.js\"></script>"));
    let pages = pages.and("img-src", "https://img.example/x").unwrap();
    let pages = pages.and("connect-src", "https://api.example").unwrap();
    let all = policy(&pages, None).unwrap();
    assert!(all[1].starts_with("script-src 'self' http://127.0.0.1:9 'sha256-"), "{all:?}");
    assert!(all.contains(&"img-src 'self' data: https://img.example".to_owned()), "{all:?}");
    assert!(all.contains(&"connect-src 'self' https://api.example".to_owned()), "{all:?}");
    for bad in ["javascript:x", "x", "https://a.example;b"] {
        assert_eq!(Pages::default().and("img-src", bad).unwrap_err(), Error::Source, "{bad}");
    }
}
