//! Fields: their names, what they hold, and what they mean.

use super::Kind;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A whole number, or one that is shown as short as it can be.
    Number,
    /// Shown with four digits after the point, as in `12.5000`.
    Decimal,
    Flag,
    Text,
    Time,
    One(Kind),
    Many(Kind),
    /// The list of custom fields.
    Custom,
}

/// A field of a resource.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) slot: Slot,
    pub(crate) shape: Shape,
    /// Shown only when it is asked for by name.
    pub(crate) hidden: bool,
    /// What the API says about writing it.
    pub(crate) access: Access,
}

/// Whether a field can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Only shown. Writing it is passed over, so that what was read can be sent back.
    Read,
    Write,
    /// A create without it is refused.
    Required,
}

impl Field {
    /// The same field, shown only when it is asked for.
    pub(super) const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// The same field, open for writing.
    pub(super) const fn set(mut self) -> Self {
        self.access = Access::Write;
        self
    }

    /// The same field, without which nothing is created.
    pub(super) const fn required(mut self) -> Self {
        self.access = Access::Required;
        self
    }
}

const fn field(name: &'static str, slot: Slot, shape: Shape) -> Field {
    Field { name, slot, shape, hidden: false, access: Access::Read }
}

pub(super) const fn number(name: &'static str, slot: Slot) -> Field {
    field(name, slot, Shape::Number)
}

pub(super) const fn decimal(name: &'static str, slot: Slot) -> Field {
    field(name, slot, Shape::Decimal)
}

pub(super) const fn flag(name: &'static str, slot: Slot) -> Field {
    field(name, slot, Shape::Flag)
}

pub(super) const fn text(name: &'static str, slot: Slot) -> Field {
    field(name, slot, Shape::Text)
}

pub(super) const fn time(name: &'static str, slot: Slot) -> Field {
    field(name, slot, Shape::Time)
}

pub(super) const fn one(name: &'static str, slot: Slot, kind: Kind) -> Field {
    field(name, slot, Shape::One(kind))
}

pub(super) const fn many(name: &'static str, slot: Slot, kind: Kind) -> Field {
    field(name, slot, Shape::Many(kind))
}

pub(super) const fn custom(name: &'static str, slot: Slot) -> Field {
    field(name, slot, Shape::Custom)
}

/// Every field there is; [`crate::targetprocess::read`] knows which resource has which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Id,
    Name,
    Description,
    StartDate,
    EndDate,
    CreateDate,
    ModifyDate,
    DeleteDate,
    LastCommentDate,
    Tags,
    TagObjects,
    NumericPriority,
    EntityVersion,
    EntityType,
    LastEditor,
    Owner,
    Creator,
    LastCommentedUser,
    Project,
    LinkedTestPlan,
    Milestone,
    CustomFields,
    Comments,
    Attachments,
    InboundRelations,
    OutboundRelations,
    IsCurrent,
    IsNext,
    IsPrevious,
    Effort,
    EffortCompleted,
    EffortToDo,
    Progress,
    TimeSpent,
    TimeRemain,
    LastStateChangeDate,
    PlannedStartDate,
    PlannedEndDate,
    InitialEstimate,
    Units,
    Release,
    Iteration,
    TeamIteration,
    Team,
    ResponsibleTeam,
    Priority,
    Severity,
    EntityState,
    Assignments,
    AssignedUser,
    AssignedTeams,
    RoleEfforts,
    Times,
    InboundAssignables,
    OutboundAssignables,
    History,
    PortfolioEpic,
    Epic,
    Feature,
    UserStory,
    Epics,
    Features,
    UserStories,
    Tasks,
    Bugs,
    Requests,
    Assignables,
    TestCases,
    TestPlans,
    Build,
    LastRunStatus,
    General,
    Generals,
    ParentId,
    IsPrivate,
    IsPinned,
    DescriptionModifyDate,
    UniqueFileName,
    Uri,
    ThumbnailUri,
    MimeType,
    Size,
    Assignable,
    GeneralUser,
    Role,
    Master,
    Slave,
    /// The master of a relation if it is of this kind (developer hub, "Working with Relations").
    MasterAs(Kind),
    SlaveAs(Kind),
    RelationType,
    Date,
    DateTo,
    Spent,
    Remain,
    IsEstimation,
    User,
    /// The item of a time entry if it is of this kind.
    AssignableAs(Kind),
    Abbreviation,
    Color,
    EmojiIcon,
    IsActive,
    Process,
    Projects,
    Releases,
    Iterations,
    TeamIterations,
    Teams,
    Velocity,
    Duration,
    Workflow,
    Workflows,
    EntityStates,
    IsInitial,
    IsFinal,
    IsPlanned,
    IsCommentRequired,
    NextStates,
    Importance,
    IsDefault,
    HasEffort,
    Kind,
    Login,
    FirstName,
    LastName,
    FullName,
    Email,
    IsAdministrator,
    WeeklyAvailableHours,
    /// Written, never shown.
    Password,
    FieldType,
    Value,
    FromGeneralId,
    FromGeneralType,
    ActualGeneral,
    Modification,
    Modifier,
    PreviousRecord,
    /// The item a record of the history is about.
    Subject,
    /// Whether this field differs from the record before.
    Changed(&'static str),
}
