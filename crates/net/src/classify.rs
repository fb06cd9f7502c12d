//! What the pipeline does about an answer: from whom it blames to a [`Verdict`].
//!
//! What an answer says about the way in is read by whoever signs (`auth`, through the port `Signer`); here it becomes
//! waiting, failing or standing still. Answers that blame nobody are handed over: what a 404 or a 400 means is the
//! adapter's business. Tokens are renewed above the pipeline, so what asks for that stands still here.

use std::time::Duration;

use bowline_core::attribution::{Attribution, Class, Reaction};
use bowline_core::port::OutboundAnswer;
use bowline_core::{Code, Timestamp};

use crate::reach::{Reach, reach};
use crate::retry_after::retry_after;

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The adapter judges it.
    Answer,
    /// The tool did not carry the call out and asks to wait.
    Throttled {
        /// For how long, if it said so.
        after: Option<Duration>,
        /// What is to wait.
        reach: Reach,
    },
    /// The tool failed; the call may have been carried out.
    Failing {
        /// How.
        code: Code,
        /// How long to wait, if it said so.
        after: Option<Duration>,
    },
    /// Something has to be done about the way in before calls make sense.
    Blocked {
        /// Why.
        code: Code,
        /// What a person should know besides.
        told: Option<String>,
        /// Whether the tool may have carried the call out all the same.
        answered: bool,
    },
}

/// The meaning of an answer that blames somebody, or nobody.
pub(crate) fn classify(found: Option<Attribution>, answer: &OutboundAnswer, now: Timestamp) -> Verdict {
    let Some(Attribution { class, reaction, code, told, .. }) = found else { return Verdict::Answer };
    match (reaction, class) {
        (Reaction::Later, Class::Throttled) => {
            Verdict::Throttled { after: retry_after(&answer.headers, now), reach: reach(&answer.headers) }
        }
        (Reaction::Later, _) => Verdict::Failing { code, after: retry_after(&answer.headers, now) },
        _ => Verdict::Blocked { code, told, answered: !answer.status.is_client_error() },
    }
}

#[cfg(test)]
mod tests {
    use bowline_core::SignedDuration;
    use bowline_core::attribution::Layer;
    use bowline_core::code::{AUTH_CAPTCHA_REQUIRED, AUTH_REJECTED, NET_SERVER_ERROR, NET_TIMEOUT};
    use bytes::Bytes;
    use http::header::RETRY_AFTER;
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;

    fn verdict(found: Option<Attribution>, status: u16, after: Option<&'static str>) -> Verdict {
        let mut headers = HeaderMap::new();
        headers.extend(after.map(|after| (RETRY_AFTER, HeaderValue::from_static(after))));
        let status = StatusCode::from_u16(status).unwrap();
        let answer = OutboundAnswer { status, headers, body: Bytes::new() };
        classify(found, &answer, Timestamp::UNIX_EPOCH)
    }

    fn blamed(class: Class, reaction: Reaction) -> Option<Attribution> {
        Some(Attribution::new(Layer::Application, class, reaction))
    }

    #[test]
    fn an_answer_that_blames_nobody_is_handed_over() {
        for status in [200, 204, 304, 400, 403, 404, 409] {
            assert_eq!(verdict(None, status, Some("7")), Verdict::Answer);
        }
    }

    #[test]
    fn waiting_and_failing_carry_the_wanted_time() {
        let throttled = |after: Option<u64>| Verdict::Throttled {
            after: after.map(Duration::from_secs),
            reach: Reach::Account,
        };
        let failing =
            |code, after: Option<u64>| Verdict::Failing { code, after: after.map(Duration::from_secs) };
        let late = |class| blamed(class, Reaction::Later);
        for (found, status, header, expected) in [
            (late(Class::Throttled), 429, None, throttled(None)),
            (late(Class::Throttled), 429, Some("7"), throttled(Some(7))),
            (late(Class::Throttled), 429, Some("0"), throttled(None)),
            (late(Class::Transient), 502, None, failing(NET_SERVER_ERROR, None)),
            (late(Class::Transient), 503, Some("30"), failing(NET_SERVER_ERROR, Some(30))),
            (
                late(Class::Transient).map(|found| found.under(NET_TIMEOUT)),
                408,
                None,
                failing(NET_TIMEOUT, None),
            ),
        ] {
            assert_eq!(verdict(found, status, header), expected, "{status} {header:?}");
        }
    }

    #[test]
    fn whatever_needs_somebody_stands_still_and_says_whether_it_was_carried_out() {
        let told = Some("Sign in.".to_owned());
        let captcha = blamed(Class::Captcha, Reaction::Owner).map(|found| found.telling(told.clone()));
        let expected =
            |answered| Verdict::Blocked { code: AUTH_CAPTCHA_REQUIRED, told: told.clone(), answered };
        assert_eq!(verdict(captcha.clone(), 403, None), expected(false));
        assert_eq!(verdict(captcha, 200, None), expected(true));
        for reaction in [
            Reaction::Owner,
            Reaction::Operator,
            Reaction::Probe,
            Reaction::Renew,
            Reaction::SignAnew(SignedDuration::ZERO),
        ] {
            let expected = Verdict::Blocked { code: AUTH_REJECTED, told: None, answered: false };
            assert_eq!(verdict(blamed(Class::Rejected, reaction), 401, Some("7")), expected, "{reaction:?}");
        }
    }
}
