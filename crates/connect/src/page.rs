//! Pages inside the product: `all.js` first, no cookies, framed by their site only.
//!
//! The product shows a spinner until Atlassian's script ran inside the frame, so its tag is the first element of the head.
//! The token that opened the page stands in its address; a script takes it out of the address bar once Atlassian's has read
//! what it needs.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue};
use url::Url;

use crate::installation::Installation;
use crate::origin;

/// Where Atlassian serves the script from.
pub const ALL_JS: &str = "https://connect-cdn.atl-paas.net/all.js";

/// Takes the token out of the address bar, so that it is neither copied nor sent on as a referrer.
const FORGET_TOKEN: &str = "(function(){var u=new URL(location.href);if(u.searchParams.has(\"jwt\")){\
    u.searchParams.delete(\"jwt\");history.replaceState(null,\"\",u)}})()";

/// What every page of the app has.
#[derive(Clone, Debug)]
pub struct Pages {
    script: String,
    script_origin: String,
    /// What the pages are written in.
    language: String,
    /// Sources beside our own, by directive.
    more: Vec<(&'static str, String)>,
}

/// A page that cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The address of the script, or a source, is not one that can stand in a header.
    #[error("it is no absolute URL of http or https, or has characters that end a header's part")]
    Source,
    /// The site's address is none.
    #[error("the address of the site is no URL")]
    Site,
}

impl Default for Pages {
    fn default() -> Self {
        Self {
            script: ALL_JS.to_owned(),
            script_origin: "https://connect-cdn.atl-paas.net".to_owned(),
            language: "en".to_owned(),
            more: Vec::new(),
        }
    }
}

impl Pages {
    /// With another script in the place of `all.js`: a simulator's, or one of another cloud.
    pub fn with_script(url: &str) -> Result<Self, Error> {
        let (parsed, script_origin) = web(url)?;
        Ok(Self { script: parsed.into(), script_origin, ..Self::default() })
    }

    /// Pages in another language than English (a tag of BCP 47, such as `de`): programs that read aloud go by it.
    #[must_use]
    pub fn in_language(mut self, tag: &str) -> Self {
        tag.clone_into(&mut self.language);
        self
    }

    /// Takes one more origin into a directive, such as `img-src`.
    pub fn and(mut self, directive: &'static str, origin: &str) -> Result<Self, Error> {
        let (_, origin) = web(origin)?;
        self.more.push((directive, origin));
        Ok(self)
    }

    /// A whole page. `title` is text; `head` and `body` are HTML of the app's own making. Scripts must be files of the app:
    /// the policy runs none that stand in the page.
    pub fn html(&self, title: &str, head: &str, body: &str) -> String {
        format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<script src=\"{}\"></script>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <script>{FORGET_TOKEN}</script>\n<title>{}</title>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n",
            escaped(&self.language),
            escaped(&self.script),
            escaped(title),
        )
    }

    /// The headers of a page that a site shows. Only that site, at its own address and at the one people see, may frame it.
    /// There is no `X-Frame-Options`, which cannot say that, and never a cookie.
    pub fn headers(&self, installation: &Installation) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CONTENT_SECURITY_POLICY, self.policy(installation)?);
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("origin"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        Ok(headers)
    }

    fn policy(&self, installation: &Installation) -> Result<HeaderValue, Error> {
        let hash = STANDARD.encode(digest(&SHA256, FORGET_TOKEN.as_bytes()));
        let (_, site) = web(&installation.base_url).map_err(|_| Error::Site)?;
        // An address for people that cannot stand in a rule is left out: the site itself still shows the page.
        let shown = installation.display_url.as_deref().and_then(|url| web(url).ok());
        let mut frames = vec![site];
        frames.extend(shown.map(|(_, origin)| origin));
        frames.dedup();
        let mut directives = vec![
            ("default-src", "'self'".to_owned()),
            ("script-src", format!("'self' {} 'sha256-{hash}'", self.script_origin)),
            ("img-src", "'self' data:".to_owned()),
            ("object-src", "'none'".to_owned()),
            ("base-uri", "'none'".to_owned()),
            ("form-action", "'self'".to_owned()),
            ("frame-ancestors", frames.join(" ")),
        ];
        for (directive, origin) in &self.more {
            match directives.iter_mut().find(|(known, _)| known == directive) {
                Some((_, sources)) => *sources = format!("{sources} {origin}"),
                None => directives.push((directive, format!("'self' {origin}"))),
            }
        }
        let all: Vec<String> = directives.iter().map(|(name, sources)| format!("{name} {sources}")).collect();
        HeaderValue::from_str(&all.join("; ")).map_err(|_| Error::Source)
    }
}

/// A URL whose origin can stand in a policy.
fn web(url: &str) -> Result<(Url, String), Error> {
    let url = Url::parse(url).map_err(|_| Error::Source)?;
    let origin = origin::plain(&url).ok_or(Error::Source)?;
    Ok((url, origin))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
