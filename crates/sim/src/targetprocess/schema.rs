//! Which resources there are and which fields each has: one table for v1 and v2, reading and filtering.
//!
//! Names are those of v1 (`PascalCase`); v2 writes them in `camelCase` and takes any case.

/// A kind of resource. `General` and `Assignable` stand for any item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    General,
    Assignable,
    Epic,
    Feature,
    UserStory,
    Task,
    Bug,
    Request,
    Comment,
    Assignment,
    Relation,
    RelationType,
    Project,
    Process,
    Release,
    Iteration,
    TeamIteration,
    Team,
    EntityState,
    Priority,
    Severity,
    User,
    Role,
    EntityType,
    CustomField,
    GeneralConversion,
}

/// Kinds with their name and the name of their collection.
const NAMES: &[(Kind, &str, &str)] = &[
    (Kind::General, "General", "Generals"),
    (Kind::Assignable, "Assignable", "Assignables"),
    (Kind::Epic, "Epic", "Epics"),
    (Kind::Feature, "Feature", "Features"),
    (Kind::UserStory, "UserStory", "UserStories"),
    (Kind::Task, "Task", "Tasks"),
    (Kind::Bug, "Bug", "Bugs"),
    (Kind::Request, "Request", "Requests"),
    (Kind::Comment, "Comment", "Comments"),
    (Kind::Assignment, "Assignment", "Assignments"),
    (Kind::Relation, "Relation", "Relations"),
    (Kind::RelationType, "RelationType", "RelationTypes"),
    (Kind::Project, "Project", "Projects"),
    (Kind::Process, "Process", "Processes"),
    (Kind::Release, "Release", "Releases"),
    (Kind::Iteration, "Iteration", "Iterations"),
    (Kind::TeamIteration, "TeamIteration", "TeamIterations"),
    (Kind::Team, "Team", "Teams"),
    (Kind::EntityState, "EntityState", "EntityStates"),
    (Kind::Priority, "Priority", "Priorities"),
    (Kind::Severity, "Severity", "Severities"),
    (Kind::User, "User", "Users"),
    (Kind::Role, "Role", "Roles"),
    (Kind::EntityType, "EntityType", "EntityTypes"),
    (Kind::CustomField, "CustomField", "CustomFields"),
    (Kind::GeneralConversion, "GeneralConversion", "GeneralConversions"),
];

/// The kinds of items that can be made.
pub(crate) const ITEMS: &[Kind] =
    &[Kind::Epic, Kind::Feature, Kind::UserStory, Kind::Task, Kind::Bug, Kind::Request];

