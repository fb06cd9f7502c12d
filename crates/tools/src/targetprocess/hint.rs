//! What a Targetprocess webhook points at. Pure.
//!
//! Two senders: the automation rule that Bowline ships (`docs/tools/targetprocess.md`), and the old webhook plugin
//! of on-site releases, which posts the whole entity. Neither has a delivery id, so none is told; neither is signed,
//! so nothing in it is believed beyond “look there”.

use bowline_core::event::{About, Delivery, Hint, Unreadable};
use bowline_core::item::Version;
use bowline_core::port::Hints;
use serde_json::Value as Json;

use super::date;
use super::kind::{Nature, nature};
use super::site::camel;

/// Reads the deliveries of Targetprocess.
pub(crate) struct TargetprocessHints;

impl Hints for TargetprocessHints {
    fn hint(&self, delivery: &Delivery) -> Result<Hint, Unreadable> {
        let text = std::str::from_utf8(&delivery.body).map_err(|_| unreadable("not UTF-8"))?;
        let body = serde_json::from_str(text).map(camel).map_err(|error| Unreadable {
            reason: format!("not JSON at line {}, column {}", error.line(), error.column()),
        })?;
        let told = if body.get("entity").is_some_and(Json::is_object) {
            Told::by_plugin(&body)
        } else {
            Told::by_rule(&body)
        };
        told.ok_or_else(|| unreadable("neither the automation rule's body nor the webhook plugin's"))?.hint()
    }
}

/// What both senders tell, in one form.
struct Told {
    kind: String,
    id: String,
    modification: String,
    version: Option<i64>,
    modified_at: Option<jiff::Timestamp>,
    scope: Option<String>,
    /// The item that a comment or an assignment belongs to: id and type.
    general: Option<(String, Option<String>)>,
    actor: Option<String>,
}

impl Told {
    /// `{"account","resourceType","resourceId","modification","changedFields","author":{"id"},"entityVersion",
    /// "modifyDate","general":{"id","type"}}`
    fn by_rule(body: &Json) -> Option<Self> {
        Some(Self {
            kind: text(body, "resourceType")?,
            id: number(body.get("resourceId")?)?,
            modification: text(body, "modification")?,
            version: body.get("entityVersion").and_then(Json::as_i64),
            modified_at: when(body, "modifyDate"),
            scope: body.get("project").and_then(|project| text(project, "name")),
            general: body.get("general").and_then(general),
            actor: body.get("author").and_then(|author| number(author.get("id")?)),
        })
    }

    /// `{"Entity":{…},"OldEntity":{…},"ChangedFields":[…],"Author":{…},"Modification":"Updated"}`
    fn by_plugin(body: &Json) -> Option<Self> {
        let entity = body.get("entity")?;
        let kind = text(entity, "resourceType").or_else(|| text(entity.get("entityType")?, "name"));
        let belongs_to = ["general", "assignable"].into_iter().find_map(|name| entity.get(name));
        Some(Self {
            kind: kind?,
            id: number(entity.get("id")?)?,
            modification: text(body, "modification")?,
            version: entity.get("entityVersion").and_then(Json::as_i64),
            modified_at: when(entity, "descriptionModifyDate").or_else(|| when(entity, "modifyDate")),
            scope: entity.get("project").and_then(|project| text(project, "name")),
            general: belongs_to.and_then(general),
            actor: body.get("author").and_then(|author| number(author.get("id")?)),
        })
    }

    fn hint(self) -> Result<Hint, Unreadable> {
        let deleted = self.modification == "Deleted";
        let mut version = None;
        let about = match (nature(&self.kind), self.general) {
            (Nature::Item, _) => {
                // The version of a deleted item is the one already known: with it, the deletion would be closed unread.
                version = self.version.filter(|_| !deleted).map(Version);
                About::Item { id: self.id, kind: Some(self.kind.clone()), scope: self.scope }
            }
            (Nature::Comment, general) => About::Comment {
                id: Some(self.id),
                item: general.map(|(id, _)| id),
                edited_at: self.modified_at.filter(|_| !deleted),
            },
            (Nature::Part | Nature::Unknown, Some((id, kind))) => About::Item { id, kind, scope: self.scope },
            (Nature::Part, None) => {
                elsewhere(format!("a {} that does not say which item it belongs to", self.kind))
            }
            (Nature::Other, _) => elsewhere(format!("it is about a {}, which no profile syncs", self.kind)),
            (Nature::Unknown, None) => About::Unknown,
        };
        Ok(Hint {
            event: format!("{} {}", self.kind, self.modification),
            delivery: None,
            about,
            version,
            actor: self.actor,
        })
    }
}

fn elsewhere(reason: String) -> About {
    About::Elsewhere { reason }
}

fn general(found: &Json) -> Option<(String, Option<String>)> {
    let kind = text(found, "type").or_else(|| text(found, "resourceType"));
    Some((number(found.get("id")?)?, kind))
}

