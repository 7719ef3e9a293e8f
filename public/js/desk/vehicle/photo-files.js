/** Prepares photos for upload: screen size, upright, and redrawn, so that they carry no place or time. */

import { PHOTO_FILES as TEXT } from "../words/vehicle.js";

const LONGEST_PX = 2048;
const QUALITY = 0.85;

/** A picture that this browser cannot read; the message says what to do. */
export class UnreadablePicture extends Error {}

/** The picture in a file as a JPEG. Throws `UnreadablePicture`. */
export async function prepared(file) {
  const picture = await decoded(file);
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const paper = canvas.getContext("2d", { alpha: false });
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.imageSmoothingQuality = "high";
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw new UnreadablePicture(TEXT.tooLarge(file.name || TEXT.picture));
  return blob;
}

/** The picture files among dropped, pasted or chosen files. */
export function pictures(files) {
  return [...files].filter((file) => file.type.startsWith("image/") || /\.(heic|heif|jpe?g|png|webp|avif)$/i.test(file.name));
}

async function decoded(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new UnreadablePicture(TEXT.unreadable(file.name || TEXT.picture));
  }
}
