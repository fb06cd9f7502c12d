//! The call that writes or changes one comment, and as whom it is made.
//!
//! Where a profile says so, a comment is written as the person who wrote it on the other side: who that is says the user
//! mapping, and whether they let us, a delegation. In every other case the service account writes, and says whose
//! words they are. A person's tokens that are not taken are no fault of the connection: the service account writes in
//! their place, under a journal row of its own, because it writes something else.
//!
//! That a comment is ours is never told by its author: it carries the marker of its command, whoever wrote it. Only
//! tools that can hold such a marker give tokens to people ([`crate::comments`]).

use std::sync::Arc;

use bowline_core::activity::Deed;
use bowline_core::code::{AUTH_PERSON_REFUSED, SYNC_COMMENT_REFUSED, SYNC_PERSON_NOT_ALLOWED};
use bowline_core::command::{CommandState, Write, Written};
use bowline_core::comment::Comment;
use bowline_core::commit::Change;
use bowline_core::delegation::Delegate;
use bowline_core::failure::{Act, Executed, Failure, Words};
use bowline_core::finding::Cause;
use bowline_core::work::Entity;
use bowline_core::{Code, CommandId, Side, crash};

use crate::act::{Job, Task, Work};
use crate::comments::CommentAct;
use crate::look::{Look, occurrence};
use crate::outcome::Stop;
use crate::{retry, say};

/// As whom a comment is written.
#[derive(Clone, Debug)]
pub(crate) enum Speaker {
    /// The connection's own account.
    Service,
    /// Whoever wrote it on the other side, as themselves.
    Person(Arc<Delegate>),
}

/// As whom a comment is to be written.
pub(crate) async fn speaker(look: &Look<'_>, act: &CommentAct) -> Result<Speaker, Stop> {
    let people = look.rules.people();
    if !people.acts() {
        return Ok(Speaker::Service);
    }
    let (side, writer, owner) = match act {
        CommentAct::Mirror { comment, .. } => (act.target(), &comment.author, None),
        CommentAct::Edit { writer, owner, .. } => (act.target(), writer, Some(owner)),
    };
    let connection = &look.far(side).connection;
    for person in people.same(side, writer) {
        let is_service = connection.identity.as_ref().is_some_and(|we| we.id == *person);
        // To change what somebody else wrote is what the service account is there for.
        if is_service || owner.is_some_and(|owner| owner != person) {
            continue;
        }
        let delegations = &look.engine.ports.delegations;
        let found = delegations.delegate(look.claim.tenant, connection.id, person).await?;
        if let Some(delegate) = found.filter(|found| found.is_usable(connection, look.engine.now())) {
            return Ok(Speaker::Person(Arc::new(delegate)));
        }
    }
    Ok(Speaker::Service)
}

/// Makes the call of a journaled comment and stores what came of it.
pub(crate) async fn comment(
    work: &mut Work<'_, '_>,
    id: CommandId,
    act: CommentAct,
    speaker: Speaker,
) -> Result<(), Stop> {
    let Some(conversation) = work.conversation.take() else { return Ok(()) };
    let side = act.target();
    let Said { id, speaker, outcome, instead } = call(work, id, &act, speaker).await?;
    let pair = match outcome {
        Ok(written) => {
            let Some(read) = written.comment else {
                // The tool did not say what it made: the journal row stays open, and the next look finds it.
                work.carried.dirty = true;
                work.conversation = Some(conversation);
                return Ok(());
            };
            let (pair, clean) = say::landed(work.look, &conversation, (&act, &speaker), &read);
            work.settle(id, CommandState::Verified, None);
            work.carried.dirty |= !clean;
            if let Some((person, words)) = &instead {
                work.look.raise(SYNC_PERSON_NOT_ALLOWED, Some(side), Some(person.clone()), words).await?;
            }
            signed(work.look, side, &speaker, &act, &read).await?;
            let why = instead.map(|_| SYNC_PERSON_NOT_ALLOWED);
            work.look.note(Deed::Commented, Some(side), Vec::new(), why);
            pair
        }
        Err(failure) => {
            let failure = work.failed(id, side, failure)?;
            work.look.raise(SYNC_COMMENT_REFUSED, Some(side), None, &failure.words).await?;
            say::refused(work.look, &conversation, &act)
        }
    };
    work.conversation = Some(conversation);
    work.look.changes.push(Change::PutPair(Box::new(pair)));
    Ok(())
}

/// What came of a call, and who made it in the end.
struct Said {
    id: CommandId,
    speaker: Speaker,
    outcome: Result<Written, Failure>,
    /// The person who was not allowed to write here, and the tool's words about it.
    instead: Option<(String, Words)>,
}

