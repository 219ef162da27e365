//! The room as its callers see it, without the system's tools (their tests are in `tests/it/document/`).

use std::{fs::File, path::Path, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use image::{ImageFormat, Rgb, RgbImage, imageops};
use jiff::{SignedDuration, Timestamp};

use super::{
    testing::{encode, scene, with_exif},
    *,
};

type Chunk = Result<Bytes, std::io::Error>;

fn in_chunks(bytes: &[u8]) -> Vec<Chunk> {
    bytes.chunks(10_000).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect()
}

async fn receive(documents: &Documents, bytes: &[u8], name: &str) -> Result<Stored, DocumentError> {
    documents.receive(stream::iter(in_chunks(bytes)), name, Limits::default()).await
}

async fn read(opened: Opened) -> Vec<u8> {
    let bytes = opened.stream.map_ok(|chunk| chunk.to_vec()).try_concat().await.unwrap();
    assert_eq!(bytes.len() as u64, opened.bytes);
    bytes
}

/// All files below a folder, by their paths in it.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with(".guichet") {
                found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn key(sha256: &str) -> String {
    format!("sha256/{}/{}", &sha256[..2], &sha256[2..])
}

#[tokio::test]
async fn the_same_bytes_are_kept_once_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(&folder.path().join("new/documents")).unwrap();
    let png = encode(&scene(700, 600, 1), ImageFormat::Png);

    let first = receive(&documents, &png, "/tmp/Salle de bain.PNG").await.unwrap();
    let second = receive(&documents, &png, "encore.png").await.unwrap();
    assert_eq!(first.sha256, second.sha256);
    assert_eq!(first.name, "Salle de bain.png");
    assert_eq!((first.media_type, first.bytes), (MediaType::Png, png.len() as u64));
    assert_eq!(files(&folder.path().join("new/documents")), [key(&first.sha256)]);

    // Another process opens the same folder.
    let reopened = Documents::local(&folder.path().join("new/documents")).unwrap();
    assert_eq!(read(reopened.open(&first.sha256).await.unwrap()).await, png);
}

/// The machine may be to blame: another time it is quicker.
#[tokio::test]
async fn a_decoder_that_does_not_end_in_time_says_nothing_about_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let slow = folder.path().join("slow");
    std::fs::write(&slow, "#!/bin/sh\nexec sleep 600\n").unwrap();
    std::fs::set_permissions(&slow, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let documents = Documents::converting(folder.path(), Some(slow)).unwrap();
    let stored = receive(&documents, &encode(&scene(200, 200, 1), ImageFormat::Jpeg), "a.jpg").await.unwrap();
    let refused = documents.inspect(&stored).await;
    assert!(matches!(refused, Err(DocumentError::TimedOut)), "{refused:?}");
    assert!(documents.open_preview(&stored.sha256, stored.media_type, Preview::Large).await.unwrap().is_none());
    let documents = Documents::local(folder.path()).unwrap();
    assert_eq!(documents.inspect(&stored).await.unwrap().width, Some(200));
}

/// A share that is no longer mounted leaves an empty folder, on another disk.
#[tokio::test]
async fn a_folder_that_went_away_is_not_made_again() {
    let home = tempfile::tempdir().unwrap();
    let (folder, elsewhere) = (home.path().join("documents"), home.path().join("unmounted"));
    let documents = Documents::local(&folder).unwrap();
    let photo = encode(&scene(200, 200, 1), ImageFormat::Jpeg);
    let stored = receive(&documents, &photo, "a.jpg").await.unwrap();
    assert!(!Documents::is_new(&folder));
    std::fs::rename(&folder, &elsewhere).unwrap();
    std::fs::create_dir(&folder).unwrap();
    assert!(Documents::is_new(&folder));
    let refused = receive(&documents, &photo, "a.jpg").await;
    assert!(matches!(refused, Err(DocumentError::Away { .. })), "{refused:?}");
    // A file that is only out of reach is not taken for one that is gone, or that cannot be read.
    assert!(matches!(documents.open(&stored.sha256).await, Err(DocumentError::Away { .. })));
    let refused = documents.inspect(&stored).await;
    assert!(matches!(refused, Err(DocumentError::Away { .. })), "{refused:?}");
    assert_eq!(files(&folder), Vec::<String>::new());
    std::fs::remove_dir(&folder).unwrap();
    std::fs::rename(&elsewhere, &folder).unwrap();
    receive(&documents, &photo, "a.jpg").await.unwrap();
    documents.inspect(&stored).await.unwrap();
}

