//! Custom fields: what they hold, where they are in force, and what can be chosen.
//!
//! Values of issues are [`Held`]; reading one from a request is in `edit::custom`, showing it in `view::held`.

use jiff::civil::Date;

use crate::frame::call::Person;
use crate::frame::table::Row;
use crate::jira::catalog::{Catalog, Kind, Project, Version};
use crate::jira::circle::Group;
use crate::jira::date::civil;
use crate::jira::issue::Text;

/// What a custom field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Area,
    /// A text that people cannot write, only the API.
    ReadOnly,
    Url,
    Number,
    Date,
    Moment,
    Select,
    Radio,
    MultiSelect,
    Checkboxes,
    /// An option, and one of those below it.
    Cascade,
    Person,
    People,
    Group,
    Groups,
    Labels,
    Version,
    Versions,
    Project,
    /// Sprints, by id.
    Sprint,
    /// The epic an issue belongs to.
    EpicLink,
    /// An epic's short name.
    EpicName,
    /// Whether an epic is done, as boards see it.
    EpicStatus,
    /// An epic's colour, `color_1` to `color_14`.
    EpicColor,
    /// Where an issue stands among all.
    Rank,
}

/// What the API says about a shape: its key, `schema.type`, `schema.items` of an array, the searcher, a display name.
struct Kept(Shape, &'static str, &'static str, Option<&'static str>, &'static str, &'static str);

/// What all keys of Jira's own field types and searchers begin with.
const SYSTEM: &str = "com.atlassian.jira.plugin.system.customfieldtypes:";
const GREENHOPPER: &str = "com.pyxis.greenhopper.jira:";

/// The usual types. Keys and searchers are those of `POST field` in both documents.
static KEPT: &[Kept] = &[
    Kept(Shape::Text, "textfield", "string", None, "textsearcher", "Text Field (single line)"),
    Kept(Shape::Area, "textarea", "string", None, "textsearcher", "Text Field (multi-line)"),
    Kept(Shape::ReadOnly, "readonlyfield", "string", None, "textsearcher", "Text Field (read only)"),
    Kept(Shape::Url, "url", "string", None, "exacttextsearcher", "URL Field"),
    Kept(Shape::Number, "float", "number", None, "exactnumber", "Number Field"),
    Kept(Shape::Date, "datepicker", "date", None, "daterange", "Date Picker"),
    Kept(Shape::Moment, "datetime", "datetime", None, "datetimerange", "Date Time Picker"),
    Kept(Shape::Select, "select", "option", None, "multiselectsearcher", "Select List (single choice)"),
    Kept(Shape::Radio, "radiobuttons", "option", None, "multiselectsearcher", "Radio Buttons"),
    Kept(
        Shape::MultiSelect,
        "multiselect",
        "array",
        Some("option"),
        "multiselectsearcher",
        "Select List (multiple choices)",
    ),
    Kept(Shape::Checkboxes, "multicheckboxes", "array", Some("option"), "multiselectsearcher", "Checkboxes"),
    Kept(
        Shape::Cascade,
        "cascadingselect",
        "option-with-child",
        None,
        "cascadingselectsearcher",
        "Select List (cascading)",
    ),
    Kept(Shape::Person, "userpicker", "user", None, "userpickergroupsearcher", "User Picker (single user)"),
    Kept(
        Shape::People,
        "multiuserpicker",
        "array",
        Some("user"),
        "userpickergroupsearcher",
        "User Picker (multiple users)",
    ),
    Kept(Shape::Group, "grouppicker", "group", None, "grouppickersearcher", "Group Picker (single group)"),
    Kept(
        Shape::Groups,
        "multigrouppicker",
        "array",
        Some("group"),
        "grouppickersearcher",
        "Group Picker (multiple groups)",
    ),
    Kept(Shape::Labels, "labels", "array", Some("string"), "labelsearcher", "Labels"),
    Kept(Shape::Version, "version", "version", None, "versionsearcher", "Version Picker (single version)"),
    Kept(
        Shape::Versions,
        "multiversion",
        "array",
        Some("version"),
        "versionsearcher",
        "Version Picker (multiple versions)",
    ),
    Kept(Shape::Project, "project", "project", None, "projectsearcher", "Project Picker (single project)"),
    Kept(Shape::Sprint, "gh-sprint", "array", Some("string"), "gh-sprint-searcher", "Sprint"),
    Kept(Shape::EpicLink, "gh-epic-link", "any", None, "gh-epic-link-searcher", "Epic Link Relationship"),
    Kept(Shape::EpicName, "gh-epic-label", "string", None, "gh-epic-label-searcher", "Name of Epic"),
    Kept(Shape::EpicStatus, "gh-epic-status", "option", None, "gh-epic-status-searcher", "Status of Epic"),
    Kept(Shape::EpicColor, "gh-epic-color", "string", None, "gh-epic-color-searcher", "Colour of Epic"),
    Kept(Shape::Rank, "gh-lexo-rank", "any", None, "gh-lexo-rank-searcher", "Global Rank"),
];

impl Shape {
    fn kept(self) -> Option<&'static Kept> {
        KEPT.iter().find(|kept| kept.0 == self)
    }

    /// The key of the field type, as `schema.custom` shows it.
    pub(crate) fn key(self) -> String {
        format!("{}{}", self.origin(), self.kept().map_or("", |kept| kept.1))
    }

    /// The shape of a field type by its key; those of Jira Software come with it and cannot be made.
    pub(crate) fn of(key: &str) -> Option<Self> {
        let own = key.strip_prefix(SYSTEM)?;
        KEPT.iter().find(|kept| kept.1 == own && !kept.0.is_agile()).map(|kept| kept.0)
    }

    /// Whether it belongs to Jira Software.
    pub(crate) fn is_agile(self) -> bool {
        matches!(
            self,
            Self::Sprint | Self::EpicLink | Self::EpicName | Self::EpicStatus | Self::EpicColor | Self::Rank
        )
    }

    fn origin(self) -> &'static str {
        if self.is_agile() { GREENHOPPER } else { SYSTEM }
    }

    /// `schema.type`, and `schema.items` of an array.
    pub(crate) fn schema(self) -> (&'static str, Option<&'static str>) {
        self.kept().map_or(("any", None), |kept| (kept.2, kept.3))
    }

    /// The usual searcher's key.
    pub(crate) fn searcher(self) -> String {
        format!("{}{}", self.origin(), self.kept().map_or("", |kept| kept.4))
    }

    /// What people call the type.
    pub(crate) fn title(self) -> &'static str {
        self.kept().map_or("", |kept| kept.5)
    }

    /// Whether its values are chosen among options.
    pub(crate) fn is_chosen(self) -> bool {
        matches!(
            self,
            Self::Select
                | Self::Radio
                | Self::MultiSelect
                | Self::Checkboxes
                | Self::Cascade
                | Self::EpicStatus
        )
    }

    /// Whether it holds several things at once, so that one can be added or removed.
    pub(crate) fn is_list(self) -> bool {
        matches!(self.schema(), ("array", _)) && self != Self::Sprint
    }
}

