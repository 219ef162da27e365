//! Small flows with one mistake each, and conditions on a handful of facts.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::date;

use crate::{
    domain::{
        fact::{Fact, Facts, Moment, Precision, Source, Value},
        fact_name::FactName,
    },
    flow::program::{
        condition::{Condition, Scope, Truth},
        diagnostics::{Diagnostics, Severity, Strictness},
        facts::{FactType, FactTypes},
        handovers::OwnReason,
        insurer::Insurer,
        library::Library,
        testing::{FLOW, compile},
        yaml::Node,
    },
};

const QUESTION: &str = "  - ask: leak\n    type: yes_no\n    text: { fr: Fuite\u{a0}?, en: Leak? }\n";

/// The problems of a flow of these steps, as `line: message`.
fn found(steps: &str, severity: Severity) -> Vec<String> {
    let (_, problems) = compile(steps);
    let flow = problems.iter().filter(|problem| problem.file == FLOW && problem.severity == severity);
    flow.map(|problem| format!("{}: {}", problem.line, problem.message)).collect()
}

#[test]
fn every_mistake_is_named_at_its_line() {
    let cases = [
        ("  - goto: nowhere\n", "7: no step of this flow is named `nowhere`"),
        ("  - call: nothing\n", "7: there is no flow `nothing`"),
        ("  - orient: nothing\n", "7: there is no table `nothing`"),
        ("  - say: a\n    text: { fr: A }\n", "8: the translation `en` is missing"),
        ("  - say: a\n    text: { fr: \"{{ who }}\", en: A }\n", "8: the text uses `who`"),
        ("  - say: a\n    when: { leak: 5 }\n    text: { fr: A, en: A }\n", "8: `leak`: a yes/no fact is tested with"),
        (
            "  - say: a\n    when: { damp: yes }\n    text: { fr: A, en: A }\n",
            "8: no question or rule fills the fact `damp`",
        ),
        (
            "  - collect: a\n    text: { fr: A, en: A }\n    documents: [ { kind: x } ]\n",
            "9: documents.yaml has no kind `x`",
        ),
        ("  - hand_over: whim\n", "7: handovers.yaml has no words for the reason `whim`"),
        ("  - hand_over: complex\n    promise: moon\n", "7: requests.yaml has no `promised` request `moon`"),
        ("  - say: a\n    text: { fr: A, en: A }\n    promise: moon\n", "7: only `hand_over` and `end` may `promise`"),
        (
            "  - end: a\n    text: { fr: Réponse sous deux jours., en: Soon. }\n",
            "8: the text tells a time that nothing keeps",
        ),
        ("  - sing: a\n", "7: a step is one of ask, say"),
        ("  - say: a\n    text: { fr: A, en: A }\n    loud: yes\n", "9: `loud` means nothing here"),
        ("  - say: a\n    text: { fr: A, en: A }\n  - goto: a\n", "4: there is no way out after `leak`"),
    ];
    for (steps, message) in cases {
        let errors = found(&format!("{QUESTION}{steps}"), Severity::Error);
        assert!(errors.iter().any(|error| error.starts_with(message)), "{steps}{errors:?}");
    }
    assert_eq!(found(QUESTION, Severity::Error), Vec::<String>::new());
}

#[test]
fn what_is_unreachable_or_long_is_a_warning() {
    let after_end = format!("{QUESTION}  - end: done\n  - say: never\n    text: {{ fr: A, en: A }}\n");
    assert_eq!(found(&after_end, Severity::Warning), ["8: the step `never` is never reached"]);
    let long = format!("{QUESTION}  - say: a\n    text: {{ fr: {}ç, en: 🔥{} }}\n", "a".repeat(160), "a".repeat(70));
    assert_eq!(
        found(&long, Severity::Warning),
        [
            "8: the `fr` text takes 2 SMS: 161 characters, and one holds 160",
            "8: the `en` text takes 2 SMS: 72 characters, and one holds 70 because of its `🔥`",
        ]
    );
}

