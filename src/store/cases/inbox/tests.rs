use super::*;

fn facet() -> InboxCount {
    InboxCount {
        status: Status::HandedOver,
        orientation: Some(OrientationMode::Tele),
        priority: Priority::Urgent,
        waiting: true,
        held: true,
        peril: "water_damage".into(),
        insurer: "rives | ouest".into(),
        desk: "motor".into(),
        count: 3,
    }
}

#[test]
fn a_facet_reads_back_as_the_database_makes_it() {
    assert_eq!(facet().facet(), "handed_over|tele|urgent|1|1|water_damage|rives | ouest|motor");
    let bare = InboxCount { orientation: None, waiting: false, desk: String::new(), ..facet() };
    for facet in [facet(), bare] {
        assert_eq!(InboxCount::of(&facet.facet(), 3), Some(facet));
    }
    for text in
        ["", "handed_over", "handed_over|tele|urgent|1|x", "handed_over|tele|urgent|1|x|y", "lost|-|urgent|1|x|y|"]
    {
        assert_eq!(InboxCount::of(text, 1), None, "{text}");
    }
}

#[test]
fn a_cursor_reads_back_and_names_nobody() {
    let id = DossierId::new(jiff::Timestamp::UNIX_EPOCH);
    for (block, key) in [("20", "-1795262400000"), ("", "K7QF-93MX"), ("~", "")] {
        let cursor = InboxCursor { block: block.into(), key: key.into(), id };
        assert_eq!(cursor.to_string().parse::<InboxCursor>().unwrap(), cursor);
    }
}

#[test]
fn the_blocks_of_an_order_follow_each_other_by_name() {
    let block = |priority, waiting| InboxSort::Priority.block(&InboxCount { priority, waiting, ..facet() });
    let urgent = [block(Priority::Urgent, true), block(Priority::Urgent, false), block(Priority::High, true)];
    let normal = [block(Priority::Normal, true), block(Priority::Normal, false)];
    assert!(urgent.iter().chain(&normal).is_sorted());
    let orientation = |orientation| InboxSort::Orientation.block(&InboxCount { orientation, ..facet() });
    assert!(OrientationMode::ALL.iter().all(|mode| orientation(Some(*mode)) < orientation(None)));
}
