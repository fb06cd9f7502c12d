//! What a row becomes.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use jiff::{SignedDuration, Timestamp};

use super::payload::Install;
use super::rules::{Event, Legacy};
use crate::installation::{ClientKey, Installation, Previous, Scheme, State};

/// What the rows need to know beside the call.
#[derive(Clone, Copy)]
pub(super) struct When {
    pub(super) now: Timestamp,
    /// How long the secret before stays good.
    pub(super) window: SignedDuration,
}

/// The row after an `installed` call that is taken.
pub(super) fn installed(
    client_key: ClientKey,
    install: Install,
    before: Option<&Installation>,
    scheme: Scheme,
    When { now, window }: When,
) -> Installation {
    // Of a row that is gone nothing stays, and nothing of the old scheme in a row that is signed: whoever posted first may
    // have planted it.
    let live =
        before.filter(|before| before.is_live() && (scheme == Scheme::Legacy || before.scheme == scheme));
    let previous = live.and_then(|before| previous(before, &install, now, window));
    Installation {
        client_key,
        product: install.product,
        base_url: install.base_url,
        display_url: install.display_url,
        previous,
        secret: Some(install.secret),
        // A site that has the app switched off says so afterwards; on Forge nobody says that it is on.
        state: State::Enabled,
        scheme,
        oauth_client_id: install.oauth_client_id.or_else(|| live?.oauth_client_id.clone()),
        // It ties a Forge installation to this site, so only a signed call may say it.
        forge_installation: install
            .forge_installation
            .filter(|_| scheme == Scheme::Signed)
            .or_else(|| live?.forge_installation.clone()),
        entitlement_id: install.entitlement_id,
        installed_at: live.map_or(now, |before| before.installed_at),
        changed_at: now,
    }
}

/// The secret that stays good for a while: the one that was just replaced; the one before, where the call brings the
/// present one again.
fn previous(
    before: &Installation,
    install: &Install,
    now: Timestamp,
    window: SignedDuration,
) -> Option<Previous> {
    let secret = before.secret.as_ref()?;
    if verify_slices_are_equal(secret.secret().expose(), install.secret.secret().expose()).is_ok() {
        return before.previous.clone().filter(|previous| previous.until > now);
    }
    Some(Previous { secret: secret.clone(), since: now, until: now + window })
}

/// The row after one of the other calls, in the scheme that the call proves. A site of the legacy scheme signs its next install
/// with the secret it had, so that is kept while such installs are taken; otherwise it goes.
pub(super) fn turned(
    before: &Installation,
    event: Event,
    scheme: Scheme,
    legacy: Legacy,
    now: Timestamp,
) -> Installation {
    let state = match event {
        Event::Installed | Event::Enabled => State::Enabled,
        Event::Disabled => State::Disabled,
        Event::Uninstalled => State::Uninstalled,
    };
    let keeps_secret = state != State::Uninstalled || (scheme == Scheme::Legacy && legacy != Legacy::Off);
    Installation {
        secret: before.secret.clone().filter(|_| keeps_secret),
        previous: before.previous.clone().filter(|_| state != State::Uninstalled),
        state,
        scheme,
        changed_at: now,
        ..before.clone()
    }
}
