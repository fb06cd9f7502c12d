//! Which items a routing lets belong together.

use super::*;

#[test]
fn two_items_are_a_pair_only_if_one_routing_names_both_their_projects() {
    let routings = "[[routing]]\nleft = 'B'\nright = 'Y'\nwhen = { right = [{ field = 'labels', contains = 'sync' }] }\n";
    let rules = Document::parse(&format!("{}{routings}", document(""))).and_then(Rules::new).unwrap();
    let pairs = |left: &str, right: &str| rules.pairs(&item(left, &[]), &item(right, &[]));
    assert!(pairs("ACME", "Web Shop"));
    assert!(!pairs("ACME", "Y") && !pairs("ACME", "Elsewhere") && !pairs("Elsewhere", "Web Shop"));
    assert!(!pairs("B", "Y"), "a condition of it does not hold");
    let marked = item("Y", &[("labels", Value::Set(vec![text("sync")]))]);
    assert!(rules.pairs(&item("b", &[]), &marked));
}
