//! The photos of the invented people: drawn, so that no file of somebody's home is in the program.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "places and shades of pixels"
)]

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde::Deserialize;

const WIDTH: u32 = 640;
const HEIGHT: u32 = 480;
/// The lines of a drawn paper, from its heading down.
const PAPER_LINES: u32 = 17;

type Colour = [u8; 3];

/// What a photo shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Scene {
    Ceiling,
    Floor,
    Cracks,
    Roof,
    Window,
    Door,
    Kitchen,
    Car,
    Windscreen,
    Screen,
    Appliance,
    Flood,
    Facade,
    Paper,
    /// Too dark to be of use.
    Night,
    /// Out of focus.
    Shaken,
}

/// Draws a scene as a JPEG; another `seed` makes another photo of it.
pub(super) fn draw(scene: Scene, seed: u64) -> Vec<u8> {
    let mut canvas = Canvas { picture: RgbImage::new(WIDTH, HEIGHT), seed: mix(seed) };
    canvas.scene(scene);
    canvas.grain();
    if scene == Scene::Shaken {
        canvas.picture = image::imageops::blur(&canvas.picture, 7.0);
    }
    let mut bytes = Cursor::new(Vec::new());
    // Into memory, in a format that is compiled in: it does not fail, and an empty file would be refused as one.
    if let Err(error) = DynamicImage::from(canvas.picture).write_to(&mut bytes, ImageFormat::Jpeg) {
        tracing::warn!(%error, "a photo of the demonstration could not be drawn");
    }
    bytes.into_inner()
}

struct Canvas {
    picture: RgbImage,
    seed: u64,
}

