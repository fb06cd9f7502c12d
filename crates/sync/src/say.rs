//! One comment call: how it is journaled, written, and remembered.

use bowline_core::command::{Acted, CommandKind, SentField, Write};
use bowline_core::comment::{Comment, CommentEnd, CommentPair};
use bowline_core::text::Doc;
use bowline_core::{CommandId, Side};

use crate::attribution;
use crate::comments::{self, CommentAct, Voice};
use crate::look::Look;
use crate::reconcile::{self, Conversation};
use crate::speak::Speaker;

/// A new command id.
pub(crate) fn draw(look: &Look<'_>) -> CommandId {
    CommandId::new(look.engine.now(), look.engine.ports.entropy.as_ref())
}

fn with_voice<T>(look: &Look<'_>, use_it: impl FnOnce(&Voice<'_>) -> T) -> T {
    let hold = |side: Side, body: &Doc| look.far(side).tool.hold_comment(body);
    use_it(&Voice { hold: &hold, prints: look.prints.as_ref() })
}

/// The body that is sent, with attribution where it will stand under another name than that of who wrote it.
fn body(look: &Look<'_>, act: &CommentAct, speaker: &Speaker) -> Doc {
    match act {
        CommentAct::Mirror { comment, .. } if matches!(speaker, Speaker::Person(_)) => comment.body.clone(),
        CommentAct::Mirror { from, comment, .. } => {
            let tool = look.far(*from).connection.tool.title();
            attribution::attribute(&comment.body, &comment.author, tool)
        }
        CommentAct::Edit { body, .. } => body.clone(),
    }
}

/// What the journal keeps of a comment call.
pub(crate) fn journaled(
    look: &Look<'_>,
    act: &CommentAct,
    speaker: &Speaker,
) -> (CommandKind, Vec<SentField>, Option<String>) {
    let (kind, from, words, origin) = match act {
        CommentAct::Mirror { from, comment, .. } => {
            (CommandKind::Comment, *from, &comment.body, comment.id.clone())
        }
        CommentAct::Edit { from, pair, words, .. } => {
            (CommandKind::EditComment, *from, words, pair.origin_id().to_owned())
        }
    };
    let body = body(look, act, speaker);
    let sent = with_voice(look, |voice| SentField {
        key: 0,
        source: voice.print(words),
        sent: Some(voice.held(from.other(), &body).1),
        half: false,
        acted: match speaker {
            Speaker::Person(delegate) => {
                Some(Acted { person: delegate.delegation.person.clone(), grant: delegate.delegation.grant })
            }
            Speaker::Service => None,
        },
    });
    (kind, vec![sent], Some(origin))
}

/// The call.
pub(crate) fn write(look: &Look<'_>, id: CommandId, act: &CommentAct, speaker: &Speaker) -> Write {
    let body = body(look, act, speaker);
    match act {
        CommentAct::Mirror { from, .. } => {
            let marker = (look.engine.laws.sign)(id);
            Write::Comment { at: reconcile::at(look, from.other()), marker, body }
        }
        CommentAct::Edit { from, pair, .. } => Write::EditComment {
            at: reconcile::at(look, from.other()),
            id: pair.end(from.other()).id.clone().unwrap_or_default(),
            body,
        },
    }
}

/// The pair once the call has succeeded, and whether the comment was read back as sent.
pub(crate) fn landed(
    look: &Look<'_>,
    conversation: &Conversation,
    (act, speaker): (&CommentAct, &Speaker),
    read: &Comment,
) -> (CommentPair, bool) {
    let body = body(look, act, speaker);
    with_voice(look, |voice| {
        let (from, mut pair) = match act {
            CommentAct::Mirror { from, comment, .. } => {
                (*from, comments::mirrored(&reconcile::talk(look, conversation), voice, *from, comment))
            }
            CommentAct::Edit { from, pair, .. } => (*from, pair.clone()),
        };
        let target = from.other();
        let (held, sent) = voice.held(target, &body);
        let words = if target == pair.origin {
            held
        } else {
            attribution::strip(&held, look.far(pair.origin).connection.tool.title())
        };
        *pair.end_mut(target) = comments::end_of(&read.id, voice.print(&words), read);
        (pair, voice.print(&read.body) == sent)
    })
}

/// The pair of a comment that the target refused: it has one end only, or one that says something older, and is not tried
/// again by the service account unless somebody asks for it.
pub(crate) fn refused(look: &Look<'_>, conversation: &Conversation, act: &CommentAct) -> CommentPair {
    match act {
        CommentAct::Mirror { from, comment, .. } => with_voice(look, |voice| {
            let mut pair = comments::mirrored(&reconcile::talk(look, conversation), voice, *from, comment);
            *pair.end_mut(from.other()) = CommentEnd { id: None, body: None, seen_at: None };
            pair.state = bowline_core::comment::PairState::Tombstoned;
            pair
        }),
        CommentAct::Edit { from, pair, .. } => {
            let mut pair = pair.clone();
            pair.end_mut(from.other()).body = None;
            pair
        }
    }
}
