/** A vehicle's photos: added by choosing, camera, dropping or pasting; ordered; removed with a way back. */

import { progress } from "../errands.js";
import { html, useEffect, useMemo, useRef, useSignal } from "../html.js";
import { Icon } from "../icons.js";
import { ordered } from "../lot.js";
import { drop, entries, put } from "../outbox.js";
import { Dialog } from "../parts.js";
import { loadable } from "../pictures.js";
import { toast } from "../toasts.js";
import { many, name } from "../words.js";
import { UnreadablePicture, pictures, prepared } from "./photo-files.js";
import { usePhotoOrder } from "./photo-order.js";
import { PHOTOS as TEXT } from "../words/vehicle.js";

const MOST = 40;
const UNDO_MS = 10_000;

/** The card. */
export function Photos({ vehicle }) {
  const over = useSignal(false);
  const large = useSignal(null);
  const preparing = useSignal(0);
  const order = usePhotoOrder(vehicle);
  const uploads = entries.value.filter((entry) => entry.kind === "photo" && entry.vehicleId === vehicle.id);
  const photos = order.ids.value ? ordered(vehicle.photos, order.ids.value) : vehicle.photos;
  const add = (files) => addAll(vehicle, pictures(files), photos.length + uploads.length, preparing);
  useEffect(() => {
    const paste = (event) => pictures(event.clipboardData.files).length && add(event.clipboardData.files);
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  });
  const drag = {
    onDragOver: (event) => {
      if (!event.dataTransfer.types.includes(TEXT.files)) return;
      event.preventDefault();
      over.value = true;
    },
    onDragLeave: (event) => { if (!event.currentTarget.contains(event.relatedTarget)) over.value = false; },
    onDrop: (event) => {
      event.preventDefault();
      over.value = false;
      add(event.dataTransfer.files);
    },
  };
  return html`
    <section class=${`card photos${over.value ? " photos-over" : ""}`} aria-labelledby="photos-title" ...${drag}>
      <div class="card-head"><h2 id="photos-title">${TEXT.photos}</h2><span class="soft">${photos.length ? many(photos.length, TEXT.photo) : ""}</span><${Adders} onFiles=${add} /></div>
      <ol class="photo-grid">
        ${photos.map((photo, index) => html`<${Photo} key=${photo.id} photo=${photo} index=${index} vehicle=${vehicle} order=${order} count=${photos.length} onOpen=${() => { large.value = photo.id; }} />`)}
        ${uploads.map((entry) => html`<${Upload} key=${entry.id} entry=${entry} />`)}
      </ol>
      ${!photos.length && !uploads.length && html`<p class="photos-none"><${Icon} name="camera" />${TEXT.empty}</p>`}
      ${preparing.value > 0 && html`<p class="soft" role="status">${TEXT.preparing(many(preparing.value, TEXT.photo))}</p>`}
      <p class="unseen" role="status">${order.said.value}</p>
      ${large.value && html`<${Large} photos=${photos} id=${large.value} vehicle=${vehicle} onGo=${(id) => { large.value = id; }} />`}
    </section>`;
}

function Adders({ onFiles }) {
  const chooser = useRef(null);
  const camera = useRef(null);
  const taken = (event) => {
    onFiles([...event.currentTarget.files]);
    event.currentTarget.value = "";
  };
  return html`
    <div class="photo-adders">
      <button type="button" class="button button-small touch-only" aria-label=${TEXT.takeAPhoto}
        onClick=${() => camera.current.click()}><${Icon} name="camera" /></button>
      <button type="button" class="button button-small"
        onClick=${() => chooser.current.click()}><${Icon} name="plus" />${TEXT.addPhotos}</button>
    </div>
    <input ref=${chooser} class="unseen" type="file" accept="image/*" multiple tabindex="-1" aria-label=${TEXT.photoFiles}
      onChange=${taken} />
    <input ref=${camera} class="unseen" type="file" accept="image/*" capture="environment" tabindex="-1"
      aria-label=${TEXT.camera} onChange=${taken} />`;
}

