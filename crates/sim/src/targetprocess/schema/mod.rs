//! Which resources there are, how they descend from each other, and which fields each has: one table for v1 and v2,
//! for reading and for filtering.
//!
//! Names are those of v1 (`PascalCase`); v2 writes them in `camelCase` and takes any case. The fields stand in
//! [`item`], [`part`], [`setting`] and [`past`].

pub(crate) mod field;
mod item;
mod part;
mod past;
mod setting;

pub(crate) use self::field::{Field, Shape, Slot};

/// A kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    General,
    Assignable,
    PortfolioEpic,
    Epic,
    Feature,
    UserStory,
    Task,
    Bug,
    Request,
    TestPlan,
    TestCase,
    Project,
    Release,
    Iteration,
    TeamIteration,
    Milestone,
    Team,
    Comment,
    Attachment,
    Assignment,
    TeamAssignment,
    RoleEffort,
    Relation,
    RelationType,
    Time,
    Tag,
    Process,
    Workflow,
    EntityState,
    Priority,
    Severity,
    GeneralUser,
    User,
    Requester,
    Role,
    EntityType,
    CustomField,
    GeneralConversion,
    /// State, effort, release and iteration of an item as they were.
    SimpleHistory(Subject),
    /// Everything about an item as it was.
    History(Subject),
}

/// A kind of item that has a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    PortfolioEpic,
    Epic,
    Feature,
    UserStory,
    Task,
    Bug,
    Request,
}

impl Subject {
    /// The kind of item.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::PortfolioEpic => Kind::PortfolioEpic,
            Self::Epic => Kind::Epic,
            Self::Feature => Kind::Feature,
            Self::UserStory => Kind::UserStory,
            Self::Task => Kind::Task,
            Self::Bug => Kind::Bug,
            Self::Request => Kind::Request,
        }
    }

    /// The subject that is this kind, if it has a history.
    pub(crate) fn of(kind: Kind) -> Option<Self> {
        let all = [
            Self::PortfolioEpic,
            Self::Epic,
            Self::Feature,
            Self::UserStory,
            Self::Task,
            Self::Bug,
            Self::Request,
        ];
        all.into_iter().find(|subject| subject.kind() == kind)
    }
}