/// Calls; where a person's call was surely not carried out and cannot be, the service account calls in their place.
async fn call(
    work: &mut Work<'_, '_>,
    id: CommandId,
    act: &CommentAct,
    speaker: Speaker,
) -> Result<Said, Stop> {
    let Speaker::Person(delegate) = &speaker else {
        let outcome = send(work, id, act, &speaker).await?;
        return Ok(Said { id, speaker, outcome, instead: None });
    };
    let delegate = Arc::clone(delegate);
    let (code, instead) = if work.look.given_up.contains(&delegate.grant.id) {
        // Its tokens were refused a moment ago.
        (AUTH_PERSON_REFUSED, None)
    } else {
        let failure = match send(work, id, act, &speaker).await? {
            Ok(written) => return Ok(Said { id, speaker, outcome: Ok(written), instead: None }),
            Err(failure) => failure,
        };
        let spent =
            is_spent(work.look, act.target(), &delegate).await? || retry::lasts(work.look.claim.attempts);
        if blames_the_person(&failure) {
            refused(work.look, act.target(), &delegate, &failure.code, &failure.words).await?;
        }
        if !gives_way(&failure, spent) {
            // The connection is never judged by what befell a person.
            let act = if failure.act == Act::Wait { Act::Retry { after: None } } else { failure.act };
            let outcome = Err(Failure { act, ..failure });
            return Ok(Said { id, speaker, outcome, instead: None });
        }
        let not_allowed = failure.act == Act::Park;
        let person = delegate.delegation.person.clone();
        (failure.code, not_allowed.then_some((person, failure.words)))
    };
    // What the service account says is something else, so it is a command of its own, durable before it is sent.
    work.settle(id, CommandState::Dropped, Some(code));
    let (id, speaker) = (say::draw(work.look), Speaker::Service);
    let task = Task::Comment(act.clone(), speaker.clone());
    work.journal(&Job { id, side: act.target(), task }).await?;
    let outcome = send(work, id, act, &speaker).await?;
    Ok(Said { id, speaker, outcome, instead })
}

async fn send(
    work: &mut Work<'_, '_>,
    id: CommandId,
    act: &CommentAct,
    speaker: &Speaker,
) -> Result<Result<Written, Failure>, Stop> {
    let write: Write = say::write(work.look, id, act, speaker);
    crash::point("sync.call.before");
    let written = match speaker {
        Speaker::Service => work.look.write(act.target(), &write).await,
        Speaker::Person(delegate) => work.look.write_as(act.target(), delegate, &write).await,
    };
    crash::point("sync.call.after");
    written
}

/// Whether the service account is to write in the person's place. Never where the person's call may have been carried
/// out. What passes is tried again as the person, unless their tokens are at their end or it was tried often enough.
const fn gives_way(failure: &Failure, spent: bool) -> bool {
    match (failure.executed, failure.act) {
        (Executed::Unknown, _) => false,
        (Executed::No, Act::Retry { .. }) => spent,
        (Executed::No, Act::Wait | Act::Park) => true,
    }
}

/// Whether a failure is about the person's own tokens: not about what stands before the tool, nor about the keys or the
/// database here.
fn blames_the_person(failure: &Failure) -> bool {
    let code = failure.code.as_str();
    let elsewhere = ["auth.certificate", "auth.gateway", "auth.proxy"];
    failure.act == Act::Wait
        && code.starts_with("auth.")
        && !elsewhere.iter().any(|layer| code.starts_with(layer))
}

/// Whether the person's grant gives nothing any more, by what is stored now.
async fn is_spent(look: &Look<'_>, side: Side, delegate: &Delegate) -> Result<bool, Stop> {
    let of = &delegate.delegation;
    let found = look.engine.ports.delegations.delegate(of.tenant, of.connection, &of.person).await?;
    let connection = &look.far(side).connection;
    Ok(found.is_none_or(|found| !found.is_usable(connection, look.engine.now())))
}

/// The person's tokens are not tried again before they consent anew, and somebody is told. A grant that has ended is told
/// of by whoever keeps it alive.
async fn refused(
    look: &mut Look<'_>,
    side: Side,
    delegate: &Delegate,
    code: &Code,
    words: &Words,
) -> Result<(), Stop> {
    let of = &delegate.delegation;
    look.given_up.push(of.grant);
    let found = look.engine.ports.delegations.delegate(of.tenant, of.connection, &of.person).await?;
    let same = |found: &Delegate| found.delegation.consented_at == of.consented_at;
    if !found.is_some_and(|found| found.grant.state.serves() && same(&found)) {
        return Ok(());
    }
    let delegation = Box::new(of.clone());
    look.changes.push(Change::RefuseDelegation { delegation, code: code.clone() });
    let connection = look.far(side).connection.id;
    let cause = Cause::of(AUTH_PERSON_REFUSED).at(connection).about(of.grant.to_string());
    let told = occurrence(look.engine, look.claim, cause, Some(Entity::Grant(of.grant)), words).await?;
    look.changes.push(told);
    Ok(())
}

/// A comment that was written as a person must stand under their name. If it does not, their account is another by now
/// (a login name was given to somebody else), and nothing more is written by that grant.
async fn signed(
    look: &mut Look<'_>,
    side: Side,
    speaker: &Speaker,
    act: &CommentAct,
    read: &Comment,
) -> Result<(), Stop> {
    let Speaker::Person(delegate) = speaker else { return Ok(()) };
    let (is_new, author) = (matches!(act, CommentAct::Mirror { .. }), &read.author.id);
    // A tool that tells no author tells nothing against them.
    if !is_new || author.is_empty() || *author == delegate.delegation.person {
        return Ok(());
    }
    let words = Words::new(format!("The comment stands under the name of {author}."));
    refused(look, side, delegate, &AUTH_PERSON_REFUSED, &words).await
}
