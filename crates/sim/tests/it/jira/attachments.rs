//! Attachments: forms, limits, who may, content by redirect, token and range, history.

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

use super::{CLOUD, DC, attach, form, world};

/// The path of an address that the simulator named.
fn path<'a>(address: &'a Value, world: &super::World) -> &'a str {
    address.as_str().unwrap().strip_prefix(world.running.url()).unwrap()
}

#[tokio::test]
async fn files_are_attached_read_and_deleted_on_data_center() {
    let world = world(DC).await;
    let key = world.make("one").await;
    let before = world.field(&key, "updated").await;
    let png = b"\x89PNG\r\n\x1a\nrest";
    let made =
        attach(&world.ada, &key, &[("a b.png", "image/png", png), ("n.txt", "", b"two")]).await.expect(200);
    assert_eq!((made[0]["filename"].as_str(), made[0]["size"].as_u64()), (Some("a b.png"), Some(12)));
    assert_eq!(
        (made[1]["mimeType"].as_str(), made[0]["author"]["name"].as_str()),
        (Some("text/plain"), Some("ada"))
    );
    assert!(made[0]["content"].as_str().unwrap().ends_with("/a%20b.png"));
    assert!(made[0]["thumbnail"].is_string() && made[1].get("thumbnail").is_none());
    assert_eq!(world.field(&key, "attachment").await, made);
    assert!(world.field(&key, "updated").await.as_str() > before.as_str());

    let content = world.bob.get(path(&made[0]["content"], &world)).await;
    assert_eq!((content.status, &content.body[..]), (200, &png[..]));
    assert_eq!(content.headers["content-type"], "image/png");
    assert_eq!(content.headers["content-disposition"], "attachment; filename*=UTF-8''a%20b.png");
    assert_eq!(&world.bob.get(path(&made[0]["thumbnail"], &world)).await.body[..], &png[..]);
    let secret = world.control.get(path(&made[0]["content"], &world)).await;
    assert_eq!(secret.status, 302);
    assert!(secret.headers["location"].to_str().unwrap().contains("login.jsp"));

    let id = made[0]["id"].as_str().unwrap();
    let alone = world.bob.get(&format!("/rest/api/2/attachment/{id}")).await.expect(200);
    assert_eq!((alone["id"].as_u64(), &alone["filename"]), (id.parse().ok(), &made[0]["filename"]));
    let history = world.ada.get(&format!("/rest/api/2/issue/{key}?expand=changelog")).await.expect(200);
    assert_eq!(
        history["changelog"]["histories"][0]["items"],
        json!([{"field": "Attachment", "fieldtype": "jira", "from": null, "fromString": null, "to": id, "toString": "a b.png"}])
    );
    let which = format!("/rest/api/2/attachment/{id}");
    assert_eq!(world.bob.delete(&which).await.status, 403);
    assert_eq!(world.ada.delete(&which).await.status, 204);
    assert_eq!(world.ada.get(&which).await.status, 404);
    assert_eq!(world.ada.delete(&which).await.status, 404);
    let other = format!("/rest/api/2/attachment/{}", made[1]["id"].as_str().unwrap());
    assert_eq!(world.admin.delete(&other).await.status, 204);
    assert_eq!(world.field(&key, "attachment").await, json!([]));
}