impl Canvas {
    fn scene(&mut self, scene: Scene) {
        let (width, height) = (WIDTH as f32, HEIGHT as f32);
        match scene {
            Scene::Ceiling => {
                self.wash([226, 224, 216], [198, 194, 184]);
                self.polygon(&[(0.0, 330.0), (width, 300.0), (width, height), (0.0, height)], [206, 196, 178]);
                self.line((0.0, 330.0), (width, 300.0), 5.0, [150, 142, 126]);
                self.lamp();
                self.stain(0.42, 0.32, 120.0);
                self.stain(0.58, 0.4, 70.0);
                self.crack(300.0, 150.0, 0.4, 170.0);
            }
            Scene::Floor | Scene::Shaken | Scene::Night => {
                self.parquet();
                for drop in 0..7 {
                    let (x, y) = (self.part(drop), self.part(drop + 40));
                    self.blot(x * width, 140.0 + y * 320.0, 50.0 + 40.0 * y, [226, 234, 238], 0.55);
                }
                if scene == Scene::Night {
                    self.dim(0.16);
                }
            }
            Scene::Cracks => {
                self.wash([216, 202, 176], [188, 172, 146]);
                self.opening(420.0, 150.0);
                let (mut x, mut y) = (60.0 + 60.0 * self.part(3), 440.0);
                for step in 0..9 {
                    let wide = 24.0 + 20.0 * self.part(step);
                    self.line((x, y), (x + wide, y), 4.0, [64, 52, 42]);
                    self.line((x + wide, y), (x + wide, y - 38.0), 4.0, [64, 52, 42]);
                    (x, y) = (x + wide, y - 38.0);
                }
                self.crack(500.0, 140.0, -1.2, 120.0);
            }
            Scene::Roof => {
                self.wash([150, 168, 186], [206, 212, 214]);
                for row in 0..9_u8 {
                    for column in 0..13_u8 {
                        let place = u64::from(row) * 13 + u64::from(column);
                        let (x, y) = (f32::from(column) * 52.0 - 20.0, 120.0 + f32::from(row) * 42.0);
                        let gone = self.part(place) < 0.16 && row > 1;
                        let shade = (self.part(place + 200) * 30.0) as u8;
                        let colour = if gone { [58, 44, 36] } else { [150 + shade, 78 + shade / 2, 54] };
                        self.polygon(&[(x, y), (x + 49.0, y), (x + 46.0, y + 39.0), (x + 3.0, y + 39.0)], colour);
                    }
                }
            }
            Scene::Window | Scene::Windscreen => {
                self.wash([120, 140, 160], [186, 202, 206]);
                if scene == Scene::Window {
                    self.frame([236, 234, 228], 26.0);
                } else {
                    self.polygon(&[(0.0, 380.0), (width, 360.0), (width, height), (0.0, height)], [34, 36, 40]);
                    self.polygon(&[(0.0, 0.0), (70.0, 0.0), (0.0, 260.0)], [34, 36, 40]);
                }
                let (x, y) = (240.0 + 120.0 * self.part(5), 170.0 + 60.0 * self.part(6));
                for ray in 0..13_u8 {
                    let angle = f32::from(ray) * 0.483 + self.part(u64::from(ray));
                    self.crack(x, y, angle, 60.0 + 160.0 * self.part(u64::from(ray) + 30));
                }
                self.blot(x, y, 22.0, [246, 250, 252], 0.9);
            }
            Scene::Door => {
                self.wash([196, 190, 178], [158, 150, 138]);
                self.polygon(&[(190.0, 30.0), (470.0, 30.0), (470.0, height), (190.0, height)], [110, 72, 46]);
                self.line((190.0, 30.0), (190.0, height), 8.0, [72, 46, 30]);
                self.blot(432.0, 266.0, 46.0, [206, 176, 138], 0.9);
                for splinter in 0..6_u8 {
                    self.crack(438.0, 250.0, 0.7 + f32::from(splinter), 46.0);
                }
                self.polygon(&[(420.0, 250.0), (452.0, 250.0), (452.0, 286.0), (420.0, 286.0)], [176, 172, 160]);
            }
            Scene::Kitchen => {
                self.wash([208, 200, 188], [150, 140, 128]);
                for cupboard in 0..4_u8 {
                    let x = 20.0 + f32::from(cupboard) * 152.0;
                    self.polygon(&[(x, 40.0), (x + 144.0, 40.0), (x + 144.0, 180.0), (x, 180.0)], [166, 132, 96]);
                    self.polygon(&[(x, 300.0), (x + 144.0, 300.0), (x + 144.0, 470.0), (x, 470.0)], [150, 118, 86]);
                }
                self.polygon(&[(200.0, 276.0), (440.0, 276.0), (440.0, 300.0), (200.0, 300.0)], [52, 52, 54]);
                for smoke in 0..12 {
                    let (x, y) = (self.part(smoke), self.part(smoke + 60));
                    self.blot(220.0 + 200.0 * x, 20.0 + 260.0 * y, 90.0, [22, 20, 18], 0.7);
                }
            }
            Scene::Car => {
                self.wash([170, 182, 194], [128, 126, 122]);
                let body = [[150, 26, 30], [32, 70, 126], [196, 198, 202]][(self.part(1) * 2.99) as usize];
                self.polygon(
                    &[
                        (60.0, 330.0),
                        (110.0, 230.0),
                        (250.0, 215.0),
                        (330.0, 130.0),
                        (560.0, 130.0),
                        (640.0, 220.0),
                        (640.0, 360.0),
                        (60.0, 370.0),
                    ],
                    body,
                );
                self.polygon(&[(270.0, 215.0), (340.0, 146.0), (440.0, 146.0), (440.0, 215.0)], [44, 56, 66]);
                for (x, y) in [(180.0, 372.0), (560.0, 368.0)] {
                    self.disc(x, y, 62.0, [22, 22, 24]);
                    self.disc(x, y, 26.0, [150, 152, 156]);
                }
                self.blot(120.0, 290.0, 64.0, [70, 70, 72], 0.55);
                for scratch in 0..9_u8 {
                    self.crack(90.0, 270.0 + 9.0 * f32::from(scratch), 0.1 * f32::from(scratch) - 0.3, 130.0);
                }
                self.polygon(&[(66.0, 300.0), (150.0, 296.0), (120.0, 326.0), (66.0, 330.0)], [236, 222, 180]);
            }
            Scene::Screen => {
                self.wash([172, 150, 122], [120, 102, 80]);
                self.polygon(&[(210.0, 50.0), (430.0, 40.0), (450.0, 440.0), (220.0, 452.0)], [20, 20, 24]);
                self.polygon(&[(224.0, 78.0), (420.0, 70.0), (436.0, 412.0), (232.0, 420.0)], [70, 86, 120]);
                for ray in 0..11_u8 {
                    self.crack(290.0, 180.0, f32::from(ray) * 0.57, 80.0 + 150.0 * self.part(u64::from(ray)));
                }
            }
            Scene::Appliance => {
                self.wash([190, 186, 180], [146, 142, 136]);
                self.polygon(&[(170.0, 40.0), (480.0, 40.0), (480.0, 460.0), (170.0, 460.0)], [238, 238, 236]);
                self.polygon(&[(170.0, 40.0), (480.0, 40.0), (480.0, 100.0), (170.0, 100.0)], [210, 212, 214]);
                self.disc(326.0, 280.0, 112.0, [90, 96, 104]);
                self.disc(326.0, 280.0, 88.0, [36, 40, 48]);
                self.blot(240.0, 90.0, 60.0, [40, 32, 26], 0.75);
                for burn in 0..5_u8 {
                    self.crack(240.0, 90.0, 1.2 * f32::from(burn), 70.0);
                }
            }
            Scene::Flood => {
                self.wash([206, 198, 180], [176, 166, 148]);
                self.opening(360.0, 90.0);
                let line = 270.0 + 50.0 * self.part(2);
                self.polygon(&[(0.0, line), (width, line - 8.0), (width, height), (0.0, height)], [138, 116, 84]);
                self.line((0.0, line), (width, line - 8.0), 6.0, [84, 66, 44]);
                for mud in 0..9 {
                    let (x, y) = (self.part(mud), self.part(mud + 20));
                    self.blot(x * width, 380.0 + 90.0 * y, 60.0, [96, 76, 52], 0.6);
                }
            }
            Scene::Facade => {
                self.wash([222, 214, 198], [194, 184, 166]);
                self.opening(90.0, 110.0);
                self.opening(430.0, 110.0);
                let colour = [[30, 60, 160], [170, 20, 60], [20, 20, 22]][(self.part(1) * 2.99) as usize];
                let (mut x, mut y) = (110.0, 380.0);
                for stroke in 0..16 {
                    let to = (x + 24.0 + 14.0 * self.part(stroke), 330.0 + 110.0 * self.part(stroke + 50));
                    self.line((x, y), to, 11.0, colour);
                    (x, y) = to;
                }
            }
            Scene::Paper => self.paper(),
        }
    }

