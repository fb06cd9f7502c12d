//! The canonical form of the text inside a block.
//!
//! A block's text is first cut at its breaks into lines; each line is cleaned on its own; then paragraphs are put
//! together again. White space is ASCII white space, as in HTML: a no-break space is a letter like others, but does
//! not make a line visible.

use std::borrow::Cow;

use super::known::{are_words, is_clean};
use crate::marks::Marks;
use crate::tree::{Emoji, Handle, Image, Inline, Mention, Status, Text};

/// Gives each of the paragraphs that some text makes: it parts where two breaks follow each other.
pub(super) fn paragraphs(content: Vec<Inline>, mut give: impl FnMut(Vec<Inline>)) {
    if is_clean(&content) {
        return give(content);
    }
    let mut last = Vec::new();
    for line in lines(content) {
        if line.is_empty() {
            let paragraph = std::mem::take(&mut last);
            if !paragraph.is_empty() {
                give(paragraph);
            }
        } else {
            join(&mut last, line);
        }
    }
    if !last.is_empty() {
        give(last);
    }
}

/// The text as one block whose lines are parted by single breaks.
pub(crate) fn one_block(content: Vec<Inline>) -> Vec<Inline> {
    if is_clean(&content) { content } else { together(content) }
}

pub(super) fn together(content: Vec<Inline>) -> Vec<Inline> {
    let mut out = Vec::new();
    lines(content).into_iter().filter(|line| !line.is_empty()).for_each(|line| join(&mut out, line));
    out
}

fn join(lines: &mut Vec<Inline>, line: Vec<Inline>) {
    if !lines.is_empty() {
        lines.push(Inline::Break);
    }
    lines.extend(line);
}

/// The clean lines between the breaks; a line without visible text is empty.
fn lines(content: Vec<Inline>) -> Vec<Vec<Inline>> {
    let mut lines = Vec::new();
    let mut line = Line::default();
    for inline in content {
        match inline {
            Inline::Text(run) => line.text(run),
            Inline::Break => lines.push(std::mem::take(&mut line).done()),
            Inline::Mention(mention) => match self::mention(mention) {
                Ok(mention) => line.solid(Inline::Mention(mention)),
                Err(name) => line.text(Text { text: name, ..Text::default() }),
            },
            Inline::Image(image) => line.solid(Inline::Image(Image { alt: clean(&image.alt), ..image })),
            Inline::Status(status) => match clean(&status.text) {
                text if text.chars().all(char::is_whitespace) => line.text(Text { text, ..Text::default() }),
                text => line.solid(Inline::Status(Status { text, ..status })),
            },
            Inline::Emoji(emoji) => match self::emoji(emoji) {
                Ok(emoji) => line.solid(Inline::Emoji(emoji)),
                Err(text) => line.text(Text { text, ..Text::default() }),
            },
            Inline::Date(_) | Inline::Opaque(_) => line.solid(inline),
        }
    }
    lines.push(line.done());
    lines
}

/// A line while it is put together.
#[derive(Default)]
struct Line {
    done: Vec<Inline>,
    /// White space was seen since the last word, with these marks on all of it.
    space: Option<Marks>,
}

impl Line {
    fn text(&mut self, run: Text) {
        let Text { text, mut marks } = run;
        let text = text.trim_matches(|letter: char| letter.is_control() && !is_space(letter));
        marks.tidy();
        let words = words(text);
        if text.starts_with(is_space) {
            self.space(&marks);
        }
        if words.is_empty() {
            return;
        }
        self.close_space(&marks);
        let space = text.ends_with(is_space).then(|| marks.clone());
        self.append(&words, marks);
        if let Some(marks) = space {
            self.space(&marks);
        }
    }

    fn solid(&mut self, inline: Inline) {
        self.close_space(&Marks::default());
        self.done.push(inline);
    }

    fn space(&mut self, marks: &Marks) {
        self.space = Some(match self.space.take() {
            None => marks.clone(),
            Some(space) => space.common(marks),
        });
    }

    /// Writes the white space seen before something with these marks.
    fn close_space(&mut self, next: &Marks) {
        let Some(space) = self.space.take() else { return };
        let before = match self.done.last() {
            None => return,
            Some(Inline::Text(run)) => space.common(&run.marks),
            Some(_) => Marks::default(),
        };
        self.append(" ", before.common(next));
    }

    fn append(&mut self, text: &str, marks: Marks) {
        match self.done.last_mut() {
            Some(Inline::Text(run)) if run.marks == marks => run.text.push_str(text),
            _ => self.done.push(Inline::marked(text, marks)),
        }
    }

    fn done(self) -> Vec<Inline> {
        let blank = |inline: &Inline| match inline {
            Inline::Text(run) => run.text.chars().all(char::is_whitespace),
            _ => false,
        };
        if self.done.iter().all(blank) { Vec::new() } else { self.done }
    }
}

/// The words of a text with single spaces between them, and no control characters.
pub(super) fn clean(text: &str) -> String {
    words(text).into_owned()
}

fn words(text: &str) -> Cow<'_, str> {
    let inner = text.trim_matches(is_space);
    if are_words(inner) {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split(is_space) {
        let start = out.len();
        out.extend(word.chars().filter(|letter| !letter.is_control()));
        if start > 0 && out.len() > start {
            out.insert(start, ' ');
        }
    }
    Cow::Owned(out)
}

fn is_space(letter: char) -> bool {
    letter.is_ascii_whitespace() || letter == '\u{b}'
}

/// A mention with a usable id, else the text that is left of it.
pub(super) fn mention(mention: Mention) -> Result<Mention, String> {
    let id =
        |id: String| id.chars().filter(|letter| !letter.is_control()).collect::<String>().trim().to_owned();
    let user = match mention.user {
        Handle::Account(account) => Handle::Account(id(account)),
        Handle::Login(login) => Handle::Login(id(login)),
    };
    let name = mention.name.map(|name| clean(&name).trim_start_matches(['@', ' ']).to_owned());
    let name = name.filter(|name| !name.chars().all(char::is_whitespace) && name != user.as_str());
    match (user.as_str().is_empty(), name) {
        (false, name) => Ok(Mention { user, name }),
        (true, name) => Err(name.map(|name| format!("@{name}")).unwrap_or_default()),
    }
}

/// An emoji with a name, else the text that is left of it.
fn emoji(emoji: Emoji) -> Result<Emoji, String> {
    let (name, text) = (clean(&emoji.name), clean(&emoji.text));
    let seen = |text: &str| !text.chars().all(char::is_whitespace);
    let text = if seen(&text) && text != name { text } else { String::new() };
    let id = emoji.id.map(|id| clean(&id)).filter(|id| seen(id));
    if seen(&name) { Ok(Emoji { name, text, id }) } else { Err(text) }
}
