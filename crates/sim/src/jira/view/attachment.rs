//! Files on issues, as the API tells of them.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Show;
use super::person::PersonView;
use crate::jira::date::Stamp;
use crate::jira::part::Attachment;

/// An attachment; alone its id is a number, among others a text.
pub(crate) struct AttachmentView<'a> {
    pub(crate) show: Show<'a>,
    pub(crate) attachment: &'a Attachment,
    pub(crate) alone: bool,
}

impl Serialize for AttachmentView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { show, attachment, alone } = *self;
        let (base, api, id) = (&show.site.base, show.api, attachment.id);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("self", &format_args!("{base}/rest/api/{api}/attachment/{id}"))?;
        if alone {
            map.serialize_entry("id", &id)?;
        } else {
            map.serialize_entry("id", &format_args!("{id}"))?;
        }
        map.serialize_entry("filename", &attachment.name)?;
        map.serialize_entry("author", &PersonView(show, attachment.author))?;
        map.serialize_entry("created", &Stamp(attachment.created))?;
        map.serialize_entry("size", &attachment.content.length())?;
        map.serialize_entry("mimeType", &attachment.media)?;
        if show.site.is_cloud() {
            map.serialize_entry("content", &format_args!("{base}/rest/api/{api}/attachment/content/{id}"))?;
            if attachment.is_picture() {
                map.serialize_entry(
                    "thumbnail",
                    &format_args!("{base}/rest/api/{api}/attachment/thumbnail/{id}"),
                )?;
            }
        } else {
            let name = encoded(&attachment.name);
            map.serialize_entry("content", &format_args!("{base}/secure/attachment/{id}/{name}"))?;
            if attachment.is_picture() {
                map.serialize_entry(
                    "thumbnail",
                    &format_args!("{base}/secure/thumbnail/{id}/_thumb_{id}.png"),
                )?;
            }
        }
        map.end()
    }
}

/// A name as a segment of a path (RFC 3986).
pub(crate) fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn names_become_segments_of_paths() {
        assert_eq!(encoded("a b/ü?.txt"), "a%20b%2F%C3%BC%3F.txt");
    }
}
