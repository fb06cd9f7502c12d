//! Reading, and being told.

use bowline_core::command::Write;
use bowline_core::connection::ToolKind;
use bowline_core::event::{About, Delivery};
use bowline_core::failure::Act;
use bowline_core::item::Locator;
use bowline_core::port::{Ask, Asker, ChangedAsk, ChangedPage};
use bowline_core::text::Doc;
use bowline_core::{SignedDuration, Timestamp, Value, code};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value as Json, json};

use super::super::place::Place;

use super::{bare, made, text};

pub(in crate::conformance) async fn the_account_and_what_there_is_are_told(place: Place) {
    let who = place.catalogue.probe(Asker::Work).await.unwrap();
    assert!(!who.id.is_empty() && !who.name.is_empty());
    let (scope, kind) = (place.words.scope, place.words.kind);
    assert!(place.catalogue.scopes().await.unwrap().contains(&scope.to_owned()));
    assert!(place.catalogue.kinds(scope).await.unwrap().contains(&kind.to_owned()));
    let schema = place.catalogue.schema(scope, kind).await.unwrap();
    let field = |name: &str| {
        schema.fields.iter().find(|field| field.name.as_str() == name).unwrap_or_else(|| panic!("{name}"))
    };
    assert!(field(place.words.title).required);
    assert!(!field(place.words.body).required);
    let priorities: Vec<&str> =
        field(place.words.priority).allowed.iter().map(|choice| choice.name.as_str()).collect();
    assert!(place.words.priorities.iter().all(|name| priorities.contains(name)), "{priorities:?}");
    assert!(schema.states.len() > 1);
    assert_eq!(place.catalogue.schema("NOWHERE", kind).await.unwrap_err().code, code::TOOL_UNKNOWN_PROJECT);
    assert_eq!(place.catalogue.schema(scope, "Nothing").await.unwrap_err().code, code::TOOL_UNKNOWN_TYPE);
}

pub(in crate::conformance) async fn a_wrong_address_is_told_by_the_probe_and_waits_for_a_person(
    place: Place,
) {
    let failure = place.catalogue_at("nowhere").probe(Asker::Work).await.unwrap_err();
    assert_eq!((failure.code, failure.act), (code::NET_WRONG_ADDRESS, Act::Wait));
}

pub(in crate::conformance) async fn a_schema_is_found_in_any_case_and_tells_the_tools_own_spelling(
    place: Place,
) {
    let (scope, kind) = (place.words.scope, place.words.kind);
    let schema = place.catalogue.schema(&scope.to_lowercase(), &kind.to_lowercase()).await.unwrap();
    assert_eq!((schema.scope.as_str(), schema.kind.as_str()), (scope, kind));
    assert_eq!(schema, place.catalogue.schema(scope, kind).await.unwrap());
}

pub(in crate::conformance) async fn comments_are_written_read_and_edited(place: Place) {
    let me = place.catalogue.probe(Asker::Work).await.unwrap();
    let at = made(&place, "A").await.at;
    let command = format!("cmd_{:032x}", 7).parse().unwrap();
    for body in ["first & <b>", "second\n\nwith two paragraphs"] {
        let write = Write::Comment { at: at.clone(), marker: command, body: Doc::from_plain(body) };
        let written = place.tool.write(&write).await.unwrap().comment.unwrap();
        assert_eq!(written.body.normal(), place.tool.hold_comment(&Doc::from_plain(body)).normal());
        assert_eq!(written.author.id, me.id);
    }
    place.edit(json!({"item": at.id, "comment": "by Bob"})).await;
    let all = place.tool.comments(&at).await.unwrap();
    assert_eq!(all.len(), 3);
    assert!(all.is_sorted_by_key(|comment| comment.created_at));
    let can_carry = place.kind() != ToolKind::Targetprocess;
    assert_eq!(all[0].marker, can_carry.then_some(command));
    assert_eq!((all[2].marker, all[2].body.plain().trim()), (None, "by Bob"));
    assert!(all.iter().all(|comment| !comment.hidden));

    let body = Doc::from_plain("edited");
    let edit = Write::EditComment { at: at.clone(), id: all[0].id.clone(), body: body.clone() };
    let edited = place.tool.write(&edit).await.unwrap().comment.unwrap();
    assert_eq!((edited.id.as_str(), edited.body.plain().trim()), (all[0].id.as_str(), "edited"));
    assert!(edited.updated_at >= all[0].updated_at);
    assert_eq!(
        place.tool.comments(&at).await.unwrap()[0].marker,
        all[0].marker,
        "the marker survives an edit"
    );
}

