//! What stands in a line of HTML and is no text: read from elements of ours, and of Jira's, and written as ours.

use html5ever::tokenizer::Tag;

use super::element::attribute;
use super::print::escaped;
use crate::tree::{Day, Emoji, Handle, Inline, Mention, Status, Tone};

/// What an element stands for, before its words are known.
pub(super) enum Piece {
    Mention(Handle),
    Status(Tone),
    Date(Day),
    Emoji { name: String, id: Option<String> },
}

/// What an element stands for, if it is more than its words.
pub(super) fn piece(tag: &Tag) -> Option<Piece> {
    let status = || attribute(tag, "data-status").and_then(Tone::parse).map(Piece::Status);
    let date = || {
        let is_time = &*tag.name == "time";
        attribute(tag, "datetime").filter(|_| is_time).and_then(Day::parse).map(Piece::Date)
    };
    let emoji = || {
        let id = attribute(tag, "data-emoji-id").map(str::to_owned);
        attribute(tag, "data-emoji").map(|name| Piece::Emoji { name: name.to_owned(), id })
    };
    user(tag).map(Piece::Mention).or_else(status).or_else(date).or_else(emoji)
}

/// Who is mentioned: our own spans, and the profile links in Jira's rendered fields.
fn user(tag: &Tag) -> Option<Handle> {
    let own = attribute(tag, "data-mention").and_then(|who| who.split_once(':'));
    let jira = || {
        attribute(tag, "class")
            .is_some_and(|class| class.split_ascii_whitespace().any(|one| one == "user-hover"))
    };
    let found = match (own, attribute(tag, "data-account-id"), attribute(tag, "rel")) {
        (Some(("account", id)), ..) => Some(Handle::Account(id.to_owned())),
        (Some(("login", login)), ..) => Some(Handle::Login(login.to_owned())),
        (_, Some(id), _) if jira() => Some(Handle::Account(id.to_owned())),
        (_, None, Some(login)) if jira() => Some(Handle::Login(login.to_owned())),
        _ => None,
    };
    found.filter(|user| !user.as_str().trim().is_empty())
}

impl Piece {
    /// With the words that were in the element.
    pub(super) fn with(self, words: String) -> Inline {
        match self {
            Self::Mention(user) => Inline::Mention(Mention { user, name: Some(words) }),
            Self::Status(tone) => Inline::Status(Status { text: words, tone }),
            // Other words than the day itself are what the reader was to see.
            Self::Date(day) if words.trim() == day.to_string() => Inline::Date(day),
            Self::Date(_) => Inline::text(words),
            Self::Emoji { name, id } => Inline::Emoji(Emoji { name, text: words, id }),
        }
    }
}

/// The element around the words of a piece: what begins it, the words, and what ends it.
pub(crate) fn element_of(inline: &Inline) -> Option<(String, String, &'static str)> {
    Some(match inline {
        Inline::Mention(mention) => {
            let kind = match mention.user {
                Handle::Account(_) => "account",
                Handle::Login(_) => "login",
            };
            let id = escaped(mention.user.as_str());
            (format!("<span data-mention=\"{kind}:{id}\">"), mention.visible(), "</span>")
        }
        Inline::Status(status) => {
            (format!("<span data-status=\"{}\">", status.tone), status.text.clone(), "</span>")
        }
        Inline::Date(day) => (format!("<time datetime=\"{day}\">"), day.to_string(), "</time>"),
        Inline::Emoji(emoji) => {
            let id = emoji.id.as_ref().map(|id| format!(" data-emoji-id=\"{}\"", escaped(id)));
            let name = escaped(&emoji.name);
            let open = format!("<span data-emoji=\"{name}\"{}>", id.unwrap_or_default());
            (open, emoji.visible().to_owned(), "</span>")
        }
        Inline::Text(_) | Inline::Break | Inline::Image(_) | Inline::Opaque(_) => return None,
    })
}
