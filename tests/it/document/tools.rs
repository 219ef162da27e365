//! Documents with the system's own tools (`heif-convert`, `pdftoppm`), which `tests/run` installs, and with files that
//! were damaged on purpose.

use std::{path::Path, process::Command, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use guichet::document::{DocumentError, Documents, Limits, MediaType, Position, Preview, Remark, Stored, tool_status};
use image::{GenericImageView, ImageFormat};

use super::testing::{encode, scene, with_exif};

/// A page with one line of text, as few words as a PDF reader accepts.
const PDF: &[u8] = b"%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>>>> endobj
4 0 obj <</Length 45>> stream
BT /F 48 Tf 100 400 Td (Facture 1 234 EUR) Tj ET
endstream endobj
5 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj
trailer <</Root 1 0 R>>
";

/// A HEIC file as a phone makes it, by Debian's `heif-enc` (libheif-examples).
fn heic(jpeg: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in.jpg"), folder.path().join("out.heic"));
    std::fs::write(&input, jpeg).unwrap();
    let status = Command::new("heif-enc").arg("-o").args([&output, &input]).output().unwrap().status;
    assert!(status.success());
    std::fs::read(output).unwrap()
}

async fn receive(documents: &Documents, bytes: &[u8]) -> Result<Stored, DocumentError> {
    let chunks = [Ok::<_, std::io::Error>(Bytes::copy_from_slice(bytes))];
    documents.receive(stream::iter(chunks), "fichier", Limits::default()).await
}

async fn preview(documents: &Documents, stored: &Stored, preview: Preview) -> Option<image::DynamicImage> {
    let opened = documents.open_preview(&stored.sha256, stored.media_type, preview).await.unwrap()?;
    let jpeg: Vec<u8> = opened.stream.map_ok(|chunk| chunk.to_vec()).try_concat().await.unwrap();
    Some(image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap())
}

#[test]
fn the_tools_are_here() {
    for tool in tool_status() {
        assert!(tool.path.is_some_and(|path| path.is_absolute()), "install {}", tool.package);
    }
}

#[tokio::test]
async fn a_heic_photo_is_described_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::converting(folder.path(), Some(env!("CARGO_BIN_EXE_guichet").into())).unwrap();
    let photo = scene(1500, 1000, 1);
    let jpeg = with_exif(&encode(&photo, ImageFormat::Jpeg), 1);
    let stored = receive(&documents, &heic(&jpeg)).await.unwrap();
    assert_eq!((stored.media_type, stored.name.as_str()), (MediaType::Heif, "fichier.heic"));

    let mut inspection = documents.inspect(&stored).await.unwrap();
    assert_eq!((inspection.width, inspection.height), (Some(1500), Some(1000)));
    assert_eq!(inspection.taken_at, Some("2026-11-19T18:30:05".parse().unwrap()));
    assert_eq!(inspection.place, Some(Position { latitude: 48.85833, longitude: -2.29 }));
    assert_eq!(inspection.quality.remarks, []);
    let large = preview(&documents, &stored, Preview::Large).await.unwrap();
    assert_eq!(large.dimensions(), (1280, 853));

    // The same photo, sent again as a JPEG.
    let again = receive(&documents, &jpeg).await.unwrap();
    let fingerprint = documents.inspect(&again).await.unwrap().fingerprint.unwrap();
    inspection.compare([fingerprint.as_str()]);
    assert_eq!(inspection.quality.remarks, [Remark::SamePhoto]);
}

#[tokio::test]
async fn a_pdf_shows_its_first_page() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::converting(folder.path(), Some(env!("CARGO_BIN_EXE_guichet").into())).unwrap();
    let stored = receive(&documents, PDF).await.unwrap();
    // Made lazily: nobody inspected it.
    let thumbnail = preview(&documents, &stored, Preview::Thumbnail).await.unwrap().into_luma8();
    assert_eq!(thumbnail.dimensions(), (226, 320));
    assert!(thumbnail.pixels().any(|pixel| pixel.0[0] < 100), "there is text on it");
    assert_eq!(documents.inspect(&stored).await.unwrap().quality.remarks, []);
}

/// Whatever the damage: received or refused, inspected without an error, never a panic, never endless.
#[tokio::test]
async fn damaged_files_do_no_harm() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::converting(folder.path(), Some(env!("CARGO_BIN_EXE_guichet").into())).unwrap();
    let picture = scene(160, 120, 2);
    let jpeg = with_exif(&encode(&picture, ImageFormat::Jpeg), 3);
    let files =
        [heic(&jpeg), jpeg, encode(&picture, ImageFormat::Png), encode(&picture, ImageFormat::WebP), PDF.to_vec()];
    let damaged: Vec<Vec<u8>> = files.iter().flat_map(|file| truncated(file).chain(flipped(file))).collect();
    assert_eq!(damaged.len(), files.len() * 32);

    let inspected = stream::iter(damaged).map(|bytes| {
        let documents = documents.clone();
        async move {
            let Ok(stored) = receive(&documents, &bytes).await else { return false };
            documents.inspect(&stored).await.unwrap();
            preview(&documents, &stored, Preview::Thumbnail).await;
            true
        }
    });
    let all = inspected.buffer_unordered(4).collect::<Vec<bool>>();
    let all = tokio::time::timeout(Duration::from_mins(5), all).await.unwrap();
    assert!(all.into_iter().filter(|inspected| *inspected).count() > 100, "most still look like what they were");
    assert_eq!(left_in(&folder.path().join("staging")), 0);
}

