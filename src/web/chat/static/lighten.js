/** Photos made light enough for a phone's network. Loaded with the first of them. */

const LONG_SIDE = 2560;
const LIGHT_ENOUGH = 1_500_000;

/** The EXIF segment of a JPEG, with its orientation made upright; null when there is none. @param {Blob} file */
async function exif(file) {
  const view = new DataView(await file.slice(0, 131072).arrayBuffer());
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint16(at) !== 0xffe1 || view.getUint32(at + 4) !== 0x45786966) continue;
    const end = at + 2 + view.getUint16(at + 2);
    if (end > view.byteLength) return null;
    const tiff = at + 10;
    const little = view.getUint16(tiff) === 0x4949;
    const directory = tiff + view.getUint32(tiff + 4, little);
    const count = view.getUint16(directory, little);
    for (let entry = directory + 2; entry < directory + 2 + count * 12; entry += 12) {
      // The pixels are turned when they are drawn: a viewer must not turn them again.
      if (view.getUint16(entry, little) === 0x0112) view.setUint16(entry + 8, 1, little);
    }
    return new Uint8Array(view.buffer.slice(at, end));
  }
  return null;
}

/** The photo small enough for a phone's network, with the date and place it was taken; the file itself if it is light or cannot be drawn. @param {File} file */
export async function lighten(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size <= LIGHT_ENOUGH) return file;
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONG_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    /** @type {Blob | null} */
    const drawn = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.86));
    if (!drawn || drawn.size >= file.size) return file;
    const segment = await exif(file).catch(() => null);
    return segment ? new Blob([drawn.slice(0, 2), segment, drawn.slice(2)], { type: "image/jpeg" }) : drawn;
  } catch {
    return file;
  }
}
