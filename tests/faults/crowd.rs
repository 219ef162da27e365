//! People who declare claims at one server or several, send again what was not acknowledged, and keep a ledger.

use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use guichet::store::Engine;
use tokio::{
    sync::{Semaphore, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::ledger::{Found, Ledger, Told};
use crate::support::{Client, Place, Receipt, Server, endpoint};

/// One person after another at each, so that conversations are also opened while something fails.
const PLACES: u32 = 16;
/// Before a person's next message: many come all the time, and the machine is not what is tried.
const PAUSE: Duration = Duration::from_millis(20);
/// Before what was refused is sent again.
const AGAIN: Duration = Duration::from_millis(50);
/// The longest that an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(40);
/// The longest that anything is waited for: nothing here takes so long but what hangs.
pub(super) const FOR_EVER: Duration = Duration::from_mins(4);

/// How the people send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Manner {
    /// Each message to the first server.
    #[default]
    Plain,
    /// Each to any server, and one of four to another one as well, at the same time.
    Shuffled,
}

#[derive(Debug)]
struct Shared {
    ledger: Mutex<Ledger>,
    acknowledged: Semaphore,
    refused: AtomicUsize,
}

/// The people, until they are sent away.
pub(super) struct Crowd {
    told: Arc<Shared>,
    servers: watch::Sender<Vec<String>>,
    places: Vec<JoinHandle<()>>,
}

impl Crowd {
    pub(super) fn gather(servers: &[&Server], manner: Manner) -> Self {
        Self::gather_few(PLACES, servers, manner)
    }

    pub(super) fn gather_few(count: u32, servers: &[&Server], manner: Manner) -> Self {
        let told = Arc::new(Shared {
            ledger: Mutex::default(),
            acknowledged: Semaphore::new(0),
            refused: AtomicUsize::new(0),
        });
        let servers = watch::Sender::new(urls(servers));
        let place = |number| talk(Place::new(number, count), servers.subscribe(), manner, Arc::clone(&told));
        let places = (0..count).map(|number| tokio::spawn(place(number))).collect();
        Self { told, servers, places }
    }

    /// Where they write from now on.
    pub(super) fn turn_to(&self, servers: &[&Server]) {
        self.servers.send_replace(urls(servers));
    }

    /// Waits until so many more messages were acknowledged.
    pub(super) async fn hears(&self, count: u32) {
        let heard = timeout(FOR_EVER, self.told.acknowledged.acquire_many(count)).await;
        heard.expect("nobody is served any more").unwrap().forget();
    }

    /// Forgets the acknowledgements so far, for [`Crowd::hears`].
    pub(super) fn forget(&self) {
        self.told.acknowledged.forget_permits(usize::MAX);
    }

    /// How often a server refused a message.
    pub(super) fn refused(&self) -> usize {
        self.told.refused.load(Ordering::Relaxed)
    }

    pub(super) fn acknowledged(&self) -> usize {
        ledger(&self.told).acknowledged()
    }

    /// Sends them away when the messages that are under way are acknowledged, and compares.
    pub(super) async fn leave(self, store: &Engine) -> Found {
        self.go().await;
        let ledger = std::mem::take(&mut *ledger(&self.told));
        ledger.check(store).await.unwrap()
    }

    async fn go(&self) {
        self.servers.send_replace(Vec::new());
        let gone = async {
            while self.places.iter().any(|place| !place.is_finished()) {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(FOR_EVER, gone).await.expect("somebody is never answered");
    }

    /// The same where no server is left: what is under way is not waited for.
    pub(super) async fn leave_at_once(self, store: &Engine) -> Found {
        for place in &self.places {
            place.abort();
        }
        let ledger = std::mem::take(&mut *ledger(&self.told));
        ledger.check(store).await.unwrap()
    }
}

fn urls(servers: &[&Server]) -> Vec<String> {
    servers.iter().map(|server| server.url.clone()).collect()
}

fn ledger(told: &Shared) -> MutexGuard<'_, Ledger> {
    told.ledger.lock().unwrap()
}

async fn talk(mut place: Place, mut servers: watch::Receiver<Vec<String>>, manner: Manner, told: Arc<Shared>) {
    loop {
        let urls = servers.borrow_and_update().clone();
        if urls.is_empty() {
            return;
        }
        let mut lines: Vec<Line> = urls.into_iter().map(Line::new).collect();
        let mut first = true;
        while first || !servers.has_changed().unwrap_or(true) {
            first = false;
            let dice = getrandom::u32().unwrap() as usize;
            let at = if manner == Manner::Shuffled { dice % lines.len() } else { 0 };
            let twice = manner == Manner::Shuffled && (dice / 64).is_multiple_of(4);
            let mut line = lines.swap_remove(at);
            let answers = if twice && !lines.is_empty() {
                let (one, other) = tokio::join!(line.send(&place, &told), lines[0].send(&place, &told));
                [Some(one), Some(other)]
            } else {
                [Some(line.send(&place, &told).await), None]
            };
            lines.push(line);
            // The one that was not a redelivery has the answers.
            let mut heard: Vec<Receipt> = answers.into_iter().flatten().flatten().collect();
            heard.sort_by_key(|receipt| receipt.duplicate);
            match heard.first() {
                Some(receipt) => {
                    place.hear(&receipt.replies);
                    told.acknowledged.add_permits(1);
                    sleep(PAUSE).await;
                }
                None => sleep(AGAIN).await,
            }
        }
    }
}

/// A connection to a server.
struct Line {
    url: String,
    client: Client,
}

impl Line {
    fn new(url: String) -> Self {
        let client = Client::new(&url, Server::ACCOUNT, Server::SECRET);
        Self { url, client }
    }

    /// Sends the place's message. None where it was not acknowledged.
    async fn send(&mut self, place: &Place, told: &Shared) -> Option<Receipt> {
        let message = place.message();
        let from = endpoint(&message.from);
        ledger(told).sends(&from, &message.id);
        match timeout(PATIENCE, self.client.send::<Receipt>(&message)).await {
            Ok(Ok(receipt)) => {
                let replies = (!receipt.duplicate).then(|| receipt.replies.clone());
                let conversation = receipt.conversation.parse().unwrap();
                ledger(told).hears(&from, &message.id, Told { conversation, seq: receipt.seq, replies });
                Some(receipt)
            }
            Ok(Err(problem)) => {
                if let Some(status) = problem.strip_prefix("status ") {
                    assert!(["429", "503"].contains(&status), "a message was refused for good: {problem}");
                    told.refused.fetch_add(1, Ordering::Relaxed);
                }
                None
            }
            Err(_) => {
                // The next message gets another connection.
                *self = Self::new(std::mem::take(&mut self.url));
                None
            }
        }
    }
}
