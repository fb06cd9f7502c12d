//! Which addresses a site may have. The address comes in a body that no signature covers, and calls with credentials go
//! there.

use url::Url;

use crate::install_key::Region;
use crate::origin;

/// The addresses of sites that are taken.
#[derive(Clone, Debug)]
pub struct Sites {
    /// Domains whose subdomains are sites, with a dot in front.
    domains: Vec<String>,
    /// Whole origins beside them.
    origins: Vec<Url>,
}

impl Sites {
    /// No site at all, for whoever names every domain.
    pub const fn none() -> Self {
        Self { domains: Vec::new(), origins: Vec::new() }
    }

    /// The sites of a cloud: subdomains of `atlassian.net` for customers (the default of npm `atlassian-connect-express`).
    pub fn of(region: Region) -> Self {
        let domain = match region {
            Region::Production => ".atlassian.net",
            Region::Staging => ".jira-dev.com",
            Region::Government => ".atlassian-us-gov-mod.net",
        };
        Self { domains: vec![domain.to_owned()], origins: Vec::new() }
    }

    /// Takes the subdomains of another domain too.
    #[must_use]
    pub fn and_domain(mut self, domain: &str) -> Self {
        self.domains.push(format!(".{}", domain.trim_start_matches('.').to_ascii_lowercase()));
        self
    }

    /// Takes one more origin, of whatever scheme, host and port: for a simulator on this machine.
    #[must_use]
    pub fn and_origin(mut self, origin: Url) -> Self {
        self.origins.push(origin);
        self
    }

    /// A base URL without a slash at its end, if it is of such a site: `https`, the standard port, no user, query or
    /// fragment.
    pub(super) fn accept(&self, text: &str) -> Option<String> {
        let url = Url::parse(text).ok()?;
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        let host = url.host_str().filter(|_| origin::plain(&url).is_some())?;
        let is_site = url.scheme() == "https"
            && url.port().is_none()
            && self.domains.iter().any(|domain| host.ends_with(domain.as_str()) && host.len() > domain.len());
        let is_listed = self.origins.iter().any(|origin| origin.origin() == url.origin());
        (bare && (is_site || is_listed)).then(|| url.as_str().trim_end_matches('/').to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_of_atlassian_are_taken_and_look_alikes_are_not() {
        let sites = Sites::of(Region::Production);
        for (text, base_url) in [
            ("https://acme.atlassian.net", "https://acme.atlassian.net"),
            ("https://acme.atlassian.net/wiki/", "https://acme.atlassian.net/wiki"),
            ("https://ACME.atlassian.net:443", "https://acme.atlassian.net"),
        ] {
            assert_eq!(sites.accept(text).as_deref(), Some(base_url), "{text}");
        }
        for text in [
            "http://acme.atlassian.net",
            "https://atlassian.net",
            "https://*.atlassian.net",
            "https://.atlassian.net",
            "https://evil-atlassian.net",
            "https://acme.atlassian.net.evil.example",
            "https://acme.atlassian.net@evil.example",
            "https://ada:pw@acme.atlassian.net",
            "https://acme.atlassian.net:8443",
            "https://acme.atlassian.net?x",
            "https://acme.atlassian.net#x",
            "https://169.254.169.254",
            "https://localhost",
            "ftp://acme.atlassian.net",
            "acme.atlassian.net",
            "",
        ] {
            assert_eq!(sites.accept(text), None, "{text}");
        }
    }

    #[test]
    fn more_can_be_taken_by_name() {
        let simulator = Url::parse("http://127.0.0.1:8080").unwrap();
        let sites = Sites::of(Region::Production).and_domain("jira.com").and_origin(simulator);
        assert!(sites.accept("https://acme.jira.com").is_some());
        assert!(sites.accept("http://127.0.0.1:8080/jira").is_some());
        assert!(sites.accept("http://127.0.0.1:8081").is_none());
        assert!(sites.accept("http://acme.jira.com").is_none());
    }
}
