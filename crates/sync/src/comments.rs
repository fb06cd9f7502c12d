//! The plan for the comments of one share: what to mirror, what to edit, what is over.
//!
//! Pure, like `decide`. A comment is recognised by its pair, by the marker in it, or (in tools that can carry
//! none) by being exactly what an unsettled command sent; never by its author.

use bowline_core::command::{Command, CommandKind, CommandState};
use bowline_core::comment::{Comment, CommentEnd, CommentPair, PairState};
use bowline_core::fingerprint::{Fingerprint, Fingerprinter};
use bowline_core::text::Doc;
use bowline_core::value::Person;
use bowline_core::{CommandId, FieldName, ShareId, Side, SignedDuration, TenantId, Timestamp};

use crate::attribution;

/// What a plan is made from.
pub(crate) struct Talk<'a> {
    /// The customer.
    pub(crate) tenant: TenantId,
    /// The share.
    pub(crate) share: ShareId,
    /// The pairs known.
    pub(crate) pairs: &'a [CommentPair],
    /// Journal rows whose outcome is not known.
    pub(crate) sending: &'a [Command],
    /// All comments on the left, as read just now.
    pub(crate) left: &'a [Comment],
    /// All comments on the right, as read just now.
    pub(crate) right: &'a [Comment],
    /// Whether new comments of a side are carried over.
    pub(crate) carries: [bool; 2],
    /// What people call the tools, left and right.
    pub(crate) tools: [&'static str; 2],
    /// Whom the tools take us for, left and right.
    pub(crate) we: [Option<&'a str>; 2],
    /// A sent comment that is not to be found is taken for lost only after so long: the call may still be on
    /// its way.
    pub(crate) settle_after: SignedDuration,
    /// Whether a person asked for another try: a mirror that was refused is tried again.
    pub(crate) forced: bool,
    /// Now.
    pub(crate) now: Timestamp,
}

/// Something to do.
#[derive(Clone, Debug)]
pub(crate) enum CommentAct {
    /// Write a mirror on the other side.
    Mirror {
        /// The side where a person wrote it.
        from: Side,
        /// What they wrote.
        comment: Comment,
    },
    /// Change the other side's end of a pair.
    Edit {
        /// The side that was edited.
        from: Side,
        /// The pair as it will be.
        pair: CommentPair,
        /// The new words, without attribution.
        words: Doc,
        /// The body to send, with attribution where the target is a mirror under our own account.
        body: Doc,
        /// Who edited it.
        writer: Person,
        /// Whose the comment is that is to be changed, by the tool's id.
        owner: String,
    },
}

impl CommentAct {
    /// The side that it changes.
    pub(crate) const fn target(&self) -> Side {
        match self {
            Self::Mirror { from, .. } | Self::Edit { from, .. } => from.other(),
        }
    }
}

/// What to do about the comments of a share.
#[derive(Clone, Debug, Default)]
pub(crate) struct CommentPlan {
    /// Pairs to store without writing anything to a tool.
    pub(crate) pairs: Vec<CommentPair>,
    /// Calls to make, oldest comment first.
    pub(crate) acts: Vec<CommentAct>,
    /// Journal rows whose outcome is known now.
    pub(crate) settled: Vec<(CommandId, CommandState)>,
    /// Whether an outcome is still open, so that the share must be looked at again.
    pub(crate) unsettled: bool,
}

/// What the tools contribute.
pub(crate) struct Voice<'a> {
    /// What a side will hold after a body was written.
    pub(crate) hold: &'a dyn Fn(Side, &Doc) -> Doc,
    /// The tenant's fingerprints.
    pub(crate) prints: &'a dyn Fingerprinter,
}

impl Voice<'_> {
    /// The fingerprint of a body.
    pub(crate) fn print(&self, body: &Doc) -> Fingerprint {
        let normal = serde_json::to_vec(&body.clone().normal()).unwrap_or_default();
        self.prints.of(&FieldName::new("comment"), &normal)
    }

    /// A body as a side will hold it, and its fingerprint.
    pub(crate) fn held(&self, side: Side, body: &Doc) -> (Doc, Fingerprint) {
        let held = (self.hold)(side, body);
        let print = self.print(&held);
        (held, print)
    }
}

