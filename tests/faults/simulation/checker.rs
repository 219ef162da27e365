//! Whether what happened may happen.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use futures_util::future::BoxFuture;
use tokio::sync::OwnedMutexGuard;

use super::{
    carrier::Delivery,
    world::{Trouble, World, lock},
};
use crate::{
    domain::message::Author,
    identity::Scope,
    store::{
        Delivery as Stored, Engine, StoreError,
        testing::faults::{Access, Faults, Planted},
    },
};

/// Reads without any fault.
#[derive(Debug)]
struct Reader;

impl Faults for Reader {
    fn before(&self, _: Access) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    fn after(&self, _: Access) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }

    fn lock(&self) -> BoxFuture<'_, Result<OwnedMutexGuard<()>, StoreError>> {
        Box::pin(async { Ok(Arc::new(tokio::sync::Mutex::new(())).lock_owned().await) })
    }

    fn shows(&self, _: Planted) -> bool {
        false
    }
}

/// Notes all that is wrong.
pub(super) async fn check(world: &Arc<World>) {
    world.look();
    let store = Engine::open_simulated(&world.file, Arc::new(Reader)).unwrap();
    let ledger = std::mem::take(&mut *lock(&world.ledger));
    let found = ledger.check(&store).await.unwrap();
    *lock(&world.ledger) = ledger;
    for wrong in found.wrong {
        world.is_wrong(wrong);
    }
    check_replies(world, &store).await;
    check_order(world);
    check_again(world);
}

/// Each reply left at least once, or a handler is told that it did not.
async fn check_replies(world: &World, store: &Engine) {
    let deliveries = lock(&world.carrier).deliveries.clone();
    let taken = |id: &str| deliveries.iter().any(|delivery| delivery.id == id);
    let everything = Scope::everything();
    for fence in store.fences(None, 1000).await.unwrap() {
        let id = fence.conversation;
        let rows = store.cases(&everything).outbox(id, 0).await.unwrap();
        let given_up: Vec<String> = store.timeline(id).await.unwrap().into_iter().map(|line| line.kind).collect();
        let given_up = given_up.iter().filter(|kind| *kind == "undelivered").count();
        let failed = rows.iter().filter(|row| row.delivery == Stored::Failed).count();
        if given_up != failed {
            world.is_wrong(format!("{id}: {failed} messages were given up, and the handler is told of {given_up}"));
        }
        for row in &rows {
            if row.delivery == Stored::Sent && !taken(&row.id.to_string()) {
                world.is_wrong(format!("{id}: message {} is said to be sent, and never was", row.seq));
            }
        }
        for message in store.messages(id, 0, 10_000).await.unwrap() {
            let is_ours = message.author != Author::Policyholder;
            if is_ours && !rows.iter().any(|row| row.seq == message.seq) {
                world.is_wrong(format!("{id}: nobody sends message {}", message.seq));
            }
        }
    }
}

/// What is said to a person leaves in its order.
fn check_order(world: &World) {
    let mut last: BTreeMap<_, i64> = BTreeMap::new();
    let mut seen = HashSet::new();
    for delivery in &lock(&world.carrier).deliveries.clone() {
        if delivery.late || !seen.insert(delivery.id.clone()) {
            continue;
        }
        let last = last.entry(delivery.conversation).or_default();
        if delivery.seq < *last {
            world.is_wrong(format!("{}: message {} left behind {last}", delivery.conversation, delivery.seq));
        }
        *last = delivery.seq.max(*last);
    }
}

/// A message leaves again only where something explains it.
fn check_again(world: &World) {
    let troubles = world.troubles();
    let mut last: HashMap<String, Delivery> = HashMap::new();
    for delivery in lock(&world.carrier).deliveries.clone() {
        let Some(before) = last.insert(delivery.id.clone(), delivery.clone()) else { continue };
        let explains = |trouble: &Trouble| {
            let theirs = trouble.node.as_ref().is_none_or(|node| *node == before.node);
            theirs && trouble.from <= delivery.at && trouble.until >= before.at
        };
        if before.answered && !troubles.iter().any(explains) {
            let (conversation, seq) = (delivery.conversation, delivery.seq);
            world.is_wrong(format!("{conversation}: message {seq} left twice, and nothing explains it"));
        }
    }
}
