//! What became of comment calls that were interrupted, found out from what the tools hold now.

use bowline_core::command::{Command, CommandKind, CommandState};
use bowline_core::comment::{Comment, CommentPair};
use bowline_core::{Side, SignedDuration};

use super::{CommentPlan, Talk, Voice, comments, end_of, is_mirror, new_pair, tool};
use crate::attribution;

/// Comments by where they came from: side and id.
pub(super) type Origins = Vec<(Side, String)>;

/// What settling leaves over.
#[derive(Default)]
pub(super) struct Open {
    /// Still open: they must not be sent again yet.
    pub(super) waiting: Origins,
    /// Sent as a person in vain: once more would be as good as never, if it is this person's calls that fail.
    pub(super) lost: Origins,
}

pub(super) fn is_among(origins: &Origins, side: Side, id: &str) -> bool {
    origins.iter().any(|(of, known)| *of == side && known == id)
}

/// Whether a call as a person failed, and not only was never heard of again because we were killed.
fn failed_as_a_person(command: &Command) -> bool {
    command.code.is_some() && command.fields.first().is_some_and(|field| field.acted.is_some())
}

/// Finds out what became of mirrors whose call was interrupted.
pub(super) fn settle(
    talk: &Talk<'_>,
    voice: &Voice<'_>,
    pairs: &mut Vec<CommentPair>,
    plan: &mut CommentPlan,
) -> Open {
    let mut open = Open::default();
    for command in talk.sending.iter().filter(|command| command.kind == CommandKind::Comment) {
        let Some(origin_id) = command.comment.clone() else { continue };
        let (target, from) = (command.target, command.target.other());
        let sent = command.fields.first();
        let sent = sent.and_then(|field| Some((field.source, field.sent?)));
        if let (Some(mirror), Some((source, sent))) = (find_mirror(talk, voice, command, pairs), sent) {
            let words = attribution::strip(&mirror.body, tool(talk, from));
            let mut pair = new_pair(talk, from, origin_id, source);
            // The body read may have been edited since: the base is what was sent, so that the edit is seen.
            let untouched = voice.print(&mirror.body) == sent;
            let body = if untouched { voice.print(&words) } else { sent };
            *pair.end_mut(target) = end_of(&mirror.id, body, mirror);
            plan.settled.push((command.id, CommandState::Verified));
            plan.pairs.push(pair.clone());
            pairs.push(pair);
        } else if talk.now.duration_since(command.sent_at) < talk.settle_after {
            plan.unsettled = true;
            open.waiting.push((from, origin_id));
        } else {
            plan.settled.push((command.id, CommandState::Dropped));
            open.lost.extend(failed_as_a_person(command).then_some((from, origin_id)));
        }
    }
    for command in talk.sending.iter().filter(|command| command.kind == CommandKind::EditComment) {
        // Sending the same words twice does no harm: comparing below decides whether it is still needed.
        plan.settled.push((command.id, CommandState::Dropped));
        let origin = command.comment.clone().filter(|_| failed_as_a_person(command));
        // An edit goes to one end, and its pair is known by the other or by this one.
        open.lost.extend(origin.into_iter().flat_map(|id| Side::BOTH.map(|side| (side, id.clone()))));
    }
    open
}

/// The comment that a command wrote, if it did: by its marker, or where there is none by saying exactly what was
/// sent, or at least by being a mirror of ours that nothing else accounts for (somebody has edited it since); not by saying
/// what another open command sent, which may stand behind this one. What was
/// sent as a person has a marker: without one it is something that they said themselves, be it the same words.
fn find_mirror<'a>(
    talk: &Talk<'a>,
    voice: &Voice<'_>,
    command: &Command,
    pairs: &[CommentPair],
) -> Option<&'a Comment> {
    let target = command.target;
    let written = comments(talk, target);
    let marked = written.iter().find(|comment| comment.marker == Some(command.id));
    let free = |comment: &&Comment| {
        comment.marker.is_none()
            && !pairs.iter().any(|pair| pair.end(target).id.as_deref() == Some(comment.id.as_str()))
    };
    let sent = command.fields.first().and_then(|field| field.sent);
    let exact = || written.iter().filter(free).find(|comment| Some(voice.print(&comment.body)) == sent);
    let edited = || {
        let since = |comment: &&Comment| command.sent_at.duration_since(comment.created_at) < CLOCKS_DIFFER;
        let of_another = |comment: &&Comment| {
            let body = Some(voice.print(&comment.body));
            let others = talk.sending.iter().filter(|other| other.id != command.id && other.target == target);
            others.filter_map(|other| other.fields.first()?.sent).any(|sent| Some(sent) == body)
        };
        let ours = |comment: &&Comment| is_mirror(talk, target, comment) && !of_another(comment);
        written.iter().filter(free).find(|comment| since(comment) && ours(comment))
    };
    if command.fields.first().is_some_and(|field| field.acted.is_some()) {
        return marked;
    }
    marked.or_else(exact).or_else(edited)
}

/// How far a tool's clock may be behind ours.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);
