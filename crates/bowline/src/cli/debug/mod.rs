//! `bowline debug`: what Bowline computes inside, for whoever has to find out why two sides disagree.

mod lines;
mod oauth1;
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
}

pub(super) fn run(what: &What) -> Done {
    let (input, output) = (io::stdin().lock(), io::stdout().lock());
    match what {
        What::Oauth1(ask) => lines::each(input, output, |fields| oauth1::answer(ask, fields))?,
        What::Text(ask) => text::carry(ask, input, output)?,
    }
    Ok(())
}
