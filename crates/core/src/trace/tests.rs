//! What W3C Trace Context says is valid, and what is not.

use std::task::Waker;

use super::*;

/// Bytes that count.
struct Ones;
impl Entropy for Ones {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0x11);
    }
}

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, value.parse().unwrap());
    }
    headers
}

fn read(parent: &str) -> Option<Trace> {
    Trace::read(&headers(&[("traceparent", parent)]))
}

#[test]
fn a_valid_parent_is_taken_and_our_step_stands_in_its_place() {
    let trace =
        Trace::of_request(&headers(&[("traceparent", PARENT), ("tracestate", "rojo=1, congo=t61")]), &Ones);
    assert_eq!(trace.parent(), "00-0af7651916cd43dd8448eb211c80319c-1111111111111111-01");
    assert_eq!(trace.state(), "bowline=1111111111111111,rojo=1,congo=t61");
    assert_eq!(trace.to_string().parse(), Ok(trace));
}

#[test]
fn parents_that_are_not_valid_name_nothing() {
    for bad in [
        "",
        "00",
        // No trace, no step.
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        // Capitals, other characters, other lengths.
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333x-01",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
        "00-0af7651916cd43dd8448eb211c80319c-+7ad6b7169203331-01",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
        // Version 00 ends there; ff is none.
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ] {
        assert_eq!(read(bad), None, "{bad}");
    }
    let twice = [("traceparent", PARENT), ("traceparent", PARENT)];
    assert_eq!(Trace::read(&headers(&twice)), None, "two are none");
    assert_eq!(Trace::read(&headers(&[("tracestate", "rojo=1")])), None);
}

#[test]
fn a_later_version_is_read_as_far_as_it_is_known() {
    let later = "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff-what-the-future-is-like";
    assert_eq!(read(later).unwrap().parent(), PARENT);
    assert_eq!(read("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x"), None);
}

#[test]
fn a_bad_state_spoils_only_itself() {
    let many: String = (0..33).map(|n| format!("k{n}=1,")).collect();
    let long = format!("{}=1", "k".repeat(257));
    for bad in [
        "rojo",
        "=1",
        "Rojo=1",
        "a b=1",
        "rojo=",
        "rojo=1=2",
        "a=1,a=2",
        "a@b@c=1",
        many.as_str(),
        long.as_str(),
    ] {
        let trace = Trace::read(&headers(&[("traceparent", PARENT), ("tracestate", bad)])).unwrap();
        assert_eq!(trace.state(), "bowline=b7ad6b7169203331", "{bad}");
    }
}

#[test]
fn states_of_several_headers_are_one_and_what_does_not_fit_is_left_out_at_the_end() {
    let value = "v".repeat(200);
    let (one, two, three) = (format!("a={value}"), format!("b={value},bowline=old"), format!("c={value}"));
    let all = [("traceparent", PARENT), ("tracestate", &one), ("tracestate", &two), ("tracestate", &three)];
    let trace = Trace::read(&headers(&all)).unwrap();
    assert_eq!(trace.state(), format!("bowline=b7ad6b7169203331,a={value},b={value}"));
    let thirty_two: Vec<String> = (0..32).map(|n| format!("k{n}=1")).collect();
    let full = [("traceparent", PARENT), ("tracestate", &thirty_two.join(","))];
    let trace = Trace::read(&headers(&full)).unwrap();
    assert_eq!(trace.state().split(',').count(), 32, "ours took the place of the last");
    assert!(trace.to_string().parse::<Trace>().is_ok());
}

#[test]
fn a_new_trace_is_valid_and_a_row_that_holds_none_is_refused() {
    let trace = Trace::begin(&Ones);
    assert_eq!(trace.parent(), format!("00-{}-1111111111111111-00", "11".repeat(16)));
    assert_eq!(read(&trace.parent()).unwrap(), trace);
    assert!("".parse::<Trace>().is_err() && PARENT.parse::<Trace>().is_err());
}

#[test]
fn work_is_within_its_trace_whenever_it_is_polled_and_nothing_else_is() {
    let trace = |id| Trace { id, step: 1, sampled: false, state: Vec::new() };
    let seen = || current().map(|trace| trace.id);
    let pending_once = |id: u128| {
        let mut polled = false;
        within(
            trace(id),
            std::future::poll_fn(move |_| {
                assert_eq!(seen(), Some(id));
                if std::mem::replace(&mut polled, true) { Poll::Ready(seen()) } else { Poll::Pending }
            }),
        )
    };
    let mut context = Context::from_waker(Waker::noop());
    let (mut one, mut two) = (Box::pin(pending_once(1)), Box::pin(pending_once(2)));
    assert!(one.as_mut().poll(&mut context).is_pending() && two.as_mut().poll(&mut context).is_pending());
    assert_eq!(seen(), None);
    assert_eq!(one.as_mut().poll(&mut context), Poll::Ready(Some(1)));
    assert_eq!(two.as_mut().poll(&mut context), Poll::Ready(Some(2)));
    let mut nested = Box::pin(within(trace(3), async {
        within(trace(4), async {}).await;
        seen()
    }));
    assert_eq!(nested.as_mut().poll(&mut context), Poll::Ready(Some(3)), "the inner one is over");
    let panics = std::panic::catch_unwind(|| {
        let mut broken = Box::pin(within(trace(5), async { panic!("as planned") }));
        let _: Poll<()> = broken.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    });
    assert!(panics.is_err() && seen().is_none());
}
