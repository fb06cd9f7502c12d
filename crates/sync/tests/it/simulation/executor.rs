//! The seeded executor: at every step it chooses which task goes on. A task stops at each call to the outside
//! (store or tool), before it and after it, so every order and every crash between two calls can happen.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use super::dice::Dice;

/// A place where another task may go on, or everything may crash.
pub(crate) fn pause() -> impl Future<Output = ()> + Send {
    let mut paused = false;
    std::future::poll_fn(move |_| {
        if paused {
            Poll::Ready(())
        } else {
            paused = true;
            Poll::Pending
        }
    })
}

struct Deaf;
impl Wake for Deaf {
    fn wake(self: Arc<Self>) {}
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tasks under way.
#[derive(Default)]
pub(crate) struct Executor {
    tasks: Vec<Task>,
}

impl Executor {
    pub(crate) fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.push(Box::pin(task));
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Lets one task go on to its next pause.
    pub(crate) fn step(&mut self, dice: &Dice) {
        if self.tasks.is_empty() {
            return;
        }
        let chosen = dice.below(self.tasks.len());
        let waker = Waker::from(Arc::new(Deaf));
        if self.tasks[chosen].as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            drop(self.tasks.swap_remove(chosen));
        }
    }

    /// Everything stops where it is and is forgotten.
    pub(crate) fn crash(&mut self) {
        self.tasks.clear();
    }
}
