use std::net::Ipv4Addr;

use futures_util::stream;

use super::*;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const MAX: usize = 1024 * 1024;

fn parts(count: usize, part: usize) -> Body {
    let parts =
        (0..count).map(move |number| Ok::<_, io::Error>(Bytes::from(vec![u8::try_from(number).unwrap(); part])));
    Body::from_stream(stream::iter(parts))
}

async fn read(spool: &Spool, body: Body, sender: Sender) -> Result<Bytes, SpoolError> {
    let folder = tempfile::tempdir().unwrap();
    let read = spool.read(folder.path(), body, MAX, HERE, sender).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a file with a name");
    Ok(read?.bytes)
}

#[tokio::test]
async fn what_comes_in_parts_is_whole_again() {
    let spool = Spool::default();
    for (count, part) in [(0, 0), (3, 100), (10, 20_000), (3, 70_000), (1, IN_MEMORY), (1, IN_MEMORY + 1)] {
        let expected = (0..count).flat_map(|number| vec![u8::try_from(number).unwrap(); part]).collect::<Vec<_>>();
        assert_eq!(read(&spool, parts(count, part), Sender::Stranger).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn what_is_too_large_or_finds_no_room_is_refused() {
    let spool = Spool { disk: Room::new(200_000, 100_000, 2_000_000), memory: Arc::new(Semaphore::new(2000)) };
    let refused = read(&spool, parts(20, 60_000), Sender::Known).await;
    assert!(matches!(refused, Err(SpoolError::TooLarge)), "{refused:?}");
    let refused = read(&spool, parts(3, 70_000), Sender::Stranger).await;
    assert!(matches!(refused, Err(SpoolError::NoRoom)), "{refused:?}");
    assert_eq!(read(&spool, parts(3, 70_000), Sender::Known).await.unwrap().len(), 210_000);
    assert_eq!(spool.memory.available_permits(), 2000);
}
