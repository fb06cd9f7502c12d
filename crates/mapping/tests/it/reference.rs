//! `docs/profile.md` against the registries: its tables are made from them, and no key is left out.

use bowline_mapping::transforms::REGISTRY;
use bowline_mapping::{COMPARATORS, Document, KEYS, Rules};

const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/profile.md"));

/// The lines between `<!-- NAME -->` and `<!-- end -->`.
fn block(name: &str) -> Vec<&'static str> {
    let lines = PAGE.lines().skip_while(|line| *line != format!("<!-- {name} -->")).skip(1);
    lines.take_while(|line| *line != "<!-- end -->").collect()
}

#[track_caller]
fn holds(name: &str, table: &[String]) {
    assert_eq!(block(name), *table, "put this between the marks of `{name}`:\n{}\n", table.join("\n"));
}

#[test]
fn the_table_of_transforms_is_the_registry() {
    let mut table = vec![
        "| Write | Takes → gives | Way back | What it does |".into(),
        "| --- | --- | --- | --- |".into(),
    ];
    table.extend(REGISTRY.iter().map(|transform| {
        let back = if transform.has_inverse { "yes" } else { "no" };
        format!("| `{}` | {} | {back} | {} |", transform.example, transform.forms(), transform.doc)
    }));
    holds("transforms", &table);
}

#[test]
fn the_table_of_comparators_is_the_registry() {
    let mut table = vec!["| Write | What counts |".into(), "| --- | --- |".into()];
    table.extend(COMPARATORS.iter().map(|entry| format!("| `{}` | {} |", entry.example, entry.doc)));
    holds("comparators", &table);
}

#[test]
fn every_key_has_a_row_in_the_section_of_its_table() {
    for key in KEYS {
        let wanted = match key.table {
            "" => "Top level".to_owned(),
            "condition" => "Conditions".to_owned(),
            table => format!("`{table}`"),
        };
        let section = PAGE.split("\n## ").find(|section| {
            section.lines().next().is_some_and(|heading| heading.split(" and ").any(|part| part == wanted))
        });
        let section = section.unwrap_or_else(|| panic!("no section on {wanted}"));
        let row = format!("\n| `{}` | ", key.name);
        assert!(section.contains(&row), "no row on `{}` in the section on {wanted}", key.name);
    }
}

#[test]
fn no_row_explains_a_key_that_is_none() {
    let sections =
        PAGE.split("\n## ").filter(|section| section.contains("| Key | Meaning | Default | Example |"));
    let rows = sections.flat_map(str::lines).filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    for (name, _) in rows {
        assert!(KEYS.iter().any(|key| key.name == name), "`{name}` is no key");
    }
}

#[test]
fn the_example_of_the_page_is_the_one_that_the_command_prints() {
    assert!(PAGE.contains(&format!("```toml\n{}```\n", Document::example())));
}

#[test]
fn the_json_example_of_the_page_is_a_profile() {
    let json =
        PAGE.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example in JSON");
    Document::parse(json).and_then(Rules::new).unwrap_or_else(|problems| panic!("{problems}"));
}
