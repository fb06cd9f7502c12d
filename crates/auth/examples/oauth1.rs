//! Signs a call to a Jira Data Center with the private key on standard input, and prints it: no other part of Bowline.
//!
//! `cargo run -p bowline-auth --example oauth1 < key.pem`

#![expect(clippy::print_stdout, reason = "an example shows what it made")]

use std::error::Error;
use std::io::Read as _;

use bowline_auth::oauth1::{Credential, Hash, Method, PrivateKey, Token};
use bowline_auth::{SystemClock, SystemEntropy};
use bowline_core::secret::Secret;
use bytes::Bytes;
use http::header::AUTHORIZATION;

fn main() -> Result<(), Box<dyn Error>> {
    let mut pem = Vec::new();
    std::io::stdin().read_to_end(&mut pem)?;
    let token = Token { key: "access-token".into(), secret: Secret::from(String::new()) };
    let method = Method::Rsa(Hash::Sha1, PrivateKey::from_pem(&pem)?);
    let credential = Credential::new("consumer-key".into(), method).with_token(token);

    let mut request = http::Request::get("https://jira.example/rest/api/2/myself").body(Bytes::new())?;
    credential.authorize(&mut request, None, &SystemClock, &SystemEntropy)?;
    println!("{} {}", request.method(), request.uri());
    if let Some(header) = request.headers().get(AUTHORIZATION) {
        println!("Authorization: {}", header.to_str()?);
    }
    Ok(())
}