#[test]
fn a_question_that_takes_too_many_text_messages_is_a_warning() {
    let question = |text: &str, more: &str| {
        let choices = "choices: [ { value: a, label: { fr: A, en: A } }, { value: b, label: { fr: B, en: B } } ]";
        format!("{QUESTION}  - ask: which\n    type: choice\n    text: {{ fr: {text}, en: A }}\n    {more}{choices}\n")
    };
    let warned = |source: &str| {
        found(source, Severity::Warning)
            .into_iter()
            .filter(|problem| problem.contains("by text message"))
            .collect::<Vec<_>>()
    };
    let long = "a".repeat(320);
    let expected = ["9: by text message the `fr` question takes 3 SMS, 2 at most: say it shorter in `sms`"];
    assert_eq!(warned(&question(&long, "")), expected);
    assert_eq!(warned(&question(&long, "sms: { fr: A ou B, en: A or B }\n    ")), Vec::<String>::new());
}

fn read_condition(text: &str) -> Condition {
    let types: FactTypes = [
        ("cause", FactType::Choice(vec!["leak".into(), "rain".into(), "frost".into()])),
        ("rooms", FactType::Choices(Vec::new())),
        ("amount", FactType::Amount),
        ("count", FactType::Number),
        ("injured", FactType::Bool),
        ("day", FactType::Moment),
    ]
    .map(|(name, kind)| (name.into(), kind))
    .into();
    let node = Node::parse("test", text).unwrap();
    let mut problems = Diagnostics::default();
    let condition = Condition::read("test", &node, &types, &mut problems);
    assert_eq!(problems.into_sorted(), []);
    condition
}

fn truth(condition: &str, facts: &[(&str, Value)]) -> (Truth, Vec<FactName>, Option<String>) {
    let condition = read_condition(condition);
    let fact = |value: &Value| Arc::new(Fact { value: value.clone(), source: Source::Policyholder });
    let facts: Facts = facts.iter().map(|(name, value)| ((*name).into(), fact(value))).collect();
    let insurer = Insurer { thresholds: BTreeMap::from([("limit".to_owned(), 1600.into())]), ..Insurer::default() };
    let explanation = condition.explain(&Scope { facts: &facts, insurer: &insurer, today: date(2026, 11, 20) });
    let failed =
        explanation.failed.map(|failed| format!("{}{}", if failed.negated { "not " } else { "" }, failed.test));
    (explanation.truth, explanation.missing, failed)
}

#[test]
fn a_row_below_a_wider_one_is_never_reached() {
    let never = |earlier: &str, later: &str| read_condition(earlier).is_implied_by(&read_condition(later));
    for (earlier, later) in [
        ("amount: \"> 1600\"", "amount: \"> 5000\""),
        ("amount: \">= 1600\"", "amount: \"> 1600\""),
        ("amount: \"<= insurer.limit\"", "{ amount: \"<= insurer.limit\", injured: no }"),
        ("count: \">= 2\"", "count: \"[3..5]\""),
        ("cause: [leak, rain]", "cause: leak"),
        ("amount: known", "amount: \"> 1\""),
        ("any: [ { injured: yes }, { cause: leak } ]", "{ cause: leak, amount: \"> 1\" }"),
        ("cause: [leak, rain]", "any: [ { cause: rain }, { cause: leak } ]"),
        ("{}", "injured: yes"),
    ] {
        assert!(never(earlier, later), "{later} stands below {earlier}");
    }
    for (earlier, later) in [
        ("amount: \"<= 800\"", "amount: \"<= 3000\""),
        ("amount: \"> 1600\"", "amount: \">= 1600\""),
        ("amount: \"<= insurer.limit\"", "amount: \"<= 800\""),
        ("cause: leak", "cause: [leak, rain]"),
        ("injured: yes", "{}"),
        ("amount: \"> 1\"", "amount: known"),
        ("amount: \"> 1600\"", "count: \"> 5000\""),
    ] {
        assert!(!never(earlier, later), "{later} may be reached below {earlier}");
    }
}

