//! Who is a member of which level.

use axum::routing::MethodFilter as Method;
use http::StatusCode;
use serde_json::{Value, json};

use super::level::{entry, next_ids, place};
use super::{administer, bean, body, holder, listed, row, wanted};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::frame::world::{Act, Route};
use crate::jira::input::object;
use crate::jira::refusal::Refusal;
use crate::jira::scheme::{Level, Member};
use crate::jira::site::Site;
use crate::jira::view::put;

pub(super) fn cloud() -> Vec<Route<Site>> {
    use Act::{Read, Write};
    vec![
        (Method::GET, "/issuesecurityschemes/level/member", Read(list)),
        (Method::GET, "/issuesecurityschemes/{id}/members", Read(of_scheme)),
        (Method::PUT, "/issuesecurityschemes/{id}/level/{level}/member", Write(add)),
        (Method::DELETE, "/issuesecurityschemes/{id}/level/{level}/member/{member}", Write(delete)),
    ]
}

fn holder_view(member: &Member) -> Value {
    let mut shown = json!({"type": member.holder.kind});
    if let Some(parameter) = &member.holder.parameter {
        put(&mut shown, "parameter", &**parameter);
        put(&mut shown, "value", &**parameter);
    }
    shown
}

/// `GET issuesecurityschemes/level/member`
fn list(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let mut all = Vec::new();
    for (_, scheme) in site.catalog.security_schemes.iter() {
        for level in &scheme.levels {
            let asked = |member: &&Member| {
                wanted(call, &[("id", member.id), ("schemeId", scheme.id), ("levelId", level.id)])
            };
            all.extend(level.members.iter().filter(asked).map(|member| {
                json!({"id": member.id.to_string(), "issueSecurityLevelId": level.id.to_string(),
                    "issueSecuritySchemeId": scheme.id.to_string(), "holder": holder_view(member), "managed": false})
            }));
        }
    }
    Ok(bean(site, call, "issuesecurityschemes/level/member", &all))
}

/// `GET issuesecurityschemes/{id}/members`
fn of_scheme(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let scheme = site.catalog.security_schemes.get(row(site, call.param("id"))?);
    let asked = |level: &&Level| wanted(call, &[("issueSecurityLevelId", level.id)]);
    let members = scheme.levels.iter().filter(asked).flat_map(|level| {
        let of = move |member: &Member| {
            json!({"id": member.id, "issueSecurityLevelId": level.id, "holder": holder_view(member)})
        };
        level.members.iter().map(of)
    });
    let path = format!("issuesecurityschemes/{}/members", scheme.id);
    Ok(bean(site, call, &path, &members.collect::<Vec<_>>()))
}

/// `PUT issuesecurityschemes/{id}/level/{levelId}/member`
fn add(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    place(site, call)?;
    let body = object(body(call)?)?;
    let given = listed(&body, "members")?;
    let holders = given.iter().map(|one| holder(site, one)).collect::<Result<Vec<_>, _>>()?;
    if holders.is_empty() {
        return Err(Refusal::bad("The members are required."));
    }
    let (_, first) = next_ids(site);
    let level = entry(site, call)?;
    for (id, holder) in (first..).zip(holders) {
        if level.members.iter().all(|member| member.holder != holder) {
            level.members.push(Member { id, holder });
        }
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `DELETE issuesecurityschemes/{id}/level/{levelId}/member/{memberId}`
fn delete(site: &mut Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    administer(site, call)?;
    let level = entry(site, call)?;
    let before = level.members.len();
    level.members.retain(|member| member.id.to_string() != call.param("member"));
    if level.members.len() == before {
        return Err(Refusal::missing("The member of the security level does not exist."));
    }
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
