//! What resources there are, and what fields each has: `Index/meta` and `{collection}/meta`.

use http::StatusCode;
use serde_json::{Value, json};

use super::list::Asked;
use super::{collection, signed_in};
use crate::frame::answer::Answer;
use crate::frame::call::Call;
use crate::targetprocess::refusal::Refusal;
use crate::targetprocess::schema::field::Access;
use crate::targetprocess::schema::{Field, Kind, Shape};
use crate::targetprocess::site::Site;

/// `GET Index/meta`
pub(super) fn index(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let all = Kind::all().map(|kind| {
        json!({
            "Name": kind.name(), "Uri": format!("{}/api/v1/{}/meta", site.base, kind.plural()), "Description": "",
        })
    });
    let all = json!({"Items": all.collect::<Vec<_>>()});
    Asked::of(site, call)?.value(StatusCode::OK, "ResourcesMetadataDescription", &all)
}

/// `GET {collection}/meta`
pub(super) fn one(site: &Site, call: &Call<'_>) -> Result<Answer, Refusal> {
    signed_in(call)?;
    let kind = collection(call)?;
    let of = |fits: fn(Shape) -> bool| {
        let fields = kind.fields().filter(|field| fits(field.shape)).map(described);
        json!({"Items": fields.collect::<Vec<_>>()})
    };
    let described = json!({
        "Name": kind.name(),
        "Uri": format!("{}/api/v1/{}", site.base, kind.plural()),
        "Description": "",
        "ResourceMetadataPropertiesDescription": {
            "ResourceMetadataPropertiesResourceValuesDescription":
                of(|shape| !matches!(shape, Shape::One(_) | Shape::Many(_))),
            "ResourceMetadataPropertiesResourceReferencesDescription": of(|shape| matches!(shape, Shape::One(_))),
            "ResourceMetadataPropertiesResourceCollectionsDescription": of(|shape| matches!(shape, Shape::Many(_))),
        },
    });
    Asked::of(site, call)?.value(StatusCode::OK, "ResourceMetadataDescription", &described)
}

fn described(field: &'static Field) -> Value {
    let kind = match field.shape {
        Shape::Number => "Int32",
        Shape::Decimal => "Decimal",
        Shape::Flag => "Boolean",
        Shape::Text => "String",
        Shape::Time => "DateTime",
        Shape::One(kind) | Shape::Many(kind) => kind.name(),
        Shape::Custom => "CustomFields",
    };
    json!({
        "Name": field.name, "Type": kind, "CanGet": true, "CanSet": field.access != Access::Read,
        "IsRequired": field.access == Access::Required, "IsDeprecated": field.name == "Team",
    })
}
