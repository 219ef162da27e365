use super::*;

fn address(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

/// Whether a connection was told to go.
fn is_wanted(seat: &Seat) -> bool {
    seat.wanted.is_cancelled()
}

#[test]
fn silent_connections_keep_nobody_out() {
    let peers = Peers::default();
    let silent: Vec<_> = (0..EACH).map(|_| peers.seat(address(1)).unwrap()).collect();
    let waiting: Vec<_> = silent.iter().map(Seat::wait).collect();
    let next = peers.seat(address(1)).unwrap();
    assert!(is_wanted(&silent[0]) && !is_wanted(&silent[1]) && !is_wanted(&next));
    assert!(peers.seat(address(2)).is_some());
    drop((waiting, silent));
    assert_eq!(peers.open().seats.len(), 1);
}

#[test]
fn one_that_hands_a_message_over_keeps_its_place() {
    let peers = Peers::default();
    let busy: Vec<_> = (0..EACH).map(|_| peers.seat(address(1)).unwrap()).collect();
    for seat in &busy {
        drop(seat.wait());
    }
    assert!(peers.seat(address(1)).is_none());
    let waiting = busy[7].wait();
    assert!(peers.seat(address(1)).is_some());
    assert!(is_wanted(&busy[7]));
    drop(waiting);
}

#[test]
fn all_together_are_bounded() {
    let peers = Peers::default();
    let busy: Vec<_> = (0..ALL).map(|number| peers.seat(address(u8::try_from(number).unwrap())).unwrap()).collect();
    assert!(peers.seat(address(200)).is_none());
    let _waiting = busy[3].wait();
    assert!(peers.seat(address(200)).is_some());
}
