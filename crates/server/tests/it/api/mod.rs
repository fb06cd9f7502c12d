//! Route tests, in folders like `src/api`.

mod v1;
