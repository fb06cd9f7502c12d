//! Planted deviations, each of which must be found; and what must not be taken for one.

use super::*;

const OVERLAY: &str = r#"
undocumented = [{ prefix = "/rest/webhooks/1.0/", reason = "in no document" }]
[undeclared]
statuses = [400, 404]
reason = "left out"
"#;

fn documents() -> Documents {
    let schema = json!({"$ref": "#/components/schemas/Person"});
    let responses =
        json!({"200": {"content": {"application/json": {"schema": schema}}}, "204": {"content": {}}});
    let picture = json!({"200": {"content": {"application/json": {"schema": schema}, "image/png": {}}}});
    let document = json!({
        "paths": {
            "/rest/api/3/user/{id}": {"get": {"responses": responses}},
            "/rest/api/3/picture": {"get": {"responses": picture}},
        },
        "components": {"schemas": {
            "Person": {
                "type": "object", "required": ["name"], "allOf": [{"$ref": "#/components/schemas/Base"}],
                "properties": {
                    "name": {"type": "string"},
                    "boss": {"$ref": "#/components/schemas/Person", "nullable": true},
                    "groups": {"type": "array", "items": {"type": "string"}},
                },
            },
            "Base": {"type": "object", "additionalProperties": false, "properties": {"self": {"type": "string"}}},
        }},
    });
    Documents::of("cloud-v3", document, OVERLAY).unwrap()
}

fn answer(path: &str, status: u16, body: Option<Value>) -> Answer {
    let length = body.as_ref().map_or(0, |body| body.to_string().len());
    let media = body.as_ref().map(|_| "application/json;charset=UTF-8".to_owned());
    let (face, method) = ("cloud".to_owned(), "GET".to_owned());
    Answer { face, method, path: path.to_owned(), status, media, body, length }
}

fn wrong(path: &str, status: u16, body: Option<Value>) -> Vec<String> {
    Judge::new(documents()).deviations_of(&answer(path, status, body))
}

const USER: &str = "/rest/api/3/user/5";

#[test]
fn an_answer_as_described_is_no_deviation() {
    let body = json!({"name": "a", "self": "http://x", "boss": null, "groups": ["b"]});
    assert_eq!(wrong(USER, 200, Some(body)), [""; 0]);
    assert_eq!(wrong(USER, 204, None), [""; 0]);
}

#[test]
fn a_member_that_nobody_declared_is_found_also_in_what_is_composed() {
    for body in [json!({"name": "a", "nmae": "b"}), json!({"name": "a", "boss": {"name": "b", "age": 3}})] {
        assert_eq!(wrong(USER, 200, Some(body.clone())).len(), 1, "{body}");
    }
}

#[test]
fn a_required_member_that_is_missing_is_found() {
    let wrong = wrong(USER, 200, Some(json!({"self": "http://x"})));
    assert!(wrong.iter().any(|words| words.contains("\"name\"")), "{wrong:?}");
}

#[test]
fn a_value_of_another_type_is_found() {
    for body in [json!({"name": 5}), json!({"name": "a", "groups": [1]}), json!({"name": null}), json!(["a"])]
    {
        assert!(!wrong(USER, 200, Some(body.clone())).is_empty(), "{body}");
    }
}

#[test]
fn statuses_bodies_and_paths_that_nobody_declared_are_found() {
    assert_eq!(wrong(USER, 201, Some(json!({"name": "a"}))).len(), 1);
    assert_eq!(wrong(USER, 204, Some(json!({"name": "a"}))).len(), 1);
    assert_eq!(wrong(USER, 200, None).len(), 1);
    assert_eq!(wrong(USER, 500, None).len(), 1);
    assert_eq!(wrong("/rest/api/3/usre/5", 200, Some(json!({}))).len(), 1);
    assert_eq!(wrong(USER, 404, Some(json!({"no": "refusal"}))).len(), 1);
}

#[test]
fn another_medium_may_come_where_it_is_declared() {
    let picture = |media: &str| {
        let media = Some(media.to_owned());
        let plain = answer("/rest/api/3/picture", 200, None);
        let mut judge = Judge::new(documents());
        judge.judge(&Answer { media, length: 9, ..plain });
        judge.deviations.len()
    };
    assert_eq!((picture("image/png"), picture("image/gif")), (0, 1));
}

#[test]
fn usual_refusals_and_known_gaps_of_the_documents_are_no_deviation() {
    assert_eq!(wrong(USER, 404, Some(json!({"errorMessages": [], "errors": {}}))), [""; 0]);
    assert_eq!(wrong("/rest/webhooks/1.0/webhook", 200, Some(json!([]))), [""; 0]);
    assert_eq!(wrong("/rest/api/3/unknown", 404, None), [""; 0]);
}

#[test]
fn the_documents_of_this_crate_can_be_read_and_repaired() {
    let documents = Documents::load().unwrap();
    assert!(documents.find("cloud", "GET", "/rest/api/3/issue/ACME-1").is_some());
    assert!(documents.find("cloud", "POST", "/rest/api/2/search/jql").is_some(), "found in version 3");
    assert!(documents.find("dc", "GET", "/rest/api/latest/issue/ACME-1").is_some());
    assert_eq!(documents.operations("cloud-v3").len(), 619);
}

#[test]
fn a_failure_is_a_deviation_unless_the_product_is_known_for_it() {
    assert_eq!(wrong(USER, 503, None).len(), 1);
    let mut problem = answer(USER, 503, None);
    problem.media = Some("application/x-www-form-urlencoded;charset=UTF-8".to_owned());
    assert!(Judge::new(documents()).deviations_of(&problem).is_empty(), "of OAuth 1.0a, before the API");
    let overlay = "undocumented = [{ prefix = \"/t/\", failures = [500], reason = \"r\" }]\n\
        [undeclared]\nstatuses = []\nreason = \"r\"";
    let overlay = crate::overlay::Overlay::parse(overlay).unwrap();
    assert!(overlay.fails("/t/x", 500) && !overlay.fails("/t/x", 502) && !overlay.fails("/u", 500));
}
