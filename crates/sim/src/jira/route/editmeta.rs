//! What can be edited of an issue: `issue/{idOrKey}/editmeta`.

use axum::routing::MethodFilter as Method;
use serde_json::json;

use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::custom::Shape;
use crate::jira::field::Field;
use crate::jira::issue::Issue;
use crate::jira::refusal::Refusal;
use crate::jira::screen::Operation;
use crate::jira::site::{Right, Site};
use crate::jira::view::Show;
use crate::jira::view::meta::{Form, ScreenField, ScreenFields};

pub(crate) fn table() -> Vec<Route<Site>> {
    vec![(Method::GET, "/issue/{issue}/editmeta", Act::Read(get))]
}

/// `GET issue/{idOrKey}/editmeta`: nothing for those who may not edit.
fn get(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let issue = site.see(call.caller, call.param("issue"))?;
    let may = site.may(call.caller, issue.project, Right::Edit) && site.is_editable(issue);
    let fields = if may { fields(Show::call(site, call), issue) } else { Vec::new() };
    Ok(Answer::ok(&json!({"fields": ScreenFields(fields)})))
}

/// The fields of an issue's edit screen.
pub(crate) fn fields<'a>(show: Show<'a>, issue: &Issue) -> Vec<ScreenField<'a>> {
    let (catalog, project, kind) = (&show.site.catalog, issue.project, issue.kind);
    let editable = |field: &Field| match field {
        Field::Project => false,
        Field::Custom(row) => catalog.custom.get(*row).shape != Shape::Rank,
        _ => true,
    };
    let fields = catalog.on_screen(project, Some(kind), Operation::Edit).into_iter().filter(editable);
    // Comments are on no screen; the parent is on Cloud's, which Data Center does not let be edited.
    let comment = show.site.may(show.viewer, project, Right::Comment).then_some(Field::Comment);
    let parent = (show.site.is_cloud() && catalog.kinds.get(kind).level < 1).then_some(Field::Parent);
    fields
        .chain(comment)
        .chain(parent)
        .map(|field| ScreenField { show, field, project, kind, form: Form::Edit })
        .filter(ScreenField::is_offered)
        .collect()
}
