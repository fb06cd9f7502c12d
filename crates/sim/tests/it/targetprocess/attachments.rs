//! Files: uploads, what is told of them, downloads.

use bowline_sim::WebhookTarget;
use bowline_sim::targetprocess::Options;
use http::Method;
use serde_json::{Value, json};

use super::{World, world};
use crate::client::Reply;
use crate::receiver::Receiver;

/// A form: names of fields, names of files if they are any, media types, contents.
fn form(fields: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in fields {
        body.extend_from_slice(
            format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"").as_bytes(),
        );
        if let Some(file) = file {
            body.extend_from_slice(
                format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream").as_bytes(),
            );
        }
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--limit--\r\n");
    body
}

async fn upload(world: &World, fields: &[(&str, Option<&str>, &[u8])]) -> Reply {
    let client = world.control().clone().and("content-type", "multipart/form-data; boundary=limit");
    let path = "/UploadFile.ashx?access_token=token-ada";
    client.send(Method::POST, path, form(fields).into()).await.unwrap()
}

async fn download(world: &World, id: &Value) -> Reply {
    world.control().get(&format!("/Attachment.aspx?AttachmentID={id}&access_token=token-bob")).await
}

#[tokio::test]
async fn files_are_sent_read_and_deleted() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let general = id.to_string();
    let large: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    let fields: [(&str, Option<&str>, &[u8]); 3] = [
        ("generalid", None, general.as_bytes()),
        ("file", Some("größe.png"), &large),
        ("file", Some("b.txt"), b"hello"),
    ];
    let sent = upload(&world, &fields).await;
    assert_eq!(sent.status, 200, "{}", sent.json());
    assert_eq!(sent.headers["content-type"], "application/json; charset=utf-8");
    let sent = sent.expect(200);
    let first = &sent["items"][0];
    assert_eq!((first["name"].as_str(), first["size"].as_u64()), (Some("größe.png"), Some(3_000_000)));
    assert_eq!((&first["mimeType"], &first["general"]["id"]), (&json!("image/png"), &json!(id)));
    assert!(first["thumbnailUri"].is_string() && sent["items"][1]["thumbnailUri"].is_null());
    let filter = format!("General.Id eq {id}");
    let listed = world.get("/api/v1/Attachments", &[("where", &filter)]).await.expect(200);
    let newest = &listed["Items"][0];
    assert_eq!((newest["Name"].as_str(), newest["Owner"]["Login"].as_str()), (Some("b.txt"), Some("ada")));
    // What is known of the content must be asked for.
    assert!(newest.get("Uri").is_none() && newest.get("Size").is_none());
    let include = [("include", "[Name,MimeType,Size,Uri,UniqueFileName]")];
    let whole = world.get(&format!("/api/v1/Attachments/{}", newest["Id"]), &include).await.expect(200);
    assert_eq!((whole["MimeType"].as_str(), whole["Size"].as_u64()), (Some("text/plain"), Some(5)));
    let uri = whole["Uri"].as_str().unwrap().strip_prefix(world.running.url()).unwrap().to_owned();
    let file = world.control().get(&format!("{uri}&access_token=token-bob")).await;
    assert_eq!((file.status, &file.body[..]), (200, &b"hello"[..]));
    assert_eq!(file.headers["content-disposition"], "attachment; filename*=UTF-8''b.txt");
    let file = download(&world, &first["id"]).await;
    assert_eq!((file.headers["content-type"].to_str().unwrap(), &file.body[..]), ("image/png", &large[..]));
    let path = format!("/api/v1/Attachments/{}", first["id"]);
    let renamed = world.post(&path, json!({"Name": "big.png", "Description": "a picture"})).await.expect(200);
    assert_eq!(renamed["Name"], "big.png");
    let count = async || {
        let story =
            world.get(&format!("/api/v1/UserStories/{id}"), &[("append", "[Attachments-Count]")]).await;
        story.expect(200)["Attachments-Count"].clone()
    };
    assert_eq!(count().await, 2);
    world.delete(&path).await.expect(200);
    assert_eq!((count().await, download(&world, &first["id"]).await.status), (json!(1), 404));
}

