//! What fits a format as it is, as most does that is printed or was read: it is not put together anew.
//!
//! A few that fit are not known (addresses without a link, tasks among others); [`Model::fitted`] leaves them as they are.

use super::{Inside, Model, Place};
use crate::autolink::may_hold_address;
use crate::marks::Marks;
use crate::nest::is_apart;
use crate::normal::is_normal;
use crate::tree::{Block, Format, Handle, Inline, List, ListItem, Marker, Mention, Panel, PanelKind, Table};
use crate::{emoticon, markdown, tasks, wiki};

impl Model {
    /// Whether a block of the document surely fits as it is.
    pub(super) fn holds(self, block: &Block) -> bool {
        is_normal(std::slice::from_ref(block), 0) && self.keeps(block, Place::ROOT)
    }

    /// Whether a normal block in such a place surely stays as it is.
    fn keeps(self, block: &Block, place: Place) -> bool {
        let within = place.within(block);
        let keep = |blocks: &[Block]| blocks.iter().all(|one| self.keeps(one, within));
        self.takes(block, place)
            && match block {
                Block::Paragraph(content) => match content.as_slice() {
                    [Inline::Image(image)] if self.format == Format::Adf => image.src.is_absolute(),
                    content => self.keeps_line(content),
                },
                Block::Heading(heading) => self.keeps_line(&heading.content),
                Block::Code(code) => self.format != Format::Wiki || !code.text.contains("{code}"),
                Block::Rule | Block::Opaque(_) => true,
                Block::Quote(inner) => keep(inner),
                Block::Panel(panel) => self.keeps_frame(panel) && keep(&panel.blocks),
                Block::Expand(expand) => keep(&expand.blocks),
                Block::List(list) => {
                    self.keeps_list(list, place) && list.items.iter().all(|item| keep(&item.blocks))
                }
                Block::Table(table) => {
                    self.keeps_grid(table)
                        && table.rows.iter().flat_map(|row| &row.cells).all(|cell| keep(&cell.blocks))
                }
            }
    }

    fn keeps_frame(self, panel: &Panel) -> bool {
        let title =
            panel.title.as_deref().is_none_or(|title| self.format == Format::Wiki && wiki::can_title(title));
        title && (self.format != Format::Adf || panel.kind != PanelKind::Custom(None))
    }

    fn keeps_list(self, list: &List, place: Place) -> bool {
        let start = match list.marker {
            Marker::Number { start } => start,
            Marker::Bullet => 1,
        };
        let no_tasks = || list.items.iter().all(|item| item.task.is_none());
        match self.format {
            Format::Adf => {
                no_tasks() || place.inside != Inside::Quote && tasks::is_task_list(list) && !has_image(list)
            }
            Format::Wiki => {
                start == 1 && list.items.iter().all(|item| wiki::is_tight(&item.blocks) && !begins_task(item))
            }
            Format::Markdown => start <= markdown::MAX_NUMBER,
            Format::Html => true,
        }
    }

    fn keeps_grid(self, table: &Table) -> bool {
        let mut cells = table.rows.iter().flat_map(|row| &row.cells);
        self.format != Format::Wiki
            || cells.all(|cell| cell.colspan == 1 && cell.rowspan == 1 && wiki::is_tight(&cell.blocks))
    }

    fn keeps_line(self, content: &[Inline]) -> bool {
        let apart = self.format != Format::Wiki || is_apart(content) && emoticon::are_apart(content);
        apart && content.iter().all(|inline| self.keeps_inline(inline))
    }

    fn keeps_inline(self, inline: &Inline) -> bool {
        let wiki = self.format == Format::Wiki;
        match inline {
            Inline::Text(run) => {
                let links = matches!(self.format, Format::Wiki | Format::Markdown);
                let bare = links && run.marks.link.is_none() && may_hold_address(&run.text);
                !bare && (run.marks.is_plain() || self.keeps_marks(&run.marks))
            }
            Inline::Break => true,
            Inline::Mention(mention) => self.keeps_mention(mention),
            Inline::Opaque(opaque) => opaque.format == self.format && (self.believe)(opaque, false),
            Inline::Image(image) => {
                let link =
                    image.link.as_ref().is_none_or(|href| self.keeps_marks(&Marks::linked(href.clone())));
                link && match self.format {
                    Format::Adf => false,
                    Format::Wiki => wiki::can_show(image),
                    Format::Html => image.src.is_web(),
                    Format::Markdown => true,
                }
            }
            Inline::Emoji(emoji) => {
                !wiki || emoticon::of(&emoji.name).is_some_and(|(_, known)| known == *emoji)
            }
            Inline::Status(_) | Inline::Date(_) => !wiki,
        }
    }

    fn keeps_marks(self, marks: &Marks) -> bool {
        let link = |good: fn(&crate::Href) -> bool| marks.link.as_ref().is_none_or(good);
        marks.other.is_empty()
            && match self.format {
                Format::Adf => !marks.code || marks.is_only_code(),
                Format::Wiki => marks.background.is_none() && link(|href| !href.has_brackets()),
                Format::Html => link(crate::Href::is_web),
                Format::Markdown => true,
            }
    }

    fn keeps_mention(self, mention: &Mention) -> bool {
        match self.format {
            Format::Adf => matches!(mention.user, Handle::Account(_)),
            Format::Wiki => mention.name.is_none() && wiki::can_mention(&mention.user),
            Format::Html | Format::Markdown => true,
        }
    }
}

/// Whether a picture stands in a task.
fn has_image(list: &List) -> bool {
    list.items.iter().flat_map(|item| &item.blocks).any(|block| match block {
        Block::Paragraph(content) => content.iter().any(|inline| matches!(inline, Inline::Image(_))),
        _ => false,
    })
}

/// Whether an item could begin with the words for a task.
fn begins_task(item: &ListItem) -> bool {
    let Some(Block::Paragraph(content)) = item.blocks.first() else { return false };
    item.task.is_none() && matches!(content.first(), Some(Inline::Text(run)) if run.text.starts_with('['))
}
