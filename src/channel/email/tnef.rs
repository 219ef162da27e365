//! `winmail.dat`: what Outlook makes of a message in its rich format (TNEF, MS-OXTNEF). Its text and its files are taken out,
//! so that they are shown as if they had come as they are.
//!
//! It is a list of attributes, each with a level, an identifier and its length. Every length is held against what is left
//! of the bytes, and what does not fit ends the list: what was read before it is kept.

use bytes::Bytes;

use super::charset;
use crate::channel::{Content, File};

/// The first four bytes of every such file, and how many bytes stand before the first attribute.
const SIGNATURE: u32 = 0x223E_9F78;
const HEADER: usize = 6;
/// The most files that are taken out of one.
const MAX_FILES: usize = 50;

/// The attributes that are read (MS-OXTNEF, 2.1.3.2).
const BODY: u32 = 0x0002_800C;
const CODE_PAGE: u32 = 0x0006_9007;
const PROPERTIES: u32 = 0x0006_9003;
/// Where another file begins, its name and its bytes.
const FILE_BEGINS: u32 = 0x0006_9002;
const FILE_NAME: u32 = 0x0001_8010;
const FILE_DATA: u32 = 0x0006_800F;

/// The property that holds the text, and the types in which it does (MS-OXPROPS, 2.609).
const PLAIN_TEXT: u16 = 0x1000;
const STRING: u16 = 0x001E;
const UNICODE: u16 = 0x001F;

/// What such a file holds.
#[derive(Debug, Default)]
pub(super) struct Winmail {
    pub(super) text: String,
    pub(super) files: Vec<File>,
}

/// Whether a file's bytes are of this format.
pub(super) fn is_tnef(bytes: &[u8]) -> bool {
    Reader(bytes).u32() == Some(SIGNATURE)
}

/// Reads a file; none where it is of another format.
pub(super) fn read(bytes: &[u8]) -> Option<Winmail> {
    let mut reader = Reader(bytes.get(HEADER..).filter(|_| is_tnef(bytes))?);
    let (mut found, mut code_page) = (Winmail::default(), None);
    let mut name = String::new();
    while let Some((attribute, data)) = reader.attribute() {
        match attribute {
            CODE_PAGE => code_page = Reader(data).u32(),
            BODY if found.text.is_empty() => found.text = text(data, code_page),
            PROPERTIES if found.text.is_empty() && found.files.is_empty() => {
                found.text = plain_text(data, code_page).unwrap_or_default();
            }
            FILE_BEGINS => name.clear(),
            FILE_NAME => {
                name = text(data, code_page);
                // The name may follow the bytes.
                if let Some(last) = found.files.last_mut().filter(|last| last.name.is_empty()) {
                    last.name.clone_from(&name);
                }
            }
            FILE_DATA if !data.is_empty() && found.files.len() < MAX_FILES => {
                let content = Content::Bytes(Bytes::copy_from_slice(data));
                found.files.push(File { name: name.clone(), content });
            }
            _ => {}
        }
    }
    Some(found)
}

/// A text in the message's code page, without the zero at its end.
fn text(data: &[u8], code_page: Option<u32>) -> String {
    let data = data.split(|byte| *byte == 0).next().unwrap_or_default();
    let charset = code_page.map(|page| if page == 65001 { "utf-8".to_owned() } else { format!("windows-{page}") });
    charset::decoded(data, charset.as_deref()).trim().to_owned()
}

/// The text among the properties, which are read as far as their types have a length of their own.
fn plain_text(data: &[u8], code_page: Option<u32>) -> Option<String> {
    let mut reader = Reader(data);
    for _ in 0..reader.u32()? {
        let (kind, id) = (reader.u16()?, reader.u16()?);
        // A property with a name of its own has that name first.
        if id >= 0x8000 {
            reader.take(16)?;
            if reader.u32()? == 0 {
                reader.u32()?;
            } else {
                let length = reader.length()?;
                reader.padded(length)?;
            }
        }
        match kind {
            // Numbers of at most four bytes, and of eight.
            0x0002 | 0x0003 | 0x0004 | 0x000A | 0x000B => _ = reader.take(4)?,
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => _ = reader.take(8)?,
            0x0048 => _ = reader.take(16)?,
            STRING | UNICODE | 0x000D | 0x0102 => {
                for _ in 0..reader.u32()? {
                    let length = reader.length()?;
                    let value = reader.padded(length)?;
                    match (id, kind) {
                        (PLAIN_TEXT, STRING) => return Some(text(value, code_page)),
                        (PLAIN_TEXT, UNICODE) => {
                            let units = value.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
                            let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
                            return Some(String::from_utf16_lossy(&units).trim().to_owned());
                        }
                        _ => {}
                    }
                }
            }
            _ => return None,
        }
    }
    None
}

/// Bytes that are still to be read, in little-endian order.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, left) = self.0.split_at_checked(length)?;
        self.0 = left;
        Some(taken)
    }

    /// As [`Self::take`], with the bytes that fill it up to four.
    fn padded(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.take(length)?;
        self.take((length.next_multiple_of(4) - length).min(self.0.len()))?;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }

    /// The next attribute and its bytes; its checksum is not looked at.
    fn attribute(&mut self) -> Option<(u32, &'a [u8])> {
        self.take(1)?;
        let attribute = self.u32()?;
        let length = self.length()?;
        let data = self.take(length)?;
        self.take(2.min(self.0.len()))?;
        Some((attribute, data))
    }
}

#[cfg(test)]
mod tests;
