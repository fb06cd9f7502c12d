//! A person signs in to a Jira Data Center with OAuth 1.0a: `/auth` → Jira → `/callback` → `/user-info`.
//!
//! `cargo run -p bowline-auth --example sign_in -- http://127.0.0.1:7801 < key.pem`, where Jira knows the public half of
//! the key as the consumer `bowline`; then open http://127.0.0.1:8000/auth. One token is kept, in memory.

use axum::{Extension as Ext, Router, extract::Query, response::Redirect, routing::get};
use bowline_auth::oauth1::{Attempt, Call, Credential, Extra, Hash, Method, PrivateKey, Token};
use bowline_auth::{SystemClock, SystemEntropy};
use bowline_net::plain::Plain;
use http::{Request, header::AUTHORIZATION};
use std::{collections::HashMap, error::Error, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::RwLock};

/// Base URL of Jira, who we are there, and the token that signs now. RSA needs no token secrets.
type App = Arc<(String, Credential, RwLock<String>)>;

async fn call(app: &App, verb: http::Method, path: &str, extra: Option<Extra>) -> Result<String, String> {
    let send = async {
        let token = Token { key: app.2.read().await.clone(), secret: String::new().into() };
        let (who, url) = (app.1.clone().with_token(token), format!("{}{path}", app.0).parse()?);
        let call = extra.into_iter().fold(Call::new(&verb, &url), Call::with);
        let signed = who.sign(&call, &Attempt::fresh(&SystemClock, &SystemEntropy))?;
        let request =
            Request::builder().method(&verb).uri(&url).header(AUTHORIZATION, &*signed.authorization);
        let answer = Plain::new(Duration::from_secs(30))?.send(request.body(bytes::Bytes::new())?).await?;
        let said = String::from_utf8_lossy(answer.body()).into_owned();
        if answer.status().is_success() { Ok(said) } else { Err(said.into()) }
    };
    send.await.map_err(|error: Box<dyn Error + Send + Sync>| error.to_string())
}

/// Gets a token by the present one, and signs with it from now on.
async fn next(app: &App, path: &str, extra: Extra) -> Result<String, String> {
    let answer =
        call(app, http::Method::POST, &format!("/plugins/servlet/oauth/{path}"), Some(extra)).await?;
    let token = form_urlencoded::parse(answer.as_bytes()).find(|(name, _)| name == "oauth_token");
    let token = token.ok_or("no token")?.1.into_owned();
    app.2.write().await.clone_from(&token);
    Ok(token)
}

async fn auth(Ext(app): Ext<App>) -> Result<Redirect, String> {
    app.2.write().await.clear();
    let asked = next(&app, "request-token", Extra::Callback("http://127.0.0.1:8000/callback".into())).await?;
    Ok(Redirect::to(&format!("{}/plugins/servlet/oauth/authorize?oauth_token={asked}", app.0)))
}

async fn callback(
    Ext(app): Ext<App>,
    Query(sent): Query<HashMap<String, String>>,
) -> Result<Redirect, String> {
    let is_ours = sent.get("oauth_token") == Some(&*app.2.read().await);
    let verifier = sent.get("oauth_verifier").filter(|_| is_ours).ok_or("begin at /auth")?;
    next(&app, "access-token", Extra::Verifier(verifier.clone())).await.map(|_| Redirect::to("/user-info"))
}

async fn user_info(Ext(app): Ext<App>) -> Result<String, String> {
    call(&app, http::Method::GET, "/rest/api/2/myself", None).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    bowline_net::start();
    let key = PrivateKey::from_pem(std::io::read_to_string(std::io::stdin())?.as_bytes())?;
    let who = Credential::new("bowline".into(), Method::Rsa(Hash::Sha1, key));
    let app: App = Arc::new((std::env::args().nth(1).ok_or("Jira's URL?")?, who, RwLock::default()));
    let routes = Router::new().route("/auth", get(auth)).route("/callback", get(callback));
    let routes = routes.route("/user-info", get(user_info)).layer(Ext(app));
    Ok(axum::serve(TcpListener::bind("127.0.0.1:8000").await?, routes).await?)
}
