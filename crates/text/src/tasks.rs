//! Tasks in the formats that have no place for all of them.
//!
//! ADF has lists of tasks: bulleted, all of it tasks, with nothing in an item but paragraphs and more tasks. Others
//! get the sign of the task in words. Wiki markup has only the words; an item that begins with them is a task.

use crate::tree::{Block, Doc, Inline, List, ListItem, Marker, sign};

/// The document with words for the tasks that ADF cannot hold (`taskList` in its published schema).
pub(crate) fn for_adf(doc: Doc) -> Doc {
    Doc { blocks: adf_blocks(doc.blocks, false) }
}

fn adf_blocks(blocks: Vec<Block>, in_quote: bool) -> Vec<Block> {
    let block = |block| {
        let block = match block {
            Block::List(list) if in_quote || !is_task_list(&list) => Block::List(wordy(list)).untasked(),
            Block::List(list) => Block::List(wordy(list)),
            other => other,
        };
        let in_quote = matches!(block, Block::Quote(_));
        block.map_inner(&mut |inner| adf_blocks(inner, in_quote))
    };
    blocks.into_iter().map(block).collect()
}

/// Whether ADF has such a list of tasks.
pub(crate) fn is_task_list(list: &List) -> bool {
    let item = |item: &ListItem| {
        let words = item.blocks.iter().take_while(|block| matches!(block, Block::Paragraph(_))).count();
        let rest = item.blocks.get(words..).unwrap_or_default();
        item.task.is_some()
            && words > 0
            && match rest {
                [] => true,
                [Block::List(inner)] => is_task_list(inner),
                _ => false,
            }
    };
    list.marker == Marker::Bullet && list.items.iter().all(item)
}

/// The list with links instead of pictures in its tasks: ADF has pictures only beside words, not among them.
fn wordy(list: List) -> List {
    let block = |block| match block {
        Block::Paragraph(content) => Block::Paragraph(
            content
                .into_iter()
                .map(|inline| match inline {
                    Inline::Image(image) => image.into_link(),
                    other => other,
                })
                .collect(),
        ),
        other => other,
    };
    let item = |item: ListItem| match item.task {
        Some(_) => ListItem { blocks: item.blocks.into_iter().map(block).collect(), ..item },
        None => item,
    };
    List { items: list.items.into_iter().map(item).collect(), ..list }
}

/// The document with a task for each item of a list that begins with the words for one.
pub(crate) fn for_wiki(doc: Doc) -> Doc {
    Doc { blocks: doc.blocks.into_iter().map(wiki_block).collect() }
}

fn wiki_block(block: Block) -> Block {
    let block = match block {
        Block::List(list) => {
            Block::List(List { items: list.items.into_iter().map(wiki_item).collect(), ..list })
        }
        other => other,
    };
    block.map_inner(&mut |inner| inner.into_iter().map(wiki_block).collect())
}

fn wiki_item(item: ListItem) -> ListItem {
    let mut item = item;
    let (None, Some(Block::Paragraph(content))) = (item.task, item.blocks.first_mut()) else { return item };
    let more = content.len() > 1;
    let Some(Inline::Text(run)) = content.first_mut() else { return item };
    for done in [true, false] {
        let rest = run.text.strip_prefix(sign(done)).filter(|_| run.marks.is_plain());
        if let Some(rest) = rest.filter(|rest| more || !rest.is_empty()) {
            run.text = rest.to_owned();
            item.task = Some(done);
            break;
        }
    }
    item
}
