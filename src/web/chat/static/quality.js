/** Whether a photo is good enough, judged on the device before it is sent. The measures are those of the server (`src/document/quality.rs`). */

/** @typedef {"" | "unreadable" | "small" | "dark" | "blurred"} Flaw */

/** The longest side of the copy that is looked at. */
const REDUCED_SIDE = 1280;
/** The shorter side under which details are lost. */
const MIN_SIDE = 480;
/** A photo is too dark when even its brightest twentieth stays under this grey. */
const DARK = 70;
/** The side of the squares in which sharpness is measured. */
const TILE = 64;
/** A square with less contrast shows nothing that could be sharp, such as a wall. */
const MIN_CONTRAST = 100;
/** How many squares with contrast are needed to judge. */
const MIN_TILES = 4;
/** The sharpness under which even the sharpest squares have soft edges only. */
const BLURRED = 0.025;

/** What is wrong with a photo. What this browser cannot draw (HEIC), the server looks at. @param {Blob} file @returns {Promise<Flaw>} */
export async function flawOf(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return "";
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return "unreadable";
  }
  const side = Math.min(bitmap.width, bitmap.height);
  const scale = Math.min(1, REDUCED_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return "";
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return judge(greys(data), canvas.width, canvas.height, side);
}

/** The greys of pixels of four bytes. @param {ArrayLike<number>} data */
export function greys(data) {
  const grey = new Uint8Array(data.length / 4);
  for (let at = 0; at < grey.length; at++) {
    const [r = 0, g = 0, b = 0] = [data[4 * at], data[4 * at + 1], data[4 * at + 2]];
    grey[at] = (2126 * r + 7152 * g + 722 * b) / 10000;
  }
  return grey;
}

/** @param {Uint8Array} grey @param {number} width @param {number} height @param {number} side the shorter side of the photo as it was taken @returns {Flaw} */
export function judge(grey, width, height, side) {
  if (side < MIN_SIDE) return "small";
  let bright = 0;
  for (const value of grey) if (value >= DARK) bright++;
  // In the dark everything looks blurred: one remark says enough.
  if (bright * 20 < grey.length) return "dark";
  const sharp = sharpness(grey, width, height);
  return sharp !== null && sharp < BLURRED ? "blurred" : "";
}

/** The variance of the Laplacian over that of the greys, in the sharpest tenth of the squares that have contrast; null where too few have. @param {Uint8Array} grey @param {number} width @param {number} height */
export function sharpness(grey, width, height) {
  /** @type {number[]} */
  const ratios = [];
  const at = (/** @type {number} */ index) => grey[index] ?? 0;
  for (let top = 1; top < height - TILE; top += TILE) {
    for (let left = 1; left < width - TILE; left += TILE) {
      let [sum, squares, edgeSum, edgeSquares] = [0, 0, 0, 0];
      for (let y = top; y < top + TILE; y++) {
        for (let index = y * width + left; index < y * width + left + TILE; index++) {
          const centre = at(index);
          const edge = at(index - 1) + at(index + 1) + at(index - width) + at(index + width) - 4 * centre;
          sum += centre;
          squares += centre * centre;
          edgeSum += edge;
          edgeSquares += edge * edge;
        }
      }
      const count = TILE * TILE;
      const contrast = squares / count - (sum / count) ** 2;
      if (contrast >= MIN_CONTRAST) ratios.push((edgeSquares / count - (edgeSum / count) ** 2) / contrast);
    }
  }
  if (ratios.length < MIN_TILES) return null;
  ratios.sort((a, b) => a - b);
  return ratios[Math.floor((ratios.length * 9) / 10)] ?? null;
}
