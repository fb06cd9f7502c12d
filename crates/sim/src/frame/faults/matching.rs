//! What a fault rule applies to: a request by method, path, query, headers, caller and body; a webhook by event and item.

use std::collections::BTreeMap;

use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::frame::call::Query;
use crate::frame::glob;

/// The name of those who did not sign in.
pub(crate) const ANONYMOUS: &str = "anonymous";

/// A request as rules see it.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// The simulator's clock.
    pub(crate) now: i64,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a Query,
    pub(crate) headers: &'a HeaderMap,
    /// Who calls, by login name; only there when a rule asks.
    pub(crate) caller: Option<&'a str>,
    /// The body as JSON; only there when a rule asks and it is JSON.
    pub(crate) body: Option<&'a Value>,
}

/// What a rule applies to. Absent members match everything; `*` and `**` as in [`glob`].
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Match {
    /// An HTTP method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    /// A path without its query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// Parameters of the query, all of which must fit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) query: BTreeMap<String, Wanted>,
    /// Headers, all of which must fit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) header: BTreeMap<String, Wanted>,
    /// Who calls: a login name, or `anonymous`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) caller: Option<String>,
    /// Places in the JSON body, all of which must fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) body: Vec<Place>,
    /// A webhook's event name (Jira) or `ResourceType.Modification` (Targetprocess).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) event: Option<String>,
    /// An item's id or key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<String>,
}

/// What is wanted of a parameter or a header.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Wanted {
    /// That it is there, or is not.
    There(bool),
    /// That one of its values fits.
    Like(String),
}

impl Wanted {
    fn takes<'a>(&self, mut values: impl Iterator<Item = &'a str>) -> bool {
        match self {
            Self::There(there) => values.next().is_some() == *there,
            Self::Like(pattern) => values.any(|value| glob::matches(pattern, value)),
        }
    }
}

/// What is wanted of a place in the body; the whole of it is at the empty pointer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(try_from = "Written", into = "Written")]
pub(crate) struct Place {
    /// A JSON pointer (RFC 6901).
    pointer: String,
    test: Test,
}

/// The test of a [`Place`].
#[derive(Clone, Debug)]
enum Test {
    /// Exactly this value.
    Equals(Value),
    /// A text that fits.
    Like(String),
    /// Anything at all, `null` as well; or, if false, nothing.
    Exists(bool),
}

/// A [`Place`] as it is written: with one of its tests.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    pointer: String,
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    equals: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    like: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exists: Option<bool>,
}

/// A member that is there, `null` as well.
fn given<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

impl TryFrom<Written> for Place {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let test = match (written.equals, written.like, written.exists) {
            (Some(value), None, None) => Test::Equals(value),
            (None, Some(pattern), None) => Test::Like(pattern),
            (None, None, Some(exists)) => Test::Exists(exists),
            _ => return Err("a place in the body needs one of `equals`, `like` and `exists`"),
        };
        Ok(Self { pointer: written.pointer, test })
    }
}

impl From<Place> for Written {
    fn from(Place { pointer, test }: Place) -> Self {
        let empty = Self { pointer, equals: None, like: None, exists: None };
        match test {
            Test::Equals(value) => Self { equals: Some(value), ..empty },
            Test::Like(pattern) => Self { like: Some(pattern), ..empty },
            Test::Exists(exists) => Self { exists: Some(exists), ..empty },
        }
    }
}

impl Place {
    fn takes(&self, body: Option<&Value>) -> bool {
        let found = body.and_then(|body| body.pointer(&self.pointer));
        match &self.test {
            Test::Equals(value) => found == Some(value),
            Test::Like(pattern) => {
                found.and_then(Value::as_str).is_some_and(|text| glob::matches(pattern, text))
            }
            Test::Exists(exists) => found.is_some() == *exists,
        }
    }
}