#[tokio::test]
async fn cloud_leads_to_its_media_service_and_the_token_gets_old() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let made = attach(&world.ada, &key, &[("n.txt", "text/plain", b"0123456789")]).await.expect(200);
    let id = made[0]["id"].as_str().unwrap();
    assert_eq!(path(&made[0]["content"], &world), format!("/rest/api/2/attachment/content/{id}"));
    let content = format!("/rest/api/3/attachment/content/{id}");
    let led = world.ada.get(&content).await;
    assert_eq!((led.status, led.body.len()), (303, 0));
    let address: Value = led.headers["location"].to_str().unwrap().into();
    // Whoever has the address needs no credentials.
    let file = world.control.get(path(&address, &world)).await;
    assert_eq!((file.status, &file.body[..]), (200, &b"0123456789"[..]));
    let forged = path(&address, &world).replace("token=", "token=1");
    assert_eq!(world.control.get(&forged).await.status, 403);
    world.control.post("/_sim/clock", json!({"advance_ms": 601_000})).await.expect(200);
    assert_eq!(world.control.get(path(&address, &world)).await.status, 403);

    let direct = format!("{content}?redirect=false");
    assert_eq!(&world.ada.get(&direct).await.body[..], b"0123456789");
    let part = world.ada.clone().and("range", "bytes=2-4").get(&direct).await;
    assert_eq!((part.status, &part.body[..]), (206, &b"234"[..]));
    assert_eq!(part.headers["content-range"], "bytes 2-4/10");
    let beyond = world.ada.clone().and("range", "bytes=10-").get(&direct).await;
    assert_eq!((beyond.status, beyond.headers["content-range"].to_str().unwrap()), (416, "bytes */10"));
    assert_eq!(world.ada.clone().and("range", "bytes=x").get(&direct).await.status, 400);
    assert_eq!(world.control.get(&direct).await.status, 403);
    assert_eq!(world.ada.get("/rest/api/3/attachment/content/999").await.status, 404);
    let thumbnail = format!("/rest/api/3/attachment/thumbnail/{id}?redirect=false");
    assert_eq!(world.ada.get(&format!("{thumbnail}&fallbackToDefault=false")).await.status, 404);
    assert!(world.ada.get(&thumbnail).await.body.starts_with(b"\x89PNG"));
    assert_eq!(world.ada.get(&format!("/rest/api/3/attachment/{id}")).await.expect(200)["size"], 10);
}

#[tokio::test]
async fn forms_that_are_none_and_forms_that_are_forged_are_refused() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let key = world.make("one").await;
        let path = format!("/rest/api/2/issue/{key}/attachments");
        let files = form(&[("a.txt", "text/plain", b"x")]);
        let formed = |who: &crate::client::Client| {
            who.clone().and("content-type", "multipart/form-data; boundary=limit")
        };
        let forged = formed(&world.ada).send(Method::POST, &path, files.clone()).await.unwrap();
        assert_eq!((forged.status, &forged.body[..]), (403, &b"XSRF check failed"[..]));
        let ada = formed(&world.ada).and("x-atlassian-token", "no-check");
        let cut = files.slice(..files.len() - 20);
        assert_eq!(ada.send(Method::POST, &path, cut).await.unwrap().status, 400);
        let json = world.ada.post(&path, json!({"file": "x"})).await;
        assert_eq!(json.status, 415);
        assert!(json.json()["errorMessages"].is_array());
        // Fields of another name are no files.
        let other: Bytes =
            String::from_utf8(files.to_vec()).unwrap().replace("name=\"file\"", "name=\"f\"").into();
        assert_eq!(ada.send(Method::POST, &path, other).await.unwrap().expect(200), json!([]));
        assert_eq!(attach(&world.ada, "ACME-99999", &[("a", "", b"x")]).await.status, 404);
        assert_eq!(attach(&world.control, &key, &[("a", "", b"x")]).await.status, 401);
        let many = vec![("a.txt", "text/plain", &b"x"[..]); 61];
        assert_eq!(attach(&world.ada, &key, &many).await.status, 413);
        assert_eq!(world.field(&key, "attachment").await, json!([]));
        let empty = attach(&world.ada, &key, &[("a.txt", "text/plain", b"")]).await.status;
        assert_eq!(empty, if face == DC { 400 } else { 200 });
    }
}

#[tokio::test]
async fn limits_and_permissions_are_heeded() {
    let world = world(DC).await;
    let key = world.make("one").await;
    let meta = world.ada.get("/rest/api/2/attachment/meta").await.expect(200);
    assert_eq!(meta, json!({"enabled": true, "uploadLimit": 10_485_760}));
    let settings = |change: Value| {
        let control = world.control.clone();
        async move { control.post("/_sim/settings", json!({"attachments": change})).await.expect(200) }
    };
    settings(json!({"limit": 100_000})).await;
    let large = vec![7; 100_001];
    let refused = attach(&world.ada, &key, &[("a", "", &large), ("b", "", b"x")]).await.expect(413);
    assert_eq!(
        refused["errorMessages"][0],
        "The field file exceeds its maximum permitted size of 100000 bytes."
    );
    assert_eq!(world.field(&key, "attachment").await, json!([]));
    let made = attach(&world.ada, &key, &[("a", "", &large[..100_000])]).await.expect(200);
    let content = path(&made[0]["content"], &world);
    assert_eq!(world.ada.get(content).await.body, large[..100_000]);
    settings(json!({"enabled": false})).await;
    assert_eq!(attach(&world.ada, &key, &[("a", "", b"x")]).await.status, 403);
    assert_eq!(world.ada.get(content).await.status, 404);
    assert_eq!(world.ada.get("/rest/api/2/attachment/meta").await.expect(200)["enabled"], false);
}