    fn paper(&mut self) {
        self.wash([126, 96, 66], [98, 74, 50]);
        let paper = [(112.0, 18.0), (540.0, 26.0), (528.0, 470.0), (104.0, 464.0)];
        self.polygon(&paper, [246, 245, 240]);
        self.polygon(&[(140.0, 44.0), (300.0, 47.0), (300.0, 74.0), (140.0, 71.0)], [40, 74, 110]);
        for line in 0..PAPER_LINES {
            let y = 108.0 + line as f32 * 20.0;
            let mut x = 140.0;
            // Words, as far as one sees them from afar.
            for word in 0..9_u64 {
                let wide = 14.0 + 36.0 * self.part(u64::from(line) * 16 + word);
                if x + wide > 470.0 {
                    break;
                }
                self.line((x, y), (x + wide, y + 1.0), 6.0, [70, 70, 76]);
                x += wide + 9.0;
            }
            if line % 5 == 4 {
                self.line((470.0, y), (512.0, y + 1.0), 6.0, [30, 30, 34]);
            }
        }
        self.crack(390.0, 446.0, -0.2, 90.0);
    }

    fn parquet(&mut self) {
        for row in 0..12_u8 {
            for column in 0..5_u8 {
                let place = u64::from(row) * 5 + u64::from(column);
                let shade = (self.part(place) * 34.0) as u8;
                let (x, y) = (f32::from(column) * 160.0 - f32::from(row % 2) * 80.0, f32::from(row) * 40.0);
                let board = [(x, y), (x + 157.0, y), (x + 157.0, y + 37.0), (x, y + 37.0)];
                self.polygon(&board, [150 + shade, 104 + shade, 62 + shade / 2]);
            }
        }
        self.polygon(&[(0.0, 0.0), (WIDTH as f32, 0.0), (WIDTH as f32, 84.0), (0.0, 96.0)], [222, 216, 206]);
    }

