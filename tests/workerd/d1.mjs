// Puts statements to the real D1 of a migrated persist folder: `node d1.mjs <folder>`.
// Reads a JSON array of [sql, parameters] and writes a JSON array of what D1 says against each; null: nothing.
import { text } from "node:stream/consumers";
import { getPlatformProxy } from "wrangler";

const statements = JSON.parse(await text(process.stdin));
const { env, dispose } = await getPlatformProxy({ persist: { path: `${process.argv[2]}/v3` } });
const said = [];
for (const [sql, parameters] of statements) {
  try {
    await env.DB.prepare(sql).bind(...parameters).all();
    said.push(null);
  } catch (failure) {
    said.push(String(failure));
  }
}
await dispose();
process.stdout.write(JSON.stringify(said));
