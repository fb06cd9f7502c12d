//! Pages: where one ended, as text, and how many rows it may have.

use std::str::FromStr;

use bowline_core::Timestamp;
use bowline_core::page::{Page, PageAsk};
use bowline_core::port::StoreError;

use crate::tables::findings::Place;

/// The most rows of one page, whatever was asked.
const LARGEST: u32 = 1_000;

/// How many rows to give.
pub(crate) fn size(ask: &PageAsk) -> u32 {
    ask.limit.clamp(1, LARGEST)
}

/// Where the last page ended. A text that no page ended with is an error, not a first page.
pub(crate) fn after<T: FromStr>(ask: &PageAsk) -> Result<Option<T>, StoreError> {
    ask.after.as_deref().map(|text| text.parse().map_err(|_| StoreError::NotFound("page"))).transpose()
}

/// A page out of one row more than it may have; that row tells whether there is another page.
pub(crate) fn page<T>(mut items: Vec<T>, ask: &PageAsk, place: impl Fn(&T) -> String) -> Page<T> {
    let size = size(ask) as usize;
    let more = items.len() > size;
    items.truncate(size);
    let next = if more { items.last().map(place) } else { None };
    Page { items, next }
}

impl Place {
    pub(crate) fn print(&self) -> String {
        format!("{}.{}.{}", u8::from(self.open), self.last_at.as_microsecond(), self.id)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().ok_or(());
        let open = match part()? {
            "0" => false,
            "1" => true,
            _ => return Err(()),
        };
        let micros = part()?.parse().map_err(|_| ())?;
        let last_at = Timestamp::from_microsecond(micros).map_err(|_| ())?;
        Ok(Self { open, last_at, id: part()?.parse().map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use bowline_core::FindingId;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn ask(limit: u32) -> PageAsk {
        PageAsk { after: None, limit }
    }

    proptest! {
        #[test]
        fn a_place_prints_and_parses_back(open: bool, micros in 0i64..4_000_000_000_000_000, id: u128) {
            let last_at = Timestamp::from_microsecond(micros).unwrap();
            let place = Place { open, last_at, id: FindingId::from_uuid(Uuid::from_u128(id)) };
            prop_assert_eq!(place.print().parse(), Ok(place));
        }

        #[test]
        fn any_text_is_a_place_or_refused(text in ".{0,60}") {
            let ask = PageAsk { after: Some(text), limit: 1 };
            if let Err(error) = after::<Place>(&ask) {
                prop_assert!(matches!(error, StoreError::NotFound("page")));
            }
        }

        #[test]
        fn a_page_has_at_most_its_size_and_a_next_exactly_if_there_is_more(rows in 0usize..20, limit in 0u32..12) {
            let ask = ask(limit);
            let size = size(&ask) as usize;
            let page = page((0..rows).take(size + 1).collect(), &ask, |row| row.to_string());
            prop_assert_eq!(page.items.len(), rows.min(size));
            prop_assert_eq!(page.next.is_some(), rows > size);
        }
    }
}