    fn lamp(&mut self) {
        self.line((520.0, 0.0), (520.0, 96.0), 3.0, [70, 66, 60]);
        self.polygon(&[(490.0, 130.0), (506.0, 92.0), (534.0, 92.0), (550.0, 130.0)], [236, 214, 150]);
    }

    /// A window in a wall.
    fn opening(&mut self, x: f32, y: f32) {
        self.polygon(&[(x, y), (x + 130.0, y), (x + 130.0, y + 150.0), (x, y + 150.0)], [238, 236, 230]);
        self.polygon(
            &[(x + 10.0, y + 10.0), (x + 120.0, y + 10.0), (x + 120.0, y + 140.0), (x + 10.0, y + 140.0)],
            [92, 116, 134],
        );
        self.line((x + 65.0, y), (x + 65.0, y + 150.0), 6.0, [238, 236, 230]);
    }

    fn frame(&mut self, colour: Colour, wide: f32) {
        let (width, height) = (WIDTH as f32, HEIGHT as f32);
        for (from, to) in [
            ((0.0, 0.0), (width, 0.0)),
            ((0.0, height), (width, height)),
            ((0.0, 0.0), (0.0, height)),
            ((width, 0.0), (width, height)),
            ((width / 2.0, 0.0), (width / 2.0, height)),
        ] {
            self.line(from, to, wide, colour);
        }
    }

    /// A water stain: pale within, brown at its rim.
    fn stain(&mut self, x: f32, y: f32, radius: f32) {
        let (x, y) = (x * WIDTH as f32, y * HEIGHT as f32);
        self.blot(x, y, radius * 1.12, [134, 104, 60], 0.6);
        self.blot(x, y, radius, [190, 170, 128], 0.7);
        self.blot(x + radius * 0.2, y, radius * 0.6, [206, 190, 154], 0.6);
    }

    fn wash(&mut self, above: Colour, below: Colour) {
        for (_, y, pixel) in self.picture.enumerate_pixels_mut() {
            *pixel = Rgb(blend(above, below, y as f32 / HEIGHT as f32));
        }
    }

    /// Fills what is within these corners.
    fn polygon(&mut self, corners: &[(f32, f32)], colour: Colour) {
        let (top, bottom) =
            corners.iter().fold((f32::MAX, f32::MIN), |(top, bottom), (_, y)| (top.min(*y), bottom.max(*y)));
        for y in rows(top, bottom, HEIGHT) {
            let level = y as f32 + 0.5;
            let mut crossings: Vec<f32> = Vec::new();
            for (at, (x0, y0)) in corners.iter().enumerate() {
                let (x1, y1) = corners[(at + 1) % corners.len()];
                if (*y0 <= level) != (y1 <= level) {
                    crossings.push(x0 + (level - y0) / (y1 - y0) * (x1 - x0));
                }
            }
            crossings.sort_by(f32::total_cmp);
            for pair in crossings.chunks_exact(2) {
                for x in rows(pair[0], pair[1], WIDTH) {
                    self.picture.put_pixel(x, y, Rgb(colour));
                }
            }
        }
    }