impl Match {
    pub(super) fn takes_request(&self, facts: &Facts<'_>) -> bool {
        let header = |(name, wanted): (&String, &Wanted)| {
            wanted.takes(facts.headers.get_all(name.as_str()).iter().filter_map(|value| value.to_str().ok()))
        };
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(facts.method))
            && self.path.as_deref().is_none_or(|pattern| glob::matches(pattern, facts.path))
            && self.query.iter().all(|(name, wanted)| wanted.takes(facts.query.all(name)))
            && self.header.iter().all(header)
            && self.caller.as_deref().is_none_or(|name| facts.caller.unwrap_or(ANONYMOUS) == name)
            && self.body.iter().all(|place| place.takes(facts.body))
    }

    pub(super) fn takes_event(&self, event: &str) -> bool {
        self.event.as_deref().is_none_or(|pattern| glob::matches(pattern, event))
    }

    pub(super) fn takes_item(&self, names: &[&str]) -> bool {
        self.item.as_deref().is_none_or(|wanted| names.contains(&wanted))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Whether a rule matches one certain request.
    fn takes(matching: Value) -> bool {
        let matching: Match = serde_json::from_value(matching).unwrap();
        let headers = HeaderMap::from_iter([(http::header::USER_AGENT, "importer/2.1".parse().unwrap())]);
        let query = Query::of(&"/x?jql=project%20%3D%20ACME&startAt=50".parse().unwrap());
        let body = json!({"fields": {"summary": "a", "labels": [], "due": null}});
        matching.takes_request(&Facts {
            now: 0,
            method: "POST",
            path: "/rest/api/3/issue",
            query: &query,
            headers: &headers,
            caller: Some("ada"),
            body: Some(&body),
        })
    }

    #[test]
    fn each_part_of_a_request_can_be_asked_for() {
        for (wanted, fits) in [
            (json!({}), true),
            (json!({"method": "post", "path": "/rest/api/*/issue"}), true),
            (json!({"query": {"startAt": "50", "jql": "project*"}}), true),
            (json!({"query": {"startAt": "51"}}), false),
            (json!({"query": {"maxResults": true}}), false),
            (json!({"query": {"maxResults": false, "STARTAT": true}}), true),
            (json!({"header": {"User-Agent": "importer/*"}}), true),
            (json!({"header": {"X-Other": true}}), false),
            (json!({"caller": "ada"}), true),
            (json!({"caller": "anonymous"}), false),
        ] {
            assert_eq!(takes(wanted.clone()), fits, "{wanted}");
        }
    }

    #[test]
    fn places_in_the_body_are_compared_or_only_have_to_be_there() {
        for (place, fits) in [
            (json!({"pointer": "/fields/summary", "equals": "a"}), true),
            (json!({"pointer": "/fields/summary", "equals": "b"}), false),
            (json!({"pointer": "/fields/summary", "like": "*"}), true),
            (json!({"pointer": "/fields/labels", "like": "*"}), false),
            (json!({"pointer": "/fields/labels", "equals": []}), true),
            (json!({"pointer": "/fields/due", "equals": null}), true),
            (json!({"pointer": "/fields/due", "exists": true}), true),
            (json!({"pointer": "/fields/priority", "exists": true}), false),
            (json!({"pointer": "/fields/priority", "exists": false}), true),
        ] {
            assert_eq!(takes(json!({"body": [place]})), fits, "{place}");
        }
        let two = json!([{"pointer": "/fields", "exists": true}, {"pointer": "/update", "exists": true}]);
        assert!(!takes(json!({"body": two})));
    }

    #[test]
    fn what_was_written_is_shown_again() {
        let written = json!({"query": {"a": true}, "body": [{"pointer": "/x", "equals": null}]});
        let read: Match = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), written);
    }

    #[test]
    fn a_place_without_a_test_or_with_two_is_refused() {
        for wrong in [
            json!({"body": [{"pointer": "/x"}]}),
            json!({"body": [{"pointer": "/x", "equals": 1, "exists": true}]}),
            json!({"body": [{"pointer": "/x", "contains": 1}]}),
            json!({"query": {"x": 5}}),
            json!({"headers": {"x": "y"}}),
        ] {
            assert!(serde_json::from_value::<Match>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
