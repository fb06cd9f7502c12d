//! How the page says things: states, deeds, delays. Never by colour alone: each has a sign and a word.

use bowline_core::activity::Deed;
use bowline_core::connection::Health;
use bowline_core::share::ShareState;
use minijinja::HtmlEscape;

/// A word with a sign in front, and the tone it is coloured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) struct Sign {
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
    pub(super) tone: &'static str,
}

const fn sign(sign: &'static str, word: &'static str, tone: &'static str) -> Sign {
    Sign { sign, word, tone }
}

pub(super) const fn share(state: ShareState) -> Sign {
    match state {
        ShareState::Active => sign("●", "in sync", "good"),
        ShareState::Intended => sign("○", "wanted", "plain"),
        ShareState::Creating => sign("◔", "being created", "plain"),
        ShareState::Created => sign("◑", "first transfer", "plain"),
        ShareState::Broken => sign("▲", "held", "bad"),
        ShareState::Tombstoned => sign("†", "item gone", "quiet"),
        ShareState::Unlinked => sign("×", "unlinked", "quiet"),
    }
}

pub(super) const fn health(health: &Health) -> Sign {
    match health {
        Health::Ok => sign("●", "works", "good"),
        Health::Unknown => sign("○", "not tried yet", "plain"),
        Health::NeedsAttention { .. } => sign("▲", "needs you", "bad"),
    }
}

pub(super) const fn deed(deed: Deed) -> Sign {
    match deed {
        Deed::Created => sign("+", "created", "good"),
        Deed::Connected => sign("∞", "connected", "good"),
        Deed::Unlinked => sign("×", "unlinked", "quiet"),
        Deed::Synced => sign("✓", "carried over", "plain"),
        Deed::Commented => sign("“", "comment", "plain"),
        Deed::Echoed => sign("↺", "own write recognised", "quiet"),
        Deed::Decided => sign("≠", "decided by rule", "warn"),
        Deed::Held => sign("▲", "held back", "bad"),
        Deed::Tombstoned => sign("†", "item gone", "quiet"),
    }
}

/// A delay for people: two digits that matter.
pub(super) fn delay(micros: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "for people; an exact microsecond is of no interest")]
    let ms = micros.max(0) as f64 / 1_000.0;
    match ms {
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 1_000.0 => format!("{ms:.0} ms"),
        ms if ms < 10_000.0 => format!("{:.1} s", ms / 1_000.0),
        ms if ms < 120_000.0 => format!("{:.0} s", ms / 1_000.0),
        ms if ms < 7_200_000.0 => format!("{:.0} min", ms / 60_000.0),
        ms => format!("{:.0} h", ms / 3_600_000.0),
    }
}

/// A sentence of the registry as HTML: escaped, and what stands in backquotes set as code.
pub(super) fn prose(text: &str) -> String {
    let escaped = HtmlEscape(text).to_string();
    let parts = escaped.split('`').enumerate();
    parts
        .map(|(at, part)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() })
        .collect()
}

/// A count with its noun.
pub(super) fn count(number: i64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_escaped_and_shows_code() {
        assert_eq!(prose("Use `a <b>` & go."), "Use <code>a &lt;b&gt;</code> &amp; go.");
    }

    #[test]
    fn delays_read_well() {
        let told = [0, 1_200, 38_400, 999_000, 1_234_000, 61_000_000, 300_000_000, 9_000_000_000].map(delay);
        assert_eq!(told, ["0.0 ms", "1.2 ms", "38 ms", "999 ms", "1.2 s", "61 s", "5 min", "2 h"]);
    }
}
