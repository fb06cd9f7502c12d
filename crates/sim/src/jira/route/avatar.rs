//! Avatars of projects, people and issue types: those that come with Jira, and uploaded ones.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::account::named;
use super::project::{find, keeper};
use super::{body, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person};
use crate::frame::table::Row;
use crate::frame::world::{Act, Route};
use crate::jira::catalog::Project;
use crate::jira::input::number;
use crate::jira::keep::Avatar;
use crate::jira::refusal::Refusal;
use crate::jira::site::Site;
use crate::jira::view::person::Avatars;
use crate::jira::view::put;

/// The ids of the avatars that come with Jira, by kind.
const SYSTEM: &[(&str, std::ops::RangeInclusive<u32>)] =
    &[("project", 10_400..=10_423), ("user", 10_100..=10_123), ("issuetype", 10_300..=10_323)];
/// The first id of an uploaded one.
const FIRST: u32 = 10_600;

pub(crate) fn table() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/avatar/{kind}/system", Read(system)),
        (Method::GET, "/project/{project}/avatars", Read(of_project)),
        (Method::PUT, "/project/{project}/avatar", Write(choose_project)),
        (Method::DELETE, "/project/{project}/avatar/{id}", Write(drop_project)),
        (Method::GET, "/universal_avatar/type/{kind}/owner/{owner}", Read(universal)),
    ]
}

/// What only Cloud has.
pub(crate) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/project/{project}/avatar2", Write(load)),
        (Method::POST, "/issuetype/{owner}/avatar2", Write(load_kind)),
        (Method::POST, "/universal_avatar/type/{kind}/owner/{owner}", Write(load_any)),
        (Method::DELETE, "/universal_avatar/type/{kind}/owner/{owner}/avatar/{id}", Write(drop_any)),
        (Method::GET, "/universal_avatar/view/type/{kind}", Read(picture_of)),
        (Method::GET, "/universal_avatar/view/type/{kind}/avatar/{id}", Read(picture_of)),
        (Method::GET, "/universal_avatar/view/type/{kind}/owner/{owner}", Read(picture_of)),
    ]
}

/// What only Data Center and Server have.
pub(crate) fn data_center() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::POST, "/project/{project}/avatar/temporary", Write(upload_project)),
        (Method::POST, "/project/{project}/avatar", Write(crop_project)),
        (Method::GET, "/user/avatars", Read(of_person)),
        (Method::POST, "/user/avatar/temporary", Write(upload_person)),
        (Method::POST, "/user/avatar", Write(crop_person)),
        (Method::PUT, "/user/avatar", Write(choose_person)),
        (Method::DELETE, "/user/avatar/{id}", Write(drop_person)),
    ]
}

fn kind(name: &str) -> Result<(&'static str, std::ops::RangeInclusive<u32>), Refusal> {
    let found = SYSTEM.iter().find(|(kind, _)| *kind == name);
    found.cloned().ok_or_else(|| Refusal::missing(format!("There is no avatar type '{name}'.")))
}

fn servlet(kind: &str) -> &'static str {
    match kind {
        "project" => "projectavatar",
        "user" => "useravatar",
        _ => "viewavatar",
    }
}

fn view(site: &Site, kind: &'static str, id: u32, selected: Option<u32>, owner: Option<&str>) -> Value {
    let mut shown = json!({
        "id": id.to_string(),
        "isSystemAvatar": owner.is_none(),
        "isSelected": selected == Some(id),
        "isDeletable": owner.is_some(),
        "urls": Avatars(&site.base, servlet(kind), id),
    });
    if !site.is_cloud() {
        put(&mut shown, "selected", selected == Some(id));
    }
    if let Some(owner) = owner {
        put(&mut shown, "owner", owner);
    }
    shown
}

fn own<'a>(site: &'a Site, kind: &'a str, owner: &'a str) -> impl Iterator<Item = &'a Avatar> {
    site.keep.avatars.iter().filter(move |avatar| avatar.kind == kind && avatar.owner == owner)
}

/// System and custom ones, for somebody or something that has chosen `selected`.
fn both(site: &Site, name: &str, owner: &str, selected: u32) -> Result<Answer, Refusal> {
    let (kind, range) = kind(name)?;
    let system: Vec<Value> = range.map(|id| view(site, kind, id, Some(selected), None)).collect();
    let custom = own(site, kind, owner).map(|one| view(site, kind, one.id, Some(selected), Some(&one.owner)));
    Ok(Answer::ok(&json!({"system": system, "custom": custom.collect::<Vec<_>>()})))
}

/// `GET avatar/{kind}/system`
fn system(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (kind, range) = kind(call.param("kind"))?;
    let system: Vec<Value> = range.map(|id| view(site, kind, id, None, None)).collect();
    Ok(Answer::ok(&json!({"system": system})))
}

