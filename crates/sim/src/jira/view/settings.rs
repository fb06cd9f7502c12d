//! Settings as they stand in issues and in lists of their own: project, type, status, priority and the like.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::person::Avatars;
use super::project::division;
use super::{Show, object};
use crate::frame::table::Row;
use crate::jira::catalog::{Category, Component, Kind, Priority, Project, Resolution, Status, Version};
use crate::jira::date::civil;
use crate::jira::scheme::Level;

/// A project in short, as issues name it.
pub(crate) struct ProjectView<'a>(pub(crate) Show<'a>, pub(crate) Row<Project>);

impl ProjectView<'_> {
    /// Writes the members without closing the object.
    pub(crate) fn members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let Self(show, row) = *self;
        let (base, project) = (&show.site.base, show.site.catalog.projects.get(row));
        map.serialize_entry("self", &format_args!("{base}/rest/api/{}/project/{}", show.api, project.id))?;
        map.serialize_entry("id", &format_args!("{}", project.id))?;
        map.serialize_entry("key", &project.key)?;
        map.serialize_entry("name", &project.name)?;
        map.serialize_entry("projectTypeKey", &project.genre)?;
        if show.site.is_cloud() {
            map.serialize_entry("simplified", &false)?;
        }
        map.serialize_entry("avatarUrls", &Avatars(base, "projectavatar", project.avatar))?;
        if let Some(row) = project.category {
            map.serialize_entry("projectCategory", &division(show, row))?;
        }
        Ok(())
    }
}

impl Serialize for ProjectView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.members(&mut map)?;
        map.end()
    }
}

/// An issue type.
pub(crate) struct KindView<'a>(pub(crate) Show<'a>, pub(crate) Row<Kind>);

impl KindView<'_> {
    /// Writes the members without closing the object.
    pub(crate) fn members<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let Self(show, row) = *self;
        let (base, kind) = (&show.site.base, show.site.catalog.kinds.get(row));
        map.serialize_entry("self", &format_args!("{base}/rest/api/{}/issuetype/{}", show.api, kind.id))?;
        map.serialize_entry("id", &kind.id)?;
        map.serialize_entry("description", &kind.description)?;
        map.serialize_entry(
            "iconUrl",
            &format_args!(
                "{base}/secure/viewavatar?size=medium&avatarId={}&avatarType=issuetype",
                kind.avatar
            ),
        )?;
        map.serialize_entry("name", &kind.name)?;
        map.serialize_entry("subtask", &kind.is_subtask())?;
        map.serialize_entry("avatarId", &kind.avatar)?;
        if show.site.is_cloud() {
            map.serialize_entry("hierarchyLevel", &kind.level)?;
        }
        Ok(())
    }
}

impl Serialize for KindView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.members(&mut map)?;
        map.end()
    }
}

/// A status with its category.
pub(crate) struct StatusView<'a>(pub(crate) Show<'a>, pub(crate) Row<Status>);

impl Serialize for StatusView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, row) = *self;
        let (base, status) = (&show.site.base, show.site.catalog.statuses.get(row));
        object!(serializer, {
            "self": format_args!("{base}/rest/api/{}/status/{}", show.api, status.id),
            "description": status.description,
            "iconUrl": format_args!("{base}/images/icons/statuses/generic.png"),
            "name": status.name,
            "id": status.id,
            "statusCategory": CategoryView(show, status.category),
        })
    }
}

/// A status category.
pub(crate) struct CategoryView<'a>(pub(crate) Show<'a>, pub(crate) Category);

impl Serialize for CategoryView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (id, key, color, name) = self.1.parts();
        object!(serializer, {
            "self": format_args!("{}/rest/api/{}/statuscategory/{id}", self.0.site.base, self.0.api),
            "id": id,
            "key": key,
            "colorName": color,
            "name": name,
        })
    }
}

/// A priority; in lists it has a description and a colour too.
pub(crate) struct PriorityView<'a>(pub(crate) Show<'a>, pub(crate) Row<Priority>, pub(crate) bool);

impl Serialize for PriorityView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, row, full) = *self;
        let (base, priority) = (&show.site.base, show.site.catalog.priorities.get(row));
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("self", &format_args!("{base}/rest/api/{}/priority/{}", show.api, priority.id))?;
        if full {
            map.serialize_entry("statusColor", &priority.color)?;
            map.serialize_entry("description", &priority.description)?;
        }
        map.serialize_entry("iconUrl", &format_args!("{base}/images/icons/priorities/{}.svg", priority.id))?;
        map.serialize_entry("name", &priority.name)?;
        map.serialize_entry("id", &priority.id)?;
        map.end()
    }
}

/// A resolution.
pub(crate) struct ResolutionView<'a>(pub(crate) Show<'a>, pub(crate) Row<Resolution>);

impl Serialize for ResolutionView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, row) = *self;
        let resolution = show.site.catalog.resolutions.get(row);
        object!(serializer, {
            "self": format_args!("{}/rest/api/{}/resolution/{}", show.site.base, show.api, resolution.id),
            "id": resolution.id,
            "description": resolution.description,
            "name": resolution.name,
        })
    }
}

/// A security level.
pub(crate) struct LevelView<'a>(pub(crate) Show<'a>, pub(crate) &'a Level);

impl Serialize for LevelView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, level) = *self;
        object!(serializer, {
            "self": format_args!("{}/rest/api/{}/securitylevel/{}", show.site.base, show.api, level.id),
            "id": format_args!("{}", level.id),
            "description": level.description,
            "name": level.name,
        })
    }
}

/// A component.
pub(crate) struct ComponentView<'a>(pub(crate) Show<'a>, pub(crate) Row<Component>);

impl Serialize for ComponentView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, row) = *self;
        let component = show.site.catalog.components.get(row);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(
            "self",
            &format_args!("{}/rest/api/{}/component/{}", show.site.base, show.api, component.id),
        )?;
        map.serialize_entry("id", &format_args!("{}", component.id))?;
        map.serialize_entry("name", &component.name)?;
        if !component.description.is_empty() {
            map.serialize_entry("description", &component.description)?;
        }
        map.end()
    }
}

/// A version.
pub(crate) struct VersionView<'a>(pub(crate) Show<'a>, pub(crate) Row<Version>);

impl Serialize for VersionView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, row) = *self;
        let version = show.site.catalog.versions.get(row);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(
            "self",
            &format_args!("{}/rest/api/{}/version/{}", show.site.base, show.api, version.id),
        )?;
        map.serialize_entry("id", &format_args!("{}", version.id))?;
        map.serialize_entry("description", &version.description)?;
        map.serialize_entry("name", &version.name)?;
        map.serialize_entry("archived", &version.archived)?;
        map.serialize_entry("released", &version.released)?;
        if let Some(start) = version.start {
            map.serialize_entry("startDate", &start)?;
            map.serialize_entry("userStartDate", &start.strftime("%d/%b/%y").to_string())?;
        }
        if let Some(release) = version.release {
            let today = civil(show.site.frame.clock.now()).date();
            map.serialize_entry("releaseDate", &release)?;
            map.serialize_entry("overdue", &(!version.released && release < today))?;
            map.serialize_entry("userReleaseDate", &release.strftime("%d/%b/%y").to_string())?;
        }
        map.serialize_entry("projectId", &show.site.catalog.projects.get(version.project).id)?;
        map.end()
    }
}
