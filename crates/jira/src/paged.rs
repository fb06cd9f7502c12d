//! Lists that come in pages, as a stream of their entries.
//!
//! While the entries of one page are taken, the next page is on its way, so that whoever reads waits for the slower of the
//! two and not for both. There are never more than two pages in memory, however long the list is.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::error::Error;

/// No stream is followed beyond so many pages. Cloud has been seen to page for ever
/// (github.com/smaramwbc/statewave/issues/233).
const MOST: usize = 100_000;

/// Nothing is gathered beyond so many pages.
const MOST_GATHERED: usize = 1_000;

/// A page.
pub(crate) struct Page<T> {
    /// Its entries.
    pub(crate) entries: Vec<T>,
    /// What to ask for the next page with; `None` at the end.
    pub(crate) next: Option<String>,
}

type Coming<'a, T> = Pin<Box<dyn Future<Output = Result<Page<T>, Error>> + Send + 'a>>;
type Fetch<'a, T> = Box<dyn Fn(Option<String>) -> Coming<'a, T> + Send + Sync + 'a>;

/// A list that is read page by page. A stream of entries; after an error it ends.
#[must_use = "nothing is read until it is polled"]
pub struct Paged<'a, T> {
    operation: &'static str,
    fetch: Fetch<'a, T>,
    at_hand: VecDeque<T>,
    next: Next<'a, T>,
    pages: usize,
    most: usize,
}

/// The page after the one at hand.
enum Next<'a, T> {
    Coming(Coming<'a, T>),
    Here(Result<Page<T>, Error>),
    None,
}

impl<'a, T> Paged<'a, T> {
    /// A list whose pages are fetched by what the page before named; the first one by nothing.
    pub(crate) fn new<F>(
        operation: &'static str,
        fetch: impl Fn(Option<String>) -> F + Send + Sync + 'a,
    ) -> Self
    where
        F: Future<Output = Result<Page<T>, Error>> + Send + 'a,
    {
        let fetch: Fetch<'a, T> = Box::new(move |page| Box::pin(fetch(page)));
        let next = Next::Coming(fetch(None));
        Self { operation, fetch, at_hand: VecDeque::new(), next, pages: 1, most: MOST }
    }

    /// Reads the whole list.
    ///
    /// # Errors
    /// The first error of a page, or [`Error::Endless`] for a list of more than a thousand pages: what was read of it is
    /// not given as if it were all.
    pub async fn all(mut self) -> Result<Vec<T>, Error>
    where
        T: Unpin,
    {
        self.most = MOST_GATHERED;
        let mut all = Vec::new();
        while let Some(entry) = poll_fn(|cx| Pin::new(&mut self).poll_next(cx)).await {
            all.push(entry?);
        }
        Ok(all)
    }

    /// Goes on with fetching the next page, as far as that goes without waiting.
    fn advance(&mut self, cx: &mut Context<'_>) {
        if let Next::Coming(coming) = &mut self.next
            && let Poll::Ready(page) = coming.as_mut().poll(cx)
        {
            self.next = Next::Here(page);
        }
    }

    /// Takes the page that has come, and asks for the one after it. `None` at the end of the list.
    fn turn(&mut self) -> Poll<Option<Result<(), Error>>> {
        match std::mem::replace(&mut self.next, Next::None) {
            Next::None => Poll::Ready(None),
            Next::Here(Err(error)) => Poll::Ready(Some(Err(error))),
            Next::Here(Ok(_)) if self.pages > self.most => {
                Poll::Ready(Some(Err(Error::Endless { operation: self.operation })))
            }
            Next::Here(Ok(page)) => {
                self.at_hand = page.entries.into();
                if let Some(name) = page.next {
                    self.next = Next::Coming((self.fetch)(Some(name)));
                    self.pages += 1;
                }
                Poll::Ready(Some(Ok(())))
            }
            coming @ Next::Coming(_) => {
                self.next = coming;
                Poll::Pending
            }
        }
    }
}

impl<T: Unpin> Stream for Paged<'_, T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            self.advance(cx);
            if let Some(entry) = self.at_hand.pop_front() {
                return Poll::Ready(Some(Ok(entry)));
            }
            match ready!(self.turn()) {
                Some(Ok(())) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::{FutureExt as _, StreamExt as _};

    use super::*;

    /// Pages of two numbers, `last` of them; each is ready at once. `asked` counts them.
    fn numbers(asked: &AtomicUsize, last: usize) -> Paged<'_, usize> {
        Paged::new("test", move |page| {
            let number: usize = page.map_or(0, |page| page.parse().unwrap());
            asked.fetch_add(1, Ordering::SeqCst);
            let next = (number + 1 < last).then(|| (number + 1).to_string());
            async move { Ok(Page { entries: vec![number * 2, number * 2 + 1], next }) }
        })
    }

    #[test]
    fn entries_come_in_order_and_no_more_than_one_page_is_read_ahead() {
        let asked = AtomicUsize::new(0);
        let mut stream = numbers(&asked, 3);
        for (entry, pages) in [(0, 2), (1, 2), (2, 3), (3, 3), (4, 3), (5, 3)] {
            assert_eq!(stream.next().now_or_never().unwrap().unwrap().unwrap(), entry);
            assert_eq!(asked.load(Ordering::SeqCst), pages, "at {entry}");
        }
        assert!(stream.next().now_or_never().unwrap().is_none());
        assert!(stream.next().now_or_never().unwrap().is_none(), "an ended stream stays ended");
    }

    #[test]
    fn a_list_without_end_is_an_error_and_not_all_of_it() {
        let asked = AtomicUsize::new(0);
        let gathered = |last| numbers(&asked, last).all().now_or_never().unwrap();
        assert_eq!(gathered(MOST_GATHERED).unwrap().len(), 2 * MOST_GATHERED);
        assert!(matches!(gathered(usize::MAX), Err(Error::Endless { operation: "test" })));
    }

    #[test]
    fn an_error_comes_after_what_was_read_before_it_and_ends_the_stream() {
        let stream: Paged<'_, u8> = Paged::new("test", |page| async move {
            match page {
                None => Ok(Page { entries: vec![7], next: Some("1".to_owned()) }),
                Some(_) => Err(Error::Unreadable { operation: "test", line: 1, column: 1 }),
            }
        });
        let all: Vec<_> = stream.collect().now_or_never().unwrap();
        assert!(matches!(all.as_slice(), [Ok(7), Err(Error::Unreadable { .. })]), "{all:?}");
    }
}
