use http_body_util::{BodyExt as _, Full, StreamBody};

use super::*;

const HOUR: Duration = Duration::from_hours(1);
const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn connection() -> Arc<Connection> {
    Arc::new(Connection::new(Instant::now()))
}

#[tokio::test]
async fn a_silent_sender_is_let_go() {
    let first = futures_util::stream::iter([Ok::<_, BoxError>(Frame::data(Bytes::from_static(b"half")))]);
    let parts = futures_util::StreamExt::chain(first, futures_util::stream::pending());
    let (connection, rate) = (connection(), Rate { timeout: Duration::ZERO, bytes_per_second: 1000 });
    let body = guarded(StreamBody::new(parts), &connection, rate, &Room::default(), || HERE);
    assert!(body.collect().await.is_err());
    assert_eq!(connection.failed(), Some(BodyError::TooSlow));
}

#[tokio::test]
async fn what_comes_at_once_is_read_without_a_wait() {
    let (connection, rate) = (connection(), Rate { timeout: Duration::ZERO, bytes_per_second: 1 });
    let body = guarded(Full::new(Bytes::from_static(b"whole")), &connection, rate, &Room::default(), || HERE);
    assert_eq!(body.collect().await.unwrap().to_bytes(), "whole");
    assert_eq!(connection.failed(), None);
}

#[test]
fn what_was_sent_gives_time() {
    let rate = Rate { timeout: HOUR, bytes_per_second: 2048 };
    assert_eq!(rate.allows(0), HOUR);
    assert_eq!(rate.allows(20_480), HOUR + Duration::from_secs(10));
}

#[tokio::test]
async fn a_large_body_is_counted_and_a_small_one_is_not() {
    let room = Room::new(0, 0, 100_000);
    let rate = Rate { timeout: HOUR, bytes_per_second: 1 };
    for (bytes, sender, fails) in [
        (16_384, Sender::Stranger, None),
        (16_385, Sender::Stranger, Some(BodyError::NoRoom)),
        (100_000, Sender::Known, None),
        (200_000, Sender::Known, Some(BodyError::NoRoom)),
        (200_000, Sender::Streams, None),
    ] {
        let connection = connection();
        connection.is_from(sender);
        let body = guarded(Full::new(Bytes::from(vec![0; bytes])), &connection, rate, &room, || HERE);
        assert_eq!(body.collect().await.is_err(), fails.is_some(), "{bytes} {sender:?}");
        assert_eq!(connection.failed(), fails);
    }
}

#[test]
fn strangers_share_their_room_and_give_it_back() {
    let (room, there) = (Room::new(100, 60, 10), IpAddr::from([192, 0, 2, 1]));
    let (mut here, mut also_here, mut elsewhere) = (room.share(HERE), room.share(HERE), room.share(there));
    assert_eq!(here.take(40, Sender::Stranger), Ok(()));
    assert_eq!(also_here.take(30, Sender::Stranger), Err(BodyError::NoRoom));
    assert_eq!(elsewhere.take(50, Sender::Stranger), Ok(()));
    assert_eq!(also_here.take(20, Sender::Stranger), Err(BodyError::NoRoom));
    assert_eq!(here.take(10, Sender::Known), Ok(()));
    assert_eq!(also_here.take(1, Sender::Known), Err(BodyError::NoRoom));
    drop((here, elsewhere));
    assert_eq!(also_here.take(60, Sender::Stranger), Ok(()));
    drop(also_here);
    assert!(room.held().by_address.is_empty());
}
