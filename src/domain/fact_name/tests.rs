use std::collections::BTreeMap;

use super::FactName;

#[test]
fn a_name_is_the_same_whoever_wrote_it() {
    let read: FactName = serde_json::from_str("\"loss_place\"").unwrap();
    assert_eq!(read, FactName::LOSS_PLACE);
    assert_eq!(serde_json::to_string(&FactName::LOSS_PLACE).unwrap(), "\"loss_place\"");
    let facts = BTreeMap::from([(read, 1), (FactName::PERIL, 2)]);
    assert_eq!(facts.get(&FactName::LOSS_PLACE), facts.get("loss_place"));
    assert_eq!(facts.keys().map(FactName::as_str).collect::<Vec<_>>(), ["loss_place", "peril"]);
}
