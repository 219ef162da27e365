//! The reference that people quote on the phone: short, without letters that sound or look alike.

use crate::domain::id::ConversationId;

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The reference of a conversation's dossier, such as `K7QF-93MX`: 40 of the random bits of the conversation's identifier,
/// so that it can be told before there is a dossier.
pub fn reference_of(id: ConversationId) -> String {
    let digits: String = id.to_string().chars().filter(char::is_ascii_hexdigit).collect();
    let bits = digits.get(22..).and_then(|tail| u64::from_str_radix(tail, 16).ok()).unwrap_or_default();
    let mut reference = String::with_capacity(9);
    for i in (0..8).rev() {
        let digit = usize::try_from((bits >> (5 * i)) & 31).unwrap_or_default();
        reference.push(char::from(ALPHABET[digit]));
        if i == 4 {
            reference.push('-');
        }
    }
    reference
}

#[cfg(test)]
mod tests;
