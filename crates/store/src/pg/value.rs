//! Values to and from PostgreSQL.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::Row as Answer;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::arg::Arg;
use crate::error::Fault;
use crate::row::{Cell, Row};
use crate::stmt::Stmt;

/// One parameter of a statement.
#[derive(Debug)]
pub(super) enum Value<'a> {
    One(&'a Arg),
    /// The same place in several rows of arguments, as an array.
    Column(&'a [Vec<Arg>], usize),
}

/// The arguments of a statement: its one row, or an array for each column of its many rows.
pub(super) fn arguments(stmt: &Stmt) -> Vec<Value<'_>> {
    let first = stmt.rows.first().map(Vec::as_slice).unwrap_or_default();
    if stmt.has_columns() {
        (0..first.len()).map(|column| Value::Column(&stmt.rows, column)).collect()
    } else {
        first.iter().map(Value::One).collect()
    }
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

type Written = Result<IsNull, Box<dyn Error + Sync + Send>>;

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Written {
        match self {
            Self::One(Arg::Int(value)) => value.to_sql(ty, out),
            Self::One(Arg::Flag(value)) => value.to_sql(ty, out),
            Self::One(Arg::Text(value)) => value.to_sql(ty, out),
            Self::One(Arg::Bytes(value)) => value.to_sql(ty, out),
            Self::One(Arg::Id(value)) => value.to_sql(ty, out),
            Self::Column(rows, column) => column_to_sql(rows, *column, ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn column_to_sql(rows: &[Vec<Arg>], column: usize, ty: &Type, out: &mut BytesMut) -> Written {
    // Rows of one statement are made by one piece of code: a column has one kind of value.
    macro_rules! array {
        ($kind:ident, $as:ident) => {{
            let values: Vec<_> = rows
                .iter()
                .map(|row| match row.get(column) {
                    Some(Arg::$kind(value)) => value.$as(),
                    _ => None,
                })
                .collect();
            values.to_sql(ty, out)
        }};
    }
    match rows.first().and_then(|row| row.get(column)) {
        Some(Arg::Int(_)) => array!(Int, as_ref),
        Some(Arg::Flag(_)) => array!(Flag, as_ref),
        Some(Arg::Text(_)) => array!(Text, as_deref),
        Some(Arg::Bytes(_)) => array!(Bytes, as_deref),
        Some(Arg::Id(_)) => array!(Id, as_ref),
        None => Ok(IsNull::Yes),
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
