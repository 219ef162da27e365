use super::*;

const ONE: &str = "notice_hours: 48\nexperts:\n  - id: plefevre\n    name: Paul Lefèvre\n    phone: 06 39 98 20 01\n    \
                   skills: [storm]\n    modes: [field, tele]\n    departments: [\"69\", \"974\", \"2A\"]\n    \
                   hours: { monday: [[\"09:00\", \"12:00\"]] }\n    minutes: { field: 90 }\n    travel: 30\n    \
                   per_day: 4\n    link: \"https://visio.example/p\"\n";

fn read_of(source: &str) -> (Experts, Vec<String>) {
    let mut problems = Diagnostics::default();
    let experts = read(&Node::parse(FILE, source).unwrap(), &BTreeSet::from(["storm"]), &mut problems);
    (experts, problems.into_sorted().iter().map(ToString::to_string).collect())
}

#[test]
fn an_expert_is_read_with_what_is_left_out() {
    let (experts, problems) = read_of(ONE);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!((experts.notice_hours, experts.days_ahead), (48, 10));
    let expert = experts.get("plefevre").unwrap();
    assert_eq!(expert.lengths, Lengths { field: 90, ..Lengths::default() });
    assert_eq!((expert.travel, expert.per_day, expert.hours[0].len()), (30, Some(4), 1));
}

#[test]
fn mistakes_are_named_with_their_place() {
    let cases = [
        ("[storm]", "[storms]", "experts.yaml:6:14: warning: no flow has the peril `storms`"),
        ("[field, tele]", "[field, phone]", "experts.yaml:7:20: error: `phone` is no mode"),
        ("\"974\"", "Rhône", "error: `Rhône` is no department"),
        ("09:00", "09:10", "error: `hours` begin and end on a quarter"),
        ("12:00", "08:00", "`monday` is a list of times"),
        ("monday", "lundi", "error: `lundi` means nothing here"),
        ("field: 90", "field: 50", "error: `field` is a number of minutes"),
        ("travel: 30", "travel: -15", "`travel` is a number of minutes"),
        ("per_day: 4", "per_day: 2.5", "experts.yaml:12:14: error: `per_day` is a whole number"),
        ("https://", "http://", "experts.yaml:13:11: error: `link` begins with https://"),
        ("notice_hours: 48", "notice_hours: soon", "experts.yaml:1:15: error: `notice_hours` is a whole number"),
        ("    phone: 06 39 98 20 01\n", "", "error: `phone` is missing"),
        ("    travel: 30", "    travels: 30", "`travels` means nothing here"),
    ];
    for (right, wrong, message) in cases {
        let (_, problems) = read_of(&ONE.replacen(right, wrong, 1));
        assert!(problems.iter().any(|problem| problem.contains(message)), "{wrong}: {problems:?}");
    }
    let twice = format!("{ONE}{}", &ONE[ONE.find("  - id").unwrap()..]);
    assert!(read_of(&twice).1[0].contains("two experts `plefevre`"));
    let idle = ONE.replace("    hours: { monday: [[\"09:00\", \"12:00\"]] }\n", "");
    assert!(read_of(&idle).1[0].contains("warning: `Paul Lefèvre` has no `hours`"));
}
