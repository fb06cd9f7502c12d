//! The call that writes or changes one comment, and as whom it is made.
//!
//! Where a profile says so, a comment is written as the person who wrote it on the other side: who that is says the user
//! mapping, and whether they let us, a delegation. In every other case the service account writes, and says whose
//! words they are. A person's call that fails is no fault of the connection: if it was surely not carried out, the service
//! account writes in their place, under a journal row of its own, because it writes something else.
//!
//! That a comment is ours is never told by its author: it carries the marker of its command, whoever wrote it. Only
//! tools that can hold such a marker give tokens to people ([`crate::comments`]).

use std::sync::Arc;

use bowline_core::activity::Deed;
use bowline_core::code::{
    AUTH_FORBIDDEN, AUTH_GRANT_ENDED, AUTH_PERSON_REFUSED, AUTH_REJECTED, AUTH_SCOPE_MISSING, AUTH_SITE_LOST,
    SYNC_COMMENT_REFUSED, SYNC_PERSON_NOT_ALLOWED, TOOL_NOT_FOUND,
};
use bowline_core::command::{CommandState, Write, Written};
use bowline_core::comment::Comment;
use bowline_core::commit::Change;
use bowline_core::delegation::Delegate;
use bowline_core::failure::{Act, Executed, Failure, Words};
use bowline_core::value::Person;
use bowline_core::{Code, CommandId, Side, SignedDuration, Timestamp, crash};

use crate::act::{Job, Task, Work};
use crate::attribution;
use crate::comments::CommentAct;
use crate::look::{Look, occurrence};
use crate::outcome::Stop;
use crate::say;

/// As whom a comment is written.
#[derive(Clone, Debug)]
pub(crate) enum Speaker {
    /// The connection's own account.
    Service,
    /// Whoever wrote it on the other side, as themselves.
    Person(Arc<Delegate>),
}

/// As whom a comment is to be written. Where it is not sure whose words they are, nobody's name is put to them.
pub(crate) async fn speaker(look: &Look<'_>, act: &CommentAct) -> Result<Speaker, Stop> {
    let people = look.rules.people();
    let side = act.target();
    let connection = &look.far(side).connection;
    let Some(writer) = writer(act).filter(|_| people.acts()) else { return Ok(Speaker::Service) };
    let Some(person) = people.same(side, writer) else { return Ok(Speaker::Service) };
    let is_service = connection.identity.as_ref().is_some_and(|we| we.id == person);
    // To change what somebody else wrote is what the service account is there for.
    let is_others = matches!(act, CommentAct::Edit { owner, .. } if owner != person);
    if is_service || is_others {
        return Ok(Speaker::Service);
    }
    let found = look.engine.ports.delegations.delegate(look.claim.tenant, connection.id, person).await?;
    let allows = |delegate: &Delegate| {
        let since = delegate.delegation.since;
        !is_older(act, since) && delegate.is_usable(connection, look.engine.now())
    };
    Ok(found.filter(allows).map_or(Speaker::Service, |delegate| Speaker::Person(Arc::new(delegate))))
}

/// An edit by the service account of what stands under somebody's name, who lets nobody write as them any more: it says whose
/// the words are. That their tokens are refused for a while takes no consent back.
pub(crate) async fn named(look: &Look<'_>, act: CommentAct, speaker: &Speaker) -> Result<CommentAct, Stop> {
    let CommentAct::Edit { from, unnamed: Some(whose), owner, .. } = &act else { return Ok(act) };
    if matches!(speaker, Speaker::Person(_)) {
        return Ok(act);
    }
    let (tenant, connection) = (look.claim.tenant, look.view.share.connection(from.other()));
    let found = look.engine.ports.delegations.delegate(tenant, connection, owner).await?;
    if found.is_some_and(|found| found.grant.state.serves()) {
        return Ok(act);
    }
    let (whose, tool) = (whose.clone(), look.far(*from).connection.tool.title());
    let mut act = act;
    if let CommentAct::Edit { words, body, .. } = &mut act {
        *body = attribution::attribute(words, &whose, tool);
    }
    Ok(act)
}

