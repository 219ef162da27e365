use super::*;

#[test]
fn values_are_bound_and_never_written_into_the_query() {
    let filter = InboxFilter {
        peril: Some("x' OR '1'='1".into()),
        search: Some("50%_!".into()),
        waiting: true,
        ..InboxFilter::default()
    };
    let (condition, values) = filter.condition();
    assert_eq!(
        condition,
        "peril = $1 AND (LOWER(reference) LIKE $2 ESCAPE '!' OR LOWER(holder) LIKE $2 ESCAPE '!') \
         AND status NOT IN ('closed', 'withdrawn') AND waiting_since IS NOT NULL"
    );
    assert_eq!(values, args!["x' OR '1'='1", "%50!%!_!!%"]);
}

#[test]
fn a_reversed_sort_turns_every_term() {
    let filter = InboxFilter { sort: InboxSort::Waiting, reversed: true, ..InboxFilter::default() };
    assert_eq!(filter.order(), format!("{WAITING} DESC, updated_at ASC"));
}
