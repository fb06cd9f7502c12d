//! What a token has to be allowed for what Bowline does with it: the smallest set of scopes, what is missing before a
//! call, and what is there for nothing.
//!
//! Atlassian's cloud has classic and granular scopes; all of one kind that an operation names are enough. Jira Data
//! Center has levels. Where nothing is known of what a token may do, nothing is refused.

mod operations;

use std::collections::BTreeSet;

use bowline_core::feature::Feature;
use bowline_core::grant::Provider;

pub use operations::{Operation, operations};

/// What makes tokens of Atlassian's cloud renewable; no call needs it.
pub const OFFLINE: &str = "offline_access";

/// Scopes of the person's own profile, and that of asking whether names may be kept: they open nothing of Jira.
const PERSONAL: [&str; 4] = [OFFLINE, "read:me", "read:account", crate::privacy::SCOPE];

/// The levels of Jira Data Center, each with those before it ("Jira OAuth 2.0 provider API").
const LEVELS: [&str; 4] = ["READ", "WRITE", "ADMIN", "SYSTEM_ADMIN"];

/// Which of Atlassian's two kinds of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Few and wide; what Atlassian recommends.
    Classic,
    /// Many and narrow.
    Granular,
}

impl Operation {
    fn of(&self, kind: Kind) -> Option<&[&'static str]> {
        match kind {
            Kind::Classic => self.classic.as_deref(),
            Kind::Granular => self.granular.as_deref(),
        }
    }

    /// The scopes among these that allow it; `None` if they do not.
    fn allowed_by(&self, granted: &BTreeSet<&str>) -> Option<&[&'static str]> {
        let whole = |kind| self.of(kind).filter(|scopes| scopes.iter().all(|scope| granted.contains(scope)));
        whole(Kind::Classic).or_else(|| whole(Kind::Granular))
    }
}

/// The fewest scopes that allow all these features: what to ask a provider for.
pub fn smallest(provider: Provider, features: &[Feature], kind: Kind) -> Vec<String> {
    let mut scopes = BTreeSet::new();
    match provider {
        Provider::AtlassianCloud | Provider::AtlassianService | Provider::Forge => {
            for operation in operations().iter().filter(|one| features.contains(&one.feature)) {
                // Where one kind cannot allow it, the other has to.
                let own =
                    operation.of(kind).or(operation.classic.as_deref()).or(operation.granular.as_deref());
                scopes.extend(own.into_iter().flatten().copied());
            }
            if provider == Provider::AtlassianCloud {
                scopes.insert(OFFLINE);
            }
        }
        Provider::JiraOauth2 | Provider::JiraService => {
            scopes.extend([level(features.iter().any(|feature| feature.writes()))]);
        }
        Provider::JiraOauth1 | Provider::Gateway => {}
    }
    scopes.into_iter().map(str::to_owned).collect()
}

/// What a token lacks for a call; nothing if it is allowed, or if nobody knows.
pub fn missing(provider: Provider, granted: &[String], call: &str) -> Vec<&'static str> {
    let Some(operation) = operations::find(call) else { return Vec::new() };
    lacked(provider, &set(granted), operation)
}

fn lacked(provider: Provider, granted: &BTreeSet<&str>, operation: &Operation) -> Vec<&'static str> {
    if granted.is_empty() {
        return Vec::new();
    }
    match provider {
        Provider::AtlassianCloud | Provider::AtlassianService | Provider::Forge => {
            if operation.allowed_by(granted).is_some() {
                return Vec::new();
            }
            let wanted = operation.of(kind(granted));
            let wanted = wanted.or(operation.classic.as_deref()).or(operation.granular.as_deref());
            let lacks = |scope: &&&'static str| !granted.contains(**scope);
            wanted.into_iter().flatten().filter(lacks).copied().collect()
        }
        Provider::JiraOauth2 | Provider::JiraService => {
            let wanted = level(operation.feature.writes());
            if reaches(granted, wanted) { Vec::new() } else { vec![wanted] }
        }
        Provider::JiraOauth1 | Provider::Gateway => Vec::new(),
    }
}

/// The calls of these features that a token does not allow, each with what it lacks.
pub fn gaps(
    provider: Provider,
    granted: &[String],
    features: &[Feature],
) -> Vec<(&'static Operation, Vec<&'static str>)> {
    let granted = set(granted);
    let wanted = operations().iter().filter(|operation| features.contains(&operation.feature));
    let gaps = wanted.map(|operation| (operation, lacked(provider, &granted, operation)));
    gaps.filter(|(_, lacks)| !lacks.is_empty()).collect()
}

/// What a token may do beyond these features.
pub fn excess(provider: Provider, granted: &[String], features: &[Feature]) -> Vec<String> {
    let given = set(granted);
    let needed: BTreeSet<&str> = match provider {
        Provider::AtlassianCloud | Provider::AtlassianService | Provider::Forge => {
            let wanted = operations().iter().filter(|operation| features.contains(&operation.feature));
            let used = wanted.filter_map(|operation| operation.allowed_by(&given));
            used.flatten().copied().chain(PERSONAL).collect()
        }
        Provider::JiraOauth2 | Provider::JiraService => {
            let wanted = level(features.iter().any(|feature| feature.writes()));
            LEVELS.into_iter().take_while(|level| *level != wanted).chain([wanted]).collect()
        }
        Provider::JiraOauth1 | Provider::Gateway => return Vec::new(),
    };
    given.difference(&needed).map(|scope| (*scope).to_owned()).collect()
}

