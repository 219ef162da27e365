use super::*;

#[test]
fn sizes_are_rounded() {
    assert_eq!(Size::of(3), Size::Kilobytes(1));
    assert_eq!(Size::of(345_678), Size::Kilobytes(345));
    assert_eq!(Size::of(2_345_678), Size::Megabytes(2, 3));
}
