//! People who write: each sends a message until it is acknowledged, by whichever node answers; some send the next one meanwhile, or
//! the same one again.

use std::{sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    ledger::Told,
    node::{Cluster, Node, account},
    world::{World, lock},
};
use crate::{
    domain::{
        language::Language,
        message::{Body, Endpoint},
    },
    intake::{Inbound, InboundKind, IntakeError, Receipt},
};

const SAID: &[&str] = &[
    "bonjour",
    "j'ai une fuite d'eau dans la cuisine depuis hier soir",
    "non, aucun danger",
    "oui",
    "non",
    "je ne sais pas",
    "moi",
    "c'est moi l'assuré",
    "Martin",
    "12/03/1975",
    "69003",
    "hier vers 18h",
    "12 rue des Lilas 69003 Lyon",
    "le parquet et les murs",
    "environ 450 €",
    "un conseiller svp",
    "passer",
    "en fait c'était mardi",
    "1",
    "merci",
];
/// How long a client waits for an answer before it asks again.
const PATIENCE: Duration = Duration::from_secs(25);

/// A person's whole talk.
pub(super) async fn write(world: Arc<World>, cluster: Cluster, person: u64) {
    let (count, is_impatient) = (world.among(3..14), world.once_in(3));
    let mut under_way = JoinSet::new();
    for number in 0..count {
        let text = (*world.one_of(SAID)).to_owned();
        let sending = send(Arc::clone(&world), cluster.clone(), person, format!("{number}"), text.clone());
        under_way.spawn(sending);
        if !is_impatient {
            while under_way.join_next().await.is_some() {}
        }
        if world.once_in(5) {
            // The provider delivers it once more.
            under_way.spawn(send(Arc::clone(&world), cluster.clone(), person, format!("{number}"), text));
        }
        let pause = if world.once_in(15) { world.millis(60_000..1_200_000) } else { world.millis(0..4_000) };
        sleep(pause).await;
    }
    while under_way.join_next().await.is_some() {}
}

/// Once more, when nothing fails any more.
pub(super) async fn write_last(world: &Arc<World>, cluster: &Cluster, person: u64) {
    send(Arc::clone(world), cluster.clone(), person, "last".to_owned(), "aide".to_owned()).await;
}

/// Sends a message until it is acknowledged.
async fn send(world: Arc<World>, cluster: Cluster, person: u64, id: String, text: String) {
    let endpoint = endpoint(person);
    lock(&world.ledger).sends(&endpoint, &id);
    loop {
        if let Some(node) = cluster.any(&world) {
            let inbound = Inbound {
                endpoint: endpoint.clone(),
                provider_id: id.clone(),
                insurer: "demo".to_owned(),
                language: Language::Fr,
                token: None,
                cites: Vec::new(),
                settle: false,
                kind: InboundKind::Message(Body { text: text.clone(), ..Body::default() }),
            };
            match ask(&world, &node, inbound).await {
                Some(Ok(receipt)) => {
                    let Receipt { conversation, seq, duplicate, .. } = receipt;
                    let again = if duplicate { ", which it had" } else { "" };
                    world.tell(&format!(
                        "{} has {person}'s message {id} as {seq} of {conversation}{again}",
                        node.life.name
                    ));
                    lock(&world.ledger).hears(&endpoint, &id, Told { conversation, seq, replies: None });
                    if world.once_in(3) {
                        // The person's telephone says that all of it was read.
                        let told = node.intake.read(conversation, seq);
                        let _ = timeout(PATIENCE, told).await;
                    }
                    return;
                }
                Some(Err(error)) => {
                    world.tell(&format!("{} refuses {person}'s message {id}: {error}", node.life.name));
                }
                None => world.tell(&format!("{} does not answer to {person}'s message {id}", node.life.name)),
            }
        }
        let lasts = world.millis(50..5_000);
        sleep(lasts).await;
    }
}

/// What a node answers; none where it dies or the client's patience ends. Then the work is dropped, or goes on unheard.
async fn ask(world: &World, node: &Arc<Node>, inbound: Inbound) -> Option<Result<Receipt, IntakeError>> {
    let asked = Arc::clone(node);
    let mut work = tokio::spawn(async move { asked.intake.receive(inbound).await });
    let (answer, gave_up) = tokio::select! {
        biased;
        () = node.life.dead.cancelled() => (None, false),
        answer = &mut work => (answer.ok(), false),
        () = sleep(PATIENCE) => (None, true),
    };
    if gave_up && world.once_in(2) {
        work.abort();
    }
    answer
}

pub(super) fn endpoint(person: u64) -> Endpoint {
    let (channel, account) = account();
    Endpoint { channel, account, address: format!("+3363998{person:04}") }
}
