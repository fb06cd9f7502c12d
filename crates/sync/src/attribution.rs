//! Who wrote a comment, told in its mirror: a first paragraph that is added on the way out and taken off on the
//! way back.
//!
//! A mirror under our own account says whose words it carries; one that was written as the person themselves
//! ([`crate::speak`]) has no such paragraph. It is recognised by its text alone: formats keep the words of a paragraph, not
//! always its looks.

use bowline_core::text::Doc;
use bowline_core::value::Person;

/// The body as its mirror: `Ada Lovelace wrote in Jira:` and then the words.
pub(crate) fn attribute(body: &Doc, author: &Person, tool: &str) -> Doc {
    let name = if author.name.trim().is_empty() { author.id.as_str() } else { author.name.trim() };
    let mut mirror = Doc::from_plain(&format!("{name}{}", tail(tool)));
    mirror.blocks.extend(body.blocks.iter().cloned());
    mirror
}

/// The words without the paragraph that [`attribute`] put before them; unchanged if a person has removed or
/// rewritten it.
pub(crate) fn strip(mirror: &Doc, tool: &str) -> Doc {
    let Some((first, rest)) = mirror.blocks.split_first() else { return mirror.clone() };
    let line = Doc { blocks: vec![first.clone()] }.plain();
    if line.trim_end().ends_with(&tail(tool)) && line.trim().lines().count() == 1 {
        Doc { blocks: rest.to_vec() }
    } else {
        mirror.clone()
    }
}

fn tail(tool: &str) -> String {
    format!(" wrote in {tool}:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_attributed_is_stripped_again() {
        let body = Doc::from_plain("It works.\nReally.");
        let ada = Person { id: "7".into(), name: "Ada Lovelace".into() };
        let mirror = attribute(&body, &ada, "Jira");
        assert!(mirror.plain().starts_with("Ada Lovelace wrote in Jira:"), "{}", mirror.plain());
        assert_eq!(strip(&mirror, "Jira"), body);
    }

    #[test]
    fn a_body_without_the_paragraph_is_left_alone() {
        let body = Doc::from_plain("Bob wrote in Jira: nonsense");
        assert_eq!(strip(&body, "Jira"), body);
    }

    #[test]
    fn a_nameless_author_is_named_by_id() {
        let mirror = attribute(&Doc::from_plain("x"), &Person::of("acc-7"), "Targetprocess");
        assert!(mirror.plain().starts_with("acc-7 wrote in Targetprocess:"));
    }
}
