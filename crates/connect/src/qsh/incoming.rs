//! Requests that a host made: every form in which it may have hashed one.

use http::Method;

use super::base::BasePath;
use super::canonical::Canonical;
use super::parameters::{By, Parameters};
use super::{Error, path};

/// A request from a host, with every canonical form that stands for it.
#[derive(Clone, Debug)]
pub struct Incoming {
    method: Method,
    paths: Vec<String>,
    parameters: Parameters,
}

impl Incoming {
    /// `target` is the request's target as it arrived, path and query, before any router touched it; `base` is the path
    /// of the app's own base URL.
    pub fn parse(method: &Method, target: &str, base: &BasePath) -> Result<Self, Error> {
        let target = target.split('#').next().unwrap_or_default();
        let (raw, query) = target.split_once('?').unwrap_or((target, ""));
        let raw = base.strip(raw)?;
        Ok(Self { method: method.clone(), paths: path::both(raw)?, parameters: Parameters::parse(query)? })
    }

    /// The same request, whose hash may have been taken over the form in its body: some hosts did so for a POST or PUT
    /// of `application/x-www-form-urlencoded` without a query. Ask for it only on routes that take such forms; where
    /// there is a query it changes nothing.
    pub fn with_form(mut self, body: &str) -> Result<Self, Error> {
        let takes = self.method == Method::POST || self.method == Method::PUT;
        if takes && self.parameters.is_empty() {
            self.parameters = Parameters::parse(body)?;
        }
        Ok(self)
    }

