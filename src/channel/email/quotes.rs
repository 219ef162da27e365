//! Extracts what a person wrote themselves, without the quoted messages and signatures that their program added.
//!
//! In doubt text is kept: a forwarded message is never cut, answers between quoted lines are collected, and the whole
//! message is stored as a document in any case. A recognised quotation must be cut all the same: our own questions
//! speak of injuries and fire, and must not be read as the person's words.

/// Over how many lines a program may spread « Le … a écrit : ».
const ATTRIBUTION_LINES: usize = 3;
/// The longest attribution: a longer paragraph that ends like one is the person's.
const ATTRIBUTION_CHARS: usize = 300;
/// How many lines a block of « De, Envoyé, À, Objet » may take: long lists of recipients wrap.
const HEADER_LINES: usize = 10;
/// The longest signature of a device: it is one short line.
const DEVICE_CHARS: usize = 90;

/// The lines above a quoted message, without their dashes.
const ORIGINALS: &[&str] = &[
    "message d'origine",
    "message initial",
    "original message",
    "message original",
    "mail original",
    "ursprüngliche nachricht",
    "mensaje original",
    "messaggio originale",
    "mensagem original",
    "oorspronkelijk bericht",
];

/// What an attribution says that the other did: « Le … a écrit : ».
const WROTE: &[&str] =
    &[" a écrit", ">a écrit", " écrivait", " wrote", " schrieb", " escribió", " ha scritto", " escreveu", " schreef"];

/// The words with which a dated attribution begins.
const DATED: &[&str] = &["le ", "on ", "am ", "el ", "em ", "op "];
/// Within how many characters of its beginning an attribution has a figure: those of a weekday and « le ».
const DATE_WITHIN: usize = 20;

/// The lines above a message that the person forwards.
const FORWARDS: &[&str] = &[
    "forwarded message",
    "begin forwarded message",
    "message transféré",
    "mail transféré",
    "courriel transféré",
    "message réexpédié",
    "début du message réexpédié",
    "début du message transféré",
];

/// The beginnings of the signatures of devices and mail programs.
const DEVICES: &[&str] = &[
    "envoyé de mon ",
    "envoyé depuis mon ",
    "envoyé depuis ma ",
    "envoyé depuis l'app",
    "envoyé depuis yahoo",
    "envoyé depuis la messagerie",
    "envoyé à partir de ",
    "envoyé via l'app",
    "envoyé avec proton",
    "envoyé avec la messagerie",
    "obtenir outlook",
    "obtenez outlook",
    "télécharger outlook",
    "provenance : courrier",
    "provenance: courrier",
    "garanti sans virus",
    "sans virus.",
    "sent from my ",
    "sent from mail",
    "sent from outlook",
    "sent from yahoo",
    "sent with proton",
    "get outlook for",
    "virus-free",
];

/// What each letter of ours says at its end (`templates/message.txt`), as far as the lines that wrap leave it whole.
const OUR_LETTER: &[&str] = &["votre référence", "your reference", "répondez simplement", "simply reply"];

/// Phrases by which a person says that their answers stand, unmarked, within the quoted text.
const ANSWERS_BELOW: &[&str] = &[
    "ci-dessous",
    "ci dessous",
    "en rouge",
    "en bleu",
    "en vert",
    "en gras",
    "dans le texte",
    "see below",
    "in red",
    "inline",
];

/// The person's own words in `text`, the plain text of a message with this subject. Marked lines in a message that answers
/// nothing are the person's too: an indented list, or what somebody wrote to them.
pub(super) fn own_words(text: &str, subject: &str, is_answer: bool) -> String {
    let lines: Vec<Line> = text.lines().map(Line::new).collect();
    let own = cut(&lines, subject, is_answer);
    if own.is_empty() && is_answer && all_marked(&lines) && !is_our_letter(&lines) {
        // A program that marks every line of the person's own words.
        return lines.iter().map(Line::unquoted).collect::<Vec<_>>().join("\n").trim().to_owned();
    }
    if own.is_empty() && !is_reply(subject) {
        // Nothing stands above the quotation and the subject is no reply's: the message was forwarded.
        return text.trim().to_owned();
    }
    own
}

