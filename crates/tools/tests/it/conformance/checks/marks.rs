//! Finding again what we created.

use bowline_core::FieldName;
use bowline_core::command::Write;
use bowline_core::connection::ToolKind;
use bowline_core::failure::Executed;
use http::Method;
use serde_json::json;

use super::super::place::{Place, marker};

use super::{labels, made, marked, text};

pub(in crate::conformance) async fn a_created_item_is_read_back_and_found_by_its_marker(place: Place) {
    let item = made(&place, "First").await;
    made(&place, "Second").await;
    let third = place.create("Third", marker(3)).await.unwrap().item.unwrap();
    assert_eq!(item.value(&place.words.title.into()), &text("First"));
    assert_eq!((item.at.scope.as_str(), item.at.kind.as_str()), (place.words.scope, place.words.kind));
    assert_eq!(item.marker, Some(marker(1)));
    assert!(item.at.url.contains(&item.at.key));
    let read: Vec<FieldName> = item.fields.keys().cloned().collect();
    let mut wanted = place.read();
    wanted.sort();
    assert_eq!(read, wanted, "an empty field is told as empty");
    assert_eq!(place.find(&item.at).await.as_ref(), Some(&item));

    let found = marked(&place, marker(3)).await;
    assert_eq!(found.map(|found| found.at), Some(third.at));
    assert_eq!(marked(&place, marker(9)).await, None);
}

pub(in crate::conformance) async fn a_new_item_is_found_by_its_marker_though_the_search_index_lags(
    place: Place,
) {
    if place.kind() == ToolKind::Targetprocess {
        // Its queries read the database: there is no index that could lag.
        return;
    }
    place.control(Method::POST, "faults", json!({"do": {"kind": "stale_index", "lag_ms": 3_600_000}})).await;
    let item = place.create("Fresh", marker(4)).await.unwrap().item.unwrap();
    assert_eq!(marked(&place, marker(4)).await.map(|found| found.at), Some(item.at));
}

pub(in crate::conformance) async fn a_lost_answer_to_a_create_is_found_again_by_its_marker(place: Place) {
    let paths = json!({"method": "POST", "path": if place.kind() == ToolKind::Targetprocess { "/api/v1/*" } else { "/rest/api/*/issue" }});
    place.fault(paths, json!({"kind": "done_then_reset"})).await;
    let failure = place.create("Lost", marker(5)).await.unwrap_err();
    assert_eq!(failure.executed, Executed::Unknown);
    let found = marked(&place, marker(5)).await.unwrap();
    assert_eq!(found.value(&place.words.title.into()), &text("Lost"));
    assert_eq!(found.marker, Some(marker(5)));
}

pub(in crate::conformance) async fn an_answer_that_is_a_page_says_that_nothing_is_known(place: Place) {
    place.fault(json!({"method": "POST"}), json!({"kind": "login_page"})).await;
    let failure = place.create("Page", marker(6)).await.unwrap_err();
    assert_eq!(failure.executed, Executed::Unknown);
    assert_eq!(marked(&place, marker(6)).await, None);
}

pub(in crate::conformance) async fn a_removed_marker_leaves_no_trace(place: Place) {
    let words = &place.words;
    let fields = place.fields([(words.title, text("A")), (words.labels, labels(&["x"]))]);
    let item = place.create_with(fields, marker(1)).await.unwrap().item.unwrap();
    assert_eq!(item.value(&words.labels.into()), &labels(&["x"]), "the marker is not shown");
    place.tool.write(&Write::Unmark { at: item.at.clone(), marker: marker(1) }).await.unwrap();
    let after = place.find(&item.at).await.unwrap();
    assert_eq!(after.value(&words.labels.into()), &labels(&["x"]));
    let invisible = place.kind() != ToolKind::Targetprocess;
    assert_eq!(after.marker, invisible.then(|| marker(1)));
}
