//! Attaching files to issues and taking them off.

use std::sync::Arc;

use crate::frame::upload::Arrived;
use crate::jira::edit::Side;
use crate::jira::field::Field;
use crate::jira::hook::{self, News};
use crate::jira::issue::Deed;
use crate::jira::part::{Attachment, Numbered};
use crate::jira::site::{By, Site};

/// What a media type says that says nothing.
const ANYTHING: &str = "application/octet-stream";

/// Attaches files that were received; the answer is their ids.
pub(crate) fn add(site: &mut Site, by: By, issue: u32, files: &[Arrived]) -> Vec<u32> {
    let mut ids = Vec::new();
    for file in files {
        let id = site.parts.number(Numbered::Attachment);
        let name: Box<str> = plain(&file.name).into();
        let (media, content) = (media(file.media.as_deref(), &name), Arc::clone(&file.content));
        let write = (Deed::AttachmentCreate, id, Box::default());
        let done = site.change(issue, by, write, false, |issue, desk| {
            let created = desk.now.max(issue.updated + 1);
            let attachment =
                Attachment { id, author: by.who, created, name: name.clone(), media: media.into(), content };
            issue.parts_mut().attachments.push(attachment);
            vec![desk.item(Field::Attachment, (None, None), side(id, &name))]
        });
        site.parts.attachments.insert(id, issue);
        ids.push(id);
        if let Some(issue) = site.issues.get(issue)
            && let Some(attachment) = issue.parts().attachments.last()
        {
            hook::part::attachment(site, by.who, "attachment_created", issue, attachment);
        }
        if let Some(done) = done {
            hook::announce(site, issue, by.who, &News::IssueUpdated { event: "issue_updated", done });
        }
    }
    ids
}

/// Takes a file off its issue.
pub(crate) fn delete(site: &mut Site, by: By, id: u32) {
    let Some(issue) = site.parts.attachments.remove(&id) else { return };
    let mut gone = None;
    let done = site.change(issue, by, (Deed::AttachmentDelete, id, Box::default()), false, |issue, desk| {
        let attachments = &mut issue.parts_mut().attachments;
        let Some(place) = attachments.iter().position(|attachment| attachment.id == id) else {
            return Vec::new();
        };
        let attachment = attachments.remove(place);
        let item = desk.item(Field::Attachment, side(id, &attachment.name), (None, None));
        gone = Some(attachment);
        vec![item]
    });
    if let (Some(attachment), Some(on)) = (&gone, site.issues.get(issue)) {
        hook::part::attachment(site, by.who, "attachment_deleted", on, attachment);
    }
    if let Some(done) = done {
        hook::announce(site, issue, by.who, &News::IssueUpdated { event: "issue_updated", done });
    }
}

fn side(id: u32, name: &str) -> Side {
    (Some(id.to_string().into()), Some(name.into()))
}

/// A name without the folders that some senders put before it.
fn plain(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or_default().trim()
}

/// The media type: what the sender says, else what the name suggests.
fn media(said: Option<&str>, name: &str) -> String {
    let said = said.map(|said| said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    let said = said.filter(|said| said.contains('/') && said != ANYTHING);
    said.unwrap_or_else(|| mime_guess::from_path(name).first_raw().unwrap_or(ANYTHING).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_is_guessed_where_none_is_said() {
        assert_eq!(media(Some("Text/Plain; charset=utf-8"), "a.png"), "text/plain");
        assert_eq!(media(Some("application/octet-stream"), "a.png"), "image/png");
        assert_eq!(media(None, "a.PDF"), "application/pdf");
        assert_eq!(media(None, "a"), ANYTHING);
        assert_eq!(media(Some("nonsense"), "a"), ANYTHING);
    }

    #[test]
    fn folders_are_no_part_of_a_name() {
        assert_eq!(plain("C:\\files\\a.txt"), "a.txt");
        assert_eq!(plain("../../etc/passwd"), "passwd");
        assert_eq!(plain("a.txt"), "a.txt");
    }
}