/// Whether every line that says something is marked, and none tells whose words they are.
fn all_marked(lines: &[Line]) -> bool {
    let mut told = lines.iter().filter(|line| !line.is_blank()).peekable();
    told.peek().is_some() && told.all(|line| line.is_quoted)
}

/// Whether the marked lines are a letter of ours: each ends in these words.
fn is_our_letter(lines: &[Line]) -> bool {
    lines.iter().any(|line| OUR_LETTER.iter().any(|words| line.folded.contains(words)))
}

fn cut(lines: &[Line], subject: &str, is_answer: bool) -> String {
    for at in 0..lines.len() {
        if lines[at].is_forward() {
            let mut kept = without_signature(&lines[..at]);
            kept.extend(&lines[at..]);
            return joined(&kept);
        }
        let Some(quote) = Quote::at(lines, at) else { continue };
        let above = without_signature(&lines[..at]);
        let is_kept = match quote {
            Quote::Headers => is_forward(subject) || says_answers_below(&above),
            Quote::Attribution(_) => says_answers_below(&above) && !lines[at..].iter().any(|line| line.is_quoted),
            Quote::Marks => !is_answer,
        };
        if is_kept {
            return joined(&lines.iter().collect::<Vec<_>>());
        }
        let first = at + if let Quote::Attribution(taken) = quote { taken } else { 0 };
        if !matches!(quote, Quote::Headers) && has_answers_between(&lines[first..]) {
            return between(lines);
        }
        return joined(&above);
    }
    joined(&without_signature(lines))
}

/// A line of the text, and its normalised form.
struct Line<'a> {
    text: &'a str,
    /// In lower case, with plain spaces and apostrophes, without the stars of bold print.
    folded: String,
    is_quoted: bool,
}

impl<'a> Line<'a> {
    fn new(text: &'a str) -> Self {
        let text = text.trim_end();
        let plain: String = text.replace('’', "'").replace('*', "").to_lowercase();
        let folded = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { text, folded, is_quoted: text.trim_start().starts_with('>') }
    }

    fn is_blank(&self) -> bool {
        self.folded.is_empty()
    }

    /// The normalised line without dashes around it and a colon after it.
    fn bare(&self) -> &str {
        self.folded.trim_matches(|c: char| matches!(c, '-' | '—' | '_' | ':' | '>' | ' '))
    }

    fn is_forward(&self) -> bool {
        !self.is_quoted && FORWARDS.contains(&self.bare())
    }

    fn is_original_mark(&self) -> bool {
        self.folded.starts_with('-') && ORIGINALS.contains(&self.bare())
    }

    fn is_rule(&self) -> bool {
        self.folded.len() >= 10 && self.folded.chars().all(|c| c == '_')
    }

    fn is_device(&self) -> bool {
        let start = self.folded.trim_start_matches('[');
        start.chars().count() <= DEVICE_CHARS && DEVICES.iter().any(|device| start.starts_with(device))
    }

    /// The text after the marks of a quoted line.
    fn unquoted(&self) -> &str {
        self.text.trim_start_matches(|c: char| c == '>' || c.is_whitespace())
    }