/// Whether a key is one of a searcher that `POST field` names.
pub(crate) fn is_searcher(key: &str) -> bool {
    let others = ["exactnumber", "numberrange", "exacttextsearcher"];
    key.strip_prefix(SYSTEM).is_some_and(|own| {
        others.contains(&own) || KEPT.iter().any(|kept| kept.4 == own && !kept.0.is_agile())
    })
}

/// A custom field's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Held {
    Text(Box<str>),
    Area(Text),
    Number(f64),
    Date(Date),
    /// Milliseconds since 1970.
    Moment(i64),
    /// An option's id.
    Option(u32),
    /// Options' ids in the field's order.
    Options(Vec<u32>),
    /// An option's id, and the id of one below it.
    Cascade(u32, Option<u32>),
    Person(Person),
    People(Vec<Person>),
    Group(Row<Group>),
    Groups(Vec<Row<Group>>),
    Labels(Vec<Box<str>>),
    Version(Row<Version>),
    Versions(Vec<Row<Version>>),
    Project(Row<Project>),
    /// Sprints' ids, by the order in which the issue came to them.
    Sprints(Vec<u32>),
    /// An epic's id, and its key when it was set, for the history.
    Epic(u32, Box<str>),
    /// A place in the order of issues, see [`super::rank`].
    Rank(Box<str>),
}

/// Something that can be chosen.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) id: u32,
    pub(crate) value: Box<str>,
    /// The option it is below, in a cascade.
    pub(crate) parent: Option<u32>,
    /// The context it is offered in.
    pub(crate) context: u32,
    pub(crate) disabled: bool,
}