#[tokio::test]
async fn refusals_name_their_words_and_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(folder.path()).unwrap();
    let jpeg = encode(&scene(640, 640, 2), ImageFormat::Jpeg);
    let broken: Vec<Chunk> = in_chunks(&jpeg).into_iter().take(2).chain([Err(std::io::Error::other("gone"))]).collect();
    let small = Limits { max_bytes: jpeg.len() as u64 - 1 };
    let exact = Limits { max_bytes: jpeg.len() as u64 };

    for (chunks, limits, key) in [
        (vec![], exact, "upload_empty"),
        (vec![Ok(Bytes::new())], exact, "upload_empty"),
        (in_chunks(b"MZ this is a program, whatever its name says"), exact, "upload_unsupported"),
        (in_chunks(&jpeg), small, "upload_too_large"),
        (broken, exact, "upload_interrupted"),
    ] {
        let error = documents.receive(stream::iter(chunks), "photo.jpg", limits).await.unwrap_err();
        assert_eq!(error.key(), key);
    }
    assert_eq!(files(folder.path()), Vec::<String>::new());
    assert!(documents.receive(stream::iter(in_chunks(&jpeg)), "photo.jpg", exact).await.is_ok());
}

#[tokio::test]
async fn only_hashes_are_keys() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(folder.path()).unwrap();
    for sha256 in ["", "../../../etc/passwd", &"A".repeat(64), &"0".repeat(63), &"0".repeat(64), &"é".repeat(32)] {
        assert!(matches!(documents.open(sha256).await, Err(DocumentError::NotFound)), "{sha256}");
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Documents::local(&file.path().join("documents")).unwrap_err();
    assert_eq!(error.key(), "upload_failed");
    assert!(error.to_string().contains(file.path().to_str().unwrap()));
}

#[test]
fn a_full_disk_is_told_from_other_failures() {
    let failure = |kind: std::io::ErrorKind| {
        DocumentError::from(object_store::Error::Generic {
            store: "LocalFileSystem",
            source: Box::new(std::io::Error::from(kind)),
        })
    };
    assert!(matches!(failure(std::io::ErrorKind::StorageFull), DocumentError::DiskFull(_)));
    assert!(matches!(failure(std::io::ErrorKind::PermissionDenied), DocumentError::Store(_)));
}

#[tokio::test]
async fn a_good_photo_is_described() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(folder.path()).unwrap();
    let photo = with_exif(&encode(&scene(1600, 1200, 3), ImageFormat::Jpeg), 6);
    let stored = receive(&documents, &photo, "photo.jpg").await.unwrap();

    let inspection = documents.inspect(&stored).await.unwrap();
    assert_eq!((inspection.width, inspection.height), (Some(1200), Some(1600)), "upright");
    assert_eq!(inspection.taken_at, Some("2026-11-19T18:30:05".parse().unwrap()));
    assert_eq!(inspection.place, Some(Position { latitude: 48.85833, longitude: -2.29 }));
    assert_eq!(inspection.quality.remarks, []);
    let json = serde_json::to_string(&inspection).unwrap();
    assert_eq!(serde_json::from_str::<Inspection>(&json).unwrap(), inspection);
}

#[tokio::test]
async fn poor_photos_are_remarked_upon() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(folder.path()).unwrap();
    let sharp = scene(1600, 1200, 4);
    let jpeg = |picture: &RgbImage| encode(picture, ImageFormat::Jpeg);
    let dark = RgbImage::from_fn(1600, 1200, |x, y| Rgb(sharp.get_pixel(x, y).0.map(|channel| channel / 6)));
    let wall = RgbImage::from_pixel(1600, 1200, Rgb([225, 221, 210]));
    let mut stained = wall.clone();
    imageops::replace(&mut stained, &scene(400, 400, 5), 500, 300);
    let whole = jpeg(&sharp);

    for (name, photo, remarks) in [
        ("sharp", whole.clone(), vec![]),
        ("blurred", jpeg(&imageops::fast_blur(&sharp, 8.0)), vec![Remark::Blurred]),
        ("dark", jpeg(&dark), vec![Remark::TooDark]),
        ("small", jpeg(&scene(460, 300, 6)), vec![Remark::TooSmall]),
        ("plain wall", jpeg(&wall), vec![]),
        ("stain on a wall", jpeg(&stained), vec![]),
        ("cut off in the header", whole[..200].to_vec(), vec![Remark::Unreadable]),
    ] {
        let stored = receive(&documents, &photo, "photo.jpg").await.unwrap();
        assert_eq!(documents.inspect(&stored).await.unwrap().quality.remarks, remarks, "{name}");
    }
}