#[tokio::test]
async fn files_go_and_come_back_with_what_they_are_on() {
    let world = world(Options::default()).await;
    let id = world.make("one").await;
    let general = id.to_string();
    let sent = upload(&world, &[("generalId", None, general.as_bytes()), ("any", Some("a.txt"), b"hello")])
        .await
        .expect(200);
    let file = &sent["items"][0]["id"];
    world.control().post("/_sim/snapshots", json!({"name": "with"})).await.expect(200);
    world.delete(&format!("/api/v1/UserStories/{id}")).await.expect(200);
    assert_eq!(download(&world, file).await.status, 404);
    world.rule("/api/v1/undelete", json!({"Id": id, "EntityType": "UserStory"})).await.expect(200);
    assert_eq!(&download(&world, file).await.body[..], b"hello");
    let edit = json!({"as": "ada", "item": id, "convert": "Bug"});
    let bug = world.control().post("/_sim/edit", edit).await.expect(200)["id"].clone();
    let shown = world.get(&format!("/api/v1/Attachments/{file}"), &[]).await.expect(200);
    assert_eq!(shown["General"]["Id"].to_string(), bug.as_str().unwrap());
    world.delete(&format!("/api/v1/Attachments/{file}")).await.expect(200);
    world.control().post("/_sim/snapshots/with/restore", json!({})).await.expect(200);
    assert_eq!(&download(&world, file).await.body[..], b"hello");
    // Projects have files as well.
    let sent =
        upload(&world, &[("generalid", None, b"100"), ("file", Some("a.txt"), b"x")]).await.expect(200);
    assert_eq!(
        (&sent["items"][0]["assignable"], &sent["items"][0]["general"]["name"]),
        (&Value::Null, &json!("Web Shop"))
    );
}

#[tokio::test]
async fn what_is_no_upload_is_refused() {
    let world = world(Options::default()).await;
    let general: (&str, Option<&str>, &[u8]) = ("generalid", None, b"1000");
    let file: (&str, Option<&str>, &[u8]) = ("file", Some("a.txt"), b"hello");
    assert_eq!(upload(&world, &[file]).await.status, 400);
    assert_eq!(upload(&world, &[general]).await.status, 400);
    assert_eq!(upload(&world, &[("generalid", None, b"x"), file]).await.status, 400);
    assert_eq!(upload(&world, &[("generalid", None, b"999999"), file]).await.status, 404);
    assert_eq!(upload(&world, &[general, ("file", Some(""), b"hello")]).await.status, 400);
    world.control().post("/_sim/settings", json!({"file_limit": 4})).await.expect(200);
    assert_eq!(upload(&world, &[general, file]).await.status, 413);
    let client = world.control().clone().and("content-type", "multipart/form-data; boundary=limit");
    let send = async |path: &str, body: &str| {
        client.send(Method::POST, path, body.to_owned().into()).await.unwrap().status
    };
    assert_eq!(send("/UploadFile.ashx", "--limit--").await, 401);
    assert_eq!(send("/UploadFile.ashx?access_token=token-ada", "--limit\r\nbroken").await, 400);
    assert_eq!(world.post("/UploadFile.ashx", json!({})).await.status, 415);
    assert_eq!(world.get("/UploadFile.ashx", &[]).await.status, 405);
    assert_eq!(world.post("/api/v1/Attachments", json!({"Name": "x"})).await.status, 405);
    for (path, status) in [
        ("/Attachment.aspx", 400),
        ("/Attachment.aspx?AttachmentID=x", 400),
        ("/Attachment.aspx?AttachmentID=7", 404),
    ] {
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{separator}access_token=token-ada");
        assert_eq!(world.control().get(&path).await.status, status, "{path}");
    }
    assert_eq!(world.control().get("/Attachment.aspx?AttachmentID=7").await.status, 401);
}

#[tokio::test]
async fn files_are_announced() {
    let mut receiver = Receiver::start().await;
    let webhook = Some(WebhookTarget { url: receiver.url.clone(), ..WebhookTarget::default() });
    let world = world(Options { webhook, ..Options::default() }).await;
    let sent =
        upload(&world, &[("generalid", None, b"1000"), ("file", Some("a.txt"), b"x")]).await.expect(200);
    let said = receiver.next().await.body;
    assert_eq!((&said["resourceType"], &said["resourceId"]), (&json!("Attachment"), &sent["items"][0]["id"]));
    assert_eq!(said["general"]["id"], 1000);
    let item = world.control().get("/_sim/item/1000").await.expect(200);
    assert_eq!(item["attachments"][0]["name"], "a.txt");
}
