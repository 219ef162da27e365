use super::*;

#[test]
fn sizes_are_rounded() {
    assert_eq!(FileSize::of(3), FileSize::Kilobytes(1));
    assert_eq!(FileSize::of(345_678), FileSize::Kilobytes(345));
    assert_eq!(FileSize::of(2_345_678), FileSize::Megabytes(2, 3));
}
