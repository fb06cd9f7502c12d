//! Rows on their way out of a database, the same for both.
//!
//! A [`Record`] reads its columns in the order its SQL names them. A row that does not read is `Unreadable`, with
//! the kind of record and the number of the column, never with what was in it.

use std::vec::IntoIter;

use bowline_core::fingerprint::Fingerprint;
use bowline_core::item::Version;
use bowline_core::port::StoreError;
use bowline_core::secret::Sealed;
use bowline_core::work::Entity;
use bowline_core::{
    AuthorizationId, Code, CommandId, ConnectionId, EventId, FindingId, GrantId, InstallationId,
    OauthClientId, ProfileId, SecretId, ShareId, TenantId, Timestamp, TokenId,
};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::arg::Arg;

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// What one statement did.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    /// The rows it returned.
    pub(crate) rows: Vec<Row>,
    /// How many rows it changed.
    pub(crate) changed: u64,
}

impl Reply {
    /// Whether it returned or changed anything.
    pub(crate) const fn hit(&self) -> bool {
        self.changed > 0 || !self.rows.is_empty()
    }

    /// All records.
    pub(crate) fn all<T: Record>(self) -> Result<Vec<T>, StoreError> {
        self.rows
            .into_iter()
            .map(|mut row| {
                T::read(&mut row).map_err(|Wrong(expected)| {
                    StoreError::Unreadable(format!("{}, column {}: not {expected}", T::NOUN, row.read))
                })
            })
            .collect()
    }

    /// The first record, if there is one.
    pub(crate) fn first<T: Record>(self) -> Result<Option<T>, StoreError> {
        Ok(self.all()?.into_iter().next())
    }
}

/// The columns of one row that were not read yet.
#[derive(Debug)]
pub(crate) struct Row {
    cells: IntoIter<Cell>,
    read: usize,
}

impl Row {
    pub(crate) fn new(cells: Vec<Cell>) -> Self {
        Self { cells: cells.into_iter(), read: 0 }
    }

    /// The columns that were not read, as arguments for another statement.
    pub(crate) fn args(&self) -> Vec<Arg> {
        self.cells
            .as_slice()
            .iter()
            .map(|cell| match cell {
                Cell::Null => Arg::Int(None),
                Cell::Int(number) => Arg::Int(Some(*number)),
                Cell::Text(text) => Arg::Text(Some(text.clone())),
                Cell::Bytes(bytes) => Arg::Bytes(Some(bytes.clone())),
            })
            .collect()
    }

    /// The next column.
    pub(crate) fn take<T: FromCell>(&mut self) -> Result<T, Wrong> {
        self.read += 1;
        T::from_cell(self.cells.next().ok_or(Wrong("a column"))?)
    }

    /// The next column, from JSON.
    pub(crate) fn json<T: DeserializeOwned>(&mut self) -> Result<T, Wrong> {
        self.opt_json()?.ok_or(Wrong("JSON of the expected shape"))
    }

    /// The next column, from JSON or nothing.
    pub(crate) fn opt_json<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Wrong> {
        self.take::<Option<String>>()?
            .map(|text| serde_json::from_str(&text).map_err(|_| Wrong("JSON of the expected shape")))
            .transpose()
    }

    /// The next column, from one word.
    pub(crate) fn word<T: DeserializeOwned>(&mut self) -> Result<T, Wrong> {
        self.opt_word()?.ok_or(Wrong("a word"))
    }

    /// The next column, from one word or nothing.
    pub(crate) fn opt_word<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Wrong> {
        self.take::<Option<String>>()?
            .map(|word| {
                serde_json::from_value(serde_json::Value::String(word)).map_err(|_| Wrong("a known word"))
            })
            .transpose()
    }
}

/// What a column should have been.
#[derive(Debug)]
pub(crate) struct Wrong(pub(crate) &'static str);

/// Something read from one row.
pub(crate) trait Record: Sized {
    /// What it is called in an error.
    const NOUN: &'static str;
    /// Reads the columns in the order its SQL names them.
    fn read(row: &mut Row) -> Result<Self, Wrong>;
}

/// Something read from one column.
pub(crate) trait FromCell: Sized {
    fn from_cell(cell: Cell) -> Result<Self, Wrong>;
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: Cell) -> Result<Self, Wrong> {
        if cell == Cell::Null { Ok(None) } else { T::from_cell(cell).map(Some) }
    }
}

macro_rules! from_cell {
    ($($cell:ident: $to:ty = $value:ident, $what:literal => $read:expr;)*) => {$(
        impl FromCell for $to {
            fn from_cell(cell: Cell) -> Result<Self, Wrong> {
                let Cell::$cell($value) = cell else { return Err(Wrong($what)) };
                ($read).ok_or(Wrong($what))
            }
        }
    )*};
}

from_cell! {
    Int: i64 = v, "a number" => Some(v);
    Int: i32 = v, "a small number" => i32::try_from(v).ok();
    Int: i16 = v, "a small number" => i16::try_from(v).ok();
    Int: u32 = v, "a small number" => u32::try_from(v).ok();
    Int: bool = v, "yes or no" => Some(v != 0);
    Int: Version = v, "a version" => Some(Self(v));
    Int: Timestamp = v, "an instant" => Self::from_microsecond(v).ok();
    Text: String = v, "text" => Some(v);
    Text: Entity = v, "an entity" => v.parse().ok();
    Text: Code = v, "a code" => Some(Self::stored(v));
    Bytes: Vec<u8> = v, "bytes" => Some(v);
    Bytes: Sealed = v, "bytes" => Some(Self(v));
    Bytes: Fingerprint = v, "a fingerprint" => v.try_into().ok().map(Self);
    Bytes: Uuid = v, "an id" => Self::from_slice(&v).ok();
}

macro_rules! id_from_cell {
    ($($id:ty)*) => {$(
        impl FromCell for $id {
            fn from_cell(cell: Cell) -> Result<Self, Wrong> {
                Uuid::from_cell(cell).map(Self::from_uuid)
            }
        }
    )*};
}

id_from_cell! {
    TenantId ConnectionId ProfileId ShareId EventId CommandId FindingId SecretId TokenId GrantId OauthClientId
    AuthorizationId InstallationId
}

/// Records of a single column.
macro_rules! single {
    ($($to:ty = $noun:literal;)*) => {$(
        impl Record for $to {
            const NOUN: &'static str = $noun;
            fn read(row: &mut Row) -> Result<Self, Wrong> {
                row.take()
            }
        }
    )*};
}

single! {
    i64 = "number";
    Option<Timestamp> = "instant";
    Timestamp = "instant";
    ShareId = "share id";
    TenantId = "tenant id";
    Sealed = "sealed value";
    Vec<u8> = "setting";
    Entity = "entity";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unreadable_column_is_named_without_what_was_in_it() {
        let reply = Reply { rows: vec![Row::new(vec![Cell::Text("quiet".into())])], changed: 0 };
        let error = reply.all::<i64>().unwrap_err().to_string();
        assert_eq!(error, "unreadable row: number, column 1: not a number");
    }

    #[test]
    fn a_missing_column_is_an_error_and_not_a_panic() {
        let mut row = Row::new(Vec::new());
        assert!(row.take::<i64>().is_err());
    }

    #[test]
    fn null_is_nothing() {
        let mut row = Row::new(vec![Cell::Null, Cell::Null]);
        assert_eq!(row.take::<Option<Timestamp>>().unwrap(), None);
        assert!(row.take::<Timestamp>().is_err());
    }
}
