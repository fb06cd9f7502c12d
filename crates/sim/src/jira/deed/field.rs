//! Deleting a custom field.

use crate::frame::table::Row;
use crate::jira::custom::Custom;
use crate::jira::field::Field;
use crate::jira::site::Site;

/// Deletes a field with its values, and takes it off all screens and layouts.
pub(crate) fn remove(site: &mut Site, row: Row<Custom>) {
    let field = Field::Custom(row);
    let ids: Vec<u32> =
        site.issues.iter().filter(|issue| issue.held(row).is_some()).map(|issue| issue.id).collect();
    for id in ids {
        if let Some(issue) = site.issues.get_mut(id) {
            issue.custom.retain(|(held, _)| *held != row);
        }
    }
    let catalog = &mut site.catalog;
    let screens: Vec<_> = catalog.screens.iter().map(|(row, _)| row).collect();
    for screen in screens {
        for tab in &mut catalog.screens.get_mut(screen).tabs {
            tab.fields.retain(|own| *own != field);
        }
    }
    let layouts: Vec<_> = catalog.layouts.iter().map(|(row, _)| row).collect();
    for layout in layouts {
        catalog.layouts.get_mut(layout).manners.retain(|(own, _)| *own != field);
    }
    catalog.custom.strike(row);
}
