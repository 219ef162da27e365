use super::Priority;

#[test]
fn a_priority_reads_and_writes_its_name() {
    for priority in Priority::ALL {
        assert_eq!(priority.name().parse::<Priority>().ok(), Some(priority));
        assert_eq!(serde_json::to_value(priority).unwrap(), priority.name());
    }
    assert!(Priority::Urgent > Priority::High && Priority::High > Priority::Normal);
    assert!("Urgent".parse::<Priority>().is_err());
}
