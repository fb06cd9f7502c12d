//! Fields of projects, releases, teams, people and other settings.

use super::Kind;
use super::field::{Field, Slot, decimal, flag, many, number, one, text, time};

/// The fields of a setting that is no General; none for the others.
pub(super) fn of(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::RelationType | Kind::EntityType => NAMED,
        Kind::Role => ROLE,
        Kind::Process => PROCESS,
        Kind::Workflow => WORKFLOW,
        Kind::EntityState => STATE,
        Kind::Priority => PRIORITY,
        Kind::Severity => SEVERITY,
        Kind::GeneralUser | Kind::User | Kind::Requester => USER,
        Kind::CustomField => CUSTOM_FIELD,
        _ => &[],
    }
}

const ID: Field = number("Id", Slot::Id);
const NAME: Field = text("Name", Slot::Name);
const EFFORT: Field = decimal("Effort", Slot::Effort);
const COMPLETED: Field = decimal("EffortCompleted", Slot::EffortCompleted);
const TO_DO: Field = decimal("EffortToDo", Slot::EffortToDo);
const PROGRESS: Field = decimal("Progress", Slot::Progress);
const CURRENT: Field = flag("IsCurrent", Slot::IsCurrent);

pub(super) const PROJECT: &[Field] = &[
    flag("IsActive", Slot::IsActive).set(),
    text("Abbreviation", Slot::Abbreviation).set(),
    text("Color", Slot::Color).set(),
    EFFORT,
    COMPLETED,
    TO_DO,
    PROGRESS,
    one("Process", Slot::Process, Kind::Process).set(),
    many("Epics", Slot::Epics, Kind::Epic),
    many("Features", Slot::Features, Kind::Feature),
    many("UserStories", Slot::UserStories, Kind::UserStory),
    many("Tasks", Slot::Tasks, Kind::Task),
    many("Bugs", Slot::Bugs, Kind::Bug),
    many("Requests", Slot::Requests, Kind::Request),
    many("Releases", Slot::Releases, Kind::Release),
    many("Iterations", Slot::Iterations, Kind::Iteration),
    many("Teams", Slot::Teams, Kind::Team),
];

/// What releases, iterations and team iterations have besides.
pub(super) const SPAN: &[Field] = &[
    EFFORT,
    COMPLETED,
    TO_DO,
    PROGRESS,
    CURRENT,
    flag("IsNext", Slot::IsNext),
    flag("IsPrevious", Slot::IsPrevious),
    many("UserStories", Slot::UserStories, Kind::UserStory),
    many("Tasks", Slot::Tasks, Kind::Task),
    many("Bugs", Slot::Bugs, Kind::Bug),
    many("Assignables", Slot::Assignables, Kind::Assignable),
];

pub(super) const RELEASE: &[Field] = &[
    many("Features", Slot::Features, Kind::Feature),
    many("Projects", Slot::Projects, Kind::Project),
    many("Iterations", Slot::Iterations, Kind::Iteration),
];

pub(super) const ITERATION: &[Field] = &[
    decimal("Velocity", Slot::Velocity).set(),
    number("Duration", Slot::Duration),
    one("Release", Slot::Release, Kind::Release).required(),
];

pub(super) const TEAM_ITERATION: &[Field] = &[
    decimal("Velocity", Slot::Velocity).set(),
    number("Duration", Slot::Duration),
    one("Team", Slot::Team, Kind::Team).required(),
    one("Release", Slot::Release, Kind::Release).set(),
];

pub(super) const MILESTONE: &[Field] =
    &[time("Date", Slot::StartDate).required(), many("Generals", Slot::Generals, Kind::General)];

pub(super) const TEAM: &[Field] = &[
    flag("IsActive", Slot::IsActive).set(),
    text("EmojiIcon", Slot::EmojiIcon).set(),
    many("Projects", Slot::Projects, Kind::Project).set(),
    many("TeamIterations", Slot::TeamIterations, Kind::TeamIteration),
    many("Assignables", Slot::Assignables, Kind::Assignable),
];

const NAMED: &[Field] = &[ID, NAME];
const ROLE: &[Field] = &[ID, NAME, flag("HasEffort", Slot::HasEffort)];
const PROCESS: &[Field] = &[
    ID,
    NAME,
    flag("IsDefault", Slot::IsDefault),
    many("Workflows", Slot::Workflows, Kind::Workflow),
    many("EntityStates", Slot::EntityStates, Kind::EntityState),
    many("Projects", Slot::Projects, Kind::Project),
];
const WORKFLOW: &[Field] = &[
    ID,
    NAME,
    one("EntityType", Slot::EntityType, Kind::EntityType),
    one("Process", Slot::Process, Kind::Process),
    many("EntityStates", Slot::EntityStates, Kind::EntityState),
];
const STATE: &[Field] = &[
    ID,
    NAME,
    flag("IsInitial", Slot::IsInitial),
    flag("IsFinal", Slot::IsFinal),
    flag("IsPlanned", Slot::IsPlanned),
    flag("IsCommentRequired", Slot::IsCommentRequired),
    number("NumericPriority", Slot::NumericPriority),
    one("Role", Slot::Role, Kind::Role),
    one("Workflow", Slot::Workflow, Kind::Workflow),
    one("Process", Slot::Process, Kind::Process),
    one("EntityType", Slot::EntityType, Kind::EntityType),
    many("NextStates", Slot::NextStates, Kind::EntityState),
];
const PRIORITY: &[Field] = &[
    ID,
    NAME,
    number("Importance", Slot::Importance),
    flag("IsDefault", Slot::IsDefault),
    one("EntityType", Slot::EntityType, Kind::EntityType),
];
const SEVERITY: &[Field] =
    &[ID, NAME, number("Importance", Slot::Importance), flag("IsDefault", Slot::IsDefault)];
const USER: &[Field] = &[
    text("Kind", Slot::Kind),
    ID,
    text("FirstName", Slot::FirstName).required(),
    text("LastName", Slot::LastName).required(),
    text("FullName", Slot::FullName),
    text("Email", Slot::Email).required(),
    text("Login", Slot::Login).required(),
    text("Password", Slot::Password).required().hidden(),
    time("CreateDate", Slot::CreateDate),
    time("ModifyDate", Slot::ModifyDate),
    time("DeleteDate", Slot::DeleteDate),
    flag("IsActive", Slot::IsActive).set(),
    flag("IsAdministrator", Slot::IsAdministrator).set(),
    decimal("WeeklyAvailableHours", Slot::WeeklyAvailableHours).set(),
    number("EntityVersion", Slot::EntityVersion),
    one("Role", Slot::Role, Kind::Role).set(),
    many("Assignables", Slot::Assignables, Kind::Assignable),
];
const CUSTOM_FIELD: &[Field] = &[
    ID,
    NAME,
    text("FieldType", Slot::FieldType),
    text("Value", Slot::Value),
    one("EntityType", Slot::EntityType, Kind::EntityType),
    one("Process", Slot::Process, Kind::Process),
];
