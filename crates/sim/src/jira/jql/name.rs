//! The names of fields in queries: which there are, and which operators each takes.

use super::part::Part;
use super::tree::{Field, Operator};
use crate::frame::table::Row;
use crate::jira::custom::{Custom, Shape};
use crate::jira::site::Site;

/// Fields of queries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Project,
    Key,
    Kind,
    Status,
    Category,
    CategoryChanged,
    /// The category of the project.
    Division,
    Assignee,
    Reporter,
    Creator,
    Labels,
    Priority,
    Resolution,
    /// The security level.
    Level,
    Created,
    Updated,
    Resolved,
    Due,
    Summary,
    Description,
    Environment,
    Comment,
    Text,
    Component,
    FixVersion,
    Version,
    Filter,
    /// What hangs on issues.
    Part(Part),
    Custom(Row<Custom>),
    /// `issue.property[key].path`
    Property(String, String),
}

/// A system field of queries.
pub(crate) struct Known {
    pub(crate) name: Name,
    /// What it is called; the first one is how Jira writes it.
    pub(crate) words: &'static [&'static str],
    pub(crate) takes: Takes,
    /// What `jql/autocompletedata` says it holds: a Java class.
    pub(crate) holds: &'static str,
    pub(crate) orderable: bool,
}

/// Which operators a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Equal or not, in or not, empty or not.
    Set,
    /// The same, and it is never empty.
    Full,
    /// The same as `Set`, and greater or less.
    Ordered,
    /// The same as `Set`, and the past.
    History,
    /// All but words.
    OrderedHistory,
    /// Words, and empty or not.
    Words,
    /// Words only.
    OnlyWords,
    /// Empty or not.
    OnlyEmpty,
    /// Equal or not, in or not, earlier or later; never empty.
    Dated,
    /// All but the past.
    Everything,
}

impl Takes {
    /// Whether an operator is among them.
    pub(crate) fn has(self, operator: Operator) -> bool {
        use Operator::{
            Changed, Equal, Greater, GreaterEqual, In, Is, IsNot, Less, LessEqual, Like, NotEqual, NotIn,
            NotLike, Was, WasIn, WasNot, WasNotIn,
        };
        match operator {
            Equal | NotEqual | In | NotIn => !matches!(self, Self::Words | Self::OnlyWords | Self::OnlyEmpty),
            Is | IsNot => !matches!(self, Self::Full | Self::OnlyWords | Self::Dated),
            Less | LessEqual | Greater | GreaterEqual => {
                matches!(self, Self::Ordered | Self::OrderedHistory | Self::Everything | Self::Dated)
            }
            Like | NotLike => matches!(self, Self::Words | Self::OnlyWords | Self::Everything),
            Was | WasNot | WasIn | WasNotIn | Changed => matches!(self, Self::History | Self::OrderedHistory),
        }
    }

    /// All of them as they are written.
    pub(crate) fn shown(self) -> Vec<&'static str> {
        use Operator::{
            Changed, Equal, Greater, GreaterEqual, In, Is, IsNot, Less, LessEqual, Like, NotEqual, NotIn,
            NotLike, Was, WasIn, WasNot, WasNotIn,
        };
        let all = [
            Equal,
            NotEqual,
            Like,
            NotLike,
            LessEqual,
            GreaterEqual,
            Greater,
            Less,
            IsNot,
            Is,
            NotIn,
            In,
            Was,
            WasNot,
            WasIn,
            WasNotIn,
            Changed,
        ];
        all.into_iter().filter(|operator| self.has(*operator)).map(Operator::shown).collect()
    }
}

const fn known(
    name: Name,
    words: &'static [&'static str],
    takes: Takes,
    holds: &'static str,
    orderable: bool,
) -> Known {
    Known { name, words, takes, holds, orderable }
}

const DATE: &str = "java.util.Date";
const DURATION: &str = "com.atlassian.core.util.Duration";
const NUMBER: &str = "java.lang.Number";
const USER: &str = "com.atlassian.jira.user.ApplicationUser";
const TEXT: &str = "java.lang.String";
const VERSION: &str = "com.atlassian.jira.project.version.Version";

