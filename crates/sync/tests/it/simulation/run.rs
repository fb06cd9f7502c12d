//! Runs histories and says what came of them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bowline_core::{CommandId, ShareId, Side, SignedDuration};
use bowline_store::{Options, Store};
use bowline_sync::Laws;
use bowline_sync::base::Base;

use super::history::World;
use super::ports::Stepped;
use super::site::ROBOT;

/// A law broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Planted {
    Nothing,
    /// Everything read counts as a change.
    SkipTheEchoCheck,
    /// What was in sync is not remembered.
    DropTheBase,
    /// What we create carries no sign of us.
    ForgetTheMarker,
    /// Whatever is read back after a write counts as in sync.
    AdoptAnyReadBack,
    /// Comments carry no sign of us, so what we write under a person's name looks like theirs.
    ForgetToSign,
}

impl Planted {
    pub(crate) const DEFECTS: [Self; 5] = [
        Self::SkipTheEchoCheck,
        Self::DropTheBase,
        Self::ForgetTheMarker,
        Self::AdoptAnyReadBack,
        Self::ForgetToSign,
    ];

    fn laws(self) -> Laws {
        let mut laws = Laws::default();
        match self {
            Self::Nothing => {}
            Self::SkipTheEchoCheck => laws.moved = |_, _| true,
            Self::DropTheBase => laws.keep = |_| Base::default(),
            Self::ForgetTheMarker => laws.mark = |_| ShareId::from_uuid(uuid::Uuid::nil()),
            Self::AdoptAnyReadBack => laws.rebase = |read, _| read,
            Self::ForgetToSign => laws.sign = |_| CommandId::from_uuid(uuid::Uuid::nil()),
        }
        laws
    }
}

/// What came of one history.
pub(crate) struct Verdict {
    pub(crate) seed: u64,
    pub(crate) wrong: Vec<String>,
    pub(crate) trace: Vec<String>,
    writes: usize,
    acted: usize,
    forgiven: bool,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.wrong.join("; "))
    }
}

/// What came of many.
pub(crate) struct Report {
    pub(crate) histories: u64,
    pub(crate) failures: Vec<Verdict>,
    /// Comments that were written as people.
    pub(crate) acted: usize,
    /// Histories in which a call as a person was taken, so that a refusal long ago was forgotten.
    pub(crate) forgiven: usize,
    writes: usize,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, writes, acted) = (self.histories, self.writes, self.acted);
        let failures = self.failures.len();
        writeln!(f, "simulation: {n} histories, {writes} writes, {acted} as people, {failures} failures")?;
        for failure in self.failures.iter().take(20) {
            writeln!(f, "seed {}: {failure}", failure.seed)?;
        }
        if let Some(first) = self.failures.first() {
            writeln!(f, "seed {} in full:\n  {}", first.seed, first.trace.join("\n  "))?;
        }
        Ok(())
    }
}

/// A fresh store in memory, and a runtime for it alone.
fn store() -> Stepped {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let store = runtime.block_on(Store::open(Options::new("sqlite::memory:"))).unwrap();
    Stepped { store: Arc::new(store), runtime: Arc::new(runtime) }
}

/// Histories that share one database; a fresh one now and then keeps it small.
const SHARE_A_STORE: u64 = 200;

/// One history in a store of its own.
pub(crate) fn one(seed: u64, planted: Planted) -> Verdict {
    history(seed, store(), planted)
}

