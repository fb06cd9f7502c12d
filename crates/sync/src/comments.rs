//! The plan for the comments of one share: what to mirror, what to edit, what is over.
//!
//! Pure, like `decide`. A comment is recognised by its pair, by the marker in it, or (in tools that can carry
//! none) by being exactly what an unsettled command sent; never by its author.

use bowline_core::command::{Command, CommandState};
use bowline_core::comment::{Comment, CommentEnd, CommentPair, PairState};
use bowline_core::fingerprint::{Fingerprint, Fingerprinter};
use bowline_core::text::Doc;
use bowline_core::value::Person;
use bowline_core::{CommandId, FieldName, ShareId, Side, SignedDuration, TenantId, Timestamp};

use crate::attribution;

mod recover;

use recover::{Open, Origins, is_among};

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
        /// Whether it was sent as them before, and failed in a way that left open whether it arrived. It did not.
        lost: bool,
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
        /// Whom the target's comment would have to name, now that it stands under somebody else's name than ours: whose words
        /// these are. `None` if the body does so already, or the words go back to where they come from.
        unnamed: Option<Person>,
        /// Who edited it, if the tool tells.
        editor: Option<Person>,
        /// When they did.
        edited_at: Timestamp,
        /// Whether it was sent as them before, and nobody knows what became of it.
        lost: bool,
        /// Whether the other end refused just this before.
        again: bool,
        /// Whose the comment is that is to be changed, by the tool's id.
        owner: String,
    },
}

impl CommentAct {
    /// Whether the service account was refused just this before.
    pub(crate) const fn was_refused(&self) -> bool {
        matches!(self, Self::Edit { again: true, .. })
    }

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
    let Open { waiting, lost } = recover::settle(talk, voice, &mut pairs, &mut plan);
    for pair in &mut pairs {
        compare(talk, voice, (pair, &lost), &mut plan);
    }
    let mut fresh = Vec::new();
    for from in Side::BOTH {
        let known = |id: &str| pairs.iter().any(|pair| pair.end(from).id.as_deref() == Some(id));
        let is_new = |comment: &&Comment| {
            !comment.hidden
                && comment.marker.is_none()
                && !is_mirror(talk, from, comment)
                && !known(&comment.id)
                && !is_among(&waiting, from, &comment.id)
        };
        if carries(talk, from) {
            fresh.extend(comments(talk, from).iter().filter(is_new).map(|comment| (from, comment)));
        }
    }
    fresh.sort_by(|(_, a), (_, b)| a.created_at.cmp(&b.created_at).then_with(|| a.id.cmp(&b.id)));
    plan.acts.extend(fresh.into_iter().map(|(from, comment)| {
        let lost = is_among(&lost, from, &comment.id);
        CommentAct::Mirror { from, comment: comment.clone(), lost }
    }));
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
fn compare(
    talk: &Talk<'_>,
    voice: &Voice<'_>,
    (pair, lost): (&mut CommentPair, &Origins),
    plan: &mut CommentPlan,
) {
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
    let moved = [
        moved(voice, pair, Side::Left, (&left_words, left)),
        moved(voice, pair, Side::Right, (&right_words, right)),
    ];
    let Some(from) = source(pair, moved, (left, right)) else { return };
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
    let (body, unnamed) = sent(talk, pair, from, (&words, read), other);
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
    next.end_mut(from.other()).seen_at = Some(other.updated_at);
    let (editor, edited_at, owner) = (read.editor.clone(), read.updated_at, other.author.id.clone());
    let lost = is_among(lost, pair.origin, pair.origin_id());
    let again = moved == [false, false];
    let pair = next;
    let edit = CommentAct::Edit { from, pair, words, body, unnamed, editor, edited_at, lost, again, owner };
    plan.acts.push(edit);
}

/// Whether an end says something else than when it was last in sync. Of one that is behind it is known that what it says is
/// old; only that somebody has edited it since is news.
fn moved(voice: &Voice<'_>, pair: &CommentPair, side: Side, (words, read): (&Doc, &Comment)) -> bool {
    if pair.is_behind(side) {
        return pair.end(side).seen_at != Some(read.updated_at);
    }
    pair.end(side).body != Some(voice.print(words))
}

/// The side whose words count: the one that moved, or the newer; `None` if both say what they should.
fn source(pair: &CommentPair, moved: [bool; 2], (left, right): (&Comment, &Comment)) -> Option<Side> {
    match moved {
        [false, false] => Side::BOTH.into_iter().find(|side| pair.is_behind(*side)).map(Side::other),
        [true, false] => Some(Side::Left),
        [false, true] => Some(Side::Right),
        [true, true] if left.updated_at > right.updated_at => Some(Side::Left),
        [true, true] if left.updated_at < right.updated_at => Some(Side::Right),
        [true, true] => Some(pair.origin),
    }
}

/// The body in which new words are sent to the other end of a pair, and whom it does not name though it would have to, if
/// whoever the mirror stands under lets us write as them no more.
fn sent(
    talk: &Talk<'_>,
    pair: &CommentPair,
    from: Side,
    (words, read): (&Doc, &Comment),
    there: &Comment,
) -> (Doc, Option<Person>) {
    let origin = comments(talk, pair.origin).iter().find(|comment| comment.id == pair.origin_id());
    let Some(origin) = origin.filter(|_| from == pair.origin) else { return (words.clone(), None) };
    let ours = we(talk, from.other()).is_some_and(|we| we == there.author.id);
    let stranger = read.editor.as_ref().filter(|editor| !ours && editor.id != origin.author.id);
    let whose = stranger.unwrap_or(&origin.author);
    // A mirror stands under another name than that of who wrote it if it is our own account's, or says so already. One that
    // was written as the person themselves does not, until somebody else has edited their words.
    if ours || stranger.is_some() || attribution::strip(&there.body, tool(talk, from)) != there.body {
        return (attribution::attribute(words, whose, tool(talk, from)), None);
    }
    (words.clone(), Some(whose.clone()))
}

const fn we<'a>(talk: &Talk<'a>, side: Side) -> Option<&'a str> {
    let [left, right] = talk.we;
    match side {
        Side::Left => left,
        Side::Right => right,
    }
}

#[cfg(test)]
mod tests;
