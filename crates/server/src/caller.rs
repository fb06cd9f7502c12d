//! Who calls the API, and whether they may: the bearer token, its tenant, its scopes.
//!
//! Every route passes through [`gate`] with the scope it needs, so a handler that runs is allowed to. The local
//! admin's token acts for any tenant, chosen by the header `Bowline-Tenant`; every other token is bound to one.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bowline_auth::bearer;
use bowline_core::commit::DirectoryKind;
use bowline_core::{TenantId, TokenId, code};
use http::StatusCode;
use http::header::{HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use http::request::Parts;
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::problem::Problem;
use crate::scope::Scope;

/// Names the tenant that the admin acts for.
const TENANT: HeaderName = HeaderName::from_static("bowline-tenant");

/// Whoever calls, inside one tenant.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The tenant whose things they see.
    pub(crate) tenant: TenantId,
    power: Power,
}

#[derive(Clone, Debug)]
enum Power {
    Admin,
    Token(BTreeSet<Scope>),
}

/// Who a token belongs to.
enum Bearer {
    Admin,
    Token { tenant: TenantId, scopes: BTreeSet<Scope> },
}

impl Power {
    fn allows(&self, scope: Scope) -> bool {
        match self {
            Self::Admin => true,
            Self::Token(scopes) => scopes.contains(&scope) && scope.is_grantable(),
        }
    }
}

impl Caller {
    /// Whether they may do more than the route itself asks for.
    pub(crate) fn may(&self, scope: Scope) -> bool {
        self.power.allows(scope)
    }
}

/// Lets a request through to its handler if its token allows what the route needs.
pub(crate) async fn gate(
    State((app, scope)): State<(Arc<App>, Scope)>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit(&app, scope, request.headers()).await {
        Ok(caller) => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            next.run(request).await
        }
        Err(problem) => refuse(problem),
    }
}

fn refuse(problem: Problem) -> Response {
    let unknown = problem.status == StatusCode::UNAUTHORIZED;
    let mut response = problem.into_response();
    if unknown {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"bowline\""));
    }
    response
}

/// Who calls, if their token allows what is needed now; `None` where a tenant plays no part.
pub(crate) async fn admit(app: &App, scope: Scope, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    let named = named_tenant(headers)?;
    let (tenant, power) = match know(app, headers).await? {
        Bearer::Admin => (None, Power::Admin),
        Bearer::Token { tenant, scopes } => (Some(tenant), Power::Token(scopes)),
    };
    if !power.allows(scope) {
        let detail = format!("The token lacks the scope `{scope}`.");
        return Err(
            Problem::new(StatusCode::FORBIDDEN, code::API_FORBIDDEN, detail).with("scope", scope.word())
        );
    }
    if !scope.is_in_tenant() {
        return Ok(None);
    }
    let tenant = match (tenant, named) {
        (Some(own), None) => own,
        (Some(own), Some(named)) => own_tenant(app, own, named).await?,
        (None, named) => find_tenant(app, named.unwrap_or(&app.options.tenant)).await?,
    };
    Ok(Some(Caller { tenant, power }))
}

async fn know(app: &App, headers: &HeaderMap) -> Result<Bearer, Problem> {
    let unknown =
        || Problem::new(StatusCode::UNAUTHORIZED, code::API_UNAUTHORIZED, "No valid token was sent.");
    let hash = bearer::presented(headers).ok_or_else(unknown)?;
    if bool::from(hash.ct_eq(&app.options.admin)) {
        return Ok(Bearer::Admin);
    }
    let registry = &app.ports.registry;
    let entry = registry.directory(DirectoryKind::Token, &hash).await?.ok_or_else(unknown)?;
    let expired = entry.until.is_some_and(|until| until <= app.ports.clock.now());
    let id: TokenId = entry.id.parse().map_err(|_| unknown())?;
    let token = registry.token(entry.tenant, id).await?.filter(|_| !expired).ok_or_else(unknown)?;
    // A scope that this release does not know allows nothing in it.
    let scopes = token.scopes.iter().filter_map(|scope| scope.parse().ok()).collect();
    Ok(Bearer::Token { tenant: entry.tenant, scopes })
}

fn named_tenant(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(TENANT).iter();
    match (values.next().map(HeaderValue::to_str), values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(name)), None) => Ok(Some(name)),
        _ => Err(Problem::bad_request("`Bowline-Tenant` holds one tenant's name.")),
    }
}

/// Another tenant's name is refused alike whether there is such a tenant or not.
async fn own_tenant(app: &App, own: TenantId, named: &str) -> Result<TenantId, Problem> {
    let tenants = app.ports.registry.tenants().await?;
    let fits = tenants.iter().any(|tenant| tenant.id == own && tenant.name == named);
    let other = || {
        let detail = "The token belongs to another tenant than `Bowline-Tenant` names.";
        Problem::new(StatusCode::FORBIDDEN, code::API_FORBIDDEN, detail)
    };
    if fits { Ok(own) } else { Err(other()) }
}

async fn find_tenant(app: &App, name: &str) -> Result<TenantId, Problem> {
    let tenants = app.ports.registry.tenants().await?;
    let found = tenants.iter().find(|tenant| tenant.name == name);
    found.map(|tenant| tenant.id).ok_or_else(|| {
        let detail = "There is no tenant of the name that `Bowline-Tenant` gives, or no default tenant yet.";
        Problem::new(StatusCode::NOT_FOUND, code::API_NOT_FOUND, detail)
    })
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        // Absent only if a handler asks for a tenant on a route that has none.
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::defect)
    }
}
