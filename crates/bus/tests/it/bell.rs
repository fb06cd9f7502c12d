//! The conformance suite of `core::port::Bell`, run against each bell.
//!
//! It uses only what a bell between processes can also promise. `settle` waits until a ring that was sent has
//! arrived where it can be heard; inside one process there is nothing to wait for.

use std::future::Future;
use std::sync::Arc;

use bowline_bus::Local;
use bowline_core::port::Bell;
use bowline_core::work::Lane;

/// Every promise of a bell. The bell must be fresh: nobody has rung it.
async fn a_bell_keeps_its_promises<F: Future<Output = ()>>(bell: Arc<dyn Bell>, settle: impl Fn() -> F) {
    a_ring_is_remembered_while_nobody_listens(&*bell, &settle).await;
    a_waiting_listener_hears_a_ring(&bell).await;
    every_lane_is_heard(&*bell, &settle).await;
    a_listener_that_goes_away_takes_no_ring_with_it(&*bell, &settle).await;
}

async fn a_ring_is_remembered_while_nobody_listens<F: Future<Output = ()>>(
    bell: &dyn Bell,
    settle: &impl Fn() -> F,
) {
    bell.ring(Lane::Live).await;
    settle().await;
    bell.heard().await;
}

async fn a_waiting_listener_hears_a_ring(bell: &Arc<dyn Bell>) {
    let listener = Arc::clone(bell);
    let (ready, waiting) = tokio::sync::oneshot::channel();
    let heard = tokio::spawn(async move {
        ready.send(()).unwrap();
        listener.heard().await;
    });
    waiting.await.unwrap();
    bell.ring(Lane::Live).await;
    heard.await.unwrap();
}

async fn every_lane_is_heard<F: Future<Output = ()>>(bell: &dyn Bell, settle: &impl Fn() -> F) {
    for lane in Lane::ALL {
        bell.ring(lane).await;
        settle().await;
        bell.heard().await;
    }
}

async fn a_listener_that_goes_away_takes_no_ring_with_it<F: Future<Output = ()>>(
    bell: &dyn Bell,
    settle: &impl Fn() -> F,
) {
    tokio::select! {
        biased;
        () = bell.heard() => panic!("nobody rang"),
        () = std::future::ready(()) => {}
    }
    bell.ring(Lane::Live).await;
    settle().await;
    bell.heard().await;
}

#[tokio::test]
async fn the_local_bell_conforms() {
    a_bell_keeps_its_promises(Arc::new(Local::new()), || std::future::ready(())).await;
}

#[tokio::test]
async fn ten_rings_while_nobody_listens_are_one() {
    let bell = Local::new();
    for _ in 0..10 {
        bell.ring(Lane::Backfill).await;
    }
    bell.heard().await;
    tokio::select! {
        biased;
        () = bell.heard() => panic!("the other nine were remembered too"),
        () = std::future::ready(()) => {}
    }
}

#[tokio::test]
async fn one_ring_wakes_one_of_several_listeners() {
    let bell = Local::new();
    let (first, second) = (bell.heard(), bell.heard());
    let mut waiting = [first, second];
    // Both are registered before the ring.
    for listener in &mut waiting {
        assert!(futures_now(listener.as_mut()).is_none());
    }
    bell.ring(Lane::Live).await;
    let woken = waiting.iter_mut().filter_map(|listener| futures_now(listener.as_mut())).count();
    assert_eq!(woken, 1);
}

/// Polls once; `None` if it would wait.
fn futures_now<T>(future: std::pin::Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Option<T> {
    match future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(value) => Some(value),
        std::task::Poll::Pending => None,
    }
}
