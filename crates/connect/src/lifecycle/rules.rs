//! Who may change an installation: the rules, without any I/O.

use crate::installation::{Installation, Scheme};

/// The four lifecycle calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Installed, updated, or given another secret.
    Installed,
    /// Gone.
    Uninstalled,
    /// Switched on.
    Enabled,
    /// Switched off.
    Disabled,
}

impl Event {
    /// The word in the field `eventType`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Uninstalled => "uninstalled",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }
}

/// Whether lifecycle calls of the scheme before October 2021 are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Legacy {
    /// No.
    #[default]
    Off,
    /// Of sites that have an installation of that scheme.
    KnownTenants,
    /// Of every site, as in Atlassian's guide “Integrating with Jira or Confluence Cloud”. Whoever comes first with a client
    /// key then has it.
    All,
}

/// What is known of the client key of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    Unknown,
    /// An installation of this scheme.
    Live(Scheme),
    /// One that is gone.
    Gone(Scheme),
}

impl Known {
    /// Of a row, if there is one.
    pub fn of(installation: Option<&Installation>) -> Self {
        match installation {
            None => Self::Unknown,
            Some(installation) if installation.is_live() => Self::Live(installation.scheme),
            Some(installation) => Self::Gone(installation.scheme),
        }
    }
}

/// What a call proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It is signed by Atlassian.
    Signed,
    /// It is signed with the present secret of the installation.
    Secret,
    /// It has no token.
    Nothing,
    /// It has a token of a client key that is not known, so that nothing can be checked.
    Uncheckable,
    /// It has a token that does not fit.
    Wrong,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Change the row, then answer 204.
    Write,
    /// There is nothing to change: answer 204.
    Nothing,
    /// 401.
    Unauthorized,
    /// 403, as the guide of the legacy scheme says.
    Forbidden,
}

/// Decides a call. The legacy half follows the flowchart of Atlassian's guide “Integrating with Jira or Confluence Cloud”;
/// once a site was installed with a signed call, no call of the legacy scheme changes its row again.
pub const fn decide(event: Event, known: Known, proof: Proof, legacy: Legacy) -> Verdict {
    match event {
        Event::Installed => installed(known, proof, legacy),
        Event::Uninstalled => uninstalled(known, proof, legacy),
        // Never signed by Atlassian: always with the secret, whatever the scheme of the install.
        Event::Enabled | Event::Disabled => match (known, proof) {
            (Known::Live(_), Proof::Secret) => Verdict::Write,
            _ => Verdict::Unauthorized,
        },
    }
}

const fn installed(known: Known, proof: Proof, legacy: Legacy) -> Verdict {
    match (proof, known, legacy) {
        (Proof::Signed, _, _) => Verdict::Write,
        (_, _, Legacy::Off) => Verdict::Unauthorized,
        (Proof::Nothing | Proof::Uncheckable, Known::Unknown, Legacy::All) => Verdict::Write,
        (Proof::Secret, Known::Live(Scheme::Legacy) | Known::Gone(Scheme::Legacy), _) => Verdict::Write,
        _ => Verdict::Forbidden,
    }
}

const fn uninstalled(known: Known, proof: Proof, legacy: Legacy) -> Verdict {
    match (proof, known, legacy) {
        (Proof::Signed, Known::Live(_), _) => Verdict::Write,
        (Proof::Signed, Known::Gone(_) | Known::Unknown, _) => Verdict::Nothing,
        (_, _, Legacy::Off) => Verdict::Unauthorized,
        (Proof::Secret, Known::Live(Scheme::Legacy), _) => Verdict::Write,
        (Proof::Secret, Known::Gone(Scheme::Legacy), _) => Verdict::Nothing,
        // The guide says nothing of it. What cannot be checked is refused, known or not.
        _ => Verdict::Forbidden,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Known; 5] = [
        Known::Unknown,
        Known::Live(Scheme::Legacy),
        Known::Live(Scheme::Signed),
        Known::Gone(Scheme::Legacy),
        Known::Gone(Scheme::Signed),
    ];
    const PROOFS: [Proof; 5] =
        [Proof::Signed, Proof::Secret, Proof::Nothing, Proof::Uncheckable, Proof::Wrong];
    const EVENTS: [Event; 4] = [Event::Installed, Event::Uninstalled, Event::Enabled, Event::Disabled];
    const LEGACY: [Legacy; 3] = [Legacy::Off, Legacy::KnownTenants, Legacy::All];

    #[test]
    fn a_signed_installation_is_never_changed_by_the_legacy_scheme() {
        for (event, known, proof, legacy) in every() {
            let is_signed = matches!(known, Known::Live(Scheme::Signed) | Known::Gone(Scheme::Signed));
            let is_install = matches!(event, Event::Installed | Event::Uninstalled);
            if is_signed && is_install && proof != Proof::Signed {
                let verdict = decide(event, known, proof, legacy);
                assert!(matches!(verdict, Verdict::Unauthorized | Verdict::Forbidden), "{event:?} {known:?}");
            }
        }
    }

    #[test]
    fn a_wrong_token_never_changes_anything() {
        for (event, known, proof, legacy) in every().filter(|(_, _, proof, _)| *proof == Proof::Wrong) {
            let verdict = decide(event, known, proof, legacy);
            assert!(matches!(verdict, Verdict::Unauthorized | Verdict::Forbidden), "{event:?} {known:?}");
        }
    }

    #[test]
    fn with_the_legacy_scheme_off_every_refusal_is_the_same() {
        for (event, known, proof, _) in every().filter(|(_, _, _, legacy)| *legacy == Legacy::Off) {
            assert_ne!(decide(event, known, proof, Legacy::Off), Verdict::Forbidden);
        }
    }

    #[test]
    fn only_the_guide_takes_what_is_not_proved_and_only_for_a_new_client_key() {
        for (event, known, proof, legacy) in every() {
            let unproved = matches!(proof, Proof::Nothing | Proof::Uncheckable);
            let writes = decide(event, known, proof, legacy) == Verdict::Write;
            let first = event == Event::Installed && known == Known::Unknown && legacy == Legacy::All;
            assert_eq!(unproved && writes, unproved && first, "{event:?} {known:?} {proof:?} {legacy:?}");
        }
    }

    fn every() -> impl Iterator<Item = (Event, Known, Proof, Legacy)> {
        EVENTS.into_iter().flat_map(|event| {
            KNOWN.into_iter().flat_map(move |known| {
                PROOFS.into_iter().flat_map(move |proof| LEGACY.map(|legacy| (event, known, proof, legacy)))
            })
        })
    }
}