pub(in crate::conformance) async fn hidden_comments_are_told(place: Place) {
    let at = made(&place, "A").await.at;
    if place.kind() == ToolKind::Targetprocess {
        let general = json!({"Id": at.id.parse::<u64>().unwrap()});
        let body = json!({"General": general, "Description": "private", "IsPrivate": true});
        place.call(Method::POST, "/api/v1/Comments?resultFormat=json", body).await;
    } else {
        let body = json!({"body": "restricted", "visibility": {"type": "role", "value": "Developers"}});
        place.call(Method::POST, &format!("/rest/api/2/issue/{}/comment", at.id), body).await;
    }
    let all = place.tool.comments(&at).await.unwrap();
    assert_eq!(all.iter().map(|comment| comment.hidden).collect::<Vec<_>>(), [true]);
}

async fn changes(place: &Place, since: Timestamp, scopes: &[&str]) -> Vec<ChangedPage> {
    let mut ask =
        ChangedAsk { since, scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(), page: None };
    let mut pages = Vec::new();
    loop {
        let page = place.tool.changed(&ask).await.unwrap();
        ask.page.clone_from(&page.next);
        pages.push(page);
        if ask.page.is_none() {
            return pages;
        }
        assert!(pages.len() < 100, "it never ends");
    }
}

pub(in crate::conformance) async fn what_changed_is_listed_oldest_first(place: Place) {
    let scope = place.words.scope;
    let (first, second) = (made(&place, "A").await, made(&place, "B").await);
    let first =
        place.update(&first.at, place.fields([(place.words.title, text("A2"))])).await.unwrap().item.unwrap();
    let since = first.updated_at.min(second.updated_at) - SignedDuration::from_secs(5);
    for scopes in [&[scope][..], &[], &["NOWHERE", scope]] {
        let pages = changes(&place, since, scopes).await;
        let told: Vec<_> = pages.iter().flat_map(|page| &page.glimpses).collect();
        for item in [&first, &second] {
            let glimpse = told.iter().find(|glimpse| glimpse.id == item.at.id && !glimpse.comments_only);
            let glimpse = glimpse.unwrap_or_else(|| panic!("{} is missing in {scopes:?}", item.at.key));
            assert_eq!((glimpse.version, glimpse.updated_at), (item.version, item.updated_at));
            assert_eq!((glimpse.kind.as_str(), glimpse.scope.as_str()), (place.words.kind, scope));
        }
        assert!(told.iter().all(|glimpse| glimpse.updated_at >= since - SignedDuration::from_secs(1)));
        for page in &pages {
            assert!(page.glimpses.is_sorted_by_key(|glimpse| glimpse.updated_at));
        }
    }
    let command = format!("cmd_{:032x}", 8).parse().unwrap();
    let write = Write::Comment { at: second.at.clone(), marker: command, body: Doc::from_plain("news") };
    let written = place.tool.write(&write).await.unwrap().comment.unwrap();
    let later = changes(&place, written.created_at, &[scope]).await;
    assert!(
        later.iter().flat_map(|page| &page.glimpses).any(|glimpse| glimpse.id == second.at.id),
        "a comment is a change"
    );
    let future = changes(&place, place.now().await + SignedDuration::from_hours(48), &[scope]).await;
    assert!(future.iter().all(|page| page.glimpses.is_empty()));
    assert!(changes(&place, since, &["NOWHERE"]).await.iter().all(|page| page.glimpses.is_empty()));
}