fn text(found: &Json, name: &str) -> Option<String> {
    found.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// An id, however a rule's author quoted it.
fn number(found: &Json) -> Option<String> {
    let text = found.as_u64().map(|id| id.to_string()).or_else(|| found.as_str().map(str::to_owned))?;
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

fn when(found: &Json, name: &str) -> Option<jiff::Timestamp> {
    date::parse(found.get(name)?.as_str()?).map(|told| told.at)
}

fn unreadable(reason: &str) -> Unreadable {
    Unreadable { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(body: impl Into<Bytes>) -> Result<Hint, Unreadable> {
        TargetprocessHints.hint(&Delivery { headers: HeaderMap::new(), body: body.into() })
    }

    fn rule(kind: &str, modification: &str) -> Json {
        json!({
            "account": "acme", "resourceType": kind, "resourceId": 194, "modification": modification,
            "changedFields": ["Name"], "author": {"id": 6}, "entityVersion": 77,
            "modifyDate": "/Date(1517525999000+0100)/",
        })
    }

    fn item(id: &str, kind: Option<&str>) -> About {
        About::Item { id: id.to_owned(), kind: kind.map(str::to_owned), scope: None }
    }

    #[test]
    fn an_item_is_told_with_its_version_and_author() {
        let hint = read(rule("UserStory", "Updated").to_string()).unwrap();
        assert_eq!(hint.event, "UserStory Updated");
        assert_eq!(hint.about, item("194", Some("UserStory")));
        assert_eq!(
            (hint.version, hint.actor.as_deref(), hint.delivery),
            (Some(Version(77)), Some("6"), None)
        );
        assert_eq!(read(rule("UserStory", "Deleted").to_string()).unwrap().version, None);
    }

    #[test]
    fn a_comment_tells_its_item_if_the_rule_does() {
        let mut body = rule("Comment", "Created");
        let edited_at = jiff::Timestamp::from_millisecond(1_517_525_999_000).ok();
        let about = |item: Option<&str>, edited_at| About::Comment {
            id: Some("194".into()),
            item: item.map(str::to_owned),
            edited_at,
        };
        assert_eq!(read(body.to_string()).unwrap().about, about(None, edited_at));
        body["general"] = json!({"id": "7", "type": "Bug"});
        assert_eq!(read(body.to_string()).unwrap().about, about(Some("7"), edited_at));
        body["modification"] = json!("Deleted");
        assert_eq!(read(body.to_string()).unwrap().about, about(Some("7"), None));
    }

    #[test]
    fn parts_point_at_their_item_and_the_rest_nowhere() {
        let mut body = rule("Assignment", "Created");
        assert!(matches!(read(body.to_string()).unwrap().about, About::Elsewhere { .. }));
        body["general"] = json!({"id": 7, "type": "Bug"});
        assert_eq!(read(body.to_string()).unwrap().about, item("7", Some("Bug")));
        assert_eq!(read(body.to_string()).unwrap().version, None, "the item's own version is not told");
        assert!(matches!(
            read(rule("Release", "Updated").to_string()).unwrap().about,
            About::Elsewhere { .. }
        ));
        assert_eq!(read(rule("Retrospective", "Updated").to_string()).unwrap().about, About::Unknown);
    }

    #[test]
    fn the_old_plugins_body_is_read_too() {
        let body = json!({
            "Entity": {"ResourceType": "Bug", "Id": 9, "EntityVersion": 5, "Project": {"Id": 2, "Name": "Web shop"}},
            "OldEntity": {"Id": 9}, "ChangedFields": ["Name"], "Author": {"Id": 3}, "Modification": "Updated",
        });
        let hint = read(body.to_string()).unwrap();
        let about = About::Item { id: "9".into(), kind: Some("Bug".into()), scope: Some("Web shop".into()) };
        assert_eq!((hint.about, hint.version, hint.actor), (about, Some(Version(5)), Some("3".into())));
        let comment = json!({
            "Entity": {"EntityType": {"Name": "Comment"}, "Id": 10, "General": {"ResourceType": "Bug", "Id": 9}},
            "Modification": "Created", "Author": null,
        });
        let about = About::Comment { id: Some("10".into()), item: Some("9".into()), edited_at: None };
        assert_eq!(read(comment.to_string()).unwrap().about, about);
    }

    #[test]
    fn what_cannot_be_read_is_refused_without_a_quote() {
        let shape = "neither the automation rule's body nor the webhook plugin's";
        let cases: [(&[u8], &str); 5] = [
            (b"\xff", "not UTF-8"),
            (b"{\"secret", "not JSON at line 1, column 8"),
            (b"[]", shape),
            (br#"{"resourceType":"Bug","resourceId":"secret","modification":"Updated"}"#, shape),
            (br#"{"Entity":{"Name":"secret"}}"#, shape),
        ];
        for (body, reason) in cases {
            assert_eq!(read(body).unwrap_err().reason, reason);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(body);
        }

        #[test]
        fn no_values_make_it_panic(kind in ".{0,12}", id in ".{0,12}", date in ".{0,30}", version in any::<i64>(), plugin in any::<bool>()) {
            let mut body = rule(&kind, "Updated");
            body["resourceId"] = json!(id);
            body["modifyDate"] = json!(date);
            body["entityVersion"] = json!(version);
            let body = if plugin { json!({"Entity": body, "Modification": "Updated"}) } else { body };
            let _ = read(body.to_string());
        }
    }
}
