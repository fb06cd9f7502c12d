//! Queries as text, in the form Jira itself writes: keywords in capitals, quotes only where they are needed.

use std::fmt;

use super::tree::{Clause, Field, Operand, Parsed, Sort, Tree};
use super::word::{quote, quoted};

impl fmt::Display for Parsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tree) = &self.tree {
            write!(f, "{tree}")?;
        }
        for (number, Sort { field, descending }) in self.order.iter().enumerate() {
            f.write_str(match (number, &self.tree) {
                (0, None) => "ORDER BY ",
                (0, Some(_)) => " ORDER BY ",
                _ => ", ",
            })?;
            write!(f, "{field}")?;
            match descending {
                Some(true) => f.write_str(" DESC")?,
                Some(false) => f.write_str(" ASC")?,
                None => {}
            }
        }
        Ok(())
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trees, join) = match self {
            Self::Clause(clause) => return write!(f, "{clause}"),
            Self::Not(tree) => {
                return if matches!(**tree, Self::All(_) | Self::Any(_)) {
                    write!(f, "NOT ({tree})")
                } else {
                    write!(f, "NOT {tree}")
                };
            }
            Self::All(trees) => (trees, " AND "),
            Self::Any(trees) => (trees, " OR "),
        };
        for (number, tree) in trees.iter().enumerate() {
            if number > 0 {
                f.write_str(join)?;
            }
            // An AND within an OR needs no parentheses; the same within the same does, to be read as it was.
            let needs = match tree {
                Self::Any(_) => true,
                Self::All(_) => matches!(self, Self::All(_)),
                _ => false,
            };
            if needs {
                write!(f, "({tree})")?;
            } else {
                write!(f, "{tree}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.operator.shown())?;
        if let Some(operand) = &self.operand {
            write!(f, " {operand}")?;
        }
        for predicate in &self.predicates {
            write!(f, " {} {}", predicate.word.to_uppercase(), predicate.operand)?;
        }
        Ok(())
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.name.strip_prefix("cf[").and_then(|rest| rest.strip_suffix(']'));
        match number {
            Some(number) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
                f.write_str(&self.name)?;
            }
            _ => f.write_str(&quote(&self.name))?,
        }
        match &self.property {
            Some((key, path)) if path.is_empty() => write!(f, "[{}]", quoted(key)),
            Some((key, path)) => write!(f, "[{}].{path}", quoted(key)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: Vec<String>| write!(f, "({})", parts.join(", "));
        match self {
            Self::Text(text) => f.write_str(&quote(text)),
            Self::Empty => f.write_str("EMPTY"),
            Self::Function(name, arguments) => {
                f.write_str(&quote(name))?;
                list(f, arguments.iter().map(|argument| quote(argument)).collect())
            }
            Self::List(values) => list(f, values.iter().map(ToString::to_string).collect()),
        }
    }
}
