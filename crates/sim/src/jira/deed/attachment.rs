//! Attaching files to issues and taking them off.

use std::sync::Arc;

use crate::frame::upload::Arrived;
use crate::jira::edit::Side;
use crate::jira::field::Field;
use crate::jira::hook::{self, News};
use crate::jira::issue::Deed;
use crate::jira::part::{Attachment, Numbered};
use crate::jira::site::{By, Site};

/// Attaches files that were received; the answer is their ids.
pub(crate) fn add(site: &mut Site, by: By, issue: u32, files: &[Arrived]) -> Vec<u32> {
    let mut ids = Vec::new();
    for file in files {
        let id = site.parts.number(Numbered::Attachment);
        let name: Box<str> = file.title().into();
        let (media, content) = (file.media(), Arc::clone(&file.content));
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