impl Kind {
    /// The resource's name.
    pub(crate) fn name(self) -> &'static str {
        NAMES.iter().find(|(kind, ..)| *kind == self).map_or("", |(_, name, _)| name)
    }

    /// The kind whose collection, or (`singular`) whose resource, has this name in any case.
    pub(crate) fn of(name: &str, singular: bool) -> Option<Self> {
        let fits = |(_, one, many): &&(Self, &str, &str)| {
            many.eq_ignore_ascii_case(name) || (singular && one.eq_ignore_ascii_case(name))
        };
        NAMES.iter().find(fits).map(|(kind, ..)| *kind)
    }

    /// Whether it is, or stands for, an item.
    pub(crate) fn is_item(self) -> bool {
        ITEMS.contains(&self) || matches!(self, Self::General | Self::Assignable)
    }

    /// Whether a resource of the other kind is found in this kind's collection.
    pub(crate) fn takes(self, other: Self) -> bool {
        self == other || (matches!(self, Self::General | Self::Assignable) && other.is_item())
    }

    /// The kind's fields.
    pub(crate) fn fields(self) -> impl Iterator<Item = &'static Field> {
        let (common, own): (&[&[Field]], &[Field]) = match self {
            Self::General => (&[GENERAL], &[]),
            Self::Assignable => (&[GENERAL, ASSIGNABLE], &[]),
            Self::Epic => (&[GENERAL, ASSIGNABLE], EPIC),
            Self::Feature => (&[GENERAL, ASSIGNABLE], FEATURE),
            Self::UserStory => (&[GENERAL, ASSIGNABLE], STORY),
            Self::Task => (&[GENERAL, ASSIGNABLE], TASK),
            Self::Bug => (&[GENERAL, ASSIGNABLE], BUG),
            Self::Request => (&[GENERAL, ASSIGNABLE], &[]),
            Self::Comment => (&[], COMMENT),
            Self::Assignment => (&[], ASSIGNMENT),
            Self::Relation => (&[], RELATION),
            Self::RelationType | Self::Role | Self::Team | Self::EntityType => (&[], NAMED),
            Self::Project => (&[], PROJECT),
            Self::Process => (&[], PROCESS),
            Self::Release | Self::Iteration | Self::TeamIteration => (&[], SPAN),
            Self::EntityState => (&[], STATE),
            Self::Priority | Self::Severity => (&[], PRIORITY),
            Self::User => (&[], USER),
            Self::CustomField => (&[], CUSTOM_FIELD),
            Self::GeneralConversion => (&[], CONVERSION),
        };
        common.iter().copied().flatten().chain(own)
    }

    /// The field with this name, in any case.
    pub(crate) fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// What a reference to it shows beside its type, id and name.
    pub(crate) fn short(self) -> &'static [&'static str] {
        match self {
            Self::User => &["Id", "FirstName", "LastName", "Login", "FullName"],
            Self::EntityState => &["Id", "Name", "NumericPriority"],
            Self::Priority | Self::Severity => &["Id", "Name", "Importance"],
            Self::Project => &["Id", "Name", "Process"],
            Self::Comment | Self::Assignment | Self::Relation | Self::GeneralConversion => &["Id"],
            _ => &["Id", "Name"],
        }
    }
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Number,
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
}

/// Every field there is; [`super::read`] knows which resource has which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Id,
    Name,
    Description,
    StartDate,
    EndDate,
    CreateDate,
    ModifyDate,
    LastCommentDate,
    Tags,
    NumericPriority,
    EntityVersion,
    EntityType,
    LastEditor,
    Owner,
    Creator,
    LastCommentedUser,
    Project,
    CustomFields,
    Comments,
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
    Priority,
    Severity,
    EntityState,
    Assignments,
    AssignedUser,
    InboundRelations,
    OutboundRelations,
    Epic,
    Feature,
    UserStory,
    Features,
    UserStories,
    Tasks,
    Bugs,
    General,
    ParentId,
    IsPrivate,
    IsPinned,
    DescriptionModifyDate,
    Assignable,
    GeneralUser,
    Role,
    Master,
    Slave,
    RelationType,
    Abbreviation,
    IsActive,
    Process,
    IsInitial,
    IsFinal,
    IsPlanned,
    IsCommentRequired,
    NextStates,
    Importance,
    Login,
    FirstName,
    LastName,
    FullName,
    Email,
    IsAdministrator,
    FieldType,
    Value,
    FromGeneralId,
    ActualGeneral,
    IsDefault,
}

const fn number(name: &'static str, slot: Slot) -> Field {
    Field { name, slot, shape: Shape::Number }
}

const fn flag(name: &'static str, slot: Slot) -> Field {
    Field { name, slot, shape: Shape::Flag }
}

const fn text(name: &'static str, slot: Slot) -> Field {
    Field { name, slot, shape: Shape::Text }
}

const fn time(name: &'static str, slot: Slot) -> Field {
    Field { name, slot, shape: Shape::Time }
}

const fn one(name: &'static str, slot: Slot, kind: Kind) -> Field {
    Field { name, slot, shape: Shape::One(kind) }
}

const fn many(name: &'static str, slot: Slot, kind: Kind) -> Field {
    Field { name, slot, shape: Shape::Many(kind) }
}