/// Kinds with their name and the name of their collection.
const NAMES: &[(Kind, &str, &str)] = &[
    (Kind::General, "General", "Generals"),
    (Kind::Assignable, "Assignable", "Assignables"),
    (Kind::PortfolioEpic, "PortfolioEpic", "PortfolioEpics"),
    (Kind::Epic, "Epic", "Epics"),
    (Kind::Feature, "Feature", "Features"),
    (Kind::UserStory, "UserStory", "UserStories"),
    (Kind::Task, "Task", "Tasks"),
    (Kind::Bug, "Bug", "Bugs"),
    (Kind::Request, "Request", "Requests"),
    (Kind::TestPlan, "TestPlan", "TestPlans"),
    (Kind::TestCase, "TestCase", "TestCases"),
    (Kind::Project, "Project", "Projects"),
    (Kind::Release, "Release", "Releases"),
    (Kind::Iteration, "Iteration", "Iterations"),
    (Kind::TeamIteration, "TeamIteration", "TeamIterations"),
    (Kind::Milestone, "Milestone", "Milestones"),
    (Kind::Team, "Team", "Teams"),
    (Kind::Comment, "Comment", "Comments"),
    (Kind::Attachment, "Attachment", "Attachments"),
    (Kind::Assignment, "Assignment", "Assignments"),
    (Kind::TeamAssignment, "TeamAssignment", "TeamAssignments"),
    (Kind::RoleEffort, "RoleEffort", "RoleEfforts"),
    (Kind::Relation, "Relation", "Relations"),
    (Kind::RelationType, "RelationType", "RelationTypes"),
    (Kind::Time, "Time", "Times"),
    (Kind::Tag, "Tag", "Tags"),
    (Kind::Process, "Process", "Processes"),
    (Kind::Workflow, "Workflow", "Workflows"),
    (Kind::EntityState, "EntityState", "EntityStates"),
    (Kind::Priority, "Priority", "Priorities"),
    (Kind::Severity, "Severity", "Severities"),
    (Kind::GeneralUser, "GeneralUser", "GeneralUsers"),
    (Kind::User, "User", "Users"),
    (Kind::Requester, "Requester", "Requesters"),
    (Kind::Role, "Role", "Roles"),
    (Kind::EntityType, "EntityType", "EntityTypes"),
    (Kind::CustomField, "CustomField", "CustomFields"),
    (Kind::GeneralConversion, "GeneralConversion", "GeneralConversions"),
    (
        Kind::SimpleHistory(Subject::PortfolioEpic),
        "PortfolioEpicSimpleHistory",
        "PortfolioEpicSimpleHistories",
    ),
    (Kind::SimpleHistory(Subject::Epic), "EpicSimpleHistory", "EpicSimpleHistories"),
    (Kind::SimpleHistory(Subject::Feature), "FeatureSimpleHistory", "FeatureSimpleHistories"),
    (Kind::SimpleHistory(Subject::UserStory), "UserStorySimpleHistory", "UserStorySimpleHistories"),
    (Kind::SimpleHistory(Subject::Task), "TaskSimpleHistory", "TaskSimpleHistories"),
    (Kind::SimpleHistory(Subject::Bug), "BugSimpleHistory", "BugSimpleHistories"),
    (Kind::SimpleHistory(Subject::Request), "RequestSimpleHistory", "RequestSimpleHistories"),
    (Kind::History(Subject::PortfolioEpic), "PortfolioEpicHistory", "PortfolioEpicHistories"),
    (Kind::History(Subject::Epic), "EpicHistory", "EpicHistories"),
    (Kind::History(Subject::Feature), "FeatureHistory", "FeatureHistories"),
    (Kind::History(Subject::UserStory), "UserStoryHistory", "UserStoryHistories"),
    (Kind::History(Subject::Task), "TaskHistory", "TaskHistories"),
    (Kind::History(Subject::Bug), "BugHistory", "BugHistories"),
    (Kind::History(Subject::Request), "RequestHistory", "RequestHistories"),
];

/// The kinds that are stored as items. Their order numbers states, priorities and custom fields of a fresh simulator.
pub(crate) const ITEMS: &[Kind] = &[
    Kind::Epic,
    Kind::Feature,
    Kind::UserStory,
    Kind::Task,
    Kind::Bug,
    Kind::Request,
    Kind::PortfolioEpic,
    Kind::TestPlan,
    Kind::TestCase,
];