function Photo({ photo, index, vehicle, order, count, onOpen }) {
  const which = TEXT.which(index + 1, count);
  return html`
    <li class=${`photo-tile${order.dragged.value === photo.id ? " photo-dragged" : ""}`} data-photo=${photo.id}>
      <button type="button" class="photo-open" aria-label=${TEXT.open(which)}
        onClick=${onOpen}><img src=${loadable(photo.url)} alt="" loading="lazy" decoding="async" draggable=${false} /></button>
      ${index === 0 && html`<span class="photo-cover">${TEXT.cover}</span>`}
      <button type="button" class="photo-tool photo-handle" aria-label=${TEXT.move(which)}
        ...${order.handle(photo.id)}><${Icon} name="grip" /></button>
      <button type="button" class="photo-tool photo-remove" aria-label=${TEXT.remove(which)}
        onClick=${() => remove(vehicle, photo)}><${Icon} name="bin" /></button>
    </li>`;
}

function Upload({ entry }) {
  const url = useMemo(() => URL.createObjectURL(entry.blob), [entry.id]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  const share = progress.value[entry.id] ?? 0;
  const words = entry.state === "sending" ? `${Math.round(share * 100)} %` : entry.trouble ? TEXT.offline : TEXT.waiting;
  return html`
    <li class="photo-tile photo-coming">
      <img src=${url} alt="" />
      <div class="photo-progress"><progress max="1" value=${share} aria-label=${TEXT.sending}></progress><span>${words}</span></div>
      ${entry.state !== "sending" && html`<button type="button" class="photo-tool photo-remove" aria-label=${TEXT.cancel} onClick=${() => drop(entry.id)}><${Icon} name="cross" /></button>`}
    </li>`;
}

function Large({ photos, id, vehicle, onGo }) {
  const place = photos.findIndex((photo) => photo.id === id);
  const close = () => onGo(null);
  if (place < 0) return null;
  const step = (by) => photos[place + by] && onGo(photos[place + by].id);
  const keys = (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  };
  return html`
    <${Dialog} title=${TEXT.title(place + 1, photos.length)} wide onClose=${close} onKeyDown=${keys}>
      <div class="large">
        <img src=${loadable(photos[place].url)} alt=${TEXT.alt(name(vehicle), place + 1)} />
        <div class="form-actions">
          <button type="button" class="button" disabled=${place === 0} onClick=${() => step(-1)}>${TEXT.previous}</button>
          <button type="button" class="button" disabled=${place === photos.length - 1} onClick=${() => step(1)}>${TEXT.next}</button>
        </div>
      </div>
    <//>`;
}

async function addAll(vehicle, files, there, preparing) {
  if (!files.length) return;
  const room = Math.max(0, MOST - there);
  if (files.length > room) toast({ words: TEXT.full(MOST, room ? TEXT.firstTaken(room) : TEXT.removeFirst), bad: true });
  const taken = files.slice(0, room);
  preparing.value += taken.length;
  for (const file of taken) {
    try {
      put({ kind: "photo", lane: `photos/${vehicle.id}`, vehicleId: vehicle.id, words: TEXT.entry(name(vehicle)), blob: await prepared(file) });
    } catch (problem) {
      if (!(problem instanceof UnreadablePicture)) throw problem;
      toast({ words: problem.message, bad: true });
    } finally {
      preparing.value -= 1;
    }
  }
}

/** Hide a photo at once, and delete it when the undo has expired. */
function remove(vehicle, photo) {
  const { id } = put({ kind: "unphoto", lane: `unphoto/${photo.id}`, vehicleId: vehicle.id, words: TEXT.removing(name(vehicle)), photoId: photo.id }, UNDO_MS);
  toast({ words: TEXT.removed, undo: () => drop(id) || toast({ words: TEXT.tooLate }) });
}
