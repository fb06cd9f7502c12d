//! Checks that the reference page says what the code does.

mod reference;
