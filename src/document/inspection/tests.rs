use image::{GrayImage, Luma};

use super::fingerprint;

/// Stored fingerprints were made by the crate `image_hasher` 3.1 (gradient, 16 by 16), which also made the ones here.
#[test]
fn fingerprints_are_those_that_are_stored() {
    for (slope, stored) in [
        (7, "SeRISeSSZiJEoshBqgygsCAJMFHEGCpkTAqn0BSwbQQ"),
        (3, "jcKSkapoKBYJyZEoVOlkmKkaaAw2iWAiTBYoSIIQjkk"),
        (11, "kSmCoggrqYkLolIplqBFAYKUECE0GBEISKBERBBCRSI"),
    ] {
        let grey = GrayImage::from_fn(320, 240, |x, y| {
            Luma([u8::try_from((x * x / slope + y * 13 + x * y / 11) % 251).unwrap()])
        });
        assert_eq!(fingerprint(&grey), stored);
    }
}