/// Plans.
pub(crate) fn plan(talk: &Talk<'_>, voice: &Voice<'_>) -> CommentPlan {
    let mut plan = CommentPlan::default();
    let was_refused = |pair: &CommentPair| pair.left.id.is_none() || pair.right.id.is_none();
    let mut pairs = talk.pairs.to_vec();
    pairs.retain(|pair| !(talk.forced && was_refused(pair)));
    let waiting = settle(talk, voice, &mut pairs, &mut plan);
    for pair in &mut pairs {
        compare(talk, voice, pair, &mut plan);
    }
    let mut fresh = Vec::new();
    for from in Side::BOTH {
        let known = |id: &str| pairs.iter().any(|pair| pair.end(from).id.as_deref() == Some(id));
        let is_new = |comment: &&Comment| {
            !comment.hidden
                && comment.marker.is_none()
                && !is_mirror(talk, from, comment)
                && !known(&comment.id)
                && !waiting.iter().any(|(side, id)| *side == from && *id == comment.id)
        };
        if carries(talk, from) {
            fresh.extend(comments(talk, from).iter().filter(is_new).map(|comment| (from, comment)));
        }
    }
    fresh.sort_by(|(_, a), (_, b)| a.created_at.cmp(&b.created_at).then_with(|| a.id.cmp(&b.id)));
    plan.acts.extend(
        fresh.into_iter().map(|(from, comment)| CommentAct::Mirror { from, comment: comment.clone() }),
    );
    plan
}

const fn comments<'a>(talk: &Talk<'a>, side: Side) -> &'a [Comment] {
    match side {
        Side::Left => talk.left,
        Side::Right => talk.right,
    }
}

const fn carries(talk: &Talk<'_>, from: Side) -> bool {
    let [left, right] = talk.carries;
    match from {
        Side::Left => left,
        Side::Right => right,
    }
}

const fn tool<'a>(talk: &Talk<'a>, side: Side) -> &'a str {
    let [left, right] = talk.tools;
    match side {
        Side::Left => left,
        Side::Right => right,
    }
}

/// Finds out what became of mirrors whose call was interrupted. Returns the origins (side and id) of those that
/// are still open: they must not be mirrored again yet.
fn settle(
    talk: &Talk<'_>,
    voice: &Voice<'_>,
    pairs: &mut Vec<CommentPair>,
    plan: &mut CommentPlan,
) -> Vec<(Side, String)> {
    let mut waiting = Vec::new();
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
            waiting.push((from, origin_id));
        } else {
            plan.settled.push((command.id, CommandState::Dropped));
        }
    }
    for command in talk.sending.iter().filter(|command| command.kind == CommandKind::EditComment) {
        // Sending the same words twice does no harm: comparing below decides whether it is still needed.
        plan.settled.push((command.id, CommandState::Dropped));
    }
    waiting
}

/// The comment that a command wrote, if it did: by its marker, or where there is none by saying exactly what was
/// sent, or at least by being a mirror of ours that nothing else accounts for (somebody has edited it since). What was
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
        written.iter().filter(free).find(|comment| since(comment) && is_mirror(talk, target, comment))
    };
    if command.fields.first().is_some_and(|field| field.acted) {
        return marked;
    }
    marked.or_else(exact).or_else(edited)
}

/// How far a tool's clock may be behind ours.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);

/// Whether a comment is a mirror of ours: under our own account, and it says whose words it carries. An author
/// alone proves nothing; people use the same account.
fn is_mirror(talk: &Talk<'_>, side: Side, comment: &Comment) -> bool {
    let words = attribution::strip(&comment.body, tool(talk, side.other()));
    we(talk, side) == Some(comment.author.id.as_str()) && words != comment.body
}

fn new_pair(talk: &Talk<'_>, from: Side, origin_id: String, body: Fingerprint) -> CommentPair {
    let none = || CommentEnd { id: None, body: None, seen_at: None };
    let mut pair = CommentPair {
        tenant: talk.tenant,
        share: talk.share,
        origin: from,
        left: none(),
        right: none(),
        state: PairState::Active,
    };
    *pair.end_mut(from) = CommentEnd { id: Some(origin_id), body: Some(body), seen_at: None };
    pair
}

