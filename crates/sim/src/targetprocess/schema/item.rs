//! Fields of Generals and of what is stored as items.

use super::Kind;
use super::field::{Field, Slot, custom, decimal, flag, many, number, one, text, time};

/// What every General has, in the order of the vendor's answers.
pub(super) const GENERAL: &[Field] = &[
    number("Id", Slot::Id),
    text("Name", Slot::Name).required(),
    text("Description", Slot::Description).set(),
    time("StartDate", Slot::StartDate).set(),
    time("EndDate", Slot::EndDate).set(),
    time("CreateDate", Slot::CreateDate),
    time("ModifyDate", Slot::ModifyDate),
    time("DeleteDate", Slot::DeleteDate).hidden(),
    time("LastCommentDate", Slot::LastCommentDate),
    text("Tags", Slot::Tags).set(),
    number("NumericPriority", Slot::NumericPriority).set(),
    number("EntityVersion", Slot::EntityVersion),
    one("EntityType", Slot::EntityType, Kind::EntityType),
    one("LastEditor", Slot::LastEditor, Kind::GeneralUser),
    one("Owner", Slot::Owner, Kind::GeneralUser).set(),
    one("Creator", Slot::Creator, Kind::GeneralUser),
    one("LastCommentedUser", Slot::LastCommentedUser, Kind::GeneralUser),
    one("Project", Slot::Project, Kind::Project).required(),
    one("LinkedTestPlan", Slot::LinkedTestPlan, Kind::TestPlan).set(),
    one("Milestone", Slot::Milestone, Kind::Milestone).set(),
    many("Comments", Slot::Comments, Kind::Comment).set(),
    many("Attachments", Slot::Attachments, Kind::Attachment),
    many("TagObjects", Slot::TagObjects, Kind::Tag).set(),
    many("InboundRelations", Slot::InboundRelations, Kind::Relation),
    many("OutboundRelations", Slot::OutboundRelations, Kind::Relation),
    many("MasterRelations", Slot::InboundRelations, Kind::Relation),
    many("SlaveRelations", Slot::OutboundRelations, Kind::Relation),
];

/// What stands at the end of every General.
pub(super) const LAST: &[Field] = &[custom("CustomFields", Slot::CustomFields).set()];

/// What every Assignable has besides.
pub(super) const ASSIGNABLE: &[Field] = &[
    decimal("Effort", Slot::Effort).set(),
    decimal("EffortCompleted", Slot::EffortCompleted),
    decimal("EffortToDo", Slot::EffortToDo),
    decimal("Progress", Slot::Progress),
    decimal("TimeSpent", Slot::TimeSpent),
    decimal("TimeRemain", Slot::TimeRemain),
    time("LastStateChangeDate", Slot::LastStateChangeDate),
    time("PlannedStartDate", Slot::PlannedStartDate).set(),
    time("PlannedEndDate", Slot::PlannedEndDate).set(),
    text("Units", Slot::Units),
    one("Release", Slot::Release, Kind::Release).set(),
    one("Iteration", Slot::Iteration, Kind::Iteration).set(),
    one("TeamIteration", Slot::TeamIteration, Kind::TeamIteration).set(),
    one("Team", Slot::Team, Kind::Team).set(),
    one("Priority", Slot::Priority, Kind::Priority).set(),
    one("EntityState", Slot::EntityState, Kind::EntityState).set(),
    one("ResponsibleTeam", Slot::ResponsibleTeam, Kind::TeamAssignment),
    many("Assignments", Slot::Assignments, Kind::Assignment).set(),
    many("AssignedUser", Slot::AssignedUser, Kind::GeneralUser),
    many("AssignedTeams", Slot::AssignedTeams, Kind::TeamAssignment).set(),
    many("TeamAssignments", Slot::AssignedTeams, Kind::TeamAssignment).set(),
    many("RoleEfforts", Slot::RoleEfforts, Kind::RoleEffort).set(),
    many("Times", Slot::Times, Kind::Time).set(),
    many("InboundAssignables", Slot::InboundAssignables, Kind::Assignable),
    many("OutboundAssignables", Slot::OutboundAssignables, Kind::Assignable),
];

const ESTIMATE: Field = decimal("InitialEstimate", Slot::InitialEstimate).set();
const BUILD: Field = one("Build", Slot::Build, Kind::General);

pub(super) const PORTFOLIO_EPIC: &[Field] = &[
    ESTIMATE,
    many("Epics", Slot::Epics, Kind::Epic),
    many("History", Slot::History, Kind::SimpleHistory(super::Subject::PortfolioEpic)),
];

pub(super) const EPIC: &[Field] = &[
    ESTIMATE,
    one("PortfolioEpic", Slot::PortfolioEpic, Kind::PortfolioEpic).set(),
    BUILD,
    many("Features", Slot::Features, Kind::Feature).set(),
    many("History", Slot::History, Kind::SimpleHistory(super::Subject::Epic)),
];

pub(super) const FEATURE: &[Field] = &[
    ESTIMATE,
    one("Epic", Slot::Epic, Kind::Epic).set(),
    one("PortfolioEpic", Slot::PortfolioEpic, Kind::PortfolioEpic).set(),
    BUILD,
    many("UserStories", Slot::UserStories, Kind::UserStory).set(),
    many("Bugs", Slot::Bugs, Kind::Bug).set(),
    many("History", Slot::History, Kind::SimpleHistory(super::Subject::Feature)),
];

pub(super) const STORY: &[Field] = &[
    ESTIMATE,
    one("Feature", Slot::Feature, Kind::Feature).set(),
    BUILD,
    many("Tasks", Slot::Tasks, Kind::Task).set(),
    many("Bugs", Slot::Bugs, Kind::Bug).set(),
    many("History", Slot::History, Kind::SimpleHistory(super::Subject::UserStory)),
];

pub(super) const TASK: &[Field] = &[
    one("UserStory", Slot::UserStory, Kind::UserStory).required(),
    many("History", Slot::History, Kind::SimpleHistory(super::Subject::Task)),
];

pub(super) const BUG: &[Field] = &[
    one("UserStory", Slot::UserStory, Kind::UserStory).set(),
    one("Feature", Slot::Feature, Kind::Feature).set(),
    one("Severity", Slot::Severity, Kind::Severity).set(),
    BUILD,
    many("History", Slot::History, Kind::SimpleHistory(super::Subject::Bug)),
];

pub(super) const REQUEST: &[Field] =
    &[BUILD, many("History", Slot::History, Kind::SimpleHistory(super::Subject::Request))];

pub(super) const TEST_PLAN: &[Field] = &[many("TestCases", Slot::TestCases, Kind::TestCase).set()];

pub(super) const TEST_CASE: &[Field] = &[
    text("LastRunStatus", Slot::LastRunStatus),
    flag("LastStatus", Slot::LastRunStatus),
    one("Priority", Slot::Priority, Kind::Priority).set(),
    many("TestPlans", Slot::TestPlans, Kind::TestPlan).set(),
];
