//! Several answers in one text: which part answers which of the questions that one message asked.

use super::Vocabulary;

impl Vocabulary {
    /// The text before the first answer, and each answer with the position of its question: by the numbers that begin
    /// them, with a mark or without, or line by line where there are as many lines as questions. No answers when the text is neither.
    pub fn answers<'a>(&self, text: &'a str, questions: usize) -> (&'a str, Vec<(usize, &'a str)>) {
        let (rest, parts) = self.by_number(text, questions);
        if !parts.is_empty() {
            return (rest, parts);
        }
        let bare = by_bare_number(text, questions);
        if !bare.is_empty() {
            return ("", bare);
        }
        let lines = by_line(text, questions);
        (if lines.is_empty() { text } else { "" }, lines)
    }

    fn by_number<'a>(&self, text: &'a str, questions: usize) -> (&'a str, Vec<(usize, &'a str)>) {
        let mut starts: Vec<(usize, usize, usize)> = Vec::new();
        for found in self.patterns.numbered.captures_iter(text) {
            let (Some(whole), Some(number)) = (found.get(0), found.get(1).or_else(|| found.get(2))) else { continue };
            let known = number.as_str().parse::<usize>().ok().filter(|number| (1..=questions).contains(number));
            if let Some(number) = known
                && !starts.iter().any(|(at, ..)| *at == number - 1)
            {
                starts.push((number - 1, whole.start(), whole.end()));
            }
        }
        let ends = starts.iter().skip(1).map(|(_, start, _)| *start).chain([text.len()]);
        let parts = starts
            .iter()
            .zip(ends)
            .map(|((at, _, from), to)| (*at, text[*from..to].trim().trim_end_matches([',', ';'])))
            .collect();
        (starts.first().map_or(text, |(_, start, _)| &text[..*start]), parts)
    }
}

/// By numbers without a mark, where the text begins with 1 and they count on: "1 non 2 oui 3 locataire".
fn by_bare_number(text: &str, questions: usize) -> Vec<(usize, &str)> {
    let mut starts: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for word in text.split_whitespace() {
        let start = at + text[at..].find(word).unwrap_or_default();
        at = start + word.len();
        if starts.len() < questions && word.parse() == Ok(starts.len() + 1) {
            starts.push((start, at));
        } else if starts.is_empty() {
            return Vec::new();
        }
    }
    let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([text.len()]);
    let parts: Vec<(usize, &str)> =
        starts.iter().zip(ends).enumerate().map(|(at, ((_, from), to))| (at, text[*from..to].trim())).collect();
    // As many as were asked, or the figures may be the answers' own: "1 chambre et le salon, 2 plafonds".
    let whole = parts.len() > 1
        && parts.len() == questions
        && parts.iter().all(|(_, part)| part.chars().any(char::is_alphanumeric));
    if whole { parts } else { Vec::new() }
}

fn by_line(text: &str, questions: usize) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.len() == questions { lines.into_iter().enumerate().collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests;
