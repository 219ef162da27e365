//! French typography in the texts that people read: real apostrophes, guillemets, and no-break spaces where a line must not
//! be broken. What people type, and patterns over it, is no such text.

/// The one space at which no line is broken. A narrow one (U+202F) is missing from many fonts, and mail programs show a box.
const NO_BREAK: char = '\u{a0}';
/// Stands for a placeholder: a value that is not known yet.
const VALUE: char = '\u{fffc}';
/// How much of a text is shown around a fault.
const BEFORE: usize = 12;
const AROUND: usize = 24;

/// The first fault of a text, and a few letters to find it by. What placeholders compute is left out.
pub(crate) fn fault(text: &str) -> Option<(&'static str, String)> {
    let letters = written(text);
    let found = (0..letters.len()).find_map(|at| fault_at(&letters, at).map(|what| (at, what)));
    found.map(|(at, what)| {
        let near = letters.iter().skip(at.saturating_sub(BEFORE)).take(AROUND);
        (what, near.map(|&letter| if matches!(letter, '\n' | VALUE) { '…' } else { letter }).collect())
    })
}

/// The letters that stand there as they are, with [`VALUE`] for each placeholder and nothing for an `{% if %}`.
fn written(text: &str) -> Vec<char> {
    let mut letters = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = ["{{", "{%"].iter().filter_map(|open| rest.find(open)).min() {
        letters.extend(rest[..start].chars());
        let (is_value, close) = if rest[start..].starts_with("{{") { (true, "}}") } else { (false, "%}") };
        letters.extend(is_value.then_some(VALUE));
        let end = rest[start..].find(close).map_or(rest.len(), |end| start + end + close.len());
        rest = &rest[end..];
    }
    letters.extend(rest.chars());
    letters
}

fn fault_at(letters: &[char], at: usize) -> Option<&'static str> {
    let before = at.checked_sub(1).map(|at| letters[at]);
    let after = letters.get(at + 1).copied();
    let is_end = after.is_none_or(|after| after.is_whitespace() || matches!(after, '»' | ')' | VALUE));
    let ends_a_word = |letter: char| letter.is_alphanumeric() || matches!(letter, ')' | '»' | '…' | VALUE);
    match letters[at] {
        '\'' if before.is_some_and(char::is_alphanumeric) => Some("a straight apostrophe: write ’"),
        '"' => Some("a straight quotation mark: write « »"),
        '.' if letters[at..].starts_with(&['.', '.', '.']) => Some("three full stops: write …"),
        '\u{202f}' => Some("a narrow no-break space: write U+00A0"),
        '«' if after != Some(NO_BREAK) => Some("« without a no-break space behind it"),
        '»' if before != Some(NO_BREAK) => Some("» without a no-break space before it"),
        ':' | ';' | '!' | '?' if before == Some(' ') || is_end && before.is_some_and(ends_a_word) => {
            Some("no no-break space before double punctuation")
        }
        ' ' if before.is_some_and(|before| before.is_ascii_digit() || before == VALUE)
            && is_unit(&letters[at + 1..]) =>
        {
            Some("no no-break space in an amount or an hour")
        }
        ' ' if before.is_some_and(|before| before.is_ascii_digit()) && is_thousands(&letters[at + 1..]) => {
            Some("no no-break space in an amount or an hour")
        }
        _ => None,
    }
}

/// Whether a unit stands here that no line may part from its number.
fn is_unit(letters: &[char]) -> bool {
    match letters {
        ['€' | '%', ..] | ['h'] => true,
        ['h', next, ..] => !next.is_alphanumeric() && *next != '’',
        _ => false,
    }
}

/// Whether the last groups of an amount stand here: "520 €" of "1 520 €". The groups of a telephone number may be parted.
fn is_thousands(letters: &[char]) -> bool {
    let rest = match letters {
        [a, b, c, rest @ ..] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()) => rest,
        _ => return false,
    };
    match rest {
        [space, next @ ..] if space.is_whitespace() => {
            next.starts_with(&['€']) || next.starts_with(&['e', 'u', 'r', 'o']) || is_thousands(next)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
