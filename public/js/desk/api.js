/** Calls the API as the signed-in dealer. */

import { answered, silent } from "./network.js";
import { API as TEXT } from "./words/desk.js";

const TIME_OUT_MS = 30_000;
const UPLOAD_TIME_OUT_MS = 120_000;
const AT_MOST = 1000;

/** A failed call: `status` (0 without an answer), `code`, messages for single `fields`, and the message to show. */
export class Problem extends Error {
  constructor(status, code, words, fields = {}) {
    super(words);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }

  /** Whether the same call may succeed a little later. */
  get passing() {
    if (this.code === "idempotency-key-in-use") return true;
    return this.status === 0 || this.status === 408 || this.status === 429 || (this.status >= 500 && this.code !== "auth-not-configured");
  }
}

/** @type {(problem: any) => void} */
let hear = () => {};

/** Call `listener` with every `Problem` of the session, not of the call: signed out, or sign-in is not set up. */
export function listenRefusals(listener) {
  hear = listener;
}

/** Call the API. Returns its JSON, or `null` without JSON. Rejects with `Problem`. */
export async function call(method, path, body, headers = {}) {
  /** @type {any} */
  const options = { method, headers: { ...headers }, signal: AbortSignal.timeout(TIME_OUT_MS), cache: "no-store" };
  if (body instanceof Blob) options.body = body;
  else if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const askedAt = performance.now();
  let response;
  let content;
  try {
    response = await fetch(path, options);
    content = isJson(response.headers.get("Content-Type")) ? await response.json() : null;
  } catch (failure) {
    if (response && failure instanceof SyntaxError) throw new Problem(response.status, "unreadable", TEXT.unreadable);
    throw noAnswer();
  }
  answered(askedAt);
  if (!response.ok) throw refusal(response.status, content);
  return content;
}

/** Upload a file. Calls `onProgress` with the uploaded share, 0 to 1. Returns and rejects as `call` does. */
export function upload(path, blob, onProgress) {
  return new Promise((resolve, reject) => {
    // fetch does not report upload progress.
    const request = new XMLHttpRequest();
    const askedAt = performance.now();
    request.open("POST", path);
    request.responseType = "json";
    request.timeout = UPLOAD_TIME_OUT_MS;
    request.setRequestHeader("Content-Type", blob.type);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    for (const name of ["error", "timeout", "abort"]) request.addEventListener(name, () => reject(noAnswer()));
    request.addEventListener("load", () => {
      answered(askedAt);
      if (request.status < 300) resolve(request.response);
      else reject(refusal(request.status, request.response));
    });
    request.send(blob);
  });
}

/** The API address with these path segments. */
export function at(...segments) {
  return `/api/${segments.map(encodeURIComponent).join("/")}`;
}

/** Every row of a paged list. `name` is the member of the answer that has the rows. */
export async function everything(path, name) {
  const found = [];
  for (;;) {
    const answer = await call("GET", `${path}${path.includes("?") ? "&" : "?"}limit=${AT_MOST}&offset=${found.length}`);
    found.push(...answer[name]);
    if (found.length >= answer.total || !answer[name].length) return found;
  }
}

function noAnswer() {
  silent();
  return new Problem(0, "no-answer", navigator.onLine ? TEXT.noAnswer : TEXT.offline);
}

function refusal(status, content) {
  const fields = Object.fromEntries((content?.errors ?? []).map((error) => [error.field, error.message]));
  const problem = new Problem(status, content?.code ?? "unknown", content?.detail ?? TEXT.failed(status), fields);
  if (status === 401 || problem.code === "auth-not-configured") hear(problem);
  return problem;
}

function isJson(type) {
  return /[/+]json/.test(type ?? "");
}
