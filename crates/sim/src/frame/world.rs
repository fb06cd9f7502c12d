//! What a simulator is made of: a [`World`] behind one lock, and the [`House`] of shared parts around it.
//!
//! Handlers are plain functions over the locked world, so no lock is ever held over an await. Routes are tables of
//! [`Route`]s; [`routes`] turns one into a router for a URL prefix.

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{DefaultBodyLimit, RawPathParams, Request};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use http::StatusCode;
use serde_json::Value;
use tokio::sync::Notify;

use crate::WebhookTarget;
use crate::frame::answer::Answer;
use crate::frame::call::{Call, Person, Query};
use crate::frame::clock::Clock;
use crate::frame::control::guard::Hosts;
use crate::frame::delivery::Delivery;
use crate::frame::faults::Faults;
use crate::frame::faults::plan::Plan;
use crate::frame::path;
use crate::frame::recorder::{Recorder, beginning};
use crate::frame::served::Served;
use crate::frame::shown::Shown;
use crate::frame::snapshot::Snapshots;
use crate::frame::transcript::Transcript;
use crate::frame::upload::{self, Broken, Form, Limits};

/// The largest request body read; above Jira's own limits on texts, below what would hurt.
pub(crate) const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// The parts that every simulator shares and a world may use.
#[derive(Clone)]
pub(crate) struct Frame {
    pub(crate) clock: Arc<Clock>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) delivery: Arc<Delivery>,
}

#[cfg(test)]
impl Frame {
    /// A frame whose clock stands still and whose webhooks go nowhere.
    pub(crate) fn still() -> Self {
        let (clock, faults, recorder) =
            (Arc::new(Clock::default()), Arc::new(Faults::new(1)), Arc::new(Recorder::default()));
        clock.freeze(true);
        let time = (1, std::time::Duration::from_secs(1));
        let (delivery, _) = Delivery::new(clock.clone(), faults.clone(), recorder.clone(), time);
        Self { clock, faults, recorder, delivery }
    }
}

/// A simulated product: its whole state, its way of signing in, and what the control API asks of it.
pub(crate) trait World: Shown + Clone + Send + Sync + 'static {
    /// A refusal in the product's own shape.
    type Refusal: Into<Answer>;

    /// Which product this is, in one word for the transcript.
    fn face(&self) -> &'static str;
    /// Who calls: a person, nobody (`None`), or an answer to wrong credentials.
    fn admit(&self, call: &Call<'_>) -> Result<Option<Person>, Answer>;
    /// Who calls, looking only: nothing is counted.
    fn whose(&self, call: &Call<'_>) -> Option<Person> {
        self.admit(call).ok().flatten()
    }
    /// Whether the call may go on, now that it is known who calls: limits, forged requests.
    fn guard(&self, _: &Call<'_>) -> Result<(), Answer> {
        Ok(())
    }
    /// A person's login name.
    fn name(&self, person: Person) -> &str;
    /// Adds the headers the product puts on every answer.
    fn dress(&self, call: &Call<'_>, answer: &mut Answer);
    /// A status with nothing to say: an unknown path or method, or a fault.
    fn bare(&self, status: StatusCode) -> Answer;

    /// What is said at this path to somebody who has no right to see what is there.
    fn hidden(&self, path: &str) -> Answer;

    /// When there is next something to do that nobody has to ask for; `None` when there is nothing.
    fn due(&self) -> Option<i64> {
        None
    }
    /// Does what has become due.
    fn catch_up(&mut self) {}

    /// How many items there are.
    fn count(&self) -> usize;
    /// Counts and settings for `GET /_sim/state`.
    fn state(&self) -> Value;
    /// Every item in short for `GET /_sim/items`.
    fn items(&self) -> Value;
    /// One item at full length for `GET /_sim/item/{id}`.
    fn item(&self, id: &str) -> Option<Value>;
    /// Edits as a person for `POST /_sim/edit`; the answer is the item's id and key, or why not.
    fn edit(&mut self, edit: &Value) -> Result<Value, String>;
    /// Sends webhooks there from now on; `None` to nowhere. Or why not.
    fn target(&mut self, target: Option<WebhookTarget>) -> Result<(), String>;
    /// Changes a setting for `POST /_sim/settings`; the answer is what came of it, an object.
    fn set(&mut self, change: &Value) -> Result<Value, String>;
}

/// A world and everything around it.
pub(crate) struct House<W> {
    world: RwLock<W>,
    /// Wakes whoever does what becomes due.
    stirred: Notify,
    pub(crate) frame: Frame,
    pub(crate) snapshots: Snapshots<W>,
    /// The names the control API answers to.
    pub(crate) hosts: Hosts,
    pub(crate) transcript: Option<Transcript>,
    pub(crate) served: Served,
}

impl<W: World> House<W> {
    pub(crate) fn new(world: W, frame: Frame, hosts: Hosts) -> Self {
        let transcript = Transcript::open(world.face());
        let (world, stirred, snapshots) = (RwLock::new(world), Notify::new(), Snapshots::default());
        let served = Served::default();
        let house = Self { world, stirred, frame, snapshots, hosts, transcript, served };
        house.keep_start();
        house
    }

    /// Looks at the world.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&W) -> T) -> T {
        look(&self.world.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the world.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut W) -> T) -> T {
        let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&mut world);
        if world.due().is_some() {
            self.stirred.notify_one();
        }
        changed
    }

    /// Does what has become due, before anybody looks.
    pub(crate) fn catch_up(&self) {
        let now = self.frame.clock.now();
        if self.read(World::due).is_some_and(|due| due <= now) {
            self.write(World::catch_up);
        }
    }

    /// Does what becomes due as the clock goes, for ever.
    pub(crate) async fn keep_up(&self) {
        loop {
            let stirred = self.stirred.notified();
            match self.read(World::due) {
                None => stirred.await,
                Some(due) => {
                    tokio::select! {
                        () = self.frame.clock.sleep_until(due) => self.catch_up(),
                        () = stirred => {}
                    }
                }
            }
        }
    }
}