/// The avatar that an owner has chosen.
fn selected(site: &Site, kind: &str, owner: &str) -> Result<u32, Refusal> {
    let selected = match kind {
        "project" => site.catalog.project(owner).map(|row| site.catalog.projects.get(row).avatar),
        "issuetype" => {
            let row = site.catalog.kinds.find(|kind| *kind.id == *owner);
            row.map(|row| site.catalog.kinds.get(row).avatar)
        }
        _ => crate::jira::input::person(site, owner).map(|person| site.catalog.account(person).avatar),
    };
    selected.ok_or_else(|| Refusal::missing("The owner of the avatars does not exist."))
}

/// `GET universal_avatar/type/{kind}/owner/{owner}`
fn universal(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let (kind, owner) = (call.param("kind"), call.param("owner"));
    both(site, kind, owner, selected(site, kind, owner)?)
}

/// `GET universal_avatar/view/type/{kind}[/avatar/{id}|/owner/{owner}]`: a drawing whose colour tells avatars apart.
fn picture_of(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (kind, range) = kind(call.param("kind"))?;
    let id = match (call.param("id"), call.param("owner")) {
        ("", "") => *range.start(),
        ("", owner) => selected(site, kind, owner)?,
        (id, _) => {
            let id = id.parse().map_err(|_| Refusal::bad("The id of the avatar is not a number."))?;
            let own = site.keep.avatars.iter().any(|avatar| avatar.id == id && avatar.kind == kind);
            let known = range.contains(&id) || own;
            known.then_some(id).ok_or_else(|| Refusal::missing("The avatar does not exist."))?
        }
    };
    let hue = id * 37 % 360;
    let drawing = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"48\" height=\"48\"><circle cx=\"24\" cy=\"24\" r=\"22\" \
         fill=\"hsl({hue},60%,50%)\"/></svg>"
    );
    Ok(Answer::image("image/svg+xml", drawing))
}

fn project_owner(site: &Site, row: Row<Project>) -> String {
    site.catalog.projects.get(row).id.to_string()
}

/// `GET project/{idOrKey}/avatars`
fn of_project(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let row = find(site, call)?;
    both(site, "project", &project_owner(site, row), site.catalog.projects.get(row).avatar)
}

/// The avatar a body names, if it is a system one or the owner's own.
fn chosen(site: &Site, name: &str, owner: &str, body: &Value) -> Result<u32, Refusal> {
    let id = number(body, "id").ok_or_else(|| Refusal::bad("The id of the avatar is missing."))?;
    let (kind, range) = kind(name)?;
    let known = range.contains(&id) || own(site, kind, owner).any(|avatar| avatar.id == id);
    known.then_some(id).ok_or_else(|| Refusal::missing(format!("The avatar with id {id} does not exist.")))
}

