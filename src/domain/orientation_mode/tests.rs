use super::OrientationMode;

#[test]
fn a_mode_reads_and_writes_its_name() {
    for mode in OrientationMode::ALL {
        assert_eq!(mode.name().parse::<OrientationMode>().ok(), Some(mode));
        assert_eq!(serde_json::to_value(mode).unwrap(), mode.name());
        assert_eq!(mode.needs_expert(), OrientationMode::WITH_EXPERT.contains(&mode));
    }
    assert!("moon".parse::<OrientationMode>().is_err());
}
