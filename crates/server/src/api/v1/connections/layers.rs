//! What a connection shows before it comes to the tool: a client certificate, a gateway's key or token.
//!
//! Certificates and keys come in and never go out; what is shown of a certificate is whom it names and when it ends.

use bowline_auth::{certificate, gateway_header};
use bowline_core::code::AUTH_CERTIFICATE_EXPIRING;
use bowline_core::commit::Change;
use bowline_core::connection::{Connection, SignIn};
use bowline_core::finding::Cause;
use bowline_core::grant::Provider;
use bowline_core::layers::{ClientCertificate, Gateway, GatewayProof};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::{GrantId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};

use super::{address, grant, moved, proof};
use crate::api::v1::oauth_clients;
use crate::app::App;
use crate::caller::Caller;
use crate::problem::Problem;

/// The usual header of a gateway's key, and of its token where the tool's own credential takes `Authorization`.
const KEY_HEADER: &str = "x-api-key";
const TOKEN_HEADER: &str = "x-gateway-authorization";

/// What is given of the layers; each is left as it is if it is not, and taken away by `null`.
#[derive(Default)]
pub(super) struct Ask {
    pub(super) certificate: Given<CertificateAsk>,
    pub(super) authorities: Given<String>,
    pub(super) gateway: Given<GatewayAsk>,
}

/// Nothing said; `null`; or a value.
pub(super) type Given<T> = Option<Option<T>>;

