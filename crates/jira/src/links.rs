//! Links between issues.

use http::Method;
use serde::Deserialize;
use serde_json::json;

use crate::error::Error;
use crate::site::Jira;
use crate::wire::LinkType;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinkTypes {
    issue_link_types: Vec<LinkType>,
}

impl Jira<'_> {
    /// All kinds of links; Jira refuses with 404 where linking is switched off.
    pub async fn link_types(&self) -> Result<Vec<LinkType>, Error> {
        let all: LinkTypes = self.get("jira.link_type.list", self.api().then("issueLinkType")).await?;
        Ok(all.issue_link_types)
    }

    /// Links two issues: `inward` blocks (say) `outward`. The names are Jira's, which calls the one that a link comes from
    /// its inward issue. It does not tell the link's id; linking the same two again changes nothing.
    pub async fn link(&self, kind: &str, inward: &str, outward: &str) -> Result<(), Error> {
        let body = json!({
            "type": { "name": kind },
            "inwardIssue": { "key": inward },
            "outwardIssue": { "key": outward },
        });
        self.change("jira.link.create", Method::POST, self.api().then("issueLink"), &body).await.map(drop)
    }

    /// Removes a link by its id, as an issue's field `issuelinks` tells it.
    pub async fn delete_link(&self, id: &str) -> Result<(), Error> {
        let path = self.api().then("issueLink").piece(id);
        self.answer("jira.link.delete", Method::DELETE, path, None, false).await.map(drop)
    }
}
