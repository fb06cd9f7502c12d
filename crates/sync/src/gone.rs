//! An item that cannot be found: deleted, or no longer to be seen? Tools answer both with 404.
//!
//! So it is looked for once more after a moment, and then its project is asked for: if that can be seen, the item
//! is gone; if not, a permission is.

use bowline_core::activity::Deed;
use bowline_core::failure::Words;
use bowline_core::port::{Ask, Asker};
use bowline_core::share::ShareState;
use bowline_core::{Code, Side, code};

use crate::look::{End, Look};
use crate::outcome::{OnSide, Stop};
use crate::retry;

/// Deals with a share of which at least one item was not found just now.
pub(crate) async fn missing(look: &mut Look<'_>) -> Result<End, Stop> {
    let (now, after) = (look.engine.now(), look.engine.options.gone_after);
    let since = *look.view.share.missing_at.get_or_insert(now);
    if now.duration_since(since) < after {
        return Ok(End::Later(retry::add(since, after)));
    }
    for side in Side::BOTH {
        let Some(at) = look.view.share.end(side).at.clone() else { continue };
        let far = look.far(side);
        let ask = Ask { id: at.id, kind: Some(at.kind), fields: Vec::new(), history: false };
        if far.tool.find(&ask).await.on(side)?.is_some() {
            continue;
        }
        far.catalogue.probe(Asker::Work).await.on(side)?;
        let visible = far.catalogue.scopes().await.on(side)?.contains(&at.scope);
        return rest(look, side, visible).await;
    }
    // Both are there after all.
    look.view.share.missing_at = None;
    Ok(End::Later(now))
}

async fn rest(look: &mut Look<'_>, side: Side, project_is_visible: bool) -> Result<End, Stop> {
    let (state, reason, deed): (ShareState, Code, Deed) = if project_is_visible {
        (ShareState::Tombstoned, code::SYNC_ITEM_GONE, Deed::Tombstoned)
    } else {
        (ShareState::Broken, code::SYNC_LOST_PERMISSION, Deed::Held)
    };
    look.view.share.state = state;
    look.view.share.reason = Some(reason.clone());
    if state == ShareState::Broken {
        look.raise(reason.clone(), Some(side), None, &Words::default()).await?;
    }
    look.note(deed, Some(side), Vec::new(), Some(reason));
    Ok(End::Done("the item is gone", None))
}
