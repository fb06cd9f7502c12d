//! The published schemas of the descriptor: they are the ones that the crate makes, and say what its checker says.

use std::path::{Path, PathBuf};

use bowline_connect::descriptor::{Level, check, schema};
use bowline_connect::installation::Product;
use serde_json::{Value, json};

const PRODUCTS: [(Product, &str); 2] =
    [(Product::Jira, "jira.json"), (Product::Confluence, "confluence.json")];

fn is_taken(descriptor: &Value, product: Product) -> bool {
    check(descriptor, product).iter().all(|problem| problem.level == Level::Warning)
}

fn good() -> Value {
    json!({
        "key": "com.example.app", "name": "App", "baseUrl": "https://app.example/connect",
        "authentication": {"type": "jwt"},
        "lifecycle": {"installed": "/installed", "enabled": "/enabled?a=..", "other": "/x"},
        "apiMigrations": {"signed-install": true, "context-qsh": true, "gdpr": true},
        "scopes": ["READ", "act_as_user"], "apiVersion": 2, "enableLicensing": false,
        "vendor": {"name": "V", "url": "http://v.example"}, "unknown": [1],
        "modules": {
            "webhooks": [{"event": "x", "url": "/hook/{issue.key}?a=/../b", "extra": 1}],
            "webItems": [{"key": "item", "name": {"value": "N"}, "location": "l", "url": "https://else.example"}],
            "webPanels": {"key": "panel", "name": {"value": "N"}, "location": "l", "url": "/panel"},
            "generalPages": null, "nothingOfTheKind": 7,
        },
    })
}

/// Descriptors that differ from the good one in one place.
#[expect(clippy::too_many_lines, reason = "it is a list")]
fn others() -> Vec<Value> {
    let words =
        ["", " ", "/", "//", "/a", "/a b", "/..", "/a/./b", "/a\\b", "a", "/a?../..", "/a/..?b", "/a\u{85}"];
    let urls = [
        "https://app.example",
        "HTTPS://app.example/",
        "http://app.example",
        "https://",
        "https://a.example?x",
        "https://a.example/#x",
        "https://ada@a.example",
        "https://a.example/b/",
        "ftp://a.example",
        "//a.example",
    ];
    let keys = ["jwt", "JWT", "none", "None", "x", "READ", "write", "ADMIN", "a.b", "a_b-c", "ü"];
    let long = ["k".repeat(64), "k".repeat(65)];
    let texts = words
        .iter()
        .chain(&urls)
        .chain(&keys)
        .map(|text| json!(text))
        .chain(long.iter().map(|text| json!(text)));
    let odd = [
        json!(null),
        json!(0),
        json!(1),
        json!(-1),
        json!(1.5),
        json!(true),
        json!([]),
        json!({}),
        json!([{}]),
    ];
    let values: Vec<Value> = texts.chain(odd).collect();
    let places = [
        "/key",
        "/name",
        "/baseUrl",
        "/authentication",
        "/authentication/type",
        "/lifecycle",
        "/lifecycle/installed",
        "/lifecycle/other",
        "/apiMigrations",
        "/apiMigrations/gdpr",
        "/scopes",
        "/scopes/0",
        "/apiVersion",
        "/enableLicensing",
        "/vendor",
        "/vendor/name",
        "/vendor/url",
        "/unknown",
        "/modules",
        "/modules/webhooks",
        "/modules/webhooks/0",
        "/modules/webhooks/0/url",
        "/modules/webhooks/0/event",
        "/modules/webItems/0/key",
        "/modules/webItems/0/url",
        "/modules/webPanels",
        "/modules/webPanels/url",
        "/modules/webPanels/location",
        "/modules/generalPages",
        "/modules/nothingOfTheKind",
    ];
    let mut all = Vec::new();
    for place in places {
        let (parent, name) = place.rsplit_once('/').unwrap();
        let mut without = good();
        if let Some(members) = without.pointer_mut(parent).and_then(Value::as_object_mut) {
            members.remove(name);
            all.push(without);
        }
        for value in &values {
            let mut other = good();
            *other.pointer_mut(place).unwrap() = value.clone();
            all.push(other);
        }
    }
    all.extend([json!([]), json!(null), json!({})]);
    all
}

/// What the fuzzer starts from.
fn kept() -> Vec<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/descriptor");
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    files.filter_map(|text| serde_json::from_slice(&text).ok()).collect()
}

#[test]
fn the_published_schemas_are_the_ones_that_are_made() {
    for (product, file) in PRODUCTS {
        let made = serde_json::to_string_pretty(&schema(product)).unwrap() + "\n";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(file);
        let fresh = std::env::temp_dir().join(format!("bowline-descriptor-{file}"));
        if std::fs::read_to_string(&path).ok().as_ref() != Some(&made) {
            std::fs::write(&fresh, made).unwrap();
            panic!("{} is another one; after a look put {} in its place", path.display(), fresh.display());
        }
    }
}

#[test]
fn a_schema_takes_what_the_checker_takes_and_nothing_else() {
    for (product, _) in PRODUCTS {
        let validator = jsonschema::draft202012::new(&schema(product)).unwrap();
        assert!(validator.is_valid(&good()) && is_taken(&good(), product), "{:?}", check(&good(), product));
        let (mut taken, mut refused) = (0, 0);
        for descriptor in others().iter().chain(&kept()) {
            let (by_schema, by_checker) = (validator.is_valid(descriptor), is_taken(descriptor, product));
            // The two rules that a schema cannot say are tested below.
            assert_eq!(by_schema, by_checker, "{:?}\n{descriptor}", check(descriptor, product));
            if by_schema { taken += 1 } else { refused += 1 }
        }
        assert!(taken > 100 && refused > 500, "{taken} {refused}");
    }
}

#[test]
fn what_a_schema_cannot_say_the_checker_says() {
    let validator = jsonschema::draft202012::new(&schema(Product::Jira)).unwrap();
    let mut twice = good();
    twice["modules"]["webPanels"]["key"] = json!("item");
    let mut nowhere = good();
    nowhere["baseUrl"] = json!("https://a.example:port");
    for descriptor in [twice, nowhere] {
        assert!(validator.is_valid(&descriptor) && !is_taken(&descriptor, Product::Jira), "{descriptor}");
    }
}
