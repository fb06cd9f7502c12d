//! The state of a small Confluence.

use serde_json::Value;

use crate::frame::call::Person;

/// A space.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    pub(crate) id: u32,
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
}

/// Who wrote the present version, and when.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) number: u32,
    pub(crate) author: Person,
    pub(crate) at: i64,
    pub(crate) message: String,
}

/// JSON that hangs on a page.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    pub(crate) id: u32,
    pub(crate) key: String,
    pub(crate) value: Value,
    pub(crate) version: Version,
}

/// A page. Its body is in the storage format.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) id: u32,
    pub(crate) space: u32,
    pub(crate) parent: Option<u32>,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) author: Person,
    pub(crate) created: i64,
    pub(crate) version: Version,
    pub(crate) trashed: bool,
    pub(crate) properties: Vec<Property>,
}

/// A comment at the foot of a page, or a reply to one.
#[derive(Clone, Debug)]
pub(crate) struct Comment {
    pub(crate) id: u32,
    pub(crate) page: u32,
    pub(crate) parent: Option<u32>,
    pub(crate) body: String,
    pub(crate) author: Person,
    pub(crate) created: i64,
    pub(crate) version: Version,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wiki {
    pub(crate) spaces: Vec<Space>,
    pub(crate) pages: Vec<Page>,
    pub(crate) comments: Vec<Comment>,
    next: u32,
}

impl Wiki {
    /// The space DOCS with two pages.
    pub(crate) fn begin(now: i64) -> Self {
        let spaces = vec![Space { id: 65_537, key: "DOCS", name: "Documentation" }];
        let mut wiki = Self { spaces, next: 65_600, ..Self::default() };
        let version = || Version { number: 1, author: Person(0), at: now, message: String::new() };
        let mut parent = None;
        for (title, body) in
            [("Documentation", "<p>Welcome.</p>"), ("Runbook", "<h2>Restart</h2><p>Turn it off and on.</p>")]
        {
            let id = wiki.take();
            wiki.pages.push(Page {
                id,
                space: 65_537,
                parent,
                title: title.to_owned(),
                body: body.to_owned(),
                author: Person(0),
                created: now,
                version: version(),
                trashed: false,
                properties: Vec::new(),
            });
            parent = Some(id);
        }
        wiki
    }

    /// An id that was never given before: pages, comments and properties count together.
    pub(crate) fn take(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    pub(crate) fn space_key(&self, id: u32) -> &'static str {
        self.spaces.iter().find(|space| space.id == id).map_or("", |space| space.key)
    }

    pub(crate) fn page(&self, id: u32) -> Option<&Page> {
        self.pages.iter().find(|page| page.id == id)
    }

    pub(crate) fn page_mut(&mut self, id: u32) -> Option<&mut Page> {
        self.pages.iter_mut().find(|page| page.id == id)
    }

    pub(crate) fn comment(&self, id: u32) -> Option<&Comment> {
        self.comments.iter().find(|comment| comment.id == id)
    }

    pub(crate) fn comment_mut(&mut self, id: u32) -> Option<&mut Comment> {
        self.comments.iter_mut().find(|comment| comment.id == id)
    }
}