#[test]
fn rows_that_disagree_about_the_same_cases_overlap() {
    let overlaps = |earlier: &str, later: &str| {
        let (earlier, later) = (read_condition(earlier), read_condition(later));
        later.overlaps(&earlier).cloned()
    };
    for (earlier, later, fact) in [
        ("amount: \"[400..800]\"", "amount: \"[600..3000]\"", "amount"),
        ("amount: \"<= 800\"", "amount: \">= 800\"", "amount"),
        ("amount: \"<= insurer.limit\"", "{ amount: \">= insurer.limit\", injured: no }", "amount"),
        ("{ injured: no, amount: \"< 900\" }", "{ amount: \"> 500\", injured: no }", "amount"),
        ("{ injured: no, cause: [leak, rain] }", "{ injured: no, amount: \"> 5\", cause: [rain, frost] }", "cause"),
        ("day: \"< 2026-01-10\"", "day: \"> 2026-01-01\"", "day"),
        ("all: [ { count: known }, { count: \"> 2\" } ]", "count: \"<= 3\"", "count"),
    ] {
        assert_eq!(overlaps(earlier, later).as_deref(), Some(fact), "{earlier} and {later}");
    }
    for (earlier, later) in [
        ("amount: \"<= 800\"", "amount: \"<= 3000\""),
        ("amount: \"<= 800\"", "amount: \"> 800\""),
        ("amount: \"< 800\"", "amount: \">= 800\""),
        ("amount: \"<= insurer.limit\"", "amount: \"> 500\""),
        ("cause: leak", "cause: rain"),
        ("cause: leak", "cause: [leak, rain]"),
        ("{ cause: leak, amount: \"< 900\" }", "{ cause: rain, amount: \"> 500\" }"),
        ("{ injured: no, amount: \"< 900\" }", "{ cause: rain, amount: \"> 500\" }"),
        ("injured: yes", "amount: \"> 5\""),
        ("amount: unknown", "amount: \"> 5\""),
        ("day: \"> today - 2 months\"", "day: \"< today - 1 month\""),
    ] {
        assert_eq!(overlaps(earlier, later), None, "{earlier} and {later}");
    }
}

/// A condition, the facts, and its truth.
type Case<'a> = (&'a str, &'a [(&'a str, Value)], Truth);

#[test]
fn conditions_have_three_answers() {
    use Truth::{False, True, Unknown};
    let month = |year, month| {
        let start = date(year, month, 1).at(0, 0, 0, 0);
        Value::Moment(Moment { start, end: None, precision: Precision::Month })
    };
    let on = |precision| {
        let start = date(2026, 11, 19).at(18, 0, 0, 0);
        Value::Moment(Moment { start, end: None, precision })
    };
    let choices = |values: &[&str]| Value::Choices(values.iter().map(|value| (*value).to_owned()).collect());
    let cases: &[Case] = &[
        ("cause: leak", &[("cause", Value::Choice("leak".into()))], True),
        ("cause: [rain, leak]", &[("cause", Value::Choice("leak".into()))], True),
        ("cause: \"!= leak\"", &[("cause", Value::Choice("leak".into()))], False),
        ("cause: leak", &[], Unknown),
        ("cause: leak", &[("cause", Value::Unknown)], Unknown),
        ("cause: missing", &[], True),
        ("cause: unknown", &[("cause", Value::Unknown)], True),
        ("cause: known", &[("cause", Value::Unknown)], False),
        ("rooms: kitchen", &[("rooms", choices(&["bath", "kitchen"]))], True),
        ("amount: \"<= insurer.limit\"", &[("amount", Value::Amount(160_000))], True),
        ("amount: \"> 1600\"", &[("amount", Value::Amount(160_001))], True),
        ("count: \"[3..)\"", &[("count", Value::Number(3.into()))], True),
        ("count: \"(3..5]\"", &[("count", Value::Number(3.into()))], False),
        ("day: \"< today - 24 months\"", &[("day", month(2024, 10))], True),
        ("day: \"< today - 24 months\"", &[("day", month(2024, 11))], Unknown),
        ("day: \"< today - 24 months\"", &[("day", month(2024, 12))], False),
        ("day: timed", &[("day", on(Precision::Hour))], True),
        ("day: timed", &[("day", on(Precision::PartOfDay))], True),
        ("day: timed", &[("day", on(Precision::Day))], False),
        ("day: timed", &[("day", Value::Unknown)], False),
        ("day: timed", &[], False),
        ("injured: yes\ncause: leak", &[("injured", Value::Bool(false))], False),
        ("any: [ { injured: yes }, { cause: leak } ]", &[("injured", Value::Bool(true))], True),
        ("any: [ { injured: yes }, { cause: leak } ]", &[("injured", Value::Bool(false))], Unknown),
        ("not: { injured: yes }", &[], Unknown),
        ("not: { injured: yes }", &[("injured", Value::Bool(false))], True),
        ("{}", &[], True),
    ];
    for (condition, facts, expected) in cases {
        assert_eq!(truth(condition, facts).0, *expected, "{condition} on {facts:?}");
    }
}

