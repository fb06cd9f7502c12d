//! v1: `/api/v1/{Collection}[/{id}]`, reading and writing, JSON only.

pub(crate) mod include;
pub(crate) mod list;
pub(crate) mod show;
pub(crate) mod write;

use axum::routing::MethodFilter as Method;
use http::StatusCode;

use crate::frame::call::{Call, Person};
use crate::frame::world::{Act, Route};
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::Kind;
use crate::targetprocess::site::Site;

/// The routes below `/api/v1`.
pub(crate) fn routes() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/Context", Read(list::context)),
        (Method::GET, "/{collection}", Read(list::list)),
        (Method::GET, "/{collection}/", Read(list::list)),
        (Method::POST, "/{collection}", Write(write::create)),
        (Method::POST, "/{collection}/", Write(write::create)),
        (Method::POST, "/{collection}/bulk", Write(write::bulk)),
        (Method::GET, "/{collection}/{id}", Read(list::get)),
        (Method::POST, "/{collection}/{id}", Write(write::update)),
        (Method::DELETE, "/{collection}/{id}", Write(write::delete)),
        (Method::GET, "/{collection}/{id}/{inner}", Read(list::inner)),
    ]
}

/// Who calls: v1 and v2 show nothing to anybody else.
pub(crate) fn signed_in(call: &Call<'_>) -> Result<Person, Refusal> {
    call.caller.ok_or_else(|| Refusal::new(StatusCode::UNAUTHORIZED, "Access is denied."))
}

/// The collection the path names.
fn collection(call: &Call<'_>) -> Result<Kind, Refusal> {
    let name = call.param("collection");
    Kind::of(name, false)
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, format!("Resource '{name}' is not found.")))
}

/// The id the path names.
fn id(call: &Call<'_>, kind: Kind) -> Result<u32, Refusal> {
    let text = call.param("id");
    text.parse().map_err(|_| Refusal::bad(format!("'{text}' is not the Id of a {}.", kind.name())))
}

/// Refuses what the real product would answer in XML, because this simulator does not.
fn json_only(call: &Call<'_>) -> Result<(), Refusal> {
    let asked = |name: &str| call.query.get(name).map(|format| format.eq_ignore_ascii_case("json"));
    let accepted = || {
        let accept = call
            .headers
            .get(http::header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .unwrap_or_default();
        accept.contains("json")
    };
    if asked("resultFormat").or(asked("format")).unwrap_or_else(accepted) {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::NOT_ACCEPTABLE,
        "Targetprocess answers XML unless it is asked for JSON; this simulator has JSON only. \
         Send 'Accept: application/json' or add 'format=json' (for writes also 'resultFormat=json').",
    ))
}