    /// The values of the parameter `jwt`, where a token may stand.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.parameters.values("jwt")
    }

    /// Every form, the likeliest first: what diagnostics show beside the claim.
    pub fn forms(&self) -> Vec<Canonical> {
        self.each().collect()
    }

    /// Whether the claim is the hash of one of the forms. All of them are compared, whatever matches.
    pub fn matches(&self, claim: &str) -> bool {
        self.each().fold(false, |found, form| found | form.qsh().matches(claim))
    }

    fn each(&self) -> impl Iterator<Item = Canonical> {
        let orders =
            if self.parameters.are_ambiguous() { [By::Encoded, By::Raw].as_slice() } else { &[By::Encoded] };
        let form = |path, by| Canonical::of(&self.method, path, &self.parameters, by);
        self.paths.iter().flat_map(move |path| orders.iter().map(move |by| form(path, *by)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::percent;
    use crate::qsh::outgoing;

    fn forms(target: &str, base: &str) -> Vec<String> {
        let base = BasePath::of(base).unwrap();
        let incoming = Incoming::parse(&Method::GET, target, &base).unwrap();
        incoming.forms().iter().map(|form| form.as_str().to_owned()).collect()
    }

    #[test]
    fn a_plain_request_has_one_form_and_an_odd_one_has_four() {
        assert_eq!(forms("/connect/page?a=1&jwt=x", "https://b.example/connect"), ["GET&/page&a=1"]);
        assert_eq!(
            forms("/a%20b?a[]=1&a0=2", "https://b.example"),
            [
                "GET&/a b&a%5B%5D=1&a0=2",
                "GET&/a b&a0=2&a%5B%5D=1",
                "GET&/a%20b&a%5B%5D=1&a0=2",
                "GET&/a%20b&a0=2&a%5B%5D=1"
            ]
        );
    }

    #[test]
    fn a_hash_is_of_exactly_this_request() {
        let base = BasePath::default();
        let signed = Incoming::parse(&Method::GET, "/page?a=1", &base).unwrap().forms()[0].qsh();
        for (method, target, same) in [
            (Method::GET, "/page?a=1", true),
            (Method::GET, "/page/?a=1&jwt=zzz", true),
            (Method::POST, "/page?a=1", false),
            (Method::GET, "/pages?a=1", false),
            (Method::GET, "/page?a=2", false),
            (Method::GET, "/page?a=1&a=1", false),
            (Method::GET, "/page?a=1&__proto__=1", false),
            (Method::GET, "/page", false),
        ] {
            let incoming = Incoming::parse(&method, target, &base).unwrap();
            assert_eq!(incoming.matches(signed.as_str()), same, "{method} {target}");
        }
        let incoming = Incoming::parse(&Method::GET, "/page?a=1", &base).unwrap();
        assert!(!incoming.matches(&signed.as_str().to_uppercase()), "the claim is in lower case");
        assert!(!incoming.matches(""));
    }

    #[test]
    fn a_form_counts_only_without_a_query_and_only_where_it_may() {
        let base = BasePath::default();
        let form = |method: Method, target: &str| {
            let incoming = Incoming::parse(&method, target, &base).unwrap();
            incoming.with_form("a=1").unwrap().forms()[0].as_str().to_owned()
        };
        assert_eq!(form(Method::POST, "/x"), "POST&/x&a=1");
        assert_eq!(form(Method::PUT, "/x"), "PUT&/x&a=1");
        assert_eq!(form(Method::POST, "/x?b=2"), "POST&/x&b=2");
        assert_eq!(form(Method::GET, "/x"), "GET&/x&");
    }

    proptest! {
        /// What we sign for the host's check is always among the forms in which we would accept it.
        #[test]
        fn what_goes_out_would_come_in(
            segments in prop::collection::vec("[^/%\\\\]{0,6}", 0..4),
            pairs in prop::collection::vec((any::<String>(), any::<String>()), 0..5),
        ) {
            let path: String = segments.iter().map(|text| format!("/{}", percent::encoded(text))).collect();
            let pairs = pairs.iter().map(|(name, value)| {
                format!("{}={}", percent::encoded(name), percent::encoded(value))
            });
            let query = pairs.collect::<Vec<_>>().join("&");
            let site = url::Url::parse("https://acme.atlassian.net/wiki").unwrap();
            let url = url::Url::parse(&format!("{site}{path}?{query}")).unwrap();
            // The URL parser takes `.` and `..` out of paths, which may leave the base.
            prop_assume!(url.path().starts_with("/wiki/") || url.path() == "/wiki");
            let sent = outgoing(&Method::GET, &url, &site).unwrap();
            let target = &url[url::Position::BeforePath..];
            let base = BasePath::of(site.as_str()).unwrap();
            let incoming = Incoming::parse(&Method::GET, target, &base).unwrap();
            prop_assert!(incoming.matches(sent.qsh().as_str()));
        }

        /// Neither order of parameters nor the token in the URL changes the hash; one more parameter does.
        #[test]
        fn order_does_not_matter_and_content_does(
            pairs in prop::collection::vec(("[a-z\\[\\]:]{1,4}", ".{0,4}"), 1..5),
            by in 0usize..5,
        ) {
            let print = |pairs: &[(String, String)]| {
                let each = pairs.iter().map(|(name, value)| {
                    format!("{}={}", percent::encoded(name), percent::encoded(value))
                });
                each.collect::<Vec<_>>().join("&")
            };
            let base = BasePath::default();
            let parse = |query: &str| Incoming::parse(&Method::GET, &format!("/x?{query}"), &base).unwrap();
            let signed = parse(&print(&pairs)).forms()[0].qsh();
            let mut turned = pairs.clone();
            turned.rotate_left(by % pairs.len());
            let turned = format!("{}&jwt=token", print(&turned));
            prop_assert!(parse(&turned).matches(signed.as_str()));
            let longer = turned + "&zz=1";
            prop_assert!(!parse(&longer).matches(signed.as_str()));
        }

        /// Whatever form a host hashed, it stands for one path.
        #[test]
        fn two_paths_share_no_form(a in "(/|a|A|%41|%61|%25|&|%26|\\+|%20){0,5}", b in "(/|a|A|%41|%61|%25|&|%26|\\+|%20){0,5}") {
            let parse = |path: &str| Incoming::parse(&Method::GET, path, &BasePath::default());
            // The base path is empty, so that a path begins with a slash or is empty.
            let (a, b) = (format!("/x{a}"), format!("/x{b}"));
            let (Ok(left), Ok(right)) = (parse(&a), parse(&b)) else { return Ok(()) };
            let means = |path: &str| {
                let decoded = percent::decode(path, false).unwrap();
                decoded.strip_suffix('/').unwrap_or(&decoded).to_owned()
            };
            let shared = left.forms().iter().any(|form| right.forms().contains(form));
            prop_assert!(!shared || means(&a) == means(&b), "{a} {b}");
        }

        #[test]
        fn no_target_makes_it_panic(target in any::<String>()) {
            if let Ok(incoming) = Incoming::parse(&Method::GET, &target, &BasePath::default()) {
                prop_assert!(!incoming.forms().is_empty());
            }
        }
    }
}