#[test]
fn a_condition_says_why() {
    let (truth, missing, failed) =
        truth("injured: no\ncause: leak\namount: \"> 5\"", &[("injured", Value::Bool(false))]);
    assert_eq!((truth, failed), (Truth::Unknown, None));
    assert_eq!(missing, ["cause", "amount"]);
    let (_, missing, failed) = self::truth("injured: no\ncause: leak", &[("injured", Value::Bool(true))]);
    assert_eq!((missing, failed.as_deref()), (vec![], Some("injured: no")));
}

#[test]
fn reasons_for_handing_over_are_declared_and_used() {
    let handovers = |text: &str, strictness| {
        let mut sources = crate::flow::built_in();
        let shipped = &sources["handovers.yaml"];
        let edited = shipped.replace("\n  flow_loop:", text);
        sources.insert("handovers.yaml".to_owned(), edited);
        let (_, problems) = Library::compile(sources, strictness);
        let of_handovers = problems.into_iter().filter(|problem| problem.message.contains("reason"));
        of_handovers.map(|problem| (problem.severity, problem.message)).collect::<Vec<_>>()
    };
    assert_eq!(handovers("\n  flow_loop:", Strictness::Files), []);
    let missing = "handovers.yaml has no words for the reason `flow_loop`".to_owned();
    let unused = "nothing hands over for the reason `whim`".to_owned();
    let renamed = handovers("\n  whim:", Strictness::Files);
    assert_eq!(renamed, [(Severity::Error, missing.clone()), (Severity::Warning, unused.clone())]);
    let stored = handovers("\n  whim:", Strictness::Stored);
    assert_eq!(stored, [(Severity::Warning, missing), (Severity::Warning, unused)]);
    let library = Library::from_sources(crate::flow::built_in()).unwrap();
    for reason in OwnReason::ALL {
        assert!(library.handover_reason(reason.code()).is_some_and(|text| !text.fr.is_empty() && !text.en.is_empty()));
    }
}

#[test]
fn a_row_that_names_no_mode_is_a_mistake_of_files_and_none_of_a_stored_revision() {
    let mut sources = crate::flow::built_in();
    let table = sources.get_mut("tables/orientation.yaml").unwrap();
    *table = table.replacen("then: { mode: desk", "then: { mode: telepathy", 1);
    let found = |strictness| {
        let (library, problems) = Library::compile(sources.clone(), strictness);
        let of_mode = problems.into_iter().filter(|problem| problem.message.starts_with("`telepathy` is no mode"));
        (library.is_ok(), of_mode.map(|problem| problem.severity).collect::<Vec<_>>())
    };
    assert_eq!(found(Strictness::Files), (false, vec![Severity::Error]));
    assert_eq!(found(Strictness::Stored), (true, vec![Severity::Warning]));
}

#[test]
fn a_number_that_json_does_not_have_is_no_number_of_a_flow() {
    for written in ["NaN", "inf", "-infinity", "1e999"] {
        for kind in [FactType::Number, FactType::Amount] {
            assert!(kind.literal(written).is_err(), "{kind:?} {written}");
        }
    }
    let errors = found(
        &format!(
            "{QUESTION}  - say: a\n    when: {{ paid: \"< nan\" }}\n    text: {{ fr: A, en: A }}\n  - ask: paid\n    type: amount\n    text: {{ fr: A, en: A }}\n"
        ),
        Severity::Error,
    );
    assert_eq!(errors, ["8: `paid`: `nan` is no number and no insurer.threshold"]);
    let mut sources = crate::flow::built_in();
    let insurer = sources.get_mut("insurers/demo.yaml").unwrap();
    *insurer = insurer.replacen("desk_limit: ", "desk_limit: .inf # ", 1);
    let (_, problems) = Library::compile(sources, Strictness::Files);
    // YAML's reader refuses it, before anybody asks for a threshold.
    let told = |problem: &crate::flow::program::diagnostics::Diagnostic| {
        problem.file == "insurers/demo.yaml" && problem.message.contains("non-finite")
    };
    assert!(problems.iter().any(told), "{problems:?}");
}