/// The system fields in Jira's order of names.
pub(crate) static KNOWN: &[Known] = &[
    known(Name::Version, &["affectedVersion"], Takes::Ordered, VERSION, true),
    known(Name::Assignee, &["assignee"], Takes::History, USER, true),
    known(
        Name::Part(Part::Attachments),
        &["attachments"],
        Takes::OnlyEmpty,
        "com.atlassian.jira.issue.attachment.Attachment",
        false,
    ),
    known(Name::Division, &["category"], Takes::Set, "com.atlassian.jira.project.ProjectCategory", false),
    known(Name::Comment, &["comment"], Takes::OnlyWords, TEXT, false),
    known(
        Name::Component,
        &["component"],
        Takes::Set,
        "com.atlassian.jira.bc.project.component.ProjectComponent",
        true,
    ),
    known(Name::Created, &["created", "createdDate"], Takes::Ordered, DATE, true),
    known(Name::Creator, &["creator"], Takes::Set, USER, true),
    known(Name::Description, &["description"], Takes::Words, TEXT, true),
    known(Name::Due, &["due", "duedate"], Takes::Ordered, DATE, true),
    known(Name::Environment, &["environment"], Takes::Words, TEXT, true),
    known(
        Name::Filter,
        &["filter", "request", "savedfilter", "searchrequest"],
        Takes::Full,
        "com.atlassian.jira.issue.search.SearchRequest",
        false,
    ),
    known(Name::FixVersion, &["fixVersion"], Takes::OrderedHistory, VERSION, true),
    known(
        Name::Key,
        &["issuekey", "key", "id", "issue"],
        Takes::Ordered,
        "com.atlassian.jira.issue.Issue",
        true,
    ),
    known(
        Name::Kind,
        &["issuetype", "type"],
        Takes::Set,
        "com.atlassian.jira.issue.issuetype.IssueType",
        true,
    ),
    known(
        Name::Part(Part::LinkType),
        &["issueLinkType"],
        Takes::Set,
        "com.atlassian.jira.issue.link.IssueLinkType",
        false,
    ),
    known(Name::Labels, &["labels"], Takes::Set, "com.atlassian.jira.issue.label.Label", true),
    known(Name::Level, &["level"], Takes::Set, "com.atlassian.jira.issue.security.IssueSecurityLevel", true),
    known(
        Name::Part(Part::Original),
        &["originalEstimate", "timeoriginalestimate"],
        Takes::Ordered,
        DURATION,
        true,
    ),
    known(Name::Part(Part::Parent), &["parent"], Takes::Set, "com.atlassian.jira.issue.Issue", false),
    known(
        Name::Priority,
        &["priority"],
        Takes::OrderedHistory,
        "com.atlassian.jira.issue.priority.Priority",
        true,
    ),
    known(Name::Project, &["project"], Takes::Set, "com.atlassian.jira.project.Project", true),
    known(
        Name::Part(Part::Remaining),
        &["remainingEstimate", "timeestimate"],
        Takes::Ordered,
        DURATION,
        true,
    ),
    known(Name::Reporter, &["reporter"], Takes::History, USER, true),
    known(
        Name::Resolution,
        &["resolution"],
        Takes::OrderedHistory,
        "com.atlassian.jira.issue.resolution.Resolution",
        true,
    ),
    known(Name::Resolved, &["resolved", "resolutiondate"], Takes::Ordered, DATE, true),
    known(Name::Status, &["status"], Takes::History, "com.atlassian.jira.issue.status.Status", true),
    known(
        Name::Category,
        &["statusCategory"],
        Takes::Set,
        "com.atlassian.jira.issue.status.category.StatusCategory",
        false,
    ),
    known(Name::CategoryChanged, &["statusCategoryChangedDate"], Takes::Ordered, DATE, true),
    known(Name::Summary, &["summary"], Takes::Words, TEXT, true),
    known(Name::Text, &["text"], Takes::OnlyWords, TEXT, false),
    known(Name::Part(Part::Spent), &["timespent"], Takes::Ordered, DURATION, true),
    known(Name::Updated, &["updated", "updatedDate"], Takes::Ordered, DATE, true),
    known(Name::Part(Part::Voter), &["voter"], Takes::Set, USER, false),
    known(Name::Part(Part::Votes), &["votes"], Takes::Ordered, NUMBER, true),
    known(Name::Part(Part::Watcher), &["watcher"], Takes::Set, USER, false),
    known(Name::Part(Part::Watchers), &["watchers"], Takes::Ordered, NUMBER, true),
    known(Name::Part(Part::Worker), &["worklogAuthor"], Takes::Set, USER, false),
    known(Name::Part(Part::WorkComment), &["worklogComment"], Takes::OnlyWords, TEXT, false),
    known(Name::Part(Part::WorkDate), &["worklogDate"], Takes::Dated, DATE, false),
    known(Name::Part(Part::Ratio), &["workratio"], Takes::Ordered, NUMBER, true),
];

/// The field with a name; the error is Jira's.
pub(crate) fn find(site: &Site, field: &Field) -> Result<Name, String> {
    let missing =
        || format!("Field '{}' does not exist or you do not have permission to view it.", field.shown());
    if let Some((key, path)) = &field.property {
        return if field.name.eq_ignore_ascii_case("issue.property") {
            Ok(Name::Property(key.clone(), path.clone()))
        } else {
            Err(missing())
        };
    }
    let named = |known: &&Known| known.words.iter().any(|word| word.eq_ignore_ascii_case(&field.name));
    if let Some(known) = KNOWN.iter().find(named) {
        return Ok(known.name.clone());
    }
    custom(site, &field.name).map(Name::Custom).ok_or_else(missing)
}

/// A custom field by name, id, number, or by name and kind as Cloud writes it: `Points[Number]`.
fn custom(site: &Site, field: &str) -> Option<Row<Custom>> {
    let customs = &site.catalog;
    let find =
        |fits: &dyn Fn(&Custom) -> bool| customs.customs().find(|(_, one)| fits(one)).map(|(row, _)| row);
    let number = field.strip_prefix("cf[").and_then(|rest| rest.strip_suffix(']'));
    if let Some(number) = number.and_then(|number| number.parse::<u32>().ok()) {
        return find(&|custom| custom.number == number);
    }
    let by_name = |name: &str| {
        find(&|custom| custom.name.eq_ignore_ascii_case(name) || custom.id.eq_ignore_ascii_case(name))
    };
    let plain = || field.strip_suffix(']')?.rsplit_once('[').and_then(|(name, _)| by_name(name.trim_end()));
    by_name(field).or_else(plain)
}

/// Which operators a field takes.
pub(crate) fn takes(site: &Site, name: &Name) -> Takes {
    match name {
        Name::Custom(row) => match site.catalog.custom.get(*row).shape {
            Shape::Text | Shape::Area | Shape::ReadOnly | Shape::EpicName => Takes::Words,
            Shape::Number | Shape::Date | Shape::Moment => Takes::Ordered,
            _ => Takes::Set,
        },
        Name::Property(..) => Takes::Everything,
        name => KNOWN.iter().find(|known| known.name == *name).map_or(Takes::Set, |known| known.takes),
    }
}
