//! No message makes reading panic, give a range outside of the text, or take more work than its length allows.

use proptest::prelude::*;

use super::{
    super::{Listening, ParsedMessage, text::looks_of},
    friday, vocabulary,
};

const TIMES: &str = include_str!("../../../tests/corpus/times.csv");
const AMOUNTS: &str = include_str!("../../../tests/corpus/amounts.csv");

/// How many token look-ups are allowed for each character. Real messages need less than a tenth of it.
const MAX_LOOKS: usize = 400;

/// Reads a text and checks what must be true of any.
fn read(text: &str, ctx: &Listening) -> ParsedMessage {
    let parsed = vocabulary().read(text, ctx);
    let mut last = 0;
    for found in parsed.values() {
        assert!(text.get(found.span.clone()).is_some(), "{found:?} of {text:?}");
        assert!(
            found.span.start >= last && !found.span.is_empty(),
            "values overlap or are empty: {found:?} of {text:?}"
        );
        last = found.span.end;
    }
    parsed
}

fn lines() -> Vec<&'static str> {
    let times = TIMES.lines().skip(1).filter_map(|line| line.split(';').nth(2));
    times.chain(AMOUNTS.lines().skip(1).filter_map(|line| line.split(';').next())).collect()
}

/// One mutation: what a fuzzer does to its corpus.
#[derive(Clone, Debug)]
enum Mutation {
    Insert(usize, char),
    Remove(usize),
    Swap(usize),
    Repeat(usize, usize),
    Cut(usize),
    /// Continues with another line of the corpus.
    Splice(usize, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = 0usize..60;
    prop_oneof![
        (at.clone(), any::<char>()).prop_map(|(at, char)| Mutation::Insert(at, char)),
        (at.clone(), proptest::sample::select("0123456789/.-:,h€' \n".chars().collect::<Vec<_>>()))
            .prop_map(|(at, char)| Mutation::Insert(at, char)),
        at.clone().prop_map(Mutation::Remove),
        at.clone().prop_map(Mutation::Swap),
        (at.clone(), 1usize..4).prop_map(|(at, times)| Mutation::Repeat(at, times)),
        at.clone().prop_map(Mutation::Cut),
        (at, 0usize..1_000).prop_map(|(at, line)| Mutation::Splice(at, line)),
    ]
}

fn mutated(line: &str, mutations: &[Mutation], lines: &[&str]) -> String {
    let mut chars: Vec<char> = line.chars().collect();
    for mutation in mutations {
        let length = chars.len();
        match *mutation {
            Mutation::Insert(at, char) => chars.insert(at.min(length), char),
            Mutation::Remove(at) if at < length => {
                chars.remove(at);
            }
            Mutation::Swap(at) if at + 1 < length => chars.swap(at, at + 1),
            Mutation::Repeat(at, times) if at < length => {
                let part: Vec<char> = chars[at..].iter().copied().take(8).collect();
                for _ in 0..times {
                    chars.extend(part.iter());
                }
            }
            Mutation::Cut(at) if at < length => chars.truncate(at),
            Mutation::Splice(at, line) => {
                chars.truncate(at);
                chars.extend(lines[line % lines.len()].chars());
            }
            _ => {}
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        read(&text, &friday());
    }

    #[test]
    fn any_mutation_of_the_corpus_is_read(
        line in 0usize..10_000,
        mutations in proptest::collection::vec(mutation(), 1..6),
    ) {
        let lines = lines();
        read(&mutated(lines[line % lines.len()], &mutations, &lines), &friday());
    }

    /// Reads at any date of the calendar, the first and the last included.
    #[test]
    fn any_moment_is_read_at_any_time(line in 0usize..10_000, days in 0i64..3_600_000) {
        let lines = lines();
        let day = jiff::civil::Date::MIN.saturating_add(jiff::Span::new().days(days));
        let ctx = Listening { now: day.at(12, 0, 0, 0), ..friday() };
        read(lines[line % lines.len()], &ctx);
    }
}

const PIECES: &[&str] = &[
    "hier soir vers 18h30, ",
    "entre le 3 et le ",
    "1 ",
    "1/",
    "de ",
    "vers ",
    "le lundi ",
    "0",
    "une ",
    "mille une ",
    "mille ",
    "quelques ",
    "fin septembre ",
    "FR76 3000 ",
    "69003 ",
    "12 rue ",
    "à Lyon ",
    "ça sent le gaz ",
    "pas de ",
    "si y a du feu ",
    "je veux un conseiller ",
    "$ 3 francs ",
];

#[test]
fn a_long_text_is_read_to_its_limit() {
    for piece in PIECES {
        let long = piece.repeat(20_000);
        let parsed = read(&long, &friday());
        assert!(parsed.said().chars().count() <= 4_000, "{piece}");
        assert!(parsed.values().len() <= 2_000, "{piece}");
    }
}

/// The work grows linearly with the text: quadratic work would be sixteen times as much. It is counted in token
/// look-ups, because a test must not measure time.
#[test]
fn four_times_the_text_is_four_times_the_work() {
    // The first call compiles the vocabulary, which must not be counted.
    read("", &friday());
    for piece in PIECES {
        let looks = |chars: usize| {
            let text = piece.repeat(chars / piece.len());
            looks_of(|| drop(read(&text, &friday())))
        };
        let (short, long) = (looks(1_000), looks(4_000));
        assert!(long <= 6 * short, "{piece}: {short} looks for 1,000 characters, {long} for 4,000");
        assert!(long <= MAX_LOOKS * 4_000, "{piece}: {long} looks for 4,000 characters");
    }
}
