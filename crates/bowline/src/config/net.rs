//! `[net]`: outbound calls.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use bowline_core::TenantId;
use bowline_core::tenant::Tenant;
use bowline_net::{AllowRule, Extra, Settings};
use serde::{Deserialize, Deserializer, de};

use super::Trust;

/// Outbound calls.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Net {
    /// Targets inside the network that may be called.
    #[serde(deserialize_with = "rules")]
    pub(crate) allow: Vec<AllowRule>,
    /// The same for one tenant each, by its name or id.
    #[serde(deserialize_with = "rules_of_tenants")]
    pub(crate) allow_for: BTreeMap<String, Vec<AllowRule>>,
    /// The ports at which the internet may be called.
    pub(crate) ports: Vec<u16>,
    /// Whether unencrypted calls may go to the internet.
    pub(crate) plain_http: bool,
    /// How many calls of one connection may be under way at once.
    pub(crate) per_connection: u32,
    /// Whether processes share limits in slices.
    pub(crate) share_limits: bool,
    /// Whether calls carry `elastic-apm-traceparent`.
    pub(crate) elastic_traceparent: bool,
    /// The value of `client-ip`, if calls carry it.
    #[serde(deserialize_with = "address")]
    pub(crate) client_ip: Option<IpAddr>,
}

/// An address, or nothing.
fn address<'de, D: Deserializer<'de>>(from: D) -> Result<Option<IpAddr>, D::Error> {
    let text = String::deserialize(from)?;
    let parsed = (!text.is_empty()).then(|| text.parse()).transpose();
    parsed.map_err(|_| de::Error::custom(format_args!("`{text}` is not an IP address")))
}

fn rules<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<AllowRule>, D::Error> {
    read(&Vec::<String>::deserialize(from)?)
}

fn rules_of_tenants<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, Vec<AllowRule>>, D::Error> {
    let texts = BTreeMap::<String, Vec<String>>::deserialize(from)?;
    texts.into_iter().map(|(tenant, texts)| Ok((tenant, read(&texts)?))).collect()
}

fn read<E: de::Error>(texts: &[String]) -> Result<Vec<AllowRule>, E> {
    texts.iter().map(|text| text.parse().map_err(E::custom)).collect()
}

impl Net {
    /// As settings of the calls; rules for tenants that are none of these are told of and left aside.
    pub(crate) fn settings(&self, trust: Trust, tenants: &[Tenant]) -> Settings {
        let mut allow_for = HashMap::<TenantId, Vec<AllowRule>>::new();
        for (name, rules) in &self.allow_for {
            let named = |tenant: &&Tenant| tenant.name == *name || tenant.id.to_string() == *name;
            match tenants.iter().find(named) {
                Some(tenant) => allow_for.entry(tenant.id).or_default().extend(rules.iter().cloned()),
                None => tracing::warn!(
                    tenant = name,
                    "no such tenant: its `net.allow_for` counts after a restart"
                ),
            }
        }
        Settings {
            allow: self.allow.clone(),
            allow_for,
            ports: self.ports.clone(),
            own_authorities: trust == Trust::Private,
            plain_http: self.plain_http,
            width: usize::try_from(self.per_connection.max(1)).unwrap_or(1),
            extra: Extra { elastic_traceparent: self.elastic_traceparent, client_ip: self.client_ip },
            ..Settings::default()
        }
    }

    pub(super) fn show(&self) -> String {
        let shown = |rules: &[AllowRule]| -> Vec<String> { rules.iter().map(ToString::to_string).collect() };
        let own = self.allow_for.iter().map(|(name, rules)| format!("{name:?} = {:?}", shown(rules)));
        let own: Vec<String> = own.collect();
        format!(
            "[net]\nallow = {:?}\nallow_for = {{ {} }}\nports = {:?}\nplain_http = {}\nper_connection = {}\n\
             share_limits = {}\nelastic_traceparent = {}\nclient_ip = {:?}\n",
            shown(&self.allow),
            own.join(", "),
            self.ports,
            self.plain_http,
            self.per_connection,
            self.share_limits,
            self.elastic_traceparent,
            self.client_ip.map(|address| address.to_string()).unwrap_or_default()
        )
    }
}