const GENERAL: &[Field] = &[
    number("Id", Slot::Id),
    text("Name", Slot::Name),
    text("Description", Slot::Description),
    time("StartDate", Slot::StartDate),
    time("EndDate", Slot::EndDate),
    time("CreateDate", Slot::CreateDate),
    time("ModifyDate", Slot::ModifyDate),
    time("LastCommentDate", Slot::LastCommentDate),
    text("Tags", Slot::Tags),
    number("NumericPriority", Slot::NumericPriority),
    number("EntityVersion", Slot::EntityVersion),
    one("EntityType", Slot::EntityType, Kind::EntityType),
    one("LastEditor", Slot::LastEditor, Kind::User),
    one("Owner", Slot::Owner, Kind::User),
    one("Creator", Slot::Creator, Kind::User),
    one("LastCommentedUser", Slot::LastCommentedUser, Kind::User),
    one("Project", Slot::Project, Kind::Project),
    Field { name: "CustomFields", slot: Slot::CustomFields, shape: Shape::Custom },
    many("Comments", Slot::Comments, Kind::Comment),
];

const ASSIGNABLE: &[Field] = &[
    number("Effort", Slot::Effort),
    number("EffortCompleted", Slot::EffortCompleted),
    number("EffortToDo", Slot::EffortToDo),
    number("Progress", Slot::Progress),
    number("TimeSpent", Slot::TimeSpent),
    number("TimeRemain", Slot::TimeRemain),
    time("LastStateChangeDate", Slot::LastStateChangeDate),
    time("PlannedStartDate", Slot::PlannedStartDate),
    time("PlannedEndDate", Slot::PlannedEndDate),
    number("InitialEstimate", Slot::InitialEstimate),
    text("Units", Slot::Units),
    one("Release", Slot::Release, Kind::Release),
    one("Iteration", Slot::Iteration, Kind::Iteration),
    one("TeamIteration", Slot::TeamIteration, Kind::TeamIteration),
    one("Team", Slot::Team, Kind::Team),
    one("Priority", Slot::Priority, Kind::Priority),
    one("EntityState", Slot::EntityState, Kind::EntityState),
    many("Assignments", Slot::Assignments, Kind::Assignment),
    many("AssignedUser", Slot::AssignedUser, Kind::User),
    many("InboundRelations", Slot::InboundRelations, Kind::Relation),
    many("OutboundRelations", Slot::OutboundRelations, Kind::Relation),
];

const EPIC: &[Field] = &[many("Features", Slot::Features, Kind::Feature)];
const FEATURE: &[Field] = &[
    one("Epic", Slot::Epic, Kind::Epic),
    many("UserStories", Slot::UserStories, Kind::UserStory),
    many("Bugs", Slot::Bugs, Kind::Bug),
];
const STORY: &[Field] = &[
    one("Feature", Slot::Feature, Kind::Feature),
    many("Tasks", Slot::Tasks, Kind::Task),
    many("Bugs", Slot::Bugs, Kind::Bug),
];
const TASK: &[Field] = &[one("UserStory", Slot::UserStory, Kind::UserStory)];
const BUG: &[Field] = &[
    one("UserStory", Slot::UserStory, Kind::UserStory),
    one("Feature", Slot::Feature, Kind::Feature),
    one("Severity", Slot::Severity, Kind::Severity),
];
const COMMENT: &[Field] = &[
    number("Id", Slot::Id),
    text("Description", Slot::Description),
    number("ParentId", Slot::ParentId),
    time("CreateDate", Slot::CreateDate),
    time("DescriptionModifyDate", Slot::DescriptionModifyDate),
    flag("IsPrivate", Slot::IsPrivate),
    flag("IsPinned", Slot::IsPinned),
    one("General", Slot::General, Kind::General),
    one("Owner", Slot::Owner, Kind::User),
];
const ASSIGNMENT: &[Field] = &[
    number("Id", Slot::Id),
    one("Assignable", Slot::Assignable, Kind::Assignable),
    one("GeneralUser", Slot::GeneralUser, Kind::User),
    one("Role", Slot::Role, Kind::Role),
];
const RELATION: &[Field] = &[
    number("Id", Slot::Id),
    one("Master", Slot::Master, Kind::General),
    one("Slave", Slot::Slave, Kind::General),
    one("Inbound", Slot::Master, Kind::General),
    one("Outbound", Slot::Slave, Kind::General),
    one("RelationType", Slot::RelationType, Kind::RelationType),
];
const NAMED: &[Field] = &[number("Id", Slot::Id), text("Name", Slot::Name)];
const PROJECT: &[Field] = &[
    number("Id", Slot::Id),
    text("Name", Slot::Name),
    text("Description", Slot::Description),
    text("Abbreviation", Slot::Abbreviation),
    time("CreateDate", Slot::CreateDate),
    flag("IsActive", Slot::IsActive),
    one("EntityType", Slot::EntityType, Kind::EntityType),
    one("Owner", Slot::Owner, Kind::User),
    one("Process", Slot::Process, Kind::Process),
];
const PROCESS: &[Field] =
    &[number("Id", Slot::Id), text("Name", Slot::Name), flag("IsDefault", Slot::IsDefault)];
