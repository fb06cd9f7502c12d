//! Jira: webhook bodies found in the wild, and calls against scripted answers.

mod hints;
mod reads;
mod writes;
