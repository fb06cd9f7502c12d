//! Fields of the two histories of items (developer hub, "Historical Record").

use super::field::{Field, Slot, decimal, flag, number, one, text, time};
use super::{Kind, Subject};

/// What a record of the simple history has.
pub(super) const SIMPLE: &[Field] = &[
    number("Id", Slot::Id),
    time("Date", Slot::Date),
    decimal("Effort", Slot::Effort),
    decimal("EffortCompleted", Slot::EffortCompleted),
    decimal("EffortToDo", Slot::EffortToDo),
    one("Project", Slot::Project, Kind::Project),
    one("EntityState", Slot::EntityState, Kind::EntityState),
    one("Modifier", Slot::Modifier, Kind::GeneralUser),
    one("Release", Slot::Release, Kind::Release),
    one("Iteration", Slot::Iteration, Kind::Iteration),
];

/// What a record of the full history has; each field with whether it changed.
pub(super) const FULL: &[Field] = &[
    number("Id", Slot::Id),
    time("Date", Slot::Date),
    time("DateTo", Slot::DateTo),
    text("Modification", Slot::Modification),
    text("Name", Slot::Name),
    flag("IsChangedName", Slot::Changed("Name")),
    text("Description", Slot::Description),
    flag("IsChangedDescription", Slot::Changed("Description")),
    time("StartDate", Slot::StartDate),
    flag("IsChangedStartDate", Slot::Changed("StartDate")),
    time("EndDate", Slot::EndDate),
    flag("IsChangedEndDate", Slot::Changed("EndDate")),
    time("CreateDate", Slot::CreateDate),
    flag("IsChangedCreateDate", Slot::Changed("CreateDate")),
    time("ModifyDate", Slot::ModifyDate),
    flag("IsChangedModifyDate", Slot::Changed("ModifyDate")),
    time("LastCommentDate", Slot::LastCommentDate),
    flag("IsChangedLastCommentDate", Slot::Changed("LastCommentDate")),
    number("NumericPriority", Slot::NumericPriority),
    flag("IsChangedNumericPriority", Slot::Changed("NumericPriority")),
    decimal("Effort", Slot::Effort),
    flag("IsChangedEffort", Slot::Changed("Effort")),
    decimal("EffortCompleted", Slot::EffortCompleted),
    decimal("EffortToDo", Slot::EffortToDo),
    time("PlannedStartDate", Slot::PlannedStartDate),
    flag("IsChangedPlannedStartDate", Slot::Changed("PlannedStartDate")),
    time("PlannedEndDate", Slot::PlannedEndDate),
    flag("IsChangedPlannedEndDate", Slot::Changed("PlannedEndDate")),
    flag("IsChangedProject", Slot::Changed("Project")),
    flag("IsChangedRelease", Slot::Changed("Release")),
    flag("IsChangedIteration", Slot::Changed("Iteration")),
    flag("IsChangedTeamIteration", Slot::Changed("TeamIteration")),
    flag("IsChangedPriority", Slot::Changed("Priority")),
    flag("IsChangedEntityState", Slot::Changed("EntityState")),
    flag("IsChangedOwner", Slot::Changed("Owner")),
    one("EntityType", Slot::EntityType, Kind::EntityType),
    one("Project", Slot::Project, Kind::Project),
    one("Release", Slot::Release, Kind::Release),
    one("Iteration", Slot::Iteration, Kind::Iteration),
    one("TeamIteration", Slot::TeamIteration, Kind::TeamIteration),
    one("Priority", Slot::Priority, Kind::Priority),
    one("EntityState", Slot::EntityState, Kind::EntityState),
    one("LastEditor", Slot::LastEditor, Kind::GeneralUser),
    one("Owner", Slot::Owner, Kind::GeneralUser),
    one("LastCommentedUser", Slot::LastCommentedUser, Kind::GeneralUser),
    one("Modifier", Slot::Modifier, Kind::GeneralUser),
];

macro_rules! subjects {
    ($($subject:ident $simple:ident $full:ident $name:literal $current:literal;)*) => {
        $(
            const $simple: &[Field] = &[one($name, Slot::Subject, Kind::$subject)];
            const $full: &[Field] = &[
                one($current, Slot::Subject, Kind::$subject),
                one("PreviousHistoryRecord", Slot::PreviousRecord, Kind::History(Subject::$subject)),
            ];
        )*
        /// The fields that name the item a simple record is about.
        pub(super) fn simple(subject: Subject) -> &'static [Field] {
            match subject { $(Subject::$subject => $simple,)* }
        }
        /// The fields that name the item a full record is about, and the record before.
        pub(super) fn full(subject: Subject) -> &'static [Field] {
            match subject { $(Subject::$subject => $full,)* }
        }
    };
}

subjects! {
    PortfolioEpic SIMPLE_PORTFOLIO FULL_PORTFOLIO "PortfolioEpic" "CurrentPortfolioEpic";
    Epic SIMPLE_EPIC FULL_EPIC "Epic" "CurrentEpic";
    Feature SIMPLE_FEATURE FULL_FEATURE "Feature" "CurrentFeature";
    UserStory SIMPLE_STORY FULL_STORY "UserStory" "CurrentUserStory";
    Task SIMPLE_TASK FULL_TASK "Task" "CurrentTask";
    Bug SIMPLE_BUG FULL_BUG "Bug" "CurrentBug";
    Request SIMPLE_REQUEST FULL_REQUEST "Request" "CurrentRequest";
}