const SPAN: &[Field] = &[
    number("Id", Slot::Id),
    text("Name", Slot::Name),
    time("StartDate", Slot::StartDate),
    time("EndDate", Slot::EndDate),
    one("Project", Slot::Project, Kind::Project),
    one("Release", Slot::Release, Kind::Release),
];
const STATE: &[Field] = &[
    number("Id", Slot::Id),
    text("Name", Slot::Name),
    flag("IsInitial", Slot::IsInitial),
    flag("IsFinal", Slot::IsFinal),
    flag("IsPlanned", Slot::IsPlanned),
    flag("IsCommentRequired", Slot::IsCommentRequired),
    number("NumericPriority", Slot::NumericPriority),
    one("Process", Slot::Process, Kind::Process),
    one("EntityType", Slot::EntityType, Kind::EntityType),
    many("NextStates", Slot::NextStates, Kind::EntityState),
];
const PRIORITY: &[Field] = &[
    number("Id", Slot::Id),
    text("Name", Slot::Name),
    number("Importance", Slot::Importance),
    flag("IsDefault", Slot::IsDefault),
    one("EntityType", Slot::EntityType, Kind::EntityType),
];
const USER: &[Field] = &[
    number("Id", Slot::Id),
    text("FirstName", Slot::FirstName),
    text("LastName", Slot::LastName),
    text("FullName", Slot::FullName),
    text("Login", Slot::Login),
    text("Email", Slot::Email),
    flag("IsActive", Slot::IsActive),
    flag("IsAdministrator", Slot::IsAdministrator),
    one("Role", Slot::Role, Kind::Role),
];
const CUSTOM_FIELD: &[Field] = &[
    number("Id", Slot::Id),
    text("Name", Slot::Name),
    text("FieldType", Slot::FieldType),
    text("Value", Slot::Value),
    one("EntityType", Slot::EntityType, Kind::EntityType),
    one("Process", Slot::Process, Kind::Process),
];
const CONVERSION: &[Field] = &[
    number("Id", Slot::Id),
    number("FromGeneralId", Slot::FromGeneralId),
    one("ActualGeneral", Slot::ActualGeneral, Kind::General),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collections_are_found_in_any_case() {
        assert_eq!(Kind::of("userstories", false), Some(Kind::UserStory));
        assert_eq!(Kind::of("UserStory", false), None);
        assert_eq!(Kind::of("userStory", true), Some(Kind::UserStory));
        assert_eq!(Kind::of("nothing", true), None);
    }

    #[test]
    fn every_kind_has_an_id_and_no_field_twice() {
        for (kind, ..) in NAMES {
            assert!(kind.field("id").is_some(), "{kind:?}");
            let mut names: Vec<&str> = kind.fields().map(|field| field.name).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{kind:?}");
            assert!(kind.short().iter().all(|name| kind.field(name).is_some()), "{kind:?}");
        }
    }
}
