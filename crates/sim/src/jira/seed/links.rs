//! The link types of a fresh Jira, and the one by which it ties sub-tasks to their parents.

use crate::jira::catalog::Catalog;
use crate::jira::part::LinkType;

/// Adds them; ids as Jira gives them.
pub(super) fn add(catalog: &mut Catalog) {
    for (id, name, inward, outward, system) in [
        (10_000, "Blocks", "is blocked by", "blocks", false),
        (10_001, "Cloners", "is cloned by", "clones", false),
        (10_002, "Duplicate", "is duplicated by", "duplicates", false),
        (10_003, "Relates", "relates to", "relates to", false),
        (10_100, "jira_subtask_link", "jira_subtask_inward", "jira_subtask_outward", true),
    ] {
        let (name, inward, outward) = (name.into(), inward.into(), outward.into());
        catalog.link_types.add(LinkType { id, name, inward, outward, system });
    }
}
