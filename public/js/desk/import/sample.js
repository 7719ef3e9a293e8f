/** The first values of each column of a CSV file, as the dealer's examples; how the file is imported is the server's decision. */

const HEAD_BYTES = 64 * 1024;
const HEAD_LINES = 20;
const ROWS = 50;
const LONGEST = 60;
const DELIMITERS = [",", ";", "\t", "|"];

/** The first value of each of these headings, by heading. It is empty where the file is written in an unusual way. */
export async function examples(file, headings) {
  const text = decode(await file.slice(0, HEAD_BYTES).arrayBuffer());
  for (const delimiter of DELIMITERS) {
    const rows = [...records(text, delimiter)];
    const head = rows.slice(0, HEAD_LINES).findIndex((row) => headings.every((heading) => row.includes(heading)));
    if (head < 0) continue;
    const below = rows.slice(head + 1, head + 1 + ROWS);
    return new Map(headings.map((heading) => [heading, first(below, rows[head].indexOf(heading))]));
  }
  return new Map();
}

function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** The cells of each line; a quoted cell may have delimiters and line breaks in it. */
function* records(text, delimiter) {
  let row = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') { cell += '"'; at += 1; } else quoted = false;
    } else if (letter === '"' && !cell) quoted = true;
    else if (letter === delimiter) { row.push(cell.trim()); cell = ""; } else if (letter === "\n") {
      yield [...row, cell.trim()];
      row = [];
      cell = "";
    } else cell += letter;
  }
}

function first(rows, place) {
  const value = rows.map((row) => row[place]).find(Boolean) ?? "";
  return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
}
