//! Rust as tokens: enough of the language to leave out comments, texts and what only tests compile.

/// A word, a mark or a closed piece of text, and the line where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) line: usize,
    pub(super) text: String,
}

impl Token {
    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    /// Whether it is a name or a keyword.
    pub(super) fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The tokens of a file. Comments are gone; a text, whatever is in it, is the token `""`; `::` and `#[` keep together.
pub(super) fn tokens(source: &str) -> Vec<Token> {
    let (mut found, mut rest, mut line) = (Vec::new(), source, 1);
    while !rest.is_empty() {
        let (length, text) = next(rest);
        if !text.is_empty() {
            found.push(Token { line, text: text.to_owned() });
        }
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// How long the next token is, and what it says. Spaces and comments say nothing.
fn next(rest: &str) -> (usize, &str) {
    let first = rest.chars().next().unwrap();
    if first.is_whitespace() {
        return (rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()), "");
    }
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), "");
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), "");
    }
    if let Some(length) = raw_text(rest) {
        return (length, "\"\"");
    }
    if rest.starts_with('"') || rest.starts_with("b\"") || rest.starts_with("c\"") {
        return (text(rest), "\"\"");
    }
    if let Some(length) = character(rest.strip_prefix('b').unwrap_or(rest)) {
        return (length + usize::from(rest.starts_with('b')), "\"\"");
    }
    if first.is_alphanumeric() || first == '_' {
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        return (length, &rest[..length]);
    }
    if first == '\'' {
        let length = rest[1..].find(|c: char| !c.is_alphanumeric() && c != '_').map_or(rest.len(), |end| end + 1);
        return (length, &rest[..length]);
    }
    let together = ["::", "#[", "=>", "->"].into_iter().find(|mark| rest.starts_with(mark));
    let length = together.map_or(first.len_utf8(), str::len);
    (length, &rest[..length])
}

/// Comments stand in comments.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().unwrap().len_utf8();
        }
    }
    at
}

fn raw_text(rest: &str) -> Option<usize> {
    let after = ["r", "br", "cr"].into_iter().find_map(|prefix| {
        let after = rest.strip_prefix(prefix)?;
        after.trim_start_matches('#').starts_with('"').then_some(after)
    })?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let end = format!("\"{}", "#".repeat(hashes));
    let begin = rest.len() - after.len() + hashes + 1;
    Some(rest[begin..].find(&end).map_or(rest.len(), |at| begin + at + end.len()))
}

fn text(rest: &str) -> usize {
    let begin = rest.find('"').unwrap() + 1;
    let mut escaped = false;
    for (at, c) in rest[begin..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return begin + at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `'x'` and `'\n'`; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let mut chars = inner.char_indices();
    let (_, first) = chars.next()?;
    if first == '\\' {
        let (escaped, _) = chars.next()?;
        let after = escaped + 1;
        return inner[after..].find('\'').map(|end| 1 + after + end + 1);
    }
    let (end, quote) = chars.next()?;
    (quote == '\'').then_some(1 + end + 1)
}

/// What is compiled into the program: without the items, fields, arms and statements under `#[cfg(test)]`, and the doors of the fuzz targets.
pub(super) fn production(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_test_attribute(&tokens[at..]) {
            at = after_item(tokens, at);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

fn is_test_attribute(tokens: &[Token]) -> bool {
    let says =
        |words: &[&str]| words.len() <= tokens.len() && words.iter().zip(tokens).all(|(word, token)| token.is(word));
    says(&["#[", "cfg", "(", "test", ")", "]"])
        || says(&["#[", "cfg", "(", "all", "(", "test", ","])
        || says(&["#[", "cfg", "(", "any", "(", "test", ",", "fuzzing", ")"])
}

/// The keywords with which an item begins that ends with a semicolon, whatever braces it has.
const UNTIL_SEMICOLON: [&str; 5] = ["use", "static", "type", "let", "const"];
const ITEMS: [&str; 13] = [
    "fn",
    "impl",
    "mod",
    "struct",
    "enum",
    "trait",
    "union",
    "unsafe",
    "async",
    "extern",
    "macro_rules",
    "thread_local",
    "pub",
];

/// The place behind what the attribute at `at` stands before.
fn after_item(tokens: &[Token], mut at: usize) -> usize {
    while tokens.get(at).is_some_and(|token| token.is("#[")) {
        at = after_group(tokens, at);
    }
    let mut first = at;
    if tokens.get(first).is_some_and(|token| token.is("pub")) {
        first += 1;
        if tokens.get(first).is_some_and(|token| token.is("(")) {
            first = after_group(tokens, first);
        }
    }
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let until_semicolon = UNTIL_SEMICOLON.contains(&word(first)) && word(first + 1) != "fn";
    let is_item = until_semicolon || ITEMS.contains(&word(first)) || word(first) == "const";
    at = first;
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            ";" => return at + 1,
            // A field, a variant, an arm.
            "," if !is_item => return at + 1,
            ")" | "]" | "}" => return at,
            "{" | "(" | "[" | "#[" => {
                let brace = token.is("{");
                at = after_group(tokens, at);
                let ends = is_item || !matches!(word(at), "." | "?" | "," | ";");
                if brace && ends && !until_semicolon {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

/// The place behind the group that opens at `at`.
pub(super) fn after_group(tokens: &[Token], mut at: usize) -> usize {
    let mut depth = 0;
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "{" | "(" | "[" | "#[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
    at
}
