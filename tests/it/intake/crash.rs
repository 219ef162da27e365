//! `kill -9` under load, again and again: every acknowledged message is there once, in order, with its replies.

use std::{collections::BTreeMap, sync::Arc};

use guichet::{
    channel::sms::render,
    domain::{log::Verdict, message::Author},
    store::{Engine, MessageRow},
};
use tokio::sync::{Semaphore, watch};

use crate::support::{ALL, Client, Database, Place, Receipt, Server, endpoint, on_both_engines};

const KILLS: usize = 6;
/// One person after another at each, so that conversations are also opened while the process dies.
const PLACES: u32 = 16;

on_both_engines! { every_acknowledged_message_is_there_once_in_order_with_its_replies }

/// By sender: the receipts of the messages 1, 2, 3, ...
type Receipts = BTreeMap<String, Vec<Receipt>>;

async fn every_acknowledged_message_is_there_once_in_order_with_its_replies(db: Database) {
    let mut server = Server::start(&db.url);
    let (address, addresses) = watch::channel(Some(server.url.clone()));
    let acknowledged = Arc::new(Semaphore::new(0));
    let places: Vec<_> = (0..PLACES)
        .map(|place| tokio::spawn(talk(Place::new(place, PLACES), addresses.clone(), Arc::clone(&acknowledged))))
        .collect();
    for _ in 0..KILLS {
        // Any moment is good: a number of messages that nobody could foresee.
        let moment = 40 + getrandom::u32().unwrap() % 200;
        acknowledged.acquire_many(moment).await.unwrap().forget();
        server = tokio::task::block_in_place(|| server.kill_and_start_again());
        address.send(Some(server.url.clone())).unwrap();
    }
    acknowledged.acquire_many(200).await.unwrap().forget();
    address.send(None).unwrap();
    let mut receipts = Receipts::new();
    for place in places {
        receipts.extend(place.await.unwrap());
    }
    // The last one dies as well: what follows reads what is on disk, and nothing else.
    drop(server);
    let store = db.store().await;
    let mut replies = 0;
    for (sender, receipts) in &receipts {
        replies += assert_all_there(&store, sender, receipts).await;
    }
    let sent: usize = receipts.values().map(Vec::len).sum();
    assert!(replies * 2 > sent, "{replies} replies to {sent} messages: this was no conversation");
    assert!(sent > KILLS * 40);
}

/// One place: sends, and sends again under the same identifier what was not acknowledged.
async fn talk(
    mut place: Place,
    mut addresses: watch::Receiver<Option<String>>,
    acknowledged: Arc<Semaphore>,
) -> Receipts {
    let mut receipts = Receipts::new();
    loop {
        let Some(url) = addresses.borrow_and_update().clone() else { return receipts };
        let mut client = Client::new(&url, Server::ACCOUNT, Server::SECRET);
        loop {
            let message = place.message();
            let sender = message.from.clone();
            match client.send::<Receipt>(&message).await {
                Ok(receipt) => {
                    place.hear(&receipt.replies);
                    receipts.entry(sender).or_default().push(receipt);
                    acknowledged.add_permits(1);
                    if addresses.borrow().is_none() {
                        return receipts;
                    }
                }
                Err(status) if status.starts_with("status ") => panic!("the server refused a message: {status}"),
                Err(_) => {
                    addresses.changed().await.unwrap();
                    break;
                }
            }
        }
    }
}

/// Returns how many replies there are.
async fn assert_all_there(store: &Engine, sender: &str, receipts: &[Receipt]) -> usize {
    let id = store.conversation_at(&endpoint(sender)).await.unwrap().unwrap_or_else(|| panic!("{sender} is lost"));
    let messages = store.messages(id, 0, 10_000).await.unwrap();
    assert!(messages.iter().zip(1..).all(|(message, seq)| message.seq == seq), "{sender}: a gap");
    let received: Vec<&MessageRow> = messages.iter().filter(|m| m.author == Author::Policyholder).collect();
    // A message that was on its way when the test ended may be there as well, behind those that were acknowledged.
    assert!(received.len() >= receipts.len(), "{sender}: {} of {}", received.len(), receipts.len());
    for (number, (message, receipt)) in (1..).zip(received.iter().zip(receipts)) {
        assert_eq!(message.client_id, Some(format!("{number}")), "{sender}: out of order, or twice");
        assert_eq!((&receipt.conversation, receipt.seq), (&id.to_string(), message.seq), "{sender}");
        let said = messages[usize::try_from(message.seq).unwrap()..].iter().take_while(|m| m.author == Author::Guichet);
        let said: Vec<String> = said.map(|message| render::plain(&message.body)).collect();
        if !receipt.duplicate {
            assert_eq!(receipt.replies, said, "{sender}: message {number} was answered otherwise than is stored");
        }
    }
    if let Some(dossier) = store.conversation(id).await.unwrap().and_then(|conversation| conversation.0.dossier) {
        let dossier = store.dossier(dossier).await.unwrap().unwrap();
        let (_, fence) = store.conversation(dossier.conversation).await.unwrap().unwrap();
        assert_eq!(store.verify_log(&fence).await.unwrap(), Verdict::Intact, "{sender}");
        let facts = store.cases(&ALL).facts(dossier.conversation).await.unwrap();
        assert!(facts.iter().zip(1..).all(|(fact, seq)| fact.seq == seq), "{sender}: a gap in the facts");
    }
    messages.len() - received.len()
}
