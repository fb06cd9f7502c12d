//! Writing, and what comes back.

use bowline_core::command::Write;
use bowline_core::connection::ToolKind;
use bowline_core::failure::{Act, Executed};
use bowline_core::port::{Ask, Asker};
use bowline_core::value::{Choice, Person};
use bowline_core::{FieldName, Value, code};
use http::Method;
use serde_json::{Value as Json, json};

use super::super::place::{Place, marker};

use super::{bare, labels, made, rich, text};

pub(in crate::conformance) async fn what_hold_says_is_what_comes_back(place: Place) {
    let words = &place.words;
    let item = made(&place, "Any").await;
    let day = |day: &str| Value::Date(day.parse().unwrap());
    let values = [
        (words.title, text("  two\nlines & \"quotes\" <b>  ")),
        (words.title, text("ünïcode 日本 🎉")),
        (words.body, rich("one\n\ntwo & <three> *four* {five} [six] | seven\n- eight")),
        (words.body, rich(&"long ".repeat(400))),
        (words.body, Value::Null),
        (words.labels, labels(&["b", "a", "ä-1", "x:y"])),
        (words.labels, Value::Set(Vec::new())),
        (words.priority, Value::Choice(Choice::named(words.priorities[0]))),
        (words.priority, Value::Choice(Choice::named(words.priorities[1]))),
        (words.day, day("2028-02-29")),
        (words.day, Value::Null),
    ];
    for (name, value) in values {
        let field = FieldName::from(name);
        let held = place.tool.hold(&field, &value);
        let written = place.update(&item.at, place.fields([(name, value)])).await.unwrap();
        assert!(written.refused.is_empty(), "{name}: {}", written.refused[0].words.expose());
        let back = written.item.unwrap();
        assert_eq!(bare(back.value(&field)), bare(&held), "{name}");
        assert_eq!(bare(place.find(&item.at).await.unwrap().value(&field)), bare(&held), "{name}");
        assert_eq!(
            place.tool.hold(&field, back.value(&field)),
            *back.value(&field),
            "{name}: what was read is held as it is"
        );
    }
}

pub(in crate::conformance) async fn an_update_raises_the_version_and_leaves_the_rest(place: Place) {
    let words = &place.words;
    let fields =
        place.fields([(words.title, text("A")), (words.labels, labels(&["x"])), (words.body, rich("body"))]);
    let before = place.create_with(fields, marker(1)).await.unwrap().item.unwrap();
    let after =
        place.update(&before.at, place.fields([(words.title, text("B"))])).await.unwrap().item.unwrap();
    assert!(after.version > before.version);
    assert!(after.updated_at >= before.updated_at);
    assert_eq!(after.value(&words.title.into()), &text("B"));
    for name in [words.labels, words.body, words.state] {
        assert_eq!(after.value(&name.into()), before.value(&name.into()), "{name}");
    }
    assert_eq!(place.find(&before.at).await.map(|found| found.fields), Some(after.fields));
}

pub(in crate::conformance) async fn an_edit_by_somebody_else_shows_in_the_read_back(place: Place) {
    let words = &place.words;
    let item = made(&place, "A").await;
    let edit = json!({"as": "bob", "fields": {words.title: "by Bob"}});
    place.fault(json!({}), json!({"kind": "edit_before_readback", "edit": edit})).await;
    let written =
        place.update(&item.at, place.fields([(words.labels, labels(&["x"]))])).await.unwrap().item.unwrap();
    assert_eq!(written.value(&words.labels.into()), &labels(&["x"]));
    let now = place.find(&item.at).await.unwrap();
    assert_eq!(now.value(&words.title.into()), &text("by Bob"));
    let told = written.value(&words.title.into()) == &text("by Bob");
    assert!(
        told || now.version > written.version,
        "either it is told, or the next look will see a newer version"
    );
}

pub(in crate::conformance) async fn a_refused_field_is_reported_and_the_others_are_written(place: Place) {
    let words = &place.words;
    let item = made(&place, "A").await;
    let refuse = json!({"kind": "reject_field", "field": words.day, "message": "It is not on the screen"});
    place.control(Method::POST, "faults", json!({"do": refuse})).await;
    let day = Value::Date("2028-02-29".parse().unwrap());
    let fields = place.fields([(words.title, text("B")), (words.day, day), (words.body, rich("body"))]);
    let written = place.update(&item.at, fields).await.unwrap();
    assert_eq!(written.refused.len(), 1);
    assert_eq!(written.refused[0].fields, [FieldName::from(words.day)]);
    assert!(!written.refused[0].words.is_empty());
    let back = written.item.unwrap();
    assert_eq!(back.value(&words.title.into()), &text("B"));
    assert_eq!(back.value(&words.day.into()), &Value::Null);
    assert!(!back.value(&words.body.into()).is_empty());
}

pub(in crate::conformance) async fn a_create_without_a_refused_field_is_better_than_none(place: Place) {
    let words = &place.words;
    let refuse = json!({"kind": "reject_field", "field": words.day});
    place.control(Method::POST, "faults", json!({"do": refuse})).await;
    let day = Value::Date("2028-02-29".parse().unwrap());
    let fields = place.fields([(words.title, text("A")), (words.day, day), (words.labels, labels(&["x"]))]);
    let written = place.create_with(fields, marker(1)).await.unwrap();
    assert_eq!(
        written.refused.iter().flat_map(|refusal| refusal.fields.clone()).collect::<Vec<_>>(),
        [words.day.into()]
    );
    let item = written.item.unwrap();
    assert_eq!(item.value(&words.labels.into()), &labels(&["x"]));
    assert_eq!(item.marker, Some(marker(1)));
    let items = place.control(Method::GET, "items", Json::Null).await;
    let same = items["items"].as_array().unwrap().iter().filter(|item| item["title"] == "A").count();
    assert_eq!(same, 1, "it was made once");
}