    /// The header field with which the line begins, as webmails write it into a text.
    fn header(&self) -> Option<Header> {
        let (name, _) = self.folded.split_once(':')?;
        Some(match name.trim_end() {
            "de" | "from" | "expéditeur" | "von" | "da" | "van" => Header::From,
            "envoyé" | "envoyé le" | "date" | "sent" | "gesendet" | "datum" | "enviado" | "enviado el"
            | "enviado em" | "enviada" | "fecha" | "inviato" | "data" | "verzonden" => Header::Sent,
            "à" | "a" | "to" | "pour" | "destinataire" | "an" | "para" | "aan" => Header::To,
            "objet" | "sujet" | "subject" | "betreff" | "asunto" | "oggetto" | "assunto" | "onderwerp" => {
                Header::Subject
            }
            "cc" | "copie à" | "cci" | "kopie" | "copia" => Header::Copy,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    From,
    Sent,
    To,
    Copy,
    Subject,
}

/// How a quotation begins.
enum Quote {
    /// « Le … a écrit : », over this many lines.
    Attribution(usize),
    /// « De, Envoyé, À, Objet », or the dashes above it. The quoted lines below have no marks.
    Headers,
    /// Lines with `>`.
    Marks,
}

impl Quote {
    fn at(lines: &[Line], at: usize) -> Option<Self> {
        let line = &lines[at];
        if line.is_blank() {
            None
        } else if line.is_quoted {
            // Orange's webmail marks the header lines and leaves the quoted text without marks.
            let is_orange = line.bare().strip_prefix("message du ").is_some_and(starts_with_digit);
            Some(if is_orange { Self::Headers } else { Self::Marks })
        } else if line.is_original_mark() || is_header_block(&lines[at..]) {
            Some(Self::Headers)
        } else if line.is_rule() {
            let below = lines[at + 1..].iter().position(|line| !line.is_blank())?;
            is_header_block(&lines[at + 1 + below..]).then_some(Self::Headers)
        } else {
            attribution(&lines[at..]).map(Self::Attribution)
        }
    }
}

fn is_header_block(lines: &[Line]) -> bool {
    let Some(first) = lines.first().and_then(Line::header) else { return false };
    let mut found = vec![first];
    for line in lines[1..].iter().take(HEADER_LINES).take_while(|line| !line.is_blank()) {
        found.extend(line.header().filter(|header| !found.contains(header)));
    }
    let has = |header| found.contains(&header);
    has(Header::From) && found.len() >= 3 && (has(Header::Subject) || has(Header::Sent) && has(Header::To))
}

/// The number of lines of « Le … a écrit : » at the beginning of `lines`; none where there is no attribution.
fn attribution(lines: &[Line]) -> Option<usize> {
    let mut joined = String::new();
    for (taken, line) in lines.iter().take(ATTRIBUTION_LINES).enumerate() {
        if line.is_blank() || line.is_quoted {
            return None;
        }
        joined.push_str(&line.folded);
        if line.folded.ends_with(':') {
            // Of several lines the first begins it: what stands above without a blank line is the person's own.
            return (is_attribution(&joined) && (taken == 0 || begins_attribution(&lines[0].folded)))
                .then_some(taken + 1);
        }
        joined.push(' ');
    }
    None
}

/// Whether a line begins like an attribution: with a date, or with whoever wrote and their address.
fn begins_attribution(line: &str) -> bool {
    let line = line.trim_start_matches(['-', ' ']);
    let dated = line.starts_with("il ") || DATED.iter().any(|word| line.starts_with(word)) || starts_with_digit(line);
    (dated && line.chars().take(DATE_WITHIN).any(|c| c.is_ascii_digit())) || line.contains('@')
}

fn is_attribution(text: &str) -> bool {
    let text = text.trim_start_matches(['-', ' ']);
    // "2026-11-19 23:51 GMT+01:00 Sinistres <s@example.org>:", as old Gmail writes.
    let nameless = starts_with_digit(text) && text.ends_with(">:");
    // "…, Sinistres dit :"; but "il m'a dit :" and "le plombier a dit :" are the person's own.
    let says = text.ends_with(" dit :") && !["a dit :", "ont dit :"].iter().any(|own| text.ends_with(own));
    let wrote = nameless || says || WROTE.iter().any(|verb| text.contains(verb));
    let italian = text.starts_with("il ") && text.contains(" ha scritto");
    let dated = italian || DATED.iter().any(|word| text.starts_with(word));
    // An attribution has a time or an address: « Le 12 mars, le voisin a écrit : » is the person's own sentence.
    let has_time = text
        .as_bytes()
        .windows(4)
        .any(|w| w[0].is_ascii_digit() && matches!(w[1], b':' | b'h') && w[2].is_ascii_digit());
    text.chars().count() <= ATTRIBUTION_CHARS && wrote && (text.contains('@') || dated && has_time)
}

/// Whether the person wrote between or beneath lines marked with `>`.
fn has_answers_between(lines: &[Line]) -> bool {
    lines
        .iter()
        .skip_while(|line| line.is_blank())
        .take_while(|line| !is_signature_rule(line))
        .skip_while(|line| !line.is_quoted)
        .any(|line| !line.is_blank() && !line.is_quoted && !line.is_device())
        // When the text after the attribution has no marks, nothing tells who wrote which line.
        && lines.iter().find(|line| !line.is_blank()).is_some_and(|line| line.is_quoted)
}

/// What the person wrote between quoted lines. Where they answered numbered questions below each other, each answer
/// gets its question's number.
fn between(lines: &[Line]) -> String {
    let mut kept: Vec<(Option<&str>, &Line)> = Vec::new();
    let (mut number, mut at) = (None, 0);
    while at < lines.len() {
        let line = &lines[at];
        if line.is_quoted {
            number = question_number(line.unquoted()).or(number);
        } else if let Some(taken) = attribution(&lines[at..]) {
            at += taken;
            continue;
        } else {
            kept.push((if line.is_blank() { None } else { number.take() }, line));
        }
        at += 1;
    }
    let numbered = kept.iter().filter(|(number, _)| number.is_some()).count() >= 2;
    let own: Vec<&Line> = kept.iter().map(|(_, line)| *line).collect();
    let own = without_signature_of(&own);
    let texts: Vec<String> = kept
        .iter()
        .filter(|(_, line)| own.iter().any(|kept| std::ptr::eq(*kept, *line)))
        .map(|(number, line)| match number.filter(|_| numbered && question_number(line.text).is_none()) {
            Some(number) => format!("{number}. {}", line.text.trim_start()),
            None => line.text.to_owned(),
        })
        .collect();
    with_single_gaps(texts.iter().map(String::as_str))
}

/// The number in « 2. » or « 2) » at the beginning of a line.
fn question_number(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let (number, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    ((1..=2).contains(&number.len()) && rest.starts_with(['.', ')'])).then_some(number)
}

fn is_signature_rule(line: &Line) -> bool {
    line.text == "--"
}

fn without_signature<'a, 'b>(lines: &'b [Line<'a>]) -> Vec<&'b Line<'a>> {
    without_signature_of(&lines.iter().collect::<Vec<_>>())
}

fn without_signature_of<'a, 'b>(lines: &[&'b Line<'a>]) -> Vec<&'b Line<'a>> {
    let end = lines.iter().skip(1).position(|line| is_signature_rule(line)).map_or(lines.len(), |at| at + 1);
    lines[..end].iter().copied().filter(|line| !line.is_device()).collect()
}

fn joined(lines: &[&Line]) -> String {
    with_single_gaps(lines.iter().map(|line| line.text))
}

/// Joins lines, with one blank line for several: the text between two paragraphs may have been cut.
fn with_single_gaps<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    let mut gap = false;
    for line in lines {
        if line.trim().is_empty() {
            gap = true;
            continue;
        }
        if !text.is_empty() {
            text.push_str(if gap { "\n\n" } else { "\n" });
        }
        text.push_str(line);
        gap = false;
    }
    text
}

fn says_answers_below(lines: &[&Line]) -> bool {
    lines.iter().any(|line| ANSWERS_BELOW.iter().any(|words| line.folded.contains(words)))
}

/// Whether a subject is a reply's.
pub(super) fn is_reply(subject: &str) -> bool {
    begins_with(subject, &["re", "ré", "rép", "aw", "r"])
}

/// Whether a subject is a forwarded message's.
fn is_forward(subject: &str) -> bool {
    begins_with(subject, &["tr", "fwd", "fw", "wg", "transf", "i"])
}

fn begins_with(subject: &str, marks: &[&str]) -> bool {
    let folded = subject.trim_start().to_lowercase();
    folded.split_once(':').is_some_and(|(mark, _)| marks.contains(&mark.trim_end()))
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests;
