//! The host of install keys (`connect-install-keys.atlassian.com/KEY-ID`), and the script that apps' pages load.

use http::StatusCode;
use http::header::CACHE_CONTROL;

use crate::atlassian::world::Identity;
use crate::connect;
use crate::frame::answer::Answer;
use crate::frame::call::Call;

/// `GET {key}`: a public key as PEM.
pub(crate) fn pem(identity: &Identity, call: &Call<'_>) -> Result<Answer, Answer> {
    let found = identity.office.keys.pem(call.param("key"));
    // The host is a store of files, which has no JSON for what is missing.
    let found = found.ok_or_else(|| Answer::text(StatusCode::NOT_FOUND, "Not Found"))?;
    Ok(Answer::image("application/x-pem-file", found).header(CACHE_CONTROL, "max-age=3600"))
}

/// `GET .well-known/jwks.json`: Forge's key set (`forge.cdn.prod.atlassian-dev.net`).
pub(crate) fn forge(identity: &Identity, _: &Call<'_>) -> Result<Answer, Answer> {
    Ok(Answer::ok(&identity.office.forge.set()).header(CACHE_CONTROL, "max-age=3600"))
}

/// `GET all.js`
pub(crate) fn all_js(_: &Identity, _: &Call<'_>) -> Result<Answer, Answer> {
    Ok(connect::all_js())
}
