use futures_util::FutureExt as _;
use jiff::Timestamp;

use super::*;

const CHANGE: Heard = Heard { changed: true, typing: false };
const TYPING: Heard = Heard { changed: false, typing: true };

fn conversation() -> ConversationId {
    ConversationId::new(Timestamp::UNIX_EPOCH)
}

/// What a listener hears without waiting.
fn now(listener: &mut Listener) -> Option<Heard> {
    listener.next().now_or_never().flatten()
}

#[test]
fn each_hears_what_is_theirs_and_nothing_else() {
    let listeners = Arc::new(Listeners::default());
    let (mine, other) = (conversation(), conversation());
    let (mut here, mut twin) = (listeners.listen(mine), listeners.listen(mine));
    let (mut there, mut all) = (listeners.listen(other), listeners.listen_to_all());
    assert_eq!(now(&mut here), None);

    listeners.tell_change(mine);
    assert_eq!((now(&mut here), now(&mut twin), now(&mut all)), (Some(CHANGE), Some(CHANGE), Some(CHANGE)));
    assert_eq!(now(&mut there), None);

    listeners.tell_typing(mine);
    assert_eq!((now(&mut here), now(&mut there), now(&mut all)), (Some(TYPING), None, None));

    listeners.tell_change(conversation());
    assert_eq!((now(&mut here), now(&mut there), now(&mut all)), (None, None, Some(CHANGE)));
}

#[test]
fn a_flood_is_heard_once_however_late_the_listener_is() {
    let listeners = Arc::new(Listeners::default());
    let mine = conversation();
    let (mut here, mut all) = (listeners.listen(mine), listeners.listen_to_all());
    for _ in 0..100_000 {
        listeners.tell_change(mine);
    }
    listeners.tell_typing(mine);
    assert_eq!((now(&mut here), now(&mut here)), (Some(Heard { changed: true, typing: true }), None));
    assert_eq!((now(&mut all), now(&mut all)), (Some(CHANGE), None));
}

#[tokio::test]
async fn who_waits_is_woken_and_who_gave_up_waiting_missed_nothing() {
    let listeners = Arc::new(Listeners::default());
    let mine = conversation();
    let mut here = listeners.listen(mine);
    let waiting = tokio::spawn(async move { (here.next().await, here) });
    tokio::task::yield_now().await;
    listeners.tell_change(mine);
    let (heard, mut here) = waiting.await.unwrap();
    assert_eq!(heard, Some(CHANGE));
    assert_eq!(now(&mut here), None);
    listeners.tell_change(mine);
    assert_eq!(now(&mut here), Some(CHANGE));
}

#[test]
fn everybody_reads_anew_when_it_is_not_known_what_changed() {
    let listeners = Arc::new(Listeners::default());
    let mut ears = [listeners.listen(conversation()), listeners.listen(conversation()), listeners.listen_to_all()];
    listeners.tell_everybody();
    for ear in &mut ears {
        assert_eq!((now(ear), now(ear)), (Some(CHANGE), None));
    }
}

#[test]
fn an_entry_goes_with_its_last_listener() {
    let listeners = Arc::new(Listeners::default());
    let mine = conversation();
    let (first, second) = (listeners.listen(mine), listeners.listen(mine));
    drop(listeners.listen_to_all());
    assert_eq!(listeners.conversations(), 1);
    drop(first);
    assert_eq!(listeners.conversations(), 1);
    drop(second);
    assert_eq!(listeners.conversations(), 0);

    let crowd: Vec<Listener> = (0..10_000).map(|_| listeners.listen(conversation())).collect();
    assert_eq!(listeners.conversations(), 10_000);
    drop(crowd);
    assert_eq!(listeners.conversations(), 0);
    assert!(listeners.each().capacity() <= 1024, "the room of ten thousand is kept for nobody");
}

#[test]
fn a_listener_of_a_service_that_is_gone_ends() {
    let listeners = Arc::new(Listeners::default());
    let (mut here, mut all) = (listeners.listen(conversation()), listeners.listen_to_all());
    drop(listeners);
    assert_eq!(here.next().now_or_never(), Some(None));
    assert_eq!(all.next().now_or_never(), Some(None));
}