/// Reads a field that may be `null` on purpose.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Given<T>, D::Error> {
    Option::deserialize(from).map(Some)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CertificateAsk {
    /// In PEM, the client's own certificate first.
    chain: String,
    /// Its private key in PEM.
    key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewayAsk {
    header: Option<String>,
    key: Option<String>,
    oauth_client: Option<String>,
}

/// Puts what is given on the connection; the rows that go with it are to be committed with it.
pub(super) async fn apply(
    app: &App,
    caller: &Caller,
    connection: &mut Connection,
    ask: Ask,
) -> Result<Vec<Change>, Problem> {
    let mut changes = Vec::new();
    if let Some(authorities) = ask.authorities {
        if authorities.is_some() {
            may_be_brought(app)?;
        }
        let read = authorities.map(|pem| certificate::authorities(&pem)).transpose();
        connection.transport.authorities = read.map_err(|bad| refused("authorities", bad))?;
    }
    if let Some(certificate) = ask.certificate {
        let old = connection.transport.certificate.take();
        changes.extend(old.map(|old| Change::DropSecret(old.secret)));
        let key = Cause::of(AUTH_CERTIFICATE_EXPIRING).at(connection.id).key();
        changes.push(Change::SettleCause { key });
        if let Some(CertificateAsk { chain, key }) = certificate {
            let read = certificate::client(&chain, &key).map_err(|bad| refused("certificate", bad))?;
            let (secret, purpose) = (proof::new_id(app), Purpose::ClientCertificate);
            changes.push(proof::sealed(app, connection, purpose, secret, &read.pem).await?);
            let certificate =
                ClientCertificate { secret, subject: read.subject, ends_at: read.ends_at, warned: None };
            connection.transport.certificate = Some(certificate);
            changes.extend(connection.warn(app.ports.clock.now(), app.ports.entropy.as_ref()));
        }
    }
    if let Some(gateway) = ask.gateway {
        if let Some(Gateway { proof: GatewayProof::Key { secret }, .. }) = connection.gateway.take() {
            changes.push(Change::DropSecret(secret));
        }
        if let Some(ask) = gateway {
            let (gateway, new) = gateway_of(app, caller, connection, ask).await?;
            connection.gateway = Some(gateway);
            changes.extend(new);
        }
    }
    Ok(changes)
}

async fn gateway_of(
    app: &App,
    caller: &Caller,
    connection: &Connection,
    ask: GatewayAsk,
) -> Result<(Gateway, Vec<Change>), Problem> {
    let free = connection.sign_in.leaves_authorization();
    let (usual, proof, changes) = match (ask.key, ask.oauth_client) {
        (Some(key), None) => {
            address::secret("gateway.key", &key)?;
            let (id, key) = (proof::new_id(app), Secret::from(key));
            let sealed = proof::sealed(app, connection, Purpose::GatewayKey, id, &key).await?;
            (KEY_HEADER, GatewayProof::Key { secret: id }, vec![sealed])
        }
        (None, Some(client)) => {
            let client = oauth_clients::named(app, caller, &client).await?;
            let shown_at = client.api_url.as_deref().unwrap_or_default();
            if client.provider != Provider::Gateway || !moved::same_origin(shown_at, &connection.base_url) {
                return Err(Problem::bad_request(
                    "`gateway.oauth_client` names a registration with the provider `gateway` whose `api_url` is the \
                     gateway of this connection: same scheme, host and port as `base_url`.",
                ));
            }
            let (grant, changes) = grant::begun(app, &client);
            let usual = if free { "authorization" } else { TOKEN_HEADER };
            (usual, GatewayProof::Token { grant }, changes)
        }
        _ => {
            return Err(Problem::bad_request("`gateway` has either `key` or `oauth_client`."));
        }
    };
    let header = header(ask.header.as_deref().unwrap_or(usual), free)?;
    // What goes there is the tool's to read as much as a gateway's: a key of that name may be a password.
    if header.eq_ignore_ascii_case("authorization") && matches!(proof, GatewayProof::Key { .. }) {
        address::collected(app, connection.tool)?;
    }
    Ok((Gateway { header, proof }, changes))
}

fn header(name: &str, free: bool) -> Result<String, Problem> {
    gateway_header(name, free).ok_or_else(|| {
        Problem::bad_request(
            "`gateway.header` is the name of a header of the gateway's own. `Authorization` can be it only where the \
             way of signing in to the tool leaves that free.",
        )
    })
}

/// In an installation for strangers nobody says whom to trust but the operator.
fn may_be_brought(app: &App) -> Result<(), Problem> {
    if app.options.own_authorities {
        return Ok(());
    }
    Err(Problem::bad_request(
        "`authorities` are not taken here: this installation is hosted (`deployment.trust`), and only certificates of \
         publicly trusted authorities count.",
    ))
}

/// Whether a connection would take somebody's word whose it did not take before.
pub(super) fn trusts_anew(
    app: &App,
    connection: &Connection,
    given: &Given<String>,
) -> Result<bool, Problem> {
    let Some(Some(pem)) = given else { return Ok(false) };
    may_be_brought(app)?;
    let read = certificate::authorities(pem).map_err(|bad| refused("authorities", bad))?;
    Ok(connection.transport.authorities.as_ref() != Some(&read))
}

fn refused(field: &str, bad: certificate::BadCertificate) -> Problem {
    Problem::bad_request(format!("`{field}` cannot be used: {bad}."))
}

/// Whether the layers fit each other, whatever was changed.
pub(super) fn fit(connection: &Connection) -> Result<(), Problem> {
    if let Some(gateway) = &connection.gateway {
        header(&gateway.header, connection.sign_in.leaves_authorization())?;
    }
    let proved = connection.transport.certificate.is_some() || connection.gateway.is_some();
    if connection.sign_in == SignIn::InFront && !proved {
        return Err(Problem::bad_request(
            "With the method `in_front` the connection needs a `certificate` or a `gateway`: something has to prove who \
             we are.",
        ));
    }
    Ok(())
}

/// The layers as the API shows them.
#[derive(Serialize)]
pub(super) struct TransportView {
    certificate: Option<CertificateView>,
    /// Whether authorities are trusted beside the machine's.
    authorities: bool,
}

#[derive(Serialize)]
struct CertificateView {
    subject: String,
    ends_at: Timestamp,
}

/// What stands before the tool.
#[derive(Serialize)]
pub(super) struct GatewayView {
    header: String,
    kind: &'static str,
    grant: Option<GrantId>,
}

impl TransportView {
    pub(super) fn of(connection: &Connection) -> Self {
        let certificate = connection.transport.certificate.as_ref();
        let certificate = certificate.map(|certificate| CertificateView {
            subject: certificate.subject.clone(),
            ends_at: certificate.ends_at,
        });
        Self { certificate, authorities: connection.transport.authorities.is_some() }
    }
}

impl From<Gateway> for GatewayView {
    fn from(gateway: Gateway) -> Self {
        let grant = gateway.grant();
        let kind = if grant.is_some() { "token" } else { "key" };
        Self { header: gateway.header, kind, grant }
    }
}
