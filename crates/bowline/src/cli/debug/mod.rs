//! `bowline debug`: what Bowline computes inside, for whoever has to find out why two sides disagree.

mod jwt;
mod lines;
mod oauth1;
mod qsh;
mod text;

use std::io;

use clap::Subcommand;

use super::Done;

/// What is computed.
#[derive(Subcommand)]
pub(crate) enum What {
    /// Sign requests with OAuth 1.0a: JSON lines in, JSON lines out.
    ///
    /// In: `method`, `url`, `consumer_key`, `signature_method` (RSA-SHA1, RSA-SHA256, HMAC-SHA1, HMAC-SHA256,
    /// PLAINTEXT), and as needed `content_type`, `body`, `consumer_secret`, `token`, `token_secret`,
    /// `private_key_pem`, `realm`, `include_version`, `callback`, `verifier`, `session_handle`, and
    /// `connect_base_url` with `sign_base_url`. `timestamp` and `nonce` are fresh if not given; an empty `token`
    /// or `realm` is none. Out: `base_string`, `signature`, `authorization`, or `error`.
    Oauth1(oauth1::Ask),
    /// Carry a text from one format to another: standard input to standard output.
    ///
    /// What comes out is what sync would write. What each format cannot hold, and what becomes of it, is told in
    /// docs/text.md.
    Text(text::Ask),
    /// Hash requests for Atlassian Connect: JSON lines in, JSON lines out.
    ///
    /// In: `method`, `url`, `base_url`, `direction` (jira-to-app: what Jira sends to an app whose base URL this is;
    /// app-to-jira: what an app sends to a site whose base URL this is), and for forms of Jira without a query `form`.
    /// Out: `canonical`, `qsh`, or `error`.
    Qsh,
    /// Verify tokens of Atlassian Connect: JSON lines in, JSON lines out.
    ///
    /// In: `token`, `alg` (HS256, RS256), `secret` or `public_key_pem`, and as needed `now` (seconds since 1970) and
    /// `expect` with `iss`, `aud`, `qsh`. Out: `ok` with `claims` or `reason`; `error` for a line that cannot be read.
    Jwt,
}

pub(super) fn run(what: &What) -> Done {
    let (input, output) = (io::stdin().lock(), io::stdout().lock());
    match what {
        What::Oauth1(ask) => lines::each(input, output, |fields| oauth1::answer(ask, fields))?,
        What::Qsh => lines::each(input, output, qsh::answer)?,
        What::Jwt => lines::each(input, output, jwt::answer)?,
        What::Text(ask) => text::carry(ask, input, output)?,
    }
    Ok(())
}
