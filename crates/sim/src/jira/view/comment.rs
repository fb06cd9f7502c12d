//! Comments, alone and in pages, and entity properties.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::person::PersonView;
use super::{Show, each, object};
use crate::frame::table::Name;
use crate::jira::date::Stamp;
use crate::jira::issue::{Comment, Issue, Properties, Text};

/// A rich text in the dialect that is asked for.
pub(crate) struct TextView<'a>(pub(crate) Show<'a>, pub(crate) &'a Text);

impl Serialize for TextView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, text) = *self;
        if show.adf {
            match RawValue::from_string(text.adf().into_owned()) {
                Ok(document) => document.serialize(serializer),
                Err(error) => Err(serde::ser::Error::custom(error)),
            }
        } else {
            serializer.serialize_str(&text.wiki())
        }
    }
}

/// A comment; with its properties and its HTML if these are wanted.
#[derive(Clone, Copy)]
pub(crate) struct CommentView<'a> {
    pub(crate) show: Show<'a>,
    pub(crate) issue: u32,
    pub(crate) comment: &'a Comment,
    pub(crate) properties: bool,
    pub(crate) rendered: bool,
}

impl Serialize for CommentView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, issue, comment, .. } = *self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(
            "self",
            &format_args!("{}/rest/api/{}/issue/{issue}/comment/{}", show.site.base, show.api, comment.id),
        )?;
        map.serialize_entry("id", &format_args!("{}", comment.id))?;
        map.serialize_entry("author", &PersonView(show, comment.author))?;
        map.serialize_entry("body", &TextView(show, &comment.body))?;
        if self.rendered {
            map.serialize_entry("renderedBody", &comment.body.html())?;
        }
        map.serialize_entry("updateAuthor", &PersonView(show, comment.editor))?;
        map.serialize_entry("created", &Stamp(comment.created))?;
        map.serialize_entry("updated", &Stamp(comment.updated))?;
        if let Some(visibility) = &comment.visibility {
            map.serialize_entry("visibility", &VisibilityView(visibility.kind, &visibility.value))?;
        }
        if show.site.is_cloud() {
            map.serialize_entry("jsdPublic", &true)?;
        }
        if self.properties {
            let listed = each(comment.properties.iter(), |(key, value)| PropertyView(show, *key, value));
            map.serialize_entry("properties", &listed)?;
        }
        map.end()
    }
}

/// Who may see something.
pub(crate) struct VisibilityView<'a>(pub(crate) &'static str, pub(crate) &'a str);

impl Serialize for VisibilityView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, {"type": self.0, "value": self.1})
    }
}

/// A property with its key.
pub(crate) struct PropertyView<'a>(pub(crate) Show<'a>, pub(crate) Name, pub(crate) &'a RawValue);

impl Serialize for PropertyView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object!(serializer, {"key": self.0.site.names.get(self.1), "value": self.2})
    }
}

/// Properties as one object, all or those that are named.
pub(crate) struct PropertiesView<'a>(pub(crate) Show<'a>, pub(crate) &'a Properties, pub(crate) &'a [String]);

impl Serialize for PropertiesView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, properties, wanted) = *self;
        let all = wanted.iter().any(|name| name == "*all");
        serializer.collect_map(properties.iter().filter_map(|(key, value)| {
            let key = show.site.names.get(*key);
            (all || wanted.iter().any(|name| name == key)).then_some((key, value))
        }))
    }
}

/// The comments field of an issue: everything on one page.
pub(crate) struct CommentsView<'a>(pub(crate) Show<'a>, pub(crate) &'a Issue);

impl Serialize for CommentsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, issue) = *self;
        let seen = issue.comments.iter().filter(|comment| show.site.may_read(show.viewer, comment));
        let total = seen.clone().count();
        let listed = each(seen, |comment| CommentView {
            show,
            issue: issue.id,
            comment,
            properties: false,
            rendered: false,
        });
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("comments", &listed)?;
        if show.site.is_cloud() && !show.hook {
            map.serialize_entry(
                "self",
                &format_args!("{}/rest/api/{}/issue/{}/comment", show.site.base, show.api, issue.id),
            )?;
        }
        map.serialize_entry("maxResults", &total)?;
        map.serialize_entry("total", &total)?;
        map.serialize_entry("startAt", &0)?;
        map.end()
    }
}