/// How far a tool's clock may be behind ours, and what its times may be rounded by: a comment of so long before a consent is
/// taken for one after it.
const CLOCKS: SignedDuration = SignedDuration::from_mins(1);

/// Whether somebody said this before they let us write as them. Nobody has let us publish that under their name.
fn is_older(act: &CommentAct, since: Timestamp) -> bool {
    let said_at = match act {
        CommentAct::Mirror { comment, .. } => comment.created_at,
        CommentAct::Edit { edited_at, .. } => *edited_at,
    };
    since.duration_since(said_at) > CLOCKS
}

/// Whose words a call carries: `None` if that is not sure, or if their own call failed before and left it open whether it
/// arrived.
fn writer(act: &CommentAct) -> Option<&Person> {
    match act {
        CommentAct::Mirror { lost: true, .. } | CommentAct::Edit { lost: true, .. } => None,
        CommentAct::Mirror { comment, .. } => {
            let is_own = comment.editor.as_ref().is_none_or(|editor| editor.id == comment.author.id);
            is_own.then_some(&comment.author)
        }
        // Where the tool does not tell, it may have been anybody with the right to edit.
        CommentAct::Edit { editor, .. } => editor.as_ref(),
    }
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
    let Some(Said { id, speaker, outcome, instead }) = call(work, id, &act, speaker).await? else {
        // Both were refused just this before, and nothing has changed since. The pair stays behind, and the finding open.
        work.conversation = Some(conversation);
        return Ok(());
    };
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
            signed(work.look, &speaker, &act, &read).await?;
            let why = instead.map(|_| SYNC_PERSON_NOT_ALLOWED);
            work.look.note(Deed::Commented, Some(side), Vec::new(), why);
            pair
        }
        Err(failure) if matches!(speaker, Speaker::Person(_)) => {
            // It may have arrived. The journal keeps that the call failed: if it is not there when it is settled, the
            // service account writes. What others have said waits for the next look, so that waits never add up to more
            // than the time after which a call is taken for lost; the connection is not blamed.
            work.settle(id, CommandState::Sending, Some(failure.code));
            work.carried.unsettled = true;
            work.carried.ends_here = true;
            work.conversation = Some(conversation);
            return Ok(());
        }
        Err(failure) => {
            let failure = work.failed(id, side, failure)?;
            work.look.raise(SYNC_COMMENT_REFUSED, Some(side), None, &failure.words).await?;
            say::refused(work.look, &conversation, &act)
        }
    };
    work.conversation = Some(conversation);
    work.look.put_pair(pair);
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

/// Calls; where a person's call was surely not carried out, the service account calls in their place: at once, so that what
/// befalls one person's account holds up neither their words nor anybody else's. What is wrong with the tool itself the
/// service account meets as well, and then the next look begins with the person again. `None` if it has been refused just this.
async fn call(
    work: &mut Work<'_, '_>,
    id: CommandId,
    act: &CommentAct,
    speaker: Speaker,
) -> Result<Option<Said>, Stop> {
    let Speaker::Person(chosen) = &speaker else {
        let outcome = send(work, id, act, &speaker).await?;
        return Ok(Some(Said { id, speaker, outcome, instead: None }));
    };
    let (code, instead) = match still(work.look, act.target(), chosen).await? {
        None => (AUTH_PERSON_REFUSED, None),
        Some(delegate) => {
            let speaker = Speaker::Person(Arc::clone(&delegate));
            let failure = match send(work, id, act, &speaker).await? {
                Err(failure) if failure.executed == Executed::No => failure,
                outcome => return Ok(Some(Said { id, speaker, outcome, instead: None })),
            };
            if blames_the_person(&failure) {
                refused(work.look, &delegate, &failure.code, &failure.words).await?;
            }
            let not_allowed = [AUTH_FORBIDDEN, TOOL_NOT_FOUND].contains(&failure.code);
            let person = delegate.delegation.person.clone();
            (failure.code, not_allowed.then_some((person, failure.words)))
        }
    };
    work.settle(id, CommandState::Dropped, Some(code));
    if act.was_refused() && !work.look.forced() {
        return Ok(None);
    }
    // What the service account says is something else, so it is a command of its own, durable before it is sent.
    let (id, speaker) = (say::draw(work.look), Speaker::Service);
    let task = Task::Comment(act.clone(), speaker.clone());
    work.journal(&Job { id, side: act.target(), task }).await?;
    let outcome = send(work, id, act, &speaker).await?;
    Ok(Some(Said { id, speaker, outcome, instead }))
}

