//! What a text message can carry: its alphabets, how a long text is cut, and which letters are replaced when that makes
//! it shorter.
//!
//! Pure, and here rather than in the SMS channel because the flows' check counts by the same rules as the channel sends.
//!
//! Source: 3GPP TS 23.038 (alphabets) and TS 23.040, 9.2.3.24.1 (concatenation).

pub mod gsm7;
mod segmentation;
mod transliteration;

pub use segmentation::{Alphabet, Segments, count, segment, with_choices};
pub use transliteration::{foreign, shorten};