impl Kind {
    /// Every kind.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(kind, ..)| *kind)
    }

    /// The resource's name.
    pub(crate) fn name(self) -> &'static str {
        NAMES.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, name, _)| name)
    }

    /// The name of its collection.
    pub(crate) fn plural(self) -> &'static str {
        NAMES.iter().find(|(kind, ..)| *kind == self).map_or("", |(.., plural)| plural)
    }

    /// The kind whose resource or collection has this name in any case. Targetprocess takes both forms in both APIs,
    /// whatever its documents prefer.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let fits = |(_, one, many): &&(Self, &str, &str)| {
            many.eq_ignore_ascii_case(name) || one.eq_ignore_ascii_case(name)
        };
        NAMES.iter().find(fits).map(|(kind, ..)| *kind)
    }

    /// The kind it descends from (developer hub, "Resources and collections": Hierarchy).
    fn parent(self) -> Option<Self> {
        match self {
            Self::PortfolioEpic
            | Self::Epic
            | Self::Feature
            | Self::UserStory
            | Self::Task
            | Self::Bug
            | Self::Request
            | Self::TestPlan => Some(Self::Assignable),
            Self::Assignable
            | Self::TestCase
            | Self::Project
            | Self::Release
            | Self::Iteration
            | Self::TeamIteration
            | Self::Milestone
            | Self::Team => Some(Self::General),
            Self::User | Self::Requester => Some(Self::GeneralUser),
            _ => None,
        }
    }

    /// Whether it is stored as an item.
    pub(crate) fn is_item(self) -> bool {
        ITEMS.contains(&self)
    }

    /// Whether a resource of the other kind is found in this kind's collection.
    pub(crate) fn takes(self, other: Self) -> bool {
        self == other || other.parent().is_some_and(|parent| self.takes(parent))
    }

    /// The kind's fields.
    pub(crate) fn fields(self) -> impl Iterator<Item = &'static Field> {
        let parts: [&[Field]; 4] = match self {
            Self::General => [item::GENERAL, &[], &[], item::LAST],
            Self::Assignable => [item::GENERAL, item::ASSIGNABLE, &[], item::LAST],
            Self::PortfolioEpic => [item::GENERAL, item::ASSIGNABLE, item::PORTFOLIO_EPIC, item::LAST],
            Self::Epic => [item::GENERAL, item::ASSIGNABLE, item::EPIC, item::LAST],
            Self::Feature => [item::GENERAL, item::ASSIGNABLE, item::FEATURE, item::LAST],
            Self::UserStory => [item::GENERAL, item::ASSIGNABLE, item::STORY, item::LAST],
            Self::Task => [item::GENERAL, item::ASSIGNABLE, item::TASK, item::LAST],
            Self::Bug => [item::GENERAL, item::ASSIGNABLE, item::BUG, item::LAST],
            Self::Request => [item::GENERAL, item::ASSIGNABLE, item::REQUEST, item::LAST],
            Self::TestPlan => [item::GENERAL, item::ASSIGNABLE, item::TEST_PLAN, item::LAST],
            Self::TestCase => [item::GENERAL, item::TEST_CASE, &[], item::LAST],
            Self::Project => [item::GENERAL, setting::PROJECT, &[], item::LAST],
            Self::Release => [item::GENERAL, setting::SPAN, setting::RELEASE, item::LAST],
            Self::Iteration => [item::GENERAL, setting::SPAN, setting::ITERATION, item::LAST],
            Self::TeamIteration => [item::GENERAL, setting::SPAN, setting::TEAM_ITERATION, item::LAST],
            Self::Milestone => [item::GENERAL, setting::MILESTONE, &[], item::LAST],
            Self::Team => [item::GENERAL, setting::TEAM, &[], item::LAST],
            Self::SimpleHistory(subject) => [past::SIMPLE, past::simple(subject), &[], &[]],
            Self::History(subject) => [past::FULL, past::full(subject), &[], &[]],
            other => [part::of(other), setting::of(other), &[], &[]],
        };
        parts.into_iter().flatten()
    }

    /// The field with this name, in any case.
    pub(crate) fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// What a reference to it shows beside its type.
    pub(crate) fn short(self) -> &'static [&'static str] {
        match self {
            Self::GeneralUser | Self::User | Self::Requester => {
                &["Id", "FirstName", "LastName", "Login", "FullName"]
            }
            Self::EntityState => &["Id", "Name", "NumericPriority"],
            Self::Priority | Self::Severity => &["Id", "Name", "Importance"],
            Self::Project => &["Id", "Name", "Process"],
            Self::Team => &["Id", "Name", "EmojiIcon"],
            _ if self.field("Name").is_none() => &["Id"],
            _ => &["Id", "Name"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_either_name_in_any_case() {
        assert_eq!(Kind::of("userstories"), Some(Kind::UserStory));
        assert_eq!(Kind::of("UserStory"), Some(Kind::UserStory));
        assert_eq!(Kind::of("bughistories"), Some(Kind::History(Subject::Bug)));
        assert_eq!(Kind::of("nothing"), None);
    }

    #[test]
    fn every_kind_has_an_id_and_no_field_twice() {
        for kind in Kind::all() {
            assert!(kind.field("id").is_some(), "{kind:?}");
            let mut names: Vec<String> = kind.fields().map(|field| field.name.to_lowercase()).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{kind:?}");
            assert!(kind.short().iter().all(|name| kind.field(name).is_some()), "{kind:?}");
        }
    }

    #[test]
    fn a_collection_takes_what_descends_from_it() {
        assert!(Kind::General.takes(Kind::UserStory) && Kind::General.takes(Kind::Project));
        assert!(Kind::Assignable.takes(Kind::TestPlan) && !Kind::Assignable.takes(Kind::TestCase));
        assert!(Kind::GeneralUser.takes(Kind::Requester) && !Kind::User.takes(Kind::Requester));
    }
}