/// The kind of scopes that a token has; of a mixture the classic one, which has fewer.
fn kind(granted: &BTreeSet<&str>) -> Kind {
    let has =
        |parts| granted.iter().any(|scope| scope.split(':').count() == parts && !PERSONAL.contains(scope));
    if has(3) && !has(2) { Kind::Granular } else { Kind::Classic }
}

const fn level(writes: bool) -> &'static str {
    if writes { "WRITE" } else { "READ" }
}

/// Whether one of the levels is this one or above; levels that nobody here knows may be anything.
fn reaches(granted: &BTreeSet<&str>, wanted: &str) -> bool {
    let rank = |level: &str| LEVELS.iter().position(|known| *known == level);
    granted.iter().any(|level| rank(level).is_none_or(|own| Some(own) >= rank(wanted)))
}

fn set(scopes: &[String]) -> BTreeSet<&str> {
    scopes.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scopes: &str) -> Vec<String> {
        scopes.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn reading_asks_for_less_than_two_way_sync() {
        let cloud = |features: &[Feature]| smallest(Provider::AtlassianCloud, features, Kind::Classic);
        assert_eq!(cloud(&[Feature::Read]), texts("offline_access read:jira-user read:jira-work"));
        assert_eq!(
            cloud(&Feature::ALL),
            texts("offline_access read:jira-user read:jira-work write:jira-work")
        );
        let granular = smallest(Provider::AtlassianCloud, &Feature::ALL, Kind::Granular);
        // Atlassian: consent pages with more than 50 scopes are not shown.
        assert!(granular.len() < 50 && granular.iter().all(|one| one == OFFLINE || one.ends_with(":jira")));
        let center = |features: &[Feature]| smallest(Provider::JiraOauth2, features, Kind::Classic);
        assert_eq!((center(&[Feature::Read]), center(&[Feature::Edit])), (texts("READ"), texts("WRITE")));
    }

    #[test]
    fn what_is_computed_is_enough_and_nothing_of_it_can_be_left_out() {
        for feature in Feature::ALL {
            for (kind, another) in [(Kind::Classic, "read:me"), (Kind::Granular, "read:dashboard:jira")] {
                let scopes = smallest(Provider::AtlassianService, &[feature], kind);
                assert!(gaps(Provider::AtlassianService, &scopes, &[feature]).is_empty(), "{feature}");
                assert!(excess(Provider::AtlassianService, &scopes, &[feature]).is_empty(), "{feature}");
                for one in &scopes {
                    // Something is known of the token, even where it has one scope alone.
                    let fewer: Vec<String> =
                        scopes.iter().filter(|own| own != &one).cloned().chain(texts(another)).collect();
                    let gaps = gaps(Provider::AtlassianService, &fewer, &[feature]);
                    assert!(gaps.iter().any(|(_, lacks)| lacks.contains(&one.as_str())), "{feature}: {one}");
                }
            }
        }
    }

    #[test]
    fn levels_include_those_below_and_unknown_ones_are_not_judged() {
        let lacks = |granted: &str, call: &str| missing(Provider::JiraOauth2, &texts(granted), call);
        assert_eq!(lacks("READ", "jira.issue.edit"), ["WRITE"]);
        for granted in ["WRITE", "ADMIN", "SYSTEM_ADMIN", "READ WRITE", "MANAGE_ALL", ""] {
            assert!(lacks(granted, "jira.issue.edit").is_empty(), "{granted}");
        }
        assert!(lacks("READ", "jira.issue.get").is_empty());
        assert_eq!(excess(Provider::JiraOauth2, &texts("ADMIN"), &Feature::ALL), texts("ADMIN"));
    }

    #[test]
    fn scopes_that_no_feature_needs_are_pointed_out() {
        let granted =
            texts("offline_access read:me read:jira-user read:jira-work write:jira-work manage:jira-webhook");
        assert_eq!(excess(Provider::AtlassianCloud, &granted, &Feature::ALL), texts("manage:jira-webhook"));
        let reading = excess(Provider::AtlassianCloud, &granted, &[Feature::Read]);
        assert_eq!(reading, texts("manage:jira-webhook write:jira-work"));
    }

    #[test]
    fn what_is_missing_is_named_in_the_kind_that_the_token_has() {
        let lacks = |granted: &str| missing(Provider::AtlassianCloud, &texts(granted), "jira.transition.do");
        assert_eq!(lacks("read:jira-work offline_access"), ["write:jira-work"]);
        assert_eq!(lacks("write:issue:jira offline_access"), ["write:issue.property:jira"]);
        assert!(lacks("write:jira-work").is_empty() && lacks("").is_empty());
        assert!(missing(Provider::AtlassianCloud, &texts("read:me"), "tp.whatever").is_empty());
    }
}