/// What a route does: reads share the world, writes have it alone.
pub(crate) enum Act<W: World> {
    Read(fn(&W, &Call<'_>) -> Result<Answer, W::Refusal>),
    Write(fn(&mut W, &Call<'_>) -> Result<Answer, W::Refusal>),
    /// Takes files: who may send what is decided before they are received, without anything being locked meanwhile.
    Upload(Gate<W>, Keep<W>),
}

/// Says which files may come.
pub(crate) type Gate<W> = fn(&W, &Call<'_>) -> Result<Limits, <W as World>::Refusal>;

/// Keeps the files that were received, or says why they were not.
pub(crate) type Keep<W> =
    fn(&mut W, &Call<'_>, Result<Form, Broken>) -> Result<Answer, <W as World>::Refusal>;

impl<W: World> Clone for Act<W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<W: World> Copy for Act<W> {}

impl<W: World> Act<W> {
    /// The word for it in `GET /_sim/served`.
    fn does(self) -> &'static str {
        match self {
            Self::Read(_) => "reads",
            Self::Write(_) => "writes",
            Self::Upload(..) => "uploads",
        }
    }
}

/// A method, a path below the prefix, and what is done there.
pub(crate) type Route<W> = (MethodFilter, &'static str, Act<W>);

/// Whose credentials a request carried; left in the response for the recorder.
#[derive(Clone, Debug)]
pub(crate) struct Signed(pub(crate) String);

/// What was said in a request's body and in the answer's; left in the response for the recorder.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub(crate) body: bytes::Bytes,
    pub(crate) answer: bytes::Bytes,
}

/// A router for the routes below `prefix`; `api` is what [`Call::api`] says there.
pub(crate) fn routes<W: World>(
    house: &Arc<House<W>>,
    prefix: &str,
    api: &'static str,
    table: impl IntoIterator<Item = Route<W>>,
) -> Router {
    table.into_iter().fold(Router::new(), |router, (method, path, act)| {
        let whole = format!("{prefix}{path}");
        house.served.note(method, whole.clone(), act.does());
        router.route(&whole, handler(house.clone(), method, (api, path), act))
    })
}

fn handler<W: World>(
    house: Arc<House<W>>,
    method: MethodFilter,
    (api, route): (&'static str, &'static str),
    act: Act<W>,
) -> MethodRouter {
    type Params = Result<RawPathParams, RawPathParamsRejection>;
    let method = on(method, move |params: Params, request: Request| async move {
        let params = match params {
            Ok(params) => params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            Err(_) => path::lossy(route, request.uri().path()),
        };
        let (head, body) = request.into_parts();
        house.catch_up();
        let whole = Arc::new(Plan::default());
        let plan = head.extensions.get::<Arc<Plan>>().unwrap_or(&whole);
        let mut call = Call {
            method: head.method.as_str(),
            path: head.uri.path(),
            api,
            route,
            params,
            query: Query::of(&head.uri),
            raw_query: head.uri.query().unwrap_or_default(),
            headers: &head.headers,
            body: bytes::Bytes::new(),
            pass: head.extensions.get(),
            caller: None,
            plan,
            faults: &house.frame.faults,
        };
        let body = match act {
            Act::Upload(gate, keep) => {
                let told = upload(&house, &mut call, (gate, keep), (&head, body)).await;
                return respond(&call, told);
            }
            Act::Read(_) | Act::Write(_) => to_bytes(body, BODY_LIMIT).await,
        };
        let told = match (body, act) {
            (Ok(body), Act::Read(handler)) => {
                call.body = body;
                house.read(|world| {
                    let outcome =
                        enter(world, &mut call).and_then(|()| handler(world, &call).map_err(Into::into));
                    finish(world, &call, outcome)
                })
            }
            (Ok(body), Act::Write(handler)) => {
                call.body = body;
                house.write(|world| {
                    let outcome =
                        enter(world, &mut call).and_then(|()| handler(world, &call).map_err(Into::into));
                    finish(world, &call, outcome)
                })
            }
            _ => (house.read(|world| world.bare(StatusCode::PAYLOAD_TOO_LARGE)), None),
        };
        respond(&call, told)
    });
    // The only forms that are read are those of uploads, which have limits of their own.
    method.layer(DefaultBodyLimit::disable())
}

/// An answer, and the name of whoever called.
type Told = (Answer, Option<String>);

fn respond(call: &Call<'_>, (answer, name): Told) -> Response {
    let said = Said { body: beginning(&call.body), answer: beginning(&answer.body) };
    let mut response = answer.into_response();
    response.extensions_mut().insert(said);
    if let Some(name) = name {
        response.extensions_mut().insert(Signed(name));
    }
    response
}

/// Asks whether files may come, receives them, and has them kept.
async fn upload<W: World>(
    house: &House<W>,
    call: &mut Call<'_>,
    (gate, keep): (Gate<W>, Keep<W>),
    (head, body): (&http::request::Parts, axum::body::Body),
) -> Told {
    let opened = house.read(|world| {
        let outcome = enter(world, call).and_then(|()| gate(world, call).map_err(Into::into));
        outcome.map_err(|refusal| finish(world, call, Err(refusal)))
    });
    let limits = match opened {
        Ok(limits) => limits,
        Err(refused) => {
            upload::ignore(body).await;
            return refused;
        }
    };
    let mut request = Request::new(body);
    request.headers_mut().clone_from(&head.headers);
    // That there is no limit on bodies is said there.
    request.extensions_mut().clone_from(&head.extensions);
    let arrived = upload::receive(request, limits).await;
    house.write(|world| {
        let outcome = keep(world, call, arrived).map_err(Into::into);
        finish(world, call, outcome)
    })
}

/// Finds out who calls, and whether they may go on.
fn enter<W: World>(world: &W, call: &mut Call<'_>) -> Result<(), Answer> {
    call.caller = world.admit(call)?;
    world.guard(call)
}

fn finish<W: World>(world: &W, call: &Call<'_>, outcome: Result<Answer, Answer>) -> Told {
    let mut answer = outcome.unwrap_or_else(|refusal| refusal);
    world.dress(call, &mut answer);
    (answer, call.caller.map(|person| world.name(person).to_owned()))
}
