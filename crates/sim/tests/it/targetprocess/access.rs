//! Signing in: access tokens, service tokens, Basic, sessions; and checking passwords.

use bowline_sim::targetprocess::Options;
use http::Method;
use serde_json::json;

use super::{World, world};
use crate::client::{Client, Reply, encode};

const ME: &str = "/api/v1/Users/LoggedUser?format=json";

async fn me(client: &Client, token: &str) -> Reply {
    client.get(&format!("{ME}{token}")).await
}

#[tokio::test]
async fn access_tokens_and_passwords_sign_in_and_nothing_else() {
    let world = world(Options::default()).await;
    let (url, nobody) = (world.running.url(), world.control());
    assert_eq!(me(nobody, "&access_token=token-bob").await.expect(200)["Login"], "bob");
    assert_eq!(me(&Client::basic(url, "Admin", "admin"), "").await.expect(200)["IsAdministrator"], true);
    // Requesters have no access, and nobody is the system by a password.
    let wrong = ["", "&access_token=token-carl", "&access_token=", "&access_token=bob", "&token=token-ada"];
    for wrong in
        wrong.into_iter().chain(["&access_token=token-rita", "&access_token=token-System", "&token=!"])
    {
        assert_eq!(me(nobody, wrong).await.status, 401, "{wrong}");
    }
    for (login, password) in [("ada", "wrong"), ("rita", "rita"), ("System", ""), ("System", "System")] {
        assert_eq!(me(&Client::basic(url, login, password), "").await.status, 401, "{login}");
    }
    for wrong in ["Bearer token-ada", "Basic", "Basic !!!", "Basic YWRh"] {
        assert_eq!(me(&nobody.clone().with(wrong.to_owned()), "").await.status, 401, "{wrong}");
    }
    for path in
        ["/api/v2/userstory", "/api/history/v2/Bug", "/api/deletedItems/v1/projects", "/api/v1/Context"]
    {
        assert_eq!(nobody.get(path).await.status, 401, "{path}");
    }
    world.control().post("/_sim/settings", json!({"tokens": {"bob": false}})).await.expect(200);
    assert_eq!(me(nobody, "&access_token=token-bob").await.status, 401);
    assert_eq!(me(&Client::basic(url, "bob", "bob"), "").await.status, 200);
    world.control().post("/_sim/settings", json!({"active": {"bob": false}})).await.expect(200);
    assert_eq!(me(&Client::basic(url, "bob", "bob"), "").await.status, 401);
}

async fn token(world: &World, who: &str, query: &str) -> Reply {
    world.control().get(&format!("/api/v1/Authentication?format=json&access_token=token-{who}{query}")).await
}

#[tokio::test]
async fn a_service_token_dies_with_the_password() {
    let world = world(Options::default()).await;
    let given = token(&world, "ada", "").await.expect(200)["Token"].as_str().unwrap().to_owned();
    let own = format!("&token={}", encode(&given));
    assert_eq!(me(world.control(), &own).await.expect(200)["Login"], "ada");
    let xml = world.control().get("/api/v1/authentication?access_token=token-ada").await;
    let xml = String::from_utf8(xml.body.to_vec()).unwrap();
    assert!(xml.ends_with(&format!("<Authentication Token=\"{given}\" />")), "{xml}");
    // Others' tokens are for administrators.
    assert_eq!(token(&world, "ada", "&login=bob").await.status, 403);
    let bobs = token(&world, "admin", "&login=bob").await.expect(200)["Token"].as_str().unwrap().to_owned();
    assert_eq!(me(world.control(), &format!("&token={}", encode(&bobs))).await.expect(200)["Login"], "bob");
    let system =
        token(&world, "admin", "&login=System").await.expect(200)["Token"].as_str().unwrap().to_owned();
    let system = me(world.control(), &format!("&token={}", encode(&system))).await.expect(200);
    assert_eq!(
        (system["IsAdministrator"].as_bool(), system["Kind"].as_str()),
        (Some(true), Some("SystemUser"))
    );
    for nobody in ["carl", "rita"] {
        assert_eq!(token(&world, "admin", &format!("&login={nobody}")).await.status, 404, "{nobody}");
    }
    world.rule("/api/v1/Users/2", json!({"Password": "new"})).await.expect(200);
    assert_eq!(me(world.control(), &own).await.status, 401);
    assert_eq!(me(world.control(), "&access_token=token-ada").await.status, 200);
    assert_eq!(me(&Client::basic(world.running.url(), "ada", "new"), "").await.status, 200);
}

#[tokio::test]
async fn a_session_signs_in_until_it_is_left() {
    let world = world(Options::default()).await;
    let nobody = world.control();
    let form = nobody.clone().and("content-type", "application/x-www-form-urlencoded");
    assert_eq!(form.get("/login.aspx").await.status, 200);
    let wrong = form.send(Method::POST, "/login.aspx", "UserName=ada&Password=x".into()).await.unwrap();
    assert_eq!((wrong.status, wrong.headers.get("set-cookie")), (200, None));
    let right = form.send(Method::POST, "/login.aspx", "UserName=ada&Password=ada".into()).await.unwrap();
    assert_eq!(right.status, 302);
    let cookie = right.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let ada = nobody.clone().and("cookie", &cookie);
    assert_eq!(me(&ada, "").await.expect(200)["Login"], "ada");
    assert_eq!(ada.get("/logout.aspx").await.status, 302);
    assert_eq!(me(&ada, "").await.status, 401);
    // A session that is over does not keep anybody from logging in.
    assert_eq!(ada.get("/login.aspx").await.status, 200);
}

#[tokio::test]
async fn passwords_can_be_checked() {
    let world = world(Options::default()).await;
    let check = async |path: &str, body: &str| {
        world.control().send(Method::POST, path, body.to_owned().into()).await.unwrap()
    };
    for (body, status) in [
        (r#"{"username":"ada","Password":"ada"}"#, 200),
        ("{'username':'ada','Password':'ada'}", 200),
        (r#"{"username":"ada","Password":"x"}"#, 401),
        (r#"{"username":"rita","Password":"rita"}"#, 401),
        (r#"{"username":"ada"}"#, 400),
        (r#"{"username":5,"Password":"x"}"#, 400),
        ("{", 400),
        ("[]", 400),
    ] {
        assert_eq!(check("/api/login/validate", body).await.status, status, "{body}");
    }
    for (body, valid) in [
        (r#"{"Email":"rita@example.com","Password":"rita"}"#, true),
        (r#"{"Email":"rita@example.com","Password":"x"}"#, false),
        (r#"{"Email":"ada@example.com","Password":"ada"}"#, false),
    ] {
        let answer = check("/api/login/ValidateRequester", body).await.expect(200);
        assert_eq!(answer, json!({"isValid": valid}), "{body}");
    }
    assert_eq!(world.control().get("/api/login/validate").await.status, 405);
    assert_eq!(check("/api/login/other", "{}").await.status, 404);
}