/// Where a field is in force, with its options and its default there.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    /// All projects when empty.
    pub(crate) projects: Vec<Row<Project>>,
    /// All issue types when empty.
    pub(crate) kinds: Vec<Row<Kind>>,
    pub(crate) default: Option<Held>,
    /// Whether the default is the day or time at which an issue is made.
    pub(crate) current: bool,
}

impl Context {
    /// What a field has that is in force everywhere.
    pub(crate) fn everywhere(id: u32, field: &str) -> Self {
        Self {
            id,
            name: format!("Default Configuration Scheme for {field}").into(),
            description: "Default configuration scheme generated by JIRA".into(),
            projects: Vec::new(),
            kinds: Vec::new(),
            default: None,
            current: false,
        }
    }

    /// What an issue made now gets when it is given nothing.
    pub(crate) fn usual(&self, shape: Shape, now: i64) -> Option<Held> {
        match (shape, self.current) {
            (Shape::Date, true) => Some(Held::Date(civil(now).date())),
            (Shape::Moment, true) => Some(Held::Moment(now)),
            _ => self.default.clone(),
        }
    }

    fn covers(&self, project: Row<Project>, kind: Option<Row<Kind>>) -> bool {
        (self.projects.is_empty() || self.projects.contains(&project))
            && kind.is_none_or(|kind| self.kinds.is_empty() || self.kinds.contains(&kind))
    }
}

/// A custom field.
#[derive(Clone, Debug)]
pub(crate) struct Custom {
    pub(crate) number: u32,
    /// `customfield_` and the number.
    pub(crate) id: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) description: Box<str>,
    pub(crate) shape: Shape,
    pub(crate) searcher: Option<Box<str>>,
    /// What can be chosen, in order, those of all contexts.
    pub(crate) options: Vec<Choice>,
    pub(crate) contexts: Vec<Context>,
    /// Who put it into the trash, and when: nobody sees it then.
    pub(crate) trashed: Option<(Person, i64)>,
}

impl Custom {
    /// The context for the issues of a project and type: one that names the project before one that names none.
    pub(crate) fn context(&self, project: Row<Project>, kind: Option<Row<Kind>>) -> Option<&Context> {
        let own = self.contexts.iter().find(|context| context.projects.contains(&project));
        let found = own.or_else(|| self.contexts.iter().find(|context| context.projects.is_empty()));
        found.filter(|context| context.covers(project, kind))
    }

    /// Whether issues of a project and type have this field.
    pub(crate) fn applies(&self, project: Row<Project>, kind: Option<Row<Kind>>) -> bool {
        self.context(project, kind).is_some()
    }

    /// The option with this id.
    pub(crate) fn option(&self, id: u32) -> Option<&Choice> {
        self.options.iter().find(|option| option.id == id)
    }

    /// What an option says; nothing when it is gone.
    pub(crate) fn value(&self, id: u32) -> &str {
        self.option(id).map_or("", |option| &option.value)
    }

    /// The options of a context, with their place in a cascade.
    pub(crate) fn offered(&self, context: u32, parent: Option<u32>) -> impl Iterator<Item = &Choice> {
        self.options.iter().filter(move |option| option.context == context && option.parent == parent)
    }
}

impl Catalog {
    /// The first custom field of a shape.
    pub(crate) fn field_of(&self, shape: Shape) -> Option<Row<Custom>> {
        self.custom.find(|custom| custom.shape == shape)
    }

    /// Custom fields that are not in the trash.
    pub(crate) fn customs(&self) -> impl Iterator<Item = (Row<Custom>, &Custom)> {
        self.custom.iter().filter(|(_, custom)| custom.trashed.is_none())
    }

    /// The id of the next option, and of the next context; ids are never used twice.
    pub(crate) fn next_option(&mut self) -> u32 {
        self.drawn.option += 1;
        10_099 + self.drawn.option
    }

    /// The id of the next tab of a screen.
    pub(crate) fn next_tab(&mut self) -> u32 {
        self.drawn.tab += 1;
        9_999 + self.drawn.tab
    }

    /// See [`Catalog::next_option`].
    pub(crate) fn next_context(&mut self) -> u32 {
        self.drawn.context += 1;
        10_199 + self.drawn.context
    }
}

/// How many ids of what has no table of its own were given out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Drawn {
    option: u32,
    context: u32,
    tab: u32,
}
