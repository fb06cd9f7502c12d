//! `PATCH /api/v1/connections/{connection}`: changes what is given and leaves the rest. Whether calls work is then
//! unknown again, and a sweep finds out.
//!
//! A new secret is a new row, and the old one goes: a worker that still holds the connection as it was may finish
//! with the old secret at the old address, but never meet the new one there.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use bowline_core::Timestamp;
use bowline_core::commit::Change;
use bowline_core::connection::{Connection, Health, SignIn};
use bowline_core::secret::{Purpose, Secret};
use bowline_core::work::Lane;
use serde::{Deserialize, Serialize};

use super::layers::{CertificateAsk, GatewayAsk, Given};
use super::proof::{self, Header, Shown};
use super::{View, address, ending, grant, layers, moved, named, seen_to, sweep};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Json, Name};
use crate::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    base_url: Option<String>,
    browse_url: Option<String>,
    sign_in: Option<SignIn>,
    secret: Option<String>,
    /// A registration of which the connection gets a new grant, instead of both.
    oauth_client: Option<String>,
    #[serde(default, deserialize_with = "layers::given")]
    certificate: Given<CertificateAsk>,
    #[serde(default, deserialize_with = "layers::given")]
    authorities: Given<String>,
    #[serde(default, deserialize_with = "layers::given")]
    gateway: Given<GatewayAsk>,
    /// When the secret ends, as far as its maker knows.
    expires_at: Option<Timestamp>,
    webhook_secret: Option<String>,
    header: Option<Header>,
    settings: Option<BTreeMap<String, String>>,
    /// The site is the one it was and has only moved, so that shares keep their meaning.
    #[serde(default)]
    same_site: bool,
}

impl Ask {
    /// Whether it changes where calls go or what they show.
    const fn is_about_the_way(&self) -> bool {
        self.base_url.is_some()
            || self.browse_url.is_some()
            || self.sign_in.is_some()
            || self.secret.is_some()
            || self.oauth_client.is_some()
            || self.certificate.is_some()
            || self.authorities.is_some()
            || self.gateway.is_some()
            || self.expires_at.is_some()
    }
}

/// The connection, and what was made anew to be entered in the tool.
#[derive(Serialize)]
pub(super) struct Changed {
    #[serde(flatten)]
    view: View,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<proof::ShownHeader>,
}

pub(super) async fn handle(
    State(app): State<Arc<App>>,
    caller: Caller,
    Name(name): Name,
    Json(mut ask): Json<Ask>,
) -> Result<axum::Json<Changed>, Problem> {
    let before = named(&app, &caller, &name).await?;
    allowed(&app, &caller, &before, &ask).await?;
    let mut connection = before.clone();
    let mut changes: Vec<Change> = seen_to(&connection).into_iter().collect();
    let mut shown = Shown::default();
    if let Some(client) = ask.oauth_client.take() {
        let (grant, rows) = grant::begun_of(&app, &caller, connection.tool, &client).await?;
        ask.sign_in = Some(SignIn::Grant { grant });
        changes.extend(rows);
    }
    changes.extend(secrets(&app, &mut connection, &mut ask, &mut shown).await?);
    let layers = layers::Ask {
        certificate: ask.certificate.take(),
        authorities: ask.authorities.take(),
        gateway: ask.gateway.take(),
    };
    apply(&mut connection, ask)?;
    changes.extend(layers::apply(&app, &caller, &mut connection, layers).await?);
    layers::fit(&connection)?;
    grant::vouched(&app, Some(&before), &connection).await?;
    changes.push(Change::PutConnection(Box::new(connection.clone())));
    changes.extend(grant::left(&app, &before, Some(&connection)).await?);
    changes.extend(grant::asked_anew(&app, &before, &connection).await?);
    changes.push(sweep(connection.id, app.ports.clock.now()));
    app.write(caller.tenant, changes).await?;
    app.ports.bell.ring(Lane::Sweep).await;
    // Read again: the store has raised the revision.
    let stored = named(&app, &caller, &connection.id.to_string()).await?;
    Ok(axum::Json(Changed { view: stored.into(), header: shown.header }))
}

/// Whether the change may be made: what is stored is shown nowhere else, and to nobody whom somebody else vouches for.
async fn allowed(app: &App, caller: &Caller, connection: &Connection, ask: &Ask) -> Result<(), Problem> {
    if matches!(connection.sign_in, SignIn::Connect { .. }) && ask.is_about_the_way() {
        return Err(Problem::conflict(
            "The connection stands for a site that installed the app: where it is and how it signs in, the site says.",
        ));
    }
    let anew = shown_anew(connection, ask);
    if let Some(url) = &ask.base_url {
        let url = address::url("base_url", url)?;
        moved::check(app, connection, &url, anew, ask.same_site).await?;
    }
    if layers::trusts_anew(app, connection, &ask.authorities)? && !anew {
        return Err(Problem::bad_request(
            "`authorities` say whose word is taken for where credentials go. Send `secret` with them (or `oauth_client`, if \
             the connection signs in with a grant), and `gateway` if there is one: what is stored is shown to nobody whom \
             others vouch for.",
        ));
    }
    sign_in(app, caller, ask, connection.sign_in.has_secret()).await?;
    if ask.secret.is_none() && is_another(&connection.sign_in, ask.sign_in.as_ref()) {
        return Err(Problem::bad_request("`secret` is missing: another user has another password."));
    }
    Ok(())
}

