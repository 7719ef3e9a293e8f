/** Talking to CarLot Manager as the signed-in dealer. */

const TIME_OUT_MS = 30_000;

/** An answer that is an error: `status` (0: no answer), `code`, and the words to show as its message. */
export class Problem extends Error {
  constructor(status, code, words) {
    super(words);
    this.status = status;
    this.code = code;
  }
}

/** Call the API; gives the answer's JSON, or `null` when it has none. Rejects with `Problem`. */
export async function call(method, path, body, headers = {}) {
  const options = { method, headers: { ...headers }, signal: AbortSignal.timeout(TIME_OUT_MS), cache: "no-store" };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem(0, "no-answer", navigator.onLine ? "CarLot Manager does not answer. Try again in a moment." : "You are offline.");
  }
  const content = /json/.test(response.headers.get("Content-Type") ?? "") ? await response.json().catch(() => null) : null;
  if (!response.ok) throw new Problem(response.status, content?.code ?? "unknown", wordsOf(response.status, content));
  return content;
}

function wordsOf(status, content) {
  const faults = (content?.errors ?? []).map((error) => `${error.field}: ${error.message}`);
  return [content?.detail ?? `The answer was an error (${status}).`, ...faults].join(" ");
}
