//! Checking rules against the tools as they are now: projects, types, fields, options and states.

use bowline_core::connection::Connection;
use bowline_core::port::Catalogue;
use bowline_core::{Code, Failure, Side};
use bowline_mapping::{Offer, Problem as Fault};
use futures_util::future;
use serde::Serialize;

use super::reading::Reading;
use crate::app::App;

/// A side that could not be asked.
#[derive(Serialize)]
pub(super) struct Silent {
    side: Side,
    code: Code,
    title: String,
    remedy: Option<&'static str>,
}

/// What the rules name and the tools do not have, and which tools could not be asked. A side that is silent is
/// not judged, and neither is the other: most rules are about both.
pub(super) async fn check(app: &App, reading: &Reading) -> (Vec<Fault>, Vec<Silent>) {
    let left = offer(app, reading, Side::Left, &reading.left);
    let right = offer(app, reading, Side::Right, &reading.right);
    match future::join(left, right).await {
        (Ok(left), Ok(right)) => (reading.rules.check_against(&left, &right), Vec::new()),
        (left, right) => (Vec::new(), [left.err(), right.err()].into_iter().flatten().collect()),
    }
}

async fn offer(app: &App, reading: &Reading, side: Side, at: &Connection) -> Result<Offer, Silent> {
    let catalogue = app.ports.tools.catalogue(at);
    ask(catalogue.as_ref(), reading, side).await.map_err(|failure| Silent {
        side,
        title: failure.code.title().to_owned(),
        remedy: failure.code.find().map(|entry| entry.remedy),
        code: failure.code,
    })
}

async fn ask(catalogue: &dyn Catalogue, reading: &Reading, side: Side) -> Result<Offer, Failure> {
    let mut offer = Offer { scopes: catalogue.scopes().await?, ..Offer::default() };
    for (scope, kind) in reading.rules.schemas_to_read(side) {
        // The tool is asked in its own spelling; what it does not have is not asked for.
        let Some(known) = spelled(scope, &offer.scopes).map(str::to_owned) else { continue };
        if !offer.kinds.contains_key(scope) {
            offer.kinds.insert(scope.to_owned(), catalogue.kinds(&known).await?);
        }
        let kinds = offer.kinds.get(scope).map_or(&[][..], Vec::as_slice);
        if let Some(kind) = spelled(kind, kinds) {
            offer.schemas.push(catalogue.schema(&known, kind).await?);
        }
    }
    Ok(offer)
}

/// A name in the tool's spelling.
fn spelled<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let folded = |text: &str| text.trim().to_lowercase();
    known.iter().map(String::as_str).find(|known| folded(known) == folded(name))
}