/// One end as just read or written.
pub(crate) fn end_of(id: &str, body: Fingerprint, read: &Comment) -> CommentEnd {
    CommentEnd { id: Some(id.to_owned()), body: Some(body), seen_at: Some(read.updated_at) }
}

/// The pair of a comment and the mirror that was just written.
pub(crate) fn mirrored(talk: &Talk<'_>, voice: &Voice<'_>, from: Side, origin: &Comment) -> CommentPair {
    let mut pair = new_pair(talk, from, origin.id.clone(), voice.print(&origin.body));
    pair.end_mut(from).seen_at = Some(origin.updated_at);
    pair
}

/// Compares both ends of a pair with what was last in sync.
fn compare(talk: &Talk<'_>, voice: &Voice<'_>, pair: &mut CommentPair, plan: &mut CommentPlan) {
    if pair.state == PairState::Tombstoned {
        return;
    }
    let read = |side: Side| {
        let id = pair.end(side).id.as_deref();
        comments(talk, side).iter().find(|comment| Some(comment.id.as_str()) == id)
    };
    let (Some(left), Some(right)) = (read(Side::Left), read(Side::Right)) else {
        pair.state = PairState::Tombstoned;
        plan.pairs.push(pair.clone());
        return;
    };
    if left.hidden || right.hidden {
        // Restricted since: what is said there now is not for everybody.
        return;
    }
    let words = |side: Side, comment: &Comment| {
        if side == pair.origin {
            comment.body.clone()
        } else {
            attribution::strip(&comment.body, tool(talk, pair.origin))
        }
    };
    let (left_words, right_words) = (words(Side::Left, left), words(Side::Right, right));
    let moved = |side: Side, words: &Doc| pair.end(side).body != Some(voice.print(words));
    let from = match (moved(Side::Left, &left_words), moved(Side::Right, &right_words)) {
        (false, false) => return,
        (true, false) => Side::Left,
        (false, true) => Side::Right,
        (true, true) if left.updated_at > right.updated_at => Side::Left,
        (true, true) if left.updated_at < right.updated_at => Side::Right,
        (true, true) => pair.origin,
    };
    let (read, words) = match from {
        Side::Left => (left, left_words),
        Side::Right => (right, right_words),
    };
    let other = match from {
        Side::Left => right,
        Side::Right => left,
    };
    let mut next = pair.clone();
    *next.end_mut(from) = end_of(&read.id, voice.print(&words), read);
    let body = sent(talk, pair, from, &words, other);
    let (held, _) = voice.held(from.other(), &body);
    if voice.print(&held) == voice.print(&other.body) || !carries(talk, from) {
        // Both sides say the same by now, or this direction is not carried: remember, write nothing.
        let there = voice.print(&match from.other() == pair.origin {
            true => other.body.clone(),
            false => attribution::strip(&other.body, tool(talk, pair.origin)),
        });
        *next.end_mut(from.other()) = end_of(&other.id, there, other);
        plan.pairs.push(next);
        return;
    }
    let (writer, owner) =
        (read.editor.clone().unwrap_or_else(|| read.author.clone()), other.author.id.clone());
    plan.acts.push(CommentAct::Edit { from, pair: next, words, body, writer, owner });
}

/// The body in which new words are sent to the other end of a pair.
fn sent(talk: &Talk<'_>, pair: &CommentPair, from: Side, words: &Doc, there: &Comment) -> Doc {
    let origin = comments(talk, pair.origin).iter().find(|comment| comment.id == pair.origin_id());
    match origin {
        Some(origin) if from == pair.origin && speaks_for(talk, from.other(), there) => {
            attribution::attribute(words, &origin.author, tool(talk, from))
        }
        _ => words.clone(),
    }
}

/// Whether a mirror stands under another name than that of who wrote it, and so has to say whose words it carries: it is
/// our own account's, or says so already. One that was written as the person themselves does not.
fn speaks_for(talk: &Talk<'_>, side: Side, mirror: &Comment) -> bool {
    let ours = we(talk, side).is_some_and(|we| we == mirror.author.id);
    ours || attribution::strip(&mirror.body, tool(talk, side.other())) != mirror.body
}

const fn we<'a>(talk: &Talk<'a>, side: Side) -> Option<&'a str> {
    let [left, right] = talk.we;
    match side {
        Side::Left => left,
        Side::Right => right,
    }
}