    fn disc(&mut self, x: f32, y: f32, radius: f32, colour: Colour) {
        self.spot((x, y), radius, 0.0, colour, 1.0);
    }

    /// A spot with an uneven edge.
    fn blot(&mut self, x: f32, y: f32, radius: f32, colour: Colour, opacity: f32) {
        self.spot((x, y), radius, 0.12, colour, opacity);
    }

    fn spot(&mut self, (x, y): (f32, f32), radius: f32, uneven: f32, colour: Colour, opacity: f32) {
        let (wave, turn) = (3.0 + 3.0 * self.part(x as u64), 6.3 * self.part(y as u64));
        for py in rows(y - radius * 1.3, y + radius * 1.3, HEIGHT) {
            for px in rows(x - radius * 1.3, x + radius * 1.3, WIDTH) {
                let (dx, dy) = (px as f32 - x, py as f32 - y);
                let edge = radius * (1.0 + uneven * (dy.atan2(dx) * wave + turn).sin());
                let covers = ((edge - dx.hypot(dy)) / 9.0).clamp(0.0, 1.0) * opacity;
                if covers > 0.0 {
                    let pixel = self.picture.get_pixel_mut(px, py);
                    *pixel = Rgb(blend(pixel.0, colour, covers));
                }
            }
        }
    }

    fn line(&mut self, from: (f32, f32), to: (f32, f32), wide: f32, colour: Colour) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let long = dx.hypot(dy).max(0.01);
        let (across, along) = (-dy / long * wide / 2.0, dx / long * wide / 2.0);
        let corners = [
            (from.0 + across, from.1 + along),
            (to.0 + across, to.1 + along),
            (to.0 - across, to.1 - along),
            (from.0 - across, from.1 - along),
        ];
        self.polygon(&corners, colour);
    }

    /// A crack that wanders from a place in about a direction.
    fn crack(&mut self, mut x: f32, mut y: f32, mut angle: f32, long: f32) {
        let mut gone = 0.0;
        let mut step = (x * 7.0 + y * 13.0 + angle.abs() * 101.0) as u64;
        while gone < long {
            step += 1;
            angle += (self.part(step) - 0.5) * 0.9;
            let to = (x + 13.0 * angle.cos(), y + 13.0 * angle.sin());
            self.line((x, y), to, 1.5 + 2.0 * (1.0 - gone / long), [44, 38, 34]);
            (x, y) = to;
            gone += 13.0;
        }
    }

    /// The noise of a telephone's camera.
    fn grain(&mut self) {
        let mut state = self.seed | 1;
        for pixel in self.picture.pixels_mut() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let noise = (state % 11) as i16 - 5;
            for shade in &mut pixel.0 {
                *shade = (i16::from(*shade) + noise).clamp(0, 255) as u8;
            }
        }
    }

    fn dim(&mut self, to: f32) {
        for pixel in self.picture.pixels_mut() {
            pixel.0 = pixel.0.map(|shade| (f32::from(shade) * to) as u8);
        }
    }

    /// A number from 0 to 1 for each place of this photo.
    fn part(&self, place: u64) -> f32 {
        (mix(self.seed ^ mix(place)) >> 40) as f32 / 16_777_216.0
    }
}

/// The whole numbers from one place to another, within the picture.
fn rows(from: f32, to: f32, end: u32) -> std::ops::Range<u32> {
    (from.max(0.0) as u32)..(to.ceil().max(0.0) as u32).min(end)
}

fn blend(one: Colour, other: Colour, part: f32) -> Colour {
    let mix = |one: u8, other: u8| (f32::from(one) + (f32::from(other) - f32::from(one)) * part) as u8;
    [mix(one[0], other[0]), mix(one[1], other[1]), mix(one[2], other[2])]
}

/// A step of SplitMix64.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
