//! Whose word counts for who a server is: in an installation for strangers only that of the authorities that the machine
//! trusts.

use serde_json::json;

use super::Handshakes;
use super::pki::Authority;
use crate::house::{Database, Folder, Kind, Service, bowline, environment};

const PATH: &str = "/api/v1/connections";

async fn said(service: &Service, name: &str) -> String {
    let verdict = service.ok("POST", &format!("{PATH}/{name}/test"), &json!({})).await;
    verdict["code"].as_str().unwrap_or("ok").to_owned()
}

/// `openssl s_server` answers with a page, so a handshake that succeeds is told by that.
const SHAKEN: &str = "net.not_json";

#[tokio::test(flavor = "multi_thread")]
async fn a_hosted_installation_trusts_no_authority_of_a_tenant() {
    let folder = Folder::new();
    let ours = Authority::new(folder.path().join("ours"), "Bowline test authority");
    ours.client("server", &[]);
    ours.client("client", &[]);
    let server = Handshakes::start(&ours).await;
    let database = Database::create(Kind::Sqlite).await;
    let ask = |name: &str| {
        json!({
            "name": name, "tool": "jira_dc", "base_url": server.url, "sign_in": {"method": "in_front"},
            "certificate": ours.certificate("client"),
        })
    };
    let mut trusting = ask("trusting");
    trusting["authorities"] = json!(ours.text("ca.pem"));
    let mut service = Service::start(folder.path(), &environment(&folder, &database, &[]));
    service.ok("POST", PATH, &trusting).await;
    service.ok("POST", PATH, &ask("plain")).await;
    assert_eq!(
        (said(&service, "trusting").await, said(&service, "plain").await),
        (SHAKEN.into(), "net.tls".into())
    );

    // The same data in an installation for strangers: what was stored counts no more, and nothing is taken.
    assert!(service.terminate().await.success());
    let hosted = ("BOWLINE_DEPLOYMENT__TRUST", "hosted");
    service = Service::start(folder.path(), &environment(&folder, &database, &[hosted]));
    assert_eq!(said(&service, "trusting").await, "net.tls");
    let patch = json!({ "authorities": ours.text("ca.pem") });
    trusting["name"] = json!("another");
    let refused = [("POST", PATH.to_owned(), trusting), ("PATCH", format!("{PATH}/plain"), patch)];
    for (method, path, body) in &refused {
        let answer = service.call(method, path, body).await.unwrap();
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!(answer.body["detail"].as_str().unwrap().contains("deployment.trust"), "{answer:?}");
    }
    let (data, file) = (folder.path().join("data"), ours.file("ca.pem"));
    let variables = [("BOWLINE_SERVER", service.url.as_str()), ("BOWLINE_DATA__DIR", data.to_str().unwrap())];
    let create = ["connection", "create", "by-hand", "--tool", "jira_dc", "--url", &server.url];
    let certificate = (ours.file("client.pem"), ours.file("client.key"));
    let certificate = (certificate.0.to_str().unwrap(), certificate.1.to_str().unwrap());
    let layers = ["--certificate-file", certificate.0, "--certificate-key-file", certificate.1, "--in-front"];
    let trusted = ["--authorities-file", file.to_str().unwrap()];
    let said_to_people = bowline(&[&create[..], &layers, &trusted].concat(), &variables, "");
    assert_ne!(said_to_people.code, Some(0));
    said_to_people.says(&["deployment.trust"]);
    let update = ["connection", "update", "plain", trusted[0], trusted[1]];
    bowline(&update, &variables, "").says(&["deployment.trust"]);
    // They can be taken away.
    service.ok("PATCH", &format!("{PATH}/trusting"), &json!({ "authorities": null })).await;

    // Whom the machine trusts is the operator's to say.
    assert!(service.terminate().await.success());
    let machine = ("SSL_CERT_FILE", file.to_str().unwrap());
    service = Service::start(folder.path(), &environment(&folder, &database, &[hosted, machine]));
    assert_eq!(said(&service, "plain").await, SHAKEN, "{}", service.told());
}
