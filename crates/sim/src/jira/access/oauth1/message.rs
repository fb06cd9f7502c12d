//! A signed request as the provider sees it: its parameters, and the text that was signed (RFC 5849, section 3.4.1).

use http::header::{AUTHORIZATION, HOST};

use super::problem::{Problem, problem};
use crate::frame::call::{Call, Query};
use crate::frame::oauth::is_form;
use crate::jira::site::Site;

/// A signed request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    method: String,
    url: String,
    /// All of them, decoded: of the header, the query, and a form's body.
    parameters: Vec<(String, String)>,
}

/// Whether a request is signed, or tries to be.
pub(crate) fn is_signed(call: &Call<'_>) -> bool {
    header(call).is_some() || call.query.pairs().iter().any(|(name, _)| name == "oauth_signature")
}

/// What follows `OAuth` in the header.
fn header<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    let (scheme, rest) = call.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("oauth").then_some(rest)
}

impl Message {
    /// Reads a request. `seen` is the address at which this Jira believes to be, if that is not the one it was called at.
    pub(crate) fn read(site: &Site, call: &Call<'_>, seen: Option<&str>) -> Self {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for pair in header(call).unwrap_or_default().split(',') {
            let Some((name, value)) = pair.trim().split_once('=') else { continue };
            let (name, value) = (decode(name.trim()), decode(value.trim().trim_matches('"')));
            if !name.eq_ignore_ascii_case("realm") {
                parameters.push((name, value));
            }
        }
        parameters.extend_from_slice(call.query.pairs());
        if is_form(call.headers) {
            parameters.extend_from_slice(Query::form(&call.body).pairs());
        }
        Self { method: call.method.to_owned(), url: url(site, call, seen), parameters }
    }

    /// A parameter's value; the first one if there are several.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that has to be there.
    pub(crate) fn need(&self, name: &'static str) -> Result<&str, Problem> {
        let absent = || problem("parameter_absent").telling("oauth_parameters_absent", name);
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(absent)
    }

    /// A parameter of the protocol that is there twice.
    pub(crate) fn doubled(&self) -> Option<&str> {
        let own = |name: &&str| name.starts_with("oauth_");
        let mut names = self.parameters.iter().map(|(name, _)| name.as_str()).filter(own);
        let mut seen = std::collections::HashSet::new();
        names.find(|name| !seen.insert(*name))
    }

    /// The text that is signed.
    pub(crate) fn base_string(&self) -> String {
        let mut pairs: Vec<(String, String)> = self
            .parameters
            .iter()
            .filter(|(name, _)| name != "oauth_signature")
            .map(|(name, value)| (encode(name), encode(value)))
            .collect();
        pairs.sort();
        let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}&{}&{}", self.method.to_ascii_uppercase(), encode(&self.url), encode(&pairs.join("&")))
    }
}

/// The address without query: scheme and context path of the base URL, the host that was asked for, no usual port.
fn url(site: &Site, call: &Call<'_>, seen: Option<&str>) -> String {
    let base = seen.unwrap_or(&site.base);
    let (scheme, rest) = base.split_once("://").unwrap_or(("http", base));
    let (own, context) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let asked = call.headers.get(HOST).and_then(|host| host.to_str().ok()).filter(|_| seen.is_none());
    let (scheme, host) = (scheme.to_ascii_lowercase(), asked.unwrap_or(own).to_ascii_lowercase());
    let usual = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(usual).unwrap_or(&host);
    format!("{scheme}://{host}{}{}", context.trim_end_matches('/'), call.path)
}

/// Everything but letters, digits and `-._~` as bytes in hexadecimal (section 3.6).
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The contrary, for the header, where a plus is a plus.
fn decode(text: &str) -> String {
    let mut query =
        form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).replace('&', "%26").as_bytes())
            .map(|(_, value)| value.into_owned())
            .collect::<Vec<_>>();
    query.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5849, section 3.4.1.1: the example request.
    #[test]
    fn the_example_of_the_rfc_reproduces() {
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut parameters = vec![
            own("oauth_consumer_key", "9djdj82h48djs9d2"),
            own("oauth_token", "kkk9d7dh3k39sjv7"),
            own("oauth_signature_method", "HMAC-SHA1"),
            own("oauth_timestamp", "137131201"),
            own("oauth_nonce", "7d8f3e4a"),
            own("oauth_signature", "bYT5CMsGcbgUdFHObYMEfcx6bsw="),
        ];
        parameters.extend_from_slice(Query::form(b"b5=%3D%253D&a3=a&c%40=&a2=r%20b").pairs());
        parameters.extend_from_slice(Query::form(b"c2&a3=2+q").pairs());
        let (method, url) = ("post".to_owned(), "http://example.com/request".to_owned());
        assert_eq!(
            Message { method, url, parameters }.base_string(),
            "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26\
             c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26\
             oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
        );
    }

    #[test]
    fn a_header_is_decoded_once_and_a_plus_stays() {
        assert_eq!(decode("a%2Bb+c%26d%3D%C3%BC&x"), "a+b+c&d=ü&x");
        assert_eq!(encode("a b+ü~"), "a%20b%2B%C3%BC~");
    }
}