#[tokio::test]
async fn names_keep_every_letter_and_lose_their_folders() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let files = form(&[("x", "text/plain", b"1")]);
    let text = String::from_utf8(files.to_vec()).unwrap();
    let named = text.replace("filename=\"x\"", "filename*=utf-8''C%3A%5Ctemp%5Cgr%C3%B6%C3%9Fe.txt");
    let ada = world.ada.clone().and("content-type", "multipart/form-data; boundary=limit");
    let ada = ada.and("x-atlassian-token", "nocheck");
    let path = format!("/rest/api/3/issue/{key}/attachments");
    let made = ada.send(Method::POST, &path, named.into()).await.unwrap().expect(200);
    assert_eq!(made[0]["filename"], "größe.txt");
}

#[tokio::test]
async fn the_files_of_an_issue_go_with_it() {
    let world = world(CLOUD).await;
    let key = world.make("one").await;
    let made = attach(&world.ada, &key, &[("a.txt", "text/plain", b"x")]).await.expect(200);
    assert_eq!(world.ada.delete(&format!("/rest/api/2/issue/{key}")).await.status, 204);
    let which = format!("/rest/api/2/attachment/{}", made[0]["id"].as_str().unwrap());
    assert_eq!(world.ada.get(&which).await.status, 404);
}

/// A ZIP with empty files of these names: the local headers, the directory, its end.
fn zip(names: &[&str]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for name in names {
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let offset = u32::try_from(file.len()).unwrap().to_le_bytes();
        let sizes = [0_u8; 4];
        let large = 2_048_u32.to_le_bytes();
        file.extend(
            [b"PK\x03\x04".as_slice(), &[0; 14], &sizes, &sizes, &length, &[0; 2], name.as_bytes()].concat(),
        );
        let head = [b"PK\x01\x02".as_slice(), &[0; 16], &large, &large, &length, &[0; 12]].concat();
        directory.extend([head.as_slice(), &offset, name.as_bytes()].concat());
    }
    let (start, size) = (u32::try_from(file.len()).unwrap(), u32::try_from(directory.len()).unwrap());
    let count = u16::try_from(names.len()).unwrap().to_le_bytes();
    file.extend(directory);
    let end = [&size.to_le_bytes()[..], &start.to_le_bytes(), &[0; 2]].concat();
    file.extend([b"PK\x05\x06".as_slice(), &[0; 4], &count, &count, &end].concat());
    file
}

#[tokio::test]
async fn an_attached_archive_tells_what_is_in_it() {
    for face in [CLOUD, DC] {
        let world = world(face).await;
        let key = world.make("with files").await;
        let content = zip(&["docs/", "docs/a.txt", "b.png"]);
        let files =
            [("a.zip", "application/zip", content.as_slice()), ("b.txt", "text/plain", b"PK".as_slice())];
        let made = attach(&world.ada, &key, &files).await.expect(200);
        let path = |place: usize, how: &str| {
            format!("/rest/api/2/attachment/{}/expand/{how}", made[place]["id"].as_str().unwrap())
        };
        let raw = world.ada.get(&path(0, "raw")).await.expect(200);
        assert_eq!(
            (raw["totalEntryCount"].as_u64(), raw["entries"][0]["name"].as_str()),
            (Some(2), Some("docs/a.txt"))
        );
        assert_eq!(
            (raw["entries"][1]["mediaType"].as_str(), raw["entries"][1]["size"].as_u64()),
            (Some("image/png"), Some(2_048))
        );
        assert_eq!(world.ada.get(&path(1, "raw")).await.status, 409);
        assert_eq!(world.ada.get("/rest/api/2/attachment/9/expand/raw").await.status, 404);
        if face == CLOUD {
            let human = world.ada.get(&path(0, "human")).await.expect(200);
            assert_eq!(
                (human["entries"][0]["label"].as_str(), human["name"].as_str()),
                (Some("a.txt"), Some("a.zip"))
            );
        }
    }
}
