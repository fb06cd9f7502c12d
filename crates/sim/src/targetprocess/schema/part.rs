//! Fields of what hangs on Generals.

use super::Kind;
use super::field::{Field, Slot, decimal, flag, many, number, one, text, time};

/// The fields of a kind that is stood here; none for the others.
pub(super) fn of(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Comment => COMMENT,
        Kind::Attachment => ATTACHMENT,
        Kind::Assignment => ASSIGNMENT,
        Kind::TeamAssignment => TEAM_ASSIGNMENT,
        Kind::RoleEffort => ROLE_EFFORT,
        Kind::Relation => RELATION,
        Kind::Time => TIME,
        Kind::Tag => TAG,
        Kind::GeneralConversion => CONVERSION,
        _ => &[],
    }
}

const ID: Field = number("Id", Slot::Id);
const ASSIGNABLE: Field = one("Assignable", Slot::Assignable, Kind::Assignable).required();

const COMMENT: &[Field] = &[
    ID,
    text("Description", Slot::Description).required(),
    number("ParentId", Slot::ParentId).set(),
    time("CreateDate", Slot::CreateDate).set(),
    time("DescriptionModifyDate", Slot::DescriptionModifyDate),
    flag("IsPrivate", Slot::IsPrivate).set(),
    flag("IsPinned", Slot::IsPinned).set(),
    number("EntityVersion", Slot::EntityVersion),
    one("General", Slot::General, Kind::General).required(),
    one("Owner", Slot::Owner, Kind::GeneralUser).set(),
];

/// Files are made by uploads; what is known of their content must be asked for.
const ATTACHMENT: &[Field] = &[
    ID,
    text("Name", Slot::Name).set(),
    text("Description", Slot::Description).set(),
    time("Date", Slot::Date),
    text("UniqueFileName", Slot::UniqueFileName).hidden(),
    text("MimeType", Slot::MimeType).hidden(),
    text("PersistedMimeType", Slot::MimeType).hidden(),
    number("Size", Slot::Size).hidden(),
    number("PersistedSize", Slot::Size).hidden(),
    text("Uri", Slot::Uri).hidden(),
    text("ThumbnailUri", Slot::ThumbnailUri).hidden(),
    one("Owner", Slot::Owner, Kind::GeneralUser),
    one("General", Slot::General, Kind::General),
    one("Message", Slot::Build, Kind::General),
];

const ASSIGNMENT: &[Field] = &[
    ID,
    ASSIGNABLE,
    one("GeneralUser", Slot::GeneralUser, Kind::GeneralUser).required(),
    one("Role", Slot::Role, Kind::Role).required(),
];

const TEAM_ASSIGNMENT: &[Field] = &[
    ID,
    time("StartDate", Slot::StartDate).set(),
    time("EndDate", Slot::EndDate).set(),
    one("Team", Slot::Team, Kind::Team).required(),
    ASSIGNABLE,
    one("EntityState", Slot::EntityState, Kind::EntityState).set(),
];

const ROLE_EFFORT: &[Field] = &[
    ID,
    decimal("InitialEstimate", Slot::InitialEstimate).set(),
    decimal("Effort", Slot::Effort).required(),
    decimal("EffortCompleted", Slot::EffortCompleted),
    decimal("EffortToDo", Slot::EffortToDo),
    decimal("TimeSpent", Slot::TimeSpent),
    decimal("TimeRemain", Slot::TimeRemain),
    ASSIGNABLE,
    one("Role", Slot::Role, Kind::Role).required(),
];

const RELATION: &[Field] = &[
    ID,
    one("Master", Slot::Master, Kind::General).required(),
    one("Slave", Slot::Slave, Kind::General).required(),
    one("Inbound", Slot::Master, Kind::General).set(),
    one("Outbound", Slot::Slave, Kind::General).set(),
    one("RelationType", Slot::RelationType, Kind::RelationType).required(),
    one("MasterEpic", Slot::MasterAs(Kind::Epic), Kind::Epic).hidden(),
    one("MasterFeature", Slot::MasterAs(Kind::Feature), Kind::Feature).hidden(),
    one("MasterUserStory", Slot::MasterAs(Kind::UserStory), Kind::UserStory).hidden(),
    one("MasterTask", Slot::MasterAs(Kind::Task), Kind::Task).hidden(),
    one("MasterBug", Slot::MasterAs(Kind::Bug), Kind::Bug).hidden(),
    one("MasterRequest", Slot::MasterAs(Kind::Request), Kind::Request).hidden(),
    one("SlaveEpic", Slot::SlaveAs(Kind::Epic), Kind::Epic).hidden(),
    one("SlaveFeature", Slot::SlaveAs(Kind::Feature), Kind::Feature).hidden(),
    one("SlaveUserStory", Slot::SlaveAs(Kind::UserStory), Kind::UserStory).hidden(),
    one("SlaveTask", Slot::SlaveAs(Kind::Task), Kind::Task).hidden(),
    one("SlaveBug", Slot::SlaveAs(Kind::Bug), Kind::Bug).hidden(),
    one("SlaveRequest", Slot::SlaveAs(Kind::Request), Kind::Request).hidden(),
];

const TIME: &[Field] = &[
    ID,
    text("Description", Slot::Description).required(),
    decimal("Spent", Slot::Spent).set(),
    decimal("Remain", Slot::Remain).set(),
    time("Date", Slot::Date).set(),
    time("CreateDate", Slot::CreateDate),
    flag("IsEstimation", Slot::IsEstimation).set(),
    one("Project", Slot::Project, Kind::Project).required(),
    one("User", Slot::User, Kind::GeneralUser).set(),
    one("Assignable", Slot::Assignable, Kind::Assignable).set(),
    one("Role", Slot::Role, Kind::Role).set(),
    one("UserStory", Slot::AssignableAs(Kind::UserStory), Kind::UserStory),
    one("Task", Slot::AssignableAs(Kind::Task), Kind::Task),
    one("Bug", Slot::AssignableAs(Kind::Bug), Kind::Bug),
    one("Request", Slot::AssignableAs(Kind::Request), Kind::Request),
    one("TestPlan", Slot::AssignableAs(Kind::TestPlan), Kind::TestPlan),
];

const TAG: &[Field] =
    &[ID, text("Name", Slot::Name).required(), many("Generals", Slot::Generals, Kind::General)];

const CONVERSION: &[Field] = &[
    ID,
    number("FromGeneralID", Slot::FromGeneralId),
    one("FromGeneralType", Slot::FromGeneralType, Kind::EntityType),
    one("ActualGeneral", Slot::ActualGeneral, Kind::General),
];
