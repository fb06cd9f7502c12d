//! Values to and from PostgreSQL.

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{Arguments, Column, Row as _, TypeInfo};
use uuid::Uuid;

use crate::arg::Arg;
use crate::error::{Fault, FaultKind};
use crate::row::{Cell, Row};
use crate::stmt::{Mode, Stmt};

/// The arguments of a statement: its one row, or an array for each column of its many rows.
pub(super) fn arguments(stmt: &Stmt) -> Result<PgArguments, Fault> {
    let mut arguments = PgArguments::default();
    let unfit = |_| Fault::new(FaultKind::Other, "an argument cannot be encoded");
    if matches!(stmt.mode, Mode::Many | Mode::Fold) {
        let width = stmt.rows.first().map_or(0, Vec::len);
        for column in 0..width {
            column_of(stmt, column, &mut arguments).map_err(unfit)?;
        }
    } else {
        for arg in stmt.rows.iter().flatten() {
            match arg {
                Arg::Int(value) => arguments.add(value),
                Arg::Flag(value) => arguments.add(value),
                Arg::Text(value) => arguments.add(value),
                Arg::Bytes(value) => arguments.add(value),
                Arg::Id(value) => arguments.add(value),
            }
            .map_err(unfit)?;
        }
    }
    Ok(arguments)
}

fn column_of(
    stmt: &Stmt,
    column: usize,
    arguments: &mut PgArguments,
) -> Result<(), sqlx::error::BoxDynError> {
    // Rows of one statement are made by one piece of code: a column has one kind of value.
    macro_rules! array {
        ($kind:ident: $of:ty) => {{
            let values: Vec<Option<$of>> = stmt
                .rows
                .iter()
                .map(|row| match row.get(column) {
                    Some(Arg::$kind(value)) => value.clone(),
                    _ => None,
                })
                .collect();
            arguments.add(values)
        }};
    }
    match stmt.rows.first().and_then(|row| row.get(column)) {
        Some(Arg::Int(_)) => array!(Int: i64),
        Some(Arg::Flag(_)) => array!(Flag: bool),
        Some(Arg::Text(_)) => array!(Text: String),
        Some(Arg::Bytes(_)) => array!(Bytes: Vec<u8>),
        Some(Arg::Id(_)) => array!(Id: Uuid),
        None => Ok(()),
    }
}

pub(super) fn row(row: &PgRow) -> Result<Row, sqlx::Error> {
    row.columns()
        .iter()
        .map(|column| cell(row, column.ordinal(), column.type_info().name()))
        .collect::<Result<_, _>>()
        .map(Row::new)
}

fn cell(row: &PgRow, index: usize, kind: &str) -> Result<Cell, sqlx::Error> {
    let cell = match kind {
        "INT8" => row.try_get::<Option<i64>, _>(index)?.map(Cell::Int),
        "INT4" => row.try_get::<Option<i32>, _>(index)?.map(|value| Cell::Int(value.into())),
        "INT2" => row.try_get::<Option<i16>, _>(index)?.map(|value| Cell::Int(value.into())),
        "BOOL" => row.try_get::<Option<bool>, _>(index)?.map(|value| Cell::Int(value.into())),
        "BYTEA" => row.try_get::<Option<Vec<u8>>, _>(index)?.map(Cell::Bytes),
        "UUID" => row.try_get::<Option<Uuid>, _>(index)?.map(|value| Cell::Bytes(value.as_bytes().to_vec())),
        _ => row.try_get::<Option<String>, _>(index)?.map(Cell::Text),
    };
    Ok(cell.unwrap_or(Cell::Null))
}