/// `PUT project/{idOrKey}/avatar`
fn choose_project(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = find(site, call)?;
    keeper(site, call, row)?;
    let id = chosen(site, "project", &project_owner(site, row), &body(call)?)?;
    site.catalog.projects.get_mut(row).avatar = id;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// Removes an uploaded avatar; what used it gets the kind's first one.
fn discard(site: &mut Site, kind: &str, owner: &str, call: &Call<'_>) -> Result<u32, Refusal> {
    let id: u32 =
        call.param("id").parse().map_err(|_| Refusal::bad("The id of the avatar is not a number."))?;
    if SYSTEM.iter().any(|(own, range)| *own == kind && range.contains(&id)) {
        return Err(Refusal::forbidden("A system avatar cannot be deleted."));
    }
    let before = site.keep.avatars.len();
    site.keep.avatars.retain(|avatar| avatar.id != id || avatar.kind != kind || avatar.owner != owner);
    if site.keep.avatars.len() == before {
        return Err(Refusal::missing(format!("The avatar with id {id} does not exist.")));
    }
    Ok(id)
}

/// `DELETE project/{idOrKey}/avatar/{id}`
fn drop_project(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = find(site, call)?;
    keeper(site, call, row)?;
    let owner = project_owner(site, row);
    let id = discard(site, "project", &owner, call)?;
    let project = site.catalog.projects.get_mut(row);
    project.avatar = if project.avatar == id { 10_400 } else { project.avatar };
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The body is a picture, and the sender knows that this is no form.
fn picture(call: &Call<'_>) -> Result<(), Refusal> {
    let token = call.headers.get("x-atlassian-token").and_then(|value| value.to_str().ok());
    if !token.is_some_and(|token| token.eq_ignore_ascii_case("no-check") || token == "nocheck") {
        return Err(Refusal::forbidden("XSRF check failed"));
    }
    let starts: [&[u8]; 4] = [b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM"];
    if starts.iter().any(|start| call.body.starts_with(start)) {
        return Ok(());
    }
    Err(Refusal::bad("The file is not an image of a type that can be an avatar."))
}

fn upload(site: &mut Site, call: &Call<'_>, kind: &'static str, owner: String) -> Result<Answer, Refusal> {
    picture(call)?;
    let url = format!("{}/secure/temporaryavatar?cropped=true&owner={owner}", site.base);
    site.keep.uploads.retain(|(own, whose)| *own != kind || *whose != owner);
    site.keep.uploads.push((kind, owner));
    Ok(Answer::json(
        StatusCode::CREATED,
        &json!({"cropperOffsetX": 0, "cropperOffsetY": 0, "cropperWidth": 48, "needsCropping": true, "url": url}),
    ))
}

fn keep(site: &mut Site, kind: &'static str, owner: &str) -> Answer {
    let id = FIRST + site.keep.next_avatar;
    site.keep.next_avatar += 1;
    site.keep.avatars.push(Avatar { id, kind, owner: owner.to_owned() });
    Answer::json(StatusCode::CREATED, &view(site, kind, id, None, Some(owner)))
}

fn crop(site: &mut Site, kind: &'static str, owner: &str) -> Result<Answer, Refusal> {
    let place = site.keep.uploads.iter().position(|(own, whose)| *own == kind && *whose == owner);
    let place = place.ok_or_else(|| Refusal::bad("No temporary avatar was uploaded."))?;
    site.keep.uploads.remove(place);
    Ok(keep(site, kind, owner))
}

/// `POST project/{idOrKey}/avatar/temporary`
fn upload_project(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = find(site, call)?;
    keeper(site, call, row)?;
    let owner = project_owner(site, row);
    upload(site, call, "project", owner)
}

/// `POST project/{idOrKey}/avatar`
fn crop_project(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = find(site, call)?;
    keeper(site, call, row)?;
    let owner = project_owner(site, row);
    crop(site, "project", &owner)
}

/// `POST project/{idOrKey}/avatar2`: uploaded and cropped at once.
fn load(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let row = find(site, call)?;
    keeper(site, call, row)?;
    picture(call)?;
    let owner = project_owner(site, row);
    Ok(keep(site, "project", &owner))
}

/// The owner of the path, for somebody who may change its avatars: whoever administers Jira, or the project.
fn owned(site: &Site, call: &Call<'_>, name: &str) -> Result<(&'static str, String), Refusal> {
    let caller = signed_in(call)?;
    let (kind, owner) = (kind(name)?.0, call.param("owner"));
    selected(site, kind, owner)?;
    let keeps = || {
        let row = site.catalog.project(owner).filter(|_| kind == "project");
        row.is_some_and(|row| site.granted(caller, row, "ADMINISTER_PROJECTS"))
    };
    if !site.is_admin(Some(caller)) && !keeps() {
        return Err(Refusal::forbidden("You do not have permission to change these avatars."));
    }
    Ok((kind, owner.to_owned()))
}

/// `POST issuetype/{id}/avatar2`
fn load_kind(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (kind, owner) = owned(site, call, "issuetype")?;
    picture(call)?;
    Ok(keep(site, kind, &owner))
}

/// `POST universal_avatar/type/{kind}/owner/{owner}`
fn load_any(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (kind, owner) = owned(site, call, call.param("kind"))?;
    picture(call)?;
    Ok(keep(site, kind, &owner))
}

/// `DELETE universal_avatar/type/{kind}/owner/{owner}/avatar/{id}`: what used it gets the kind's first one.
fn drop_any(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (kind, owner) = owned(site, call, call.param("kind"))?;
    let gone = discard(site, kind, &owner, call)?;
    if kind == "project"
        && let Some(row) = site.catalog.project(&owner)
    {
        let project = site.catalog.projects.get_mut(row);
        project.avatar = if project.avatar == gone { 10_400 } else { project.avatar };
    } else if let Some(row) = site.catalog.kinds.find(|kind| *kind.id == *owner) {
        let kind = site.catalog.kinds.get_mut(row);
        kind.avatar = if kind.avatar == gone { 10_300 } else { kind.avatar };
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// The person the query names, if the caller is them or an administrator.
fn oneself(site: &Site, call: &Call<'_>) -> Result<(Person, String), Refusal> {
    let caller = signed_in(call)?;
    let person = named(site, call)?;
    if person != caller && !site.is_admin(Some(caller)) {
        return Err(Refusal::forbidden("You may only change your own avatar."));
    }
    Ok((person, site.catalog.account(person).name.to_string()))
}

/// `GET user/avatars`
fn of_person(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let account = site.catalog.account(named(site, call)?);
    both(site, "user", &account.name, account.avatar)
}

/// `POST user/avatar/temporary`
fn upload_person(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (_, owner) = oneself(site, call)?;
    upload(site, call, "user", owner)
}

/// `POST user/avatar`
fn crop_person(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (_, owner) = oneself(site, call)?;
    crop(site, "user", &owner)
}

fn wear(site: &mut Site, person: Person, id: u32) {
    if let Some(account) = site.catalog.people.get_mut(usize::from(person.0)) {
        account.avatar = id;
    }
}

/// `PUT user/avatar`
fn choose_person(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (person, owner) = oneself(site, call)?;
    let id = chosen(site, "user", &owner, &body(call)?)?;
    wear(site, person, id);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE user/avatar/{id}`
fn drop_person(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    let (person, owner) = oneself(site, call)?;
    let id = discard(site, "user", &owner, call)?;
    if site.catalog.account(person).avatar == id {
        wear(site, person, 10_100);
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
