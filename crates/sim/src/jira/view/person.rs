//! People as the API shows them: an account id on Cloud, name and key on Data Center.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Show, object};
use crate::frame::call::Person;

/// A person.
pub(crate) struct PersonView<'a>(pub(crate) Show<'a>, pub(crate) Person);

impl Serialize for PersonView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(show, person) = *self;
        let (site, account) = (show.site, show.site.catalog.account(person));
        let (base, api) = (&site.base, show.api);
        let mut map = serializer.serialize_map(None)?;
        if site.is_cloud() {
            map.serialize_entry(
                "self",
                &format_args!("{base}/rest/api/{api}/user?accountId={}", account.account_id),
            )?;
            map.serialize_entry("accountId", &account.account_id)?;
            if !show.hook {
                map.serialize_entry("emailAddress", &account.email)?;
            }
        } else {
            map.serialize_entry(
                "self",
                &format_args!("{base}/rest/api/{api}/user?username={}", account.name),
            )?;
            map.serialize_entry("name", &account.name)?;
            map.serialize_entry("key", &account.key)?;
            map.serialize_entry("emailAddress", &account.email)?;
        }
        map.serialize_entry("avatarUrls", &Avatars(base, "useravatar", 10_100 + u32::from(person.0)))?;
        map.serialize_entry("displayName", &account.display)?;
        map.serialize_entry("active", &true)?;
        map.serialize_entry("timeZone", "UTC")?;
        if site.is_cloud() {
            map.serialize_entry("accountType", "atlassian")?;
        }
        map.end()
    }
}

/// Four picture addresses: base URL, servlet, picture number.
pub(crate) struct Avatars<'a>(pub(crate) &'a str, pub(crate) &'static str, pub(crate) u32);

impl Serialize for Avatars<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(base, servlet, number) = self;
        object!(serializer, {
            "48x48": format_args!("{base}/secure/{servlet}?avatarId={number}"),
            "24x24": format_args!("{base}/secure/{servlet}?size=small&avatarId={number}"),
            "16x16": format_args!("{base}/secure/{servlet}?size=xsmall&avatarId={number}"),
            "32x32": format_args!("{base}/secure/{servlet}?size=medium&avatarId={number}"),
        })
    }
}