/// Who was chosen to speak, as they are now; `None` if nothing is to be said as them any more. A plan may take minutes, and
/// what somebody takes back meanwhile counts from the next call on.
async fn still(look: &Look<'_>, side: Side, chosen: &Delegate) -> Result<Option<Arc<Delegate>>, Stop> {
    let of = &chosen.delegation;
    if look.given_up.contains(&of.grant) {
        // Its tokens were refused a moment ago.
        return Ok(None);
    }
    let found = look.engine.ports.delegations.delegate(of.tenant, of.connection, &of.person).await?;
    let same = |found: &Delegate| found.delegation.grant == of.grant && found.delegation.since == of.since;
    let usable = |found: &Delegate| found.is_usable(&look.far(side).connection, look.engine.now());
    Ok(found.filter(|found| same(found) && usable(found)).map(Arc::new))
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

/// Whether a failure is about the person's own tokens, and nothing else could have caused it: neither this host's clock and
/// keys, nor our registration, nor what stands before the tool. For those the service account writes, and nothing is held
/// against anybody.
fn blames_the_person(failure: &Failure) -> bool {
    failure.act == Act::Wait
        && [AUTH_REJECTED, AUTH_SCOPE_MISSING, AUTH_GRANT_ENDED, AUTH_PERSON_REFUSED, AUTH_SITE_LOST]
            .contains(&failure.code)
}

/// The person's tokens are not tried again before they consent anew (or for hours, if this may pass), and somebody is told. A
/// grant that has ended is told of by whoever keeps it alive.
async fn refused(look: &mut Look<'_>, delegate: &Delegate, code: &Code, words: &Words) -> Result<(), Stop> {
    let of = &delegate.delegation;
    look.given_up.push(of.grant);
    let found = look.engine.ports.delegations.delegate(of.tenant, of.connection, &of.person).await?;
    let same = |found: &Delegate| found.delegation.consented_at == of.consented_at;
    if !found.is_some_and(|found| found.grant.state.serves() && same(&found)) {
        return Ok(());
    }
    let delegation = Box::new(of.clone());
    look.changes.push(Change::RefuseDelegation { delegation, code: code.clone() });
    // No entity: what is settled when the grant is renewed is something else. It is over with the row it is about.
    let told = occurrence(look.engine, look.claim, of.refused_cause(), None, words).await?;
    look.changes.push(told);
    Ok(())
}

/// A comment that was written as a person must stand under their name. If it does not, their account is another by now
/// (a login name was given to somebody else), and nothing more is written by that grant.
async fn signed(
    look: &mut Look<'_>,
    speaker: &Speaker,
    act: &CommentAct,
    read: &Comment,
) -> Result<(), Stop> {
    let Speaker::Person(delegate) = speaker else { return Ok(()) };
    let (is_new, author) = (matches!(act, CommentAct::Mirror { .. }), &read.author.id);
    // A tool that tells no author tells nothing against them.
    if !is_new || author.is_empty() || *author == delegate.delegation.person {
        if delegate.delegation.refused.is_some() {
            // It was about something that has passed.
            look.changes.push(Change::AcceptDelegation(Box::new(delegate.delegation.clone())));
        }
        return Ok(());
    }
    let words = Words::new(format!("Comment {} stands under the name of {author}.", read.id));
    refused(look, delegate, &AUTH_PERSON_REFUSED, &words).await
}

#[cfg(test)]
mod tests {
    use bowline_core::Side;
    use bowline_core::comment::{CommentEnd, CommentPair, PairState};
    use bowline_core::text::Doc;

    use super::*;

    fn said(editor: Option<&str>, second: i64, lost: bool) -> CommentAct {
        let at = Timestamp::from_second(second).unwrap();
        let comment = Comment {
            id: "r1".into(),
            author: Person::of("42"),
            editor: editor.map(Person::of),
            body: Doc::from_plain("Words"),
            created_at: at,
            updated_at: at,
            hidden: false,
            marker: None,
        };
        CommentAct::Mirror { from: Side::Right, comment, lost }
    }

    #[test]
    fn a_comment_that_somebody_else_has_rewritten_is_not_its_authors_word() {
        let whose = |act: &CommentAct| writer(act).map(|writer| writer.id.clone());
        assert_eq!(whose(&said(None, 0, false)).as_deref(), Some("42"), "the tool does not tell of edits");
        assert_eq!(whose(&said(Some("42"), 0, false)).as_deref(), Some("42"));
        assert_eq!(whose(&said(Some("admin"), 0, false)), None);
        assert_eq!(whose(&said(Some("42"), 0, true)), None, "their own call has failed");
    }

    #[test]
    fn what_was_said_before_the_consent_is_not_published_under_the_persons_name() {
        let since = Timestamp::from_second(1_000).unwrap();
        assert!(is_older(&said(None, 900, false), since));
        assert!(!is_older(&said(None, 970, false), since), "clocks differ");
        assert!(!is_older(&said(None, 2_000, false), since));
    }

    #[test]
    fn what_was_edited_before_the_consent_is_not_written_in_the_persons_name() {
        let since = Timestamp::from_second(1_000).unwrap();
        let end = |id: &str| CommentEnd { id: Some(id.into()), body: None, seen_at: None };
        let edited = |second| CommentAct::Edit {
            from: Side::Right,
            pair: CommentPair {
                tenant: format!("ten_{}", "1".repeat(32)).parse().unwrap(),
                share: format!("shr_{}", "1".repeat(32)).parse().unwrap(),
                origin: Side::Left,
                left: end("l1"),
                right: end("r1"),
                state: PairState::Active,
            },
            words: Doc::from_plain("Words"),
            body: Doc::from_plain("Words"),
            unnamed: None,
            editor: Some(Person::of("42")),
            edited_at: Timestamp::from_second(second).unwrap(),
            lost: false,
            again: false,
            owner: "ada".into(),
        };
        assert!(is_older(&edited(900), since));
        assert!(!is_older(&edited(970), since), "clocks differ");
    }

    #[test]
    fn only_what_is_surely_about_the_persons_own_tokens_is_held_against_them() {
        use bowline_core::code;
        for blamed in
            [code::AUTH_REJECTED, code::AUTH_SCOPE_MISSING, code::AUTH_GRANT_ENDED, code::AUTH_SITE_LOST]
        {
            assert!(blames_the_person(&Failure::wait(blamed.clone())), "{blamed}");
        }
        for other in [
            code::AUTH_CLOCK_SKEW,
            code::AUTH_APP_MISCONFIGURED,
            code::AUTH_PROTOCOL_REFUSED,
            code::AUTH_OTHER_ADDRESS,
            code::AUTH_ANONYMOUS,
            code::AUTH_CAPTCHA_REQUIRED,
            code::AUTH_PROXY_REFUSED,
            code::AUTH_GATEWAY_REFUSED,
            code::SEAL_CORRUPT,
        ] {
            assert!(!blames_the_person(&Failure::wait(other.clone())), "{other}");
        }
    }
}