/// The secrets that are given, and what is known of their end.
async fn secrets(
    app: &App,
    connection: &mut Connection,
    ask: &mut Ask,
    shown: &mut Shown,
) -> Result<Vec<Change>, Problem> {
    let mut changes = Vec::new();
    if let Some(secret) = ask.secret.take() {
        address::secret("secret", &secret)?;
        address::collected(app, connection.tool)?;
        let (id, secret) = (proof::new_id(app), Secret::from(secret));
        changes.push(proof::sealed(app, connection, Purpose::Credential, id, &secret).await?);
        changes.push(Change::DropSecret(std::mem::replace(&mut connection.secret, id)));
    }
    if let Some(secret) = ask.webhook_secret.take() {
        changes.extend(proof::demand_signature(app, connection, Some(secret), shown).await?);
    }
    if let Some(header) = ask.header.take() {
        changes.extend(proof::demand_header(app, connection, header, shown).await?);
    }
    if let Some(expires_at) = ask.expires_at.take() {
        if !ask.sign_in.as_ref().unwrap_or(&connection.sign_in).has_secret() {
            return Err(Problem::bad_request(
                "`expires_at` is about a `secret`; the provider tells when a grant ends.",
            ));
        }
        changes.extend(ending::entered(app, connection, expires_at).await?);
    }
    Ok(changes)
}

/// Whether everything that is shown at the address is given with the change. A certificate is not among it: proving one
/// gives nothing away. Neither is a new grant: its tokens go to where its registration says.
fn shown_anew(connection: &Connection, ask: &Ask) -> bool {
    let secret = match ask.sign_in.as_ref().unwrap_or(&connection.sign_in) {
        SignIn::InFront => true,
        SignIn::Grant { .. } => false,
        _ => ask.secret.is_some(),
    };
    (secret || ask.oauth_client.is_some()) && (connection.gateway.is_none() || ask.gateway.is_some())
}

/// Whether somebody else's session is asked for.
fn is_another(present: &SignIn, wanted: Option<&SignIn>) -> bool {
    match (present, wanted) {
        (SignIn::Session { user }, Some(SignIn::Session { user: wanted })) => user != wanted,
        _ => false,
    }
}

/// A grant is chosen when a connection is made; afterwards a secret takes its place, another grant of the tenant, or a new
/// one.
async fn sign_in(app: &App, caller: &Caller, ask: &Ask, stored: bool) -> Result<(), Problem> {
    match &ask.sign_in {
        sign_in if ask.oauth_client.is_some() => match (sign_in, &ask.secret) {
            (None, None) => Ok(()),
            _ => Err(Problem::bad_request("With `oauth_client` there is neither `sign_in` nor `secret`.")),
        },
        Some(SignIn::Grant { grant }) => grant::to_serve(app, caller, *grant).await,
        Some(SignIn::InFront) => Ok(()),
        Some(_) if !stored && ask.secret.is_none() => {
            Err(Problem::bad_request("`secret` is missing: the connection had none."))
        }
        None if !stored && ask.secret.is_some() => Err(Problem::bad_request(
            "The connection signs in without a secret of its own. Send `sign_in` with `secret` to change that.",
        )),
        _ => Ok(()),
    }
}

fn apply(connection: &mut Connection, ask: Ask) -> Result<(), Problem> {
    if let Some(url) = ask.base_url {
        let same = connection.browse_url == connection.base_url;
        connection.base_url = address::url("base_url", &url)?;
        if same {
            connection.browse_url.clone_from(&connection.base_url);
        }
    }
    if let Some(url) = ask.browse_url {
        connection.browse_url = address::url("browse_url", &url)?;
    }
    if let Some(sign_in) = ask.sign_in {
        connection.sign_in = address::sign_in(connection.tool, sign_in)?;
    }
    if let Some(settings) = ask.settings {
        address::settings(&settings)?;
        connection.settings = settings;
    }
    if matches!(connection.sign_in, SignIn::Connect { .. }) {
        // Nothing about the way was changed, and whether the app is there the site says.
        return Ok(());
    }
    connection.health = Health::Unknown;
    connection.identity = None;
    Ok(())
}
