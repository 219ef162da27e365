//! Many files as one: a ZIP archive that is written while it is sent. Nothing is compressed, for photos and papers are already, so
//! that no part of it is held back and none is read twice.

/// The date that an entry bears: the first of 1980, where the format begins. When a file came stands in the dossier.
const DATE: u16 = 0x21;
/// The checksum and the size follow the data; names are UTF-8.
const FLAGS: u16 = 0x0808;
/// The version of the format that is needed to read it.
const VERSION: u16 = 20;

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;

/// A file of the archive.
#[derive(Debug)]
struct Entry {
    name: String,
    offset: u32,
    checksum: u32,
    size: u32,
}

/// An archive that is being written. Each function returns the bytes that are next. It holds less than four gigabytes: a
/// conversation's files are fewer.
#[derive(Debug, Default)]
pub struct Archive {
    entries: Vec<Entry>,
    written: u32,
}

impl Archive {
    /// Begins a file.
    pub fn begin(&mut self, name: &str) -> Vec<u8> {
        // Nothing is known yet of what follows.
        let entry = Entry { name: self.free_name(name), offset: self.written, checksum: 0, size: 0 };
        let mut bytes = Vec::with_capacity(30 + entry.name.len());
        put32(&mut bytes, LOCAL);
        describe(&mut bytes, &entry);
        put16(&mut bytes, 0);
        bytes.extend_from_slice(entry.name.as_bytes());
        self.entries.push(Entry { checksum: !0, ..entry });
        self.count(bytes)
    }

    /// Notes a part of the file that was begun last; it is sent as it is.
    pub fn note(&mut self, data: &[u8]) {
        let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
        self.written = self.written.saturating_add(length);
        if let Some(entry) = self.entries.last_mut() {
            entry.checksum = data.iter().fold(entry.checksum, |sum, byte| {
                (sum >> 8) ^ CHECKSUMS[usize::from(u8::try_from(sum & 0xff).unwrap_or_default() ^ byte)]
            });
            entry.size = entry.size.saturating_add(length);
        }
    }

    /// Ends the file that was begun last.
    pub fn end(&mut self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16);
        if let Some(entry) = self.entries.last_mut() {
            entry.checksum = !entry.checksum;
            put32(&mut bytes, DESCRIPTOR);
            for value in [entry.checksum, entry.size, entry.size] {
                put32(&mut bytes, value);
            }
        }
        self.count(bytes)
    }

    /// Ends the archive: the list of its files.
    pub fn finish(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in &self.entries {
            put32(&mut bytes, CENTRAL);
            put16(&mut bytes, VERSION);
            describe(&mut bytes, entry);
            // No extra field, no comment, one disk, no attributes.
            for value in [0, 0, 0, 0] {
                put16(&mut bytes, value);
            }
            put32(&mut bytes, 0);
            put32(&mut bytes, entry.offset);
            bytes.extend_from_slice(entry.name.as_bytes());
        }
        let (count, length) = (self.entries.len(), bytes.len());
        put32(&mut bytes, END);
        for value in [0, 0, count, count] {
            put16(&mut bytes, u16::try_from(value).unwrap_or(u16::MAX));
        }
        put32(&mut bytes, u32::try_from(length).unwrap_or(u32::MAX));
        put32(&mut bytes, self.written);
        put16(&mut bytes, 0);
        bytes
    }

    fn count(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        self.written = self.written.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        bytes
    }

    /// A name that no other file has, in no folder.
    fn free_name(&self, name: &str) -> String {
        let name: String =
            name.chars().map(|c| if c == '/' || c == '\\' || c.is_control() { '_' } else { c }).collect();
        let is_free = |name: &str| !self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name));
        if is_free(&name) {
            return name;
        }
        let (stem, ending) = name.rsplit_once('.').map_or((name.as_str(), ""), |(stem, ending)| (stem, ending));
        let numbered = (2..).map(|number| {
            if ending.is_empty() { format!("{stem} ({number})") } else { format!("{stem} ({number}).{ending}") }
        });
        numbered.into_iter().find(|name| is_free(name)).unwrap_or_else(|| name.clone())
    }
}

/// What the head of a file and the list say of it alike.
fn describe(bytes: &mut Vec<u8>, entry: &Entry) {
    for value in [VERSION, FLAGS, 0, 0, DATE] {
        put16(bytes, value);
    }
    for value in [entry.checksum, entry.size, entry.size] {
        put32(bytes, value);
    }
    put16(bytes, u16::try_from(entry.name.len()).unwrap_or(u16::MAX));
}

fn put16(bytes: &mut Vec<u8>, value: u16) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

fn put32(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

/// The steps of CRC-32 (ISO 3309).
const CHECKSUMS: [u32; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "below 256")]
        let mut sum = at as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
            bit += 1;
        }
        table[at] = sum;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests;
