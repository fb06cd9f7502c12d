//! Values to and from PostgreSQL.

use std::error::Error;

use bytes::{Bytes, BytesMut};
use tokio_postgres::Row as Answer;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::arg::Arg;
use crate::error::{Fault, FaultKind};
use crate::row::{Cell, Row};
use crate::stmt::Stmt;

/// PostgreSQL takes no message of a gigabyte (`MaxAllocSize` in its `memutils.h`); it would hang up in the middle. What
/// stands around the arguments takes far less than the rest of it.
const LARGEST: usize = 0x3f00_0000;

/// An argument as it is sent; none for `NULL`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written(Option<Bytes>);

/// Writes the arguments of a statement: its one row, or an array for each column of its many rows.
pub(super) fn write(stmt: &Stmt, types: &[Type]) -> Result<Vec<Written>, Fault> {
    let first = stmt.rows.first().map(Vec::as_slice).unwrap_or_default();
    let written = if first.len() == types.len() {
        types.iter().enumerate().map(|(column, ty)| written(stmt, column, ty)).collect()
    } else {
        Err("another number of arguments".into())
    };
    let written: Result<Vec<_>, Refused> = written;
    let size = |written: &Vec<Written>| -> usize {
        written.iter().map(|Written(bytes)| bytes.as_ref().map_or(0, Bytes::len)).sum()
    };
    match written {
        Ok(written) if size(&written) <= LARGEST => Ok(written),
        // What the driver says may quote a value.
        _ => Err(Fault::new(FaultKind::Other, "the arguments of a statement cannot be written")),
    }
}

fn written(stmt: &Stmt, column: usize, ty: &Type) -> Result<Written, Refused> {
    let mut out = BytesMut::new();
    let null = if stmt.has_columns() {
        column_to_sql(&stmt.rows, column, ty, &mut out)?
    } else {
        match stmt.rows.first().and_then(|row| row.get(column)) {
            Some(Arg::Int(value)) => value.to_sql_checked(ty, &mut out)?,
            Some(Arg::Flag(value)) => value.to_sql_checked(ty, &mut out)?,
            Some(Arg::Text(value)) => value.to_sql_checked(ty, &mut out)?,
            Some(Arg::Bytes(value)) => value.to_sql_checked(ty, &mut out)?,
            Some(Arg::Id(value)) => value.to_sql_checked(ty, &mut out)?,
            None => return Err("an argument is missing".into()),
        }
    };
    Ok(Written(matches!(null, IsNull::No).then(|| out.freeze())))
}

/// The types of these arguments. A statement is prepared with them: what the server would guess differs from place
/// to place.
pub(super) fn types(stmt: &Stmt) -> Vec<Type> {
    let of_columns = stmt.has_columns();
    let of = |arg: &Arg| match (arg, of_columns) {
        (Arg::Int(_), false) => Type::INT8,
        (Arg::Int(_), true) => Type::INT8_ARRAY,
        (Arg::Flag(_), false) => Type::BOOL,
        (Arg::Flag(_), true) => Type::BOOL_ARRAY,
        (Arg::Text(_), false) => Type::TEXT,
        (Arg::Text(_), true) => Type::TEXT_ARRAY,
        (Arg::Bytes(_), false) => Type::BYTEA,
        (Arg::Bytes(_), true) => Type::BYTEA_ARRAY,
        (Arg::Id(_), false) => Type::UUID,
        (Arg::Id(_), true) => Type::UUID_ARRAY,
    };
    stmt.rows.first().into_iter().flatten().map(of).collect()
}

type Refused = Box<dyn Error + Sync + Send>;

impl ToSql for Written {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        let Some(bytes) = &self.0 else { return Ok(IsNull::Yes) };
        out.extend_from_slice(bytes);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// One column of many rows as an array. Rows of one statement are made by one piece of code: a column has one kind of
/// value.
fn column_to_sql(rows: &[Vec<Arg>], column: usize, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
    macro_rules! array {
        ($kind:ident, $as:ident) => {{
            let mut values = Vec::with_capacity(rows.len());
            for row in rows {
                let Some(Arg::$kind(value)) = row.get(column) else {
                    return Err("a column of several kinds".into());
                };
                values.push(value.$as());
            }
            values.to_sql_checked(ty, out)
        }};
    }
    match rows.first().and_then(|row| row.get(column)) {
        Some(Arg::Int(_)) => array!(Int, as_ref),
        Some(Arg::Flag(_)) => array!(Flag, as_ref),
        Some(Arg::Text(_)) => array!(Text, as_deref),
        Some(Arg::Bytes(_)) => array!(Bytes, as_deref),
        Some(Arg::Id(_)) => array!(Id, as_ref),
        None => Err("an argument is missing".into()),
    }
}

pub(super) fn row(row: &Answer) -> Result<Row, Fault> {
    let cells: Result<_, _> = (0..row.len()).map(|column| row.try_get::<_, Cell>(column)).collect();
    Ok(Row::new(cells?))
}

impl<'a> FromSql<'a> for Cell {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::INT8 => Self::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Self::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Self::Int(bool::from_sql(ty, raw)?.into()),
            Type::BYTEA | Type::UUID => Self::Bytes(raw.to_vec()),
            _ => Self::Text(String::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arg::args;
    use crate::stmt::Text;

    const TEXT: Text = Text::both("SELECT $1, $2");

    #[test]
    fn arguments_are_written_before_anything_is_sent() {
        let stmt = Stmt::new(TEXT, args![7_i64, None::<&str>]);
        let sent = write(&stmt, &types(&stmt)).unwrap();
        assert_eq!(sent, [Written(Some(Bytes::from_static(&[0, 0, 0, 0, 0, 0, 0, 7]))), Written(None)]);
        let stmt = Stmt::fold(TEXT, args![7_i64, "a"]);
        let rows = vec![args![7_i64, "a"], args![8_i64, None::<&str>]];
        assert_eq!(write(&Stmt { rows, ..stmt }, &[Type::INT8_ARRAY, Type::TEXT_ARRAY]).unwrap().len(), 2);
    }

    #[test]
    fn arguments_that_the_statement_was_not_prepared_for_are_refused_unsent() {
        let stmt = Stmt::new(TEXT, args![7_i64, "canary"]);
        for types in [&[Type::INT8][..], &[Type::INT8, Type::UUID], &[Type::TEXT, Type::TEXT], &[]] {
            let refused = write(&stmt, types).unwrap_err();
            assert!(!refused.is_told() && !refused.to_string().contains("canary"), "{refused:?}");
        }
        let mixed = Stmt { rows: vec![args![7_i64, "a"], args![8_i64, 9_i64]], ..Stmt::fold(TEXT, args![]) };
        write(&mixed, &[Type::INT8_ARRAY, Type::TEXT_ARRAY]).unwrap_err();
    }
}