/// A file cut off at twelve places.
fn truncated(file: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (1..=12).map(|twelfth| file[..file.len() * twelfth / 13].to_vec())
}

/// A file with a few of its bits turned over, differently twenty times; more of them in the headers, where it hurts.
fn flipped(file: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..20_usize).map(|round| {
        let mut bytes = file.to_vec();
        let mut random = round.wrapping_mul(0x9e37_79b9).wrapping_add(1);
        for flip in 0..8 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let reach = if flip % 2 == 0 { bytes.len() } else { bytes.len().min(600) };
            bytes[(random >> 20) % reach] ^= 1 << (random >> 60 & 7);
        }
        bytes
    })
}

fn left_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

/// A photo whose later scans say nothing: each has the decoder look at every coefficient again.
fn endless_jpeg() -> Vec<u8> {
    const SCANS: usize = 40;
    const BLOCKS: usize = 1_000_000;
    // One code each, of one bit: a difference of zero for the brightness, and sixteen zeros for the rest.
    let table = |class: u8, symbol: u8| {
        let mut lengths = [0; 16];
        lengths[0] = 1;
        [&[0xff, 0xc4, 0, 20, class][..], &lengths, &[symbol]].concat()
    };
    let frame = [0xff, 0xc2, 0, 17, 8, 0x1f, 0x40, 0x1f, 0x40, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    jpeg.extend([1; 64]);
    jpeg.extend(frame);
    jpeg.extend(table(0, 0));
    jpeg.extend(table(0x10, 0xf0));
    // The brightness of all three components.
    jpeg.extend([0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 0, 0]);
    jpeg.extend(vec![0; 3 * BLOCKS / 8]);
    for scan in 0..SCANS {
        let (component, precision) = if scan < 3 { (scan + 1, 0x01) } else { (1, 0x10) };
        jpeg.extend([0xff, 0xda, 0, 8, 1, u8::try_from(component).unwrap(), 0, 1, 63, precision]);
        jpeg.extend(vec![0; 4 * BLOCKS / 8]);
    }
    jpeg.extend([0xff, 0xd9]);
    jpeg
}

#[tokio::test]
async fn a_picture_is_given_up_after_its_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::converting(folder.path(), Some(env!("CARGO_BIN_EXE_guichet").into())).unwrap();
    let jpeg = endless_jpeg();
    let alone = tempfile::tempdir().unwrap();
    std::fs::write(alone.path().join("picture"), &jpeg).unwrap();
    let mut convert = Command::new(env!("CARGO_BIN_EXE_guichet"));
    convert.args(["convert", "--confined", "--picture", "jpg", "--folder"]).arg(alone.path());
    assert_eq!(convert.status().unwrap().code(), None, "the system ends it");
    let stored = receive(&documents, &jpeg).await.unwrap();
    assert_eq!(stored.media_type, MediaType::Jpeg);
    // Where the machine is so busy that three seconds of CPU take longer than ten, it is looked at again.
    let seen = loop {
        match documents.inspect(&stored).await {
            Err(DocumentError::TimedOut) => {}
            seen => break seen.unwrap(),
        }
    };
    assert_eq!(seen.quality.remarks, [Remark::Unreadable]);
}

#[tokio::test]
async fn a_picture_is_decoded_as_in_this_process() {
    let folder = tempfile::tempdir().unwrap();
    let apart = Documents::converting(folder.path(), Some(env!("CARGO_BIN_EXE_guichet").into())).unwrap();
    let here = tempfile::tempdir().unwrap();
    let here = Documents::local(here.path()).unwrap();
    let picture = scene(1400, 1000, 3);
    for (format, orientation) in [(ImageFormat::Jpeg, Some(6)), (ImageFormat::Png, None), (ImageFormat::WebP, None)] {
        let bytes = encode(&picture, format);
        let bytes = orientation.map_or(bytes.clone(), |orientation| with_exif(&bytes, orientation));
        let (one, other) = (receive(&apart, &bytes).await.unwrap(), receive(&here, &bytes).await.unwrap());
        assert_eq!(apart.inspect(&one).await.unwrap(), here.inspect(&other).await.unwrap(), "{format:?}");
        let (one, other) = (preview(&apart, &one, Preview::Large).await, preview(&here, &other, Preview::Large).await);
        assert!(one.is_some() && one == other, "{format:?}");
    }
}

#[tokio::test]
async fn a_tool_that_reads_nothing_costs_the_preview_once() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::converting(folder.path(), Some(env!("CARGO_BIN_EXE_guichet").into())).unwrap();
    let stored = receive(&documents, b"%PDF-1.4 nothing behind it").await.unwrap();
    assert_eq!(documents.inspect(&stored).await.unwrap().quality.remarks, [Remark::Unreadable]);
    // Whoever ran the tool again would see a page.
    let (first, rest) = stored.sha256.split_at(2);
    std::fs::write(folder.path().join("sha256").join(first).join(rest), PDF).unwrap();
    assert!(preview(&documents, &stored, Preview::Thumbnail).await.is_none());
}
