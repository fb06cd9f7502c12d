//! Kinds of modules and their members: the table in `modules.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::installation::Product;

/// `product kind: member member!`, with `!` behind members that must be there.
const TABLE: &str = include_str!("modules.txt");

/// A kind of modules in one product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    members: &'static str,
}

static KINDS: LazyLock<BTreeMap<(&'static str, &'static str), Kind>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let (kind, members) = line.split_once(": ")?;
        Some((kind.split_once(' ')?, Kind { members }))
    };
    TABLE.lines().filter_map(line).collect()
});

impl Kind {
    /// Every kind of a product, by name.
    pub(super) fn all(product: Product) -> impl Iterator<Item = (&'static str, Self)> {
        let product = match product {
            Product::Jira => "jira",
            Product::Confluence => "confluence",
        };
        KINDS.iter().filter(move |((of, _), _)| *of == product).map(|((_, name), kind)| (*name, *kind))
    }

    /// The kind of this name.
    pub(super) fn find(product: Product, name: &str) -> Option<Self> {
        Self::all(product).find(|(kind, _)| *kind == name).map(|(_, kind)| kind)
    }

    /// Members that must be there.
    pub(super) fn required(self) -> impl Iterator<Item = &'static str> {
        self.members.split(' ').filter_map(|member| member.strip_suffix('!'))
    }

    /// Whether a member is one of this kind.
    pub(super) fn has(self, member: &str) -> bool {
        self.members.split(' ').any(|known| known.trim_end_matches('!') == member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_kind_of_both_products() {
        let count = |product| KINDS.keys().filter(|(of, _)| *of == product).count();
        assert_eq!((count("jira"), count("confluence")), (59, 20));
        assert_eq!(TABLE.lines().count(), 79);
        let webhooks = Kind::find(Product::Jira, "webhooks").unwrap();
        assert_eq!(webhooks.required().collect::<Vec<_>>(), ["event", "url"]);
        assert!(webhooks.has("url") && webhooks.has("filter") && !webhooks.has("path"));
        assert!(Kind::find(Product::Confluence, "jiraIssueContents").is_none());
    }
}