pub(in crate::conformance) async fn an_exemplar_is_in_the_state_asked_for(place: Place) {
    let item = made(&place, "A").await;
    let Value::Choice(state) = item.value(&place.words.state.into()) else { panic!("a state is a choice") };
    let (scope, kind) = (place.words.scope, place.words.kind);
    let found: Locator = place.catalogue.exemplar(scope, kind, &state.name).await.unwrap().unwrap();
    let found = place.find(&found).await.unwrap();
    assert_eq!(bare(found.value(&place.words.state.into())), bare(&Value::Choice(state.clone())));
    assert_eq!((found.at.scope.as_str(), found.at.kind.as_str()), (scope, kind));
}

/// Every webhook of one edit, as a delivery.
async fn deliveries(place: &Place) -> Vec<Delivery> {
    let sent = place.control(Method::GET, "webhooks?wait_ms=5000", Json::Null).await;
    let sent = sent["webhooks"].as_array().unwrap();
    let delivery = |sent: &Json| {
        let header = |(name, value): (&String, &Json)| {
            let value = HeaderValue::from_str(value.as_str().unwrap()).unwrap();
            (name.parse::<HeaderName>().unwrap(), value)
        };
        let headers: HeaderMap = sent["headers"].as_object().unwrap().iter().map(header).collect();
        Delivery { headers, body: sent["body"].to_string().into() }
    };
    sent.iter().map(delivery).collect()
}

pub(in crate::conformance) async fn every_webhook_points_at_its_item(place: Place) {
    let at = made(&place, "A").await.at;
    // Nobody listens there: what counts is what was sent.
    place.control(Method::POST, "hook-target", json!({"url": "http://127.0.0.1:9/hook"})).await;
    let title = json!({place.words.title: "changed"});
    let commented = place.edit(json!({"item": at.id, "fields": title, "comment": "hello"})).await;
    let who = place
        .edit(json!({"item": at.id, "edit_comment": {"id": commented["comment"], "body": "hello again"}}))
        .await;
    assert_eq!(who["id"], json!(at.id));
    let version = place.find(&at).await.unwrap().version;
    let mut told = Vec::new();
    for delivery in deliveries(&place).await {
        let hint = place.hints.hint(&delivery).unwrap();
        let item = match &hint.about {
            About::Item { id, .. } => Some(id),
            About::Comment { id, item, .. } => {
                assert_eq!(id.as_deref(), commented["comment"].as_str().or(id.as_deref()));
                item.as_ref()
            }
            other => panic!("{}: {other:?}", hint.event),
        };
        assert_eq!(item, Some(&at.id), "{}", hint.event);
        assert!(hint.version.is_none_or(|told| told <= version), "{}", hint.event);
        assert!(hint.actor.is_some(), "{}", hint.event);
        told.push(hint);
    }
    assert!(told.iter().any(|hint| matches!(hint.about, About::Item { .. }) && hint.version.is_some()));
    assert!(told.iter().any(|hint| matches!(hint.about, About::Comment { .. })));
    if place.kind() == ToolKind::JiraCloud {
        assert!(told.iter().all(|hint| hint.delivery.is_some()));
    }
}

pub(in crate::conformance) async fn history_tells_when_a_field_changed_where_the_tool_keeps_one(
    place: Place,
) {
    let words = &place.words;
    let at = made(&place, "A").await.at;
    place.control(Method::POST, "clock", json!({"advance_ms": 60_000})).await;
    let after = place.update(&at, place.fields([(words.title, text("B"))])).await.unwrap().item.unwrap();
    let ask = Ask { id: at.id.clone(), kind: Some(at.kind.clone()), fields: place.read(), history: true };
    let item = place.tool.find(&ask).await.unwrap().unwrap();
    assert_eq!(item.fields, after.fields);
    let (title, labels) =
        (item.changed_at.get(&words.title.into()), item.changed_at.get(&words.labels.into()));
    if place.kind() == ToolKind::Targetprocess {
        assert!(item.changed_at.is_empty(), "it keeps none");
    } else {
        assert!(title > labels && labels.is_some(), "{title:?} {labels:?}");
    }
}