/// Histories with the seeds from `seed` on, on all cores.
pub(crate) fn many(seed: u64, histories: u64, planted: Planted) -> Report {
    let next = AtomicU64::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut report = Report { histories, failures: Vec::new(), acted: 0, forgiven: 0, writes: 0 };
    let work = || {
        let (mut failures, mut writes, mut acted, mut forgiven) = (Vec::new(), 0, 0, 0);
        loop {
            let from = next.fetch_add(SHARE_A_STORE, Ordering::SeqCst);
            if from >= histories {
                return (failures, writes, acted, forgiven);
            }
            let store = store();
            for n in from..histories.min(from + SHARE_A_STORE) {
                let verdict = history(seed + n, store.clone(), planted);
                writes += verdict.writes;
                acted += verdict.acted;
                forgiven += usize::from(verdict.forgiven);
                if !verdict.wrong.is_empty() {
                    failures.push(verdict);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for thread in running {
            let (failures, writes, acted, forgiven) = thread.join().unwrap();
            report.failures.extend(failures);
            report.acted += acted;
            report.forgiven += forgiven;
            report.writes += writes;
        }
    });
    report.failures.sort_by_key(|verdict| verdict.seed);
    report
}

/// The first history that the ledger objects to.
pub(crate) fn until_found(seed: u64, histories: u64, planted: Planted) -> Option<(u64, Verdict)> {
    let store = store();
    (seed..seed + histories).find_map(|seed| {
        let verdict = history(seed, store.clone(), planted);
        (!verdict.wrong.is_empty()).then_some((seed - 1, verdict))
    })
}

fn history(seed: u64, store: Stepped, planted: Planted) -> Verdict {
    let mut world = World::new(seed, store, planted.laws());
    let rough = rough(&mut world);
    let mut wrong = Vec::new();
    if let Err(why) = rough.and_then(|()| calm(&mut world)) {
        wrong.push(why);
    }
    let before = writes(&world);
    if wrong.is_empty() {
        for _ in 0..2 {
            world.sweep();
            if let Err(why) = rest(&mut world) {
                wrong.push(why);
            }
        }
        if writes(&world) != before {
            wrong.push("it goes on writing when nobody edits any more".into());
        }
    }
    wrong.extend({
        let people = world.land.people.lock().unwrap();
        let (left, right) = (world.land.site(Side::Left), world.land.site(Side::Right));
        people.ledger.judge(&left, &right)
    });
    wrong.extend(world.land.unsure.wrong());
    let (acted, forgiven) = (acted(&world), world.is_forgiven());
    let verdict = Verdict { seed, wrong, trace: world.land.trace(), writes: writes(&world), acted, forgiven };
    world.executor.crash();
    world.tidy();
    verdict
}

fn writes(world: &World) -> usize {
    Side::BOTH.into_iter().map(|side| world.land.site(side).writes.len()).sum()
}

/// How many comments of ours stand under a person's name.
fn acted(world: &World) -> usize {
    let site = world.land.site(Side::Left);
    let remarks = site.things.values().flat_map(|thing| &thing.remarks);
    remarks.filter(|remark| remark.marker.is_some() && remark.author != ROBOT).count()
}

/// People edit, events go astray, calls fail, and the process dies now and then.
fn rough(world: &mut World) -> Result<(), String> {
    let dice = Arc::clone(&world.dice);
    world.land.trouble.store(dice.pick(&[0, 3, 8, 15]).to_owned(), Ordering::SeqCst);
    let crashes = *dice.pick(&[0u64, 0, 5, 10]);
    let mut acts = 4 + dice.below(12);
    let mut steps = 0;
    while acts > 0 {
        steps += 1;
        if steps > 20_000 {
            return Err("the rough part does not end".into());
        }
        match dice.below(100) {
            0..6 => {
                world.person_acts();
                acts -= 1;
            }
            6..16 => {
                world.deliver_one(true);
            }
            16..26 => {
                world.start_worker();
            }
            26..30 => world
                .land
                .clock
                .advance(SignedDuration::from_millis(i64::try_from(dice.below(4_000)).unwrap())),
            30 if dice.chance(4) => world.land.clock.advance(SignedDuration::from_secs(100)),
            31 if dice.chance(crashes) => world.crash(),
            32 if world.executor.is_idle() => world.wait_for_work(),
            _ => world.executor.step(&dice),
        }
    }
    Ok(())
}

/// The weather clears: nothing fails any more, and what was lost is swept up.
fn calm(world: &mut World) -> Result<(), String> {
    world.land.trouble.store(0, Ordering::SeqCst);
    world.say("calm");
    rest(world)?;
    for _ in 0..2 {
        world.land.clock.advance(SignedDuration::from_mins(2));
        world.sweep();
        rest(world)?;
    }
    Ok(())
}

/// Goes on until nothing is left to do but regular sweeps.
fn rest(world: &mut World) -> Result<(), String> {
    let dice = Arc::clone(&world.dice);
    for _ in 0..40_000 {
        let delivered = world.deliver_one(false);
        let started = world.start_worker();
        if !world.executor.is_idle() {
            world.executor.step(&dice);
        } else if !delivered && !started {
            if world.is_at_rest() {
                return Ok(());
            }
            world.wait_for_work();
        }
    }
    Err("it does not come to rest".into())
}
