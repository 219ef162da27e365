//! Sanitises the names of uploaded files.

use super::MediaType;

/// The longest name kept, in characters: every file system of a handler's computer takes as many.
const MAX_CHARS: usize = 100;

/// The name of a file whose own name is unusable.
const NAMELESS: &str = "document";

/// The name to show and to propose at download: no folders, no control or direction-changing characters, nothing that
/// Windows refuses, and the extension of the file's media type (`facture.pdf.exe` that holds a PDF becomes
/// `facture.pdf.pdf`).
pub(super) fn sanitise(declared: &str, kind: MediaType) -> String {
    let last = declared.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| if r#"<>:"|?*"#.contains(c) { '_' } else { c })
        .collect();
    let clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let (stem, ending) = match clean.rsplit_once('.') {
        Some((stem, ending)) if is_ending(ending) => (stem, ending),
        _ => (clean, ""),
    };
    let ending = ending.to_ascii_lowercase();
    let ending = kind.endings().iter().find(|known| **known == ending).unwrap_or(&kind.endings()[0]);
    let stem: String = stem.chars().take(MAX_CHARS - ending.len() - 1).collect();
    let stem = stem.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    format!("{}.{ending}", if stem.is_empty() { NAMELESS } else { stem })
}

/// Whether the text after a dot is an extension and not a part of a sentence ("M. Durand").
fn is_ending(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether a character is invisible or reorders the text around it.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