pub(in crate::conformance) async fn custom_fields_come_back_as_they_were_sent(place: Place) {
    let at = made(&place, "A").await.at;
    for (name, sample) in place.words.custom {
        let field = FieldName::from(*name);
        let held = place.tool.hold(&field, &sample.value());
        let set = place.update(&at, place.fields([(name, sample.value())])).await.unwrap();
        assert!(set.refused.is_empty(), "{name}: {}", set.refused[0].words.expose());
        assert_eq!(bare(set.item.unwrap().value(&field)), bare(&held), "{name}");
        let cleared = place.update(&at, place.fields([(name, Value::Null)])).await.unwrap();
        assert!(cleared.refused.is_empty(), "{name}: {}", cleared.refused[0].words.expose());
        assert!(cleared.item.unwrap().value(&field).is_empty(), "{name}");
    }
}

pub(in crate::conformance) async fn steps_lead_where_they_say_and_get_what_they_demand(place: Place) {
    if place.kind() == ToolKind::Targetprocess {
        place.control(Method::POST, "settings", json!({"comment_required": true})).await;
    }
    let state = FieldName::from(place.words.state);
    let (demand, sample) = place.words.demand;
    let mut item = made(&place, "A").await;
    let Value::Choice(start) = item.value(&state) else { panic!("a state is a choice") };
    let mut seen = vec![start.id.clone().unwrap()];
    let mut demanded = false;
    loop {
        let steps = place.tool.steps(&item.at).await.unwrap();
        assert!(!steps.is_empty());
        let Some(step) = steps.iter().find(|step| !seen.contains(&step.to_id)) else { break };
        assert!(step.required.iter().all(|field| field.as_str() == demand && step.accepted.contains(field)));
        let mut fields = place.fields([(place.words.day, Value::Null)]);
        if !step.required.is_empty() {
            demanded = true;
            let bare = Write::Step {
                at: item.at.clone(),
                step: step.clone(),
                fields: fields.clone(),
                read: place.read(),
            };
            assert_eq!(place.tool.write(&bare).await.unwrap_err().code, code::TOOL_REFUSED);
            fields.insert(demand.into(), sample.value());
        }
        let write = Write::Step { at: item.at.clone(), step: step.clone(), fields, read: place.read() };
        item = place.tool.write(&write).await.unwrap().item.unwrap();
        let Value::Choice(now) = item.value(&state) else { panic!("a state is a choice") };
        assert_eq!(
            (now.id.as_deref(), now.name.as_str()),
            (Some(step.to_id.as_str()), step.to_name.as_str())
        );
        seen.push(step.to_id.clone());
    }
    assert!(demanded && seen.len() > 3, "{seen:?}");
    let wrong = place
        .update(&item.at, place.fields([(place.words.state, Value::Choice(Choice::named("Done")))]))
        .await;
    assert_eq!(wrong.unwrap().refused.len(), 1, "a state is no field to write");
}

pub(in crate::conformance) async fn a_missing_permission_is_told_as_such(place: Place) {
    let item = made(&place, "A").await;
    for method in ["PUT", "POST"] {
        let forbid = json!({"match": {"method": method}, "do": {"kind": "status", "status": 403}});
        place.control(Method::POST, "faults", forbid).await;
    }
    let fields = place.fields([(place.words.title, text("B")), (place.words.labels, labels(&["x"]))]);
    let failure = place.update(&item.at, fields).await.unwrap_err();
    assert_eq!(
        (failure.code, failure.act, failure.executed),
        (code::AUTH_FORBIDDEN, Act::Park, Executed::No)
    );
    let failure = place.create("C", marker(2)).await.unwrap_err();
    assert_eq!((failure.code, failure.act), (code::AUTH_FORBIDDEN, Act::Park));
    place.control(Method::DELETE, "faults", Json::Null).await;
    assert_eq!(place.find(&item.at).await, Some(item), "nothing was written");
}

pub(in crate::conformance) async fn a_person_is_set_and_taken_away(place: Place) {
    let person = FieldName::from(place.words.person);
    let me = place.catalogue.probe(Asker::Work).await.unwrap();
    let item = made(&place, "A").await;
    let set = place
        .update(&item.at, place.fields([(place.words.person, Value::Person(Person::of(&me.id)))]))
        .await
        .unwrap();
    assert!(set.refused.is_empty());
    let Some(item) = set.item else { panic!("it is read back") };
    assert_eq!(item.value(&person), &Value::Person(Person { id: me.id, name: me.name }));
    let cleared = place.update(&item.at, place.fields([(place.words.person, Value::Null)])).await.unwrap();
    assert_eq!(cleared.item.unwrap().value(&person), &Value::Null);
}

pub(in crate::conformance) async fn what_is_gone_is_none_and_cannot_be_written(place: Place) {
    let at = made(&place, "A").await.at;
    place.control(Method::POST, "edit", json!({"as": "admin", "item": at.id, "delete": true})).await;
    assert_eq!(place.find(&at).await, None);
    let unknown = Ask { id: "ODD-99999".into(), kind: None, fields: place.read(), history: false };
    assert_eq!(place.tool.find(&unknown).await.unwrap(), None);
    let failure = place.update(&at, place.fields([(place.words.title, text("B"))])).await.unwrap_err();
    assert_eq!((failure.code, failure.act), (code::TOOL_NOT_FOUND, Act::Park));
}
