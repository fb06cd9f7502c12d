//! The registry: every kind of tool is there, and adapters live as long as their connection stays as it is.

use std::sync::Arc;

use bowline_core::connection::{Connection, ToolKind};
use bowline_core::event::Delivery;
use bowline_core::port::Tools;
use bowline_tools::Registry;
use http::HeaderMap;

use crate::script::{Script, Standing, connection};

#[test]
fn a_tool_is_kept_until_its_connection_changes() {
    let registry = Registry::new(Script::new([]), Arc::new(Standing));
    let first = connection(ToolKind::JiraCloud);
    let tool = registry.tool(&first);
    assert!(Arc::ptr_eq(&tool, &registry.tool(&first)));
    assert!(Arc::ptr_eq(&registry.catalogue(&first), &registry.catalogue(&first)));
    let changed = Connection { revision: 2, ..first.clone() };
    let second = registry.tool(&changed);
    assert!(!Arc::ptr_eq(&tool, &second), "what was learnt before may be wrong now");
    assert!(Arc::ptr_eq(&second, &registry.tool(&changed)));
    let other = Connection { id: format!("con_{}", "1".repeat(32)).parse().unwrap(), ..changed };
    assert!(!Arc::ptr_eq(&second, &registry.tool(&other)));
}

#[test]
fn every_kind_of_tool_has_a_tool_a_catalogue_and_hints() {
    let registry = Registry::new(Script::new([]), Arc::new(Standing));
    for (number, kind) in ToolKind::ALL.into_iter().enumerate() {
        let id = format!("con_{number:032x}").parse().unwrap();
        let connection = Connection { id, ..connection(kind) };
        let (_, _) = (registry.tool(&connection), registry.catalogue(&connection));
        let nonsense = Delivery { headers: HeaderMap::new(), body: "nonsense".into() };
        assert!(registry.hints(kind).hint(&nonsense).is_err());
    }
}