#[tokio::test]
async fn the_same_photo_is_recognised_at_another_size() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(folder.path()).unwrap();
    let original = scene(1600, 1200, 7);
    let resized = imageops::resize(&original, 800, 600, imageops::FilterType::Triangle);
    let other = scene(1600, 1200, 4_711);

    let mut seen = Vec::new();
    for (photo, format) in [(&original, ImageFormat::Png), (&resized, ImageFormat::Jpeg), (&other, ImageFormat::Jpeg)] {
        let stored = receive(&documents, &encode(photo, format), "photo").await.unwrap();
        let mut inspection = documents.inspect(&stored).await.unwrap();
        inspection.compare(seen.iter().map(String::as_str));
        seen.push(inspection.fingerprint.clone().unwrap());
        let is_same = inspection.quality.remarks.contains(&Remark::SamePhoto);
        assert_eq!(is_same, std::ptr::eq(photo, &raw const resized), "photo {}", seen.len());
    }
    assert!(!is_same_photo(&seen[0], "not a fingerprint"));
    assert!(!is_same_photo("", ""));
}

#[tokio::test]
async fn previews_are_upright_small_and_without_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(folder.path()).unwrap();
    // The left half is black, the right half white; orientation 6 means that the picture is to be turned clockwise.
    let halves = RgbImage::from_fn(2000, 1000, |x, _| if x < 1000 { Rgb([0; 3]) } else { Rgb([255; 3]) });
    let photo = with_exif(&encode(&halves, ImageFormat::Jpeg), 6);
    let stored = receive(&documents, &photo, "photo.jpg").await.unwrap();

    for (preview, width, height) in [(Preview::Large, 640, 1280), (Preview::Thumbnail, 160, 320)] {
        let opened = documents.open_preview(&stored.sha256, stored.media_type, preview).await.unwrap().unwrap();
        let jpeg = read(opened).await;
        assert!(!jpeg.windows(4).any(|bytes| bytes == b"Exif"));
        let picture = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap().into_rgb8();
        assert_eq!(picture.dimensions(), (width, height));
        assert!(picture.get_pixel(width / 2, 5).0[0] < 20, "the top was the left");
        assert!(picture.get_pixel(width / 2, height - 5).0[0] > 235);
    }
    // The previews are stored: they can be opened without the original.
    std::fs::remove_file(folder.path().join(key(&stored.sha256))).unwrap();
    assert!(documents.open_preview(&stored.sha256, stored.media_type, Preview::Large).await.unwrap().is_some());
}

#[tokio::test]
async fn videos_and_broken_pictures_have_no_preview() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(folder.path()).unwrap();
    for bytes in [&b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"[..], b"\x89PNG\r\n\x1a\n and no more"] {
        let stored = receive(&documents, bytes, "fichier").await.unwrap();
        let preview = documents.open_preview(&stored.sha256, stored.media_type, Preview::Large).await;
        assert!(preview.unwrap().is_none(), "{}", stored.media_type);
    }
}

/// A PNG of 60,000 by 60,000 pixels is a few bytes in a file and 10 GB in memory.
#[tokio::test]
async fn decompression_bombs_are_not_decoded() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(folder.path()).unwrap();
    let png = encode(&scene(600, 600, 8), ImageFormat::Png);
    for (width, height) in [(60_000_u32, 60_000_u32), (19_999, 19_999)] {
        let mut header = [&b"IHDR"[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        header.extend(crc32(&header).to_be_bytes());
        let bomb = [&png[..12], &header, &png[33..]].concat();
        let stored = receive(&documents, &bomb, "bombe.png").await.unwrap();
        let inspection = documents.inspect(&stored).await.unwrap();
        assert_eq!(inspection.quality.remarks, [Remark::Unreadable], "{width} by {height}");
    }
}

/// The checksum of PNG chunks.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[tokio::test]
async fn what_is_older_is_listed_and_removed_with_its_previews_unless_it_came_again() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(folder.path()).unwrap();
    let jpeg = encode(&scene(640, 480, 10), ImageFormat::Jpeg);
    let stored = receive(&documents, &jpeg, "b.jpg").await.unwrap();
    documents.inspect(&stored).await.unwrap();
    // What a process leaves that died while it received: object_store's own name for an unfinished upload.
    std::fs::write(folder.path().join("staging/0123#1"), b"half a file").unwrap();
    let file = || File::options().write(true).open(folder.path().join(key(&stored.sha256))).unwrap();
    let written = file().metadata().unwrap().modified().unwrap();
    let age = || file().set_modified(written - Duration::from_hours(25)).unwrap();
    let now = Timestamp::try_from(written).unwrap();
    let yesterday = now - SignedDuration::from_hours(24);
    let (shelf, other) = (u8::from_str_radix(&stored.sha256[..2], 16).unwrap(), 0);

    assert_eq!(documents.originals(shelf, yesterday).await.unwrap(), [""; 0]);
    assert!(!documents.remove(&stored.sha256, yesterday).await.unwrap(), "it is new");
    age();
    assert_eq!(documents.originals(shelf, yesterday).await.unwrap(), std::slice::from_ref(&stored.sha256));
    assert!(other == shelf || documents.originals(other, yesterday).await.unwrap().is_empty());
    receive(&documents, &jpeg, "b.jpg").await.unwrap();
    assert!(!documents.remove(&stored.sha256, yesterday).await.unwrap(), "it was received again since it was listed");
    age();
    assert!(documents.remove(&stored.sha256, yesterday).await.unwrap());
    assert!(!documents.remove(&stored.sha256, yesterday).await.unwrap(), "it is gone");

    assert_eq!(documents.sweep_staging(yesterday).await.unwrap(), 0);
    assert_eq!(files(folder.path()), ["staging/0123#1"]);
    assert_eq!(documents.sweep_staging(now + SignedDuration::from_hours(1)).await.unwrap(), 1);
    assert_eq!(files(folder.path()), [""; 0]);
}

