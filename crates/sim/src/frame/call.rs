//! One request as a handler sees it: path parameters, query, body, who calls, and the faults that may strike it.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use crate::frame::faults::Faults;
use crate::frame::faults::plan::Plan;

/// A person of a simulator: the index into its list of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Person(pub(crate) u16);

/// Who a gateway in front of the product found to be calling; it stands in place of credentials.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    pub(crate) who: Person,
    /// The id of the app that calls for them.
    pub(crate) app: Option<String>,
}

/// A query string's pairs, decoded, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the query of a URI; an undecodable one counts as absent.
    pub(crate) fn of(uri: &http::Uri) -> Self {
        axum::extract::Query::try_from_uri(uri).map(|query| Self(query.0)).unwrap_or_default()
    }

    /// Reads the fields of a form's body.
    pub(crate) fn form(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// The pairs as they came.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The first value of a name, whatever its case.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All values of a name, whatever its case.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A number, or `usual` when absent or not a number.
    pub(crate) fn number(&self, name: &str, usual: usize) -> usize {
        self.get(name).and_then(|text| text.trim().parse().ok()).unwrap_or(usual)
    }

    /// Whether the value is `true`.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }

    /// The comma-separated parts of all values of a name.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        self.all(name)
            .flat_map(|value| value.split(','))
            .map(|part| part.trim().to_owned())
            .filter(|p| !p.is_empty())
            .collect()
    }
}

/// One request.
pub(crate) struct Call<'a> {
    /// The method's name in capitals.
    pub(crate) method: &'a str,
    /// The path without its query.
    pub(crate) path: &'a str,
    /// Which version of the API was called, as it stands in links (`2`, `3`, `v1`).
    pub(crate) api: &'static str,
    /// The route's path below the version, with the names of its parameters.
    pub(crate) route: &'static str,
    /// Path parameters, decoded.
    pub(crate) params: Vec<(String, String)>,
    /// The query.
    pub(crate) query: Query,
    /// The query as it was sent.
    pub(crate) raw_query: &'a str,
    /// The request's headers.
    pub(crate) headers: &'a HeaderMap,
    /// The whole body.
    pub(crate) body: Bytes,
    /// What a gateway says of who calls.
    pub(crate) pass: Option<&'a Pass>,
    /// Who calls; `None` is anonymous.
    pub(crate) caller: Option<Person>,
    /// What goes wrong with this request.
    pub(crate) plan: &'a Plan,
    /// The rules, for those that strike inside a handler.
    pub(crate) faults: &'a Faults,
}

impl Call<'_> {
    /// A path parameter; empty when the route has none of that name.
    pub(crate) fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The body as JSON; an empty one is `null`.
    pub(crate) fn json(&self) -> Result<Value, serde_json::Error> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_and_found_whatever_the_case() {
        let query =
            Query::of(&"/x?startAt=5&fields=a,b&fields=%20c&jql=a%20%3D%20b+c&on=True".parse().unwrap());
        assert_eq!(query.number("startat", 0), 5);
        assert_eq!(query.number("maxResults", 50), 50);
        assert_eq!(query.list("fields"), ["a", "b", "c"]);
        assert_eq!(query.get("jql"), Some("a = b c"));
        assert!(query.flag("on") && !query.flag("off"));
    }
}
