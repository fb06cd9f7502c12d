//! `settings`: a system table of named values. Holds the key check value; on SQLite also the work epoch.

use bowline_core::port::StoreError;

use crate::arg::args;
use crate::stmt::{Stmt, Text};

pub(crate) fn key_check() -> Stmt {
    Stmt::new(Text::both("SELECT value FROM settings WHERE name = 'key_check'"), args![])
}

pub(crate) fn put_key_check(value: &[u8]) -> Stmt {
    const SQL: Text = Text::both(
        "INSERT INTO settings (name, value) VALUES ('key_check', $1) ON CONFLICT (name) DO NOTHING",
    );
    Stmt::new(SQL, args![value]).hit_or(StoreError::Conflict("key check value"))
}

pub(crate) fn replace_key_check(was: &[u8], value: &[u8]) -> Stmt {
    const SQL: Text = Text::both("UPDATE settings SET value = $2 WHERE name = 'key_check' AND value = $1");
    Stmt::new(SQL, args![was, value]).hit_or(StoreError::Conflict("key check value"))
}