#[tokio::test]
async fn an_upload_that_nobody_awaits_any_more_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(folder.path()).unwrap();
    let jpeg = encode(&scene(640, 480, 11), ImageFormat::Jpeg);
    let endless = stream::iter(in_chunks(&jpeg)).chain(stream::pending());
    let mut receiving = Box::pin(documents.receive(endless, "a.jpg", Limits::default()));
    // Polled until it waits for more bytes, then dropped as when a phone loses its connection.
    while files(folder.path()).is_empty() {
        assert!(futures_util::poll!(&mut receiving).is_pending());
        tokio::task::yield_now().await;
    }
    drop(receiving);
    while !files(folder.path()).is_empty() {
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_stored_inspection_is_read_and_would_be_stored_again_byte_for_byte() {
    for stored in [
        r#"{"quality":{}}"#,
        r#"{"width":1500,"height":1000,"taken_at":"2026-11-19T18:30:05","place":{"latitude":48.85833,"longitude":-2.29},"fingerprint":"00ff","quality":{"remarks":["blurred","same_photo"]}}"#,
    ] {
        let inspection: Inspection = serde_json::from_str(stored).unwrap();
        assert_eq!(serde_json::to_string(&inspection).unwrap(), stored);
    }
    assert_eq!(serde_json::from_str::<Inspection>("{}").unwrap(), Inspection::default(), "an early row");
}

/// Fifty files of 20 MB that waited for a decoder took a gigabyte.
#[tokio::test]
async fn a_file_that_waits_for_a_decoder_is_not_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(folder.path()).unwrap();
    let stored = receive(&documents, &encode(&scene(700, 600, 9), ImageFormat::Png), "photo").await.unwrap();
    let busy = documents.hold_decoders().await;
    let mut inspecting = std::pin::pin!(documents.inspect(&stored));
    let mut showing = std::pin::pin!(documents.open_preview(&stored.sha256, stored.media_type, Preview::Large));
    for _ in 0..20 {
        assert!(futures_util::poll!(&mut inspecting).is_pending() && futures_util::poll!(&mut showing).is_pending());
        tokio::task::yield_now().await;
    }
    // Whoever has read it already would not miss it.
    std::fs::remove_file(folder.path().join(key(&stored.sha256))).unwrap();
    drop(busy);
    assert!(matches!(inspecting.await, Err(DocumentError::NotFound)));
    assert!(matches!(showing.await, Err(DocumentError::NotFound)));
}

/// A file that no decoder reads took one of them again at each look.
#[tokio::test]
async fn a_file_that_could_not_be_decoded_is_not_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Documents::local(folder.path()).unwrap();
    let png = encode(&scene(700, 600, 10), ImageFormat::Png);
    let stored = receive(&documents, &png[..200], "photo").await.unwrap();
    assert_eq!(documents.inspect(&stored).await.unwrap(), Inspection::unreadable());
    // Whoever decoded it now would see a picture.
    std::fs::write(folder.path().join(key(&stored.sha256)), &png).unwrap();
    let shown = documents.open_preview(&stored.sha256, stored.media_type, Preview::Large).await.unwrap();
    assert!(shown.is_none());
    assert_eq!(documents.inspect(&stored).await.unwrap(), Inspection::unreadable());
    // What is remembered of a file goes with it.
    assert!(documents.remove(&stored.sha256, Timestamp::MAX).await.unwrap());
    assert_eq!(files(folder.path()), Vec::<String>::new());
}
