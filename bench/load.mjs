// Load generator: keeps --connections requests in the air for --seconds and prints one JSON line of what came back.
// Plain node:http with kept-alive sockets; `--self-test BYTES` measures the generator itself against an idle server.
// With `--vehicles FILE`, a JSON array of the DMS's records, it posts signed webhook events, each another one.
import crypto from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({
  options: {
    url: { type: "string" },
    connections: { type: "string", default: "1" },
    seconds: { type: "string", default: "5" },
    header: { type: "string", multiple: true, default: [] },
    "self-test": { type: "string" },
    vehicles: { type: "string" },
    secret: { type: "string", default: "" },
    prefix: { type: "string", default: "evt" },
  },
});
const vehicles = flags.vehicles === undefined ? null : JSON.parse(readFileSync(flags.vehicles, "utf8"));
const connections = Number(flags.connections);
const lasting_ms = Number(flags.seconds) * 1000;
const headers = Object.fromEntries(flags.header.map((line) => line.split(/:\s*(.*)/s, 2)));

const server = flags["self-test"] === undefined ? null : await startIdleServer(Number(flags["self-test"]));
const target = server ? `http://127.0.0.1:${server.address().port}/` : flags.url;
const agent = new http.Agent({ keepAlive: true, maxSockets: connections });

const statuses = {};
let events = 0;
const latencies_ms = [];
let bytes = 0;
const began = performance.now();
const ends = began + lasting_ms;
await Promise.all(Array.from({ length: connections }, work));
const seconds = (performance.now() - began) / 1000;
agent.destroy();
server?.close();

latencies_ms.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    requests: latencies_ms.length,
    seconds,
    per_second: latencies_ms.length / seconds,
    statuses,
    bytes,
    p50_ms: quantile(0.5),
    p99_ms: quantile(0.99),
  }),
);

/** One connection: the next request leaves when the last answer has arrived in full. */
async function work() {
  while (performance.now() < ends) {
    const sent = performance.now();
    const status = await request();
    statuses[status] = (statuses[status] ?? 0) + 1;
    latencies_ms.push(performance.now() - sent);
  }
}

function request() {
  const event = vehicles ? signedEvent() : { method: "GET", headers: {}, body: "" };
  return new Promise((resolve, reject) => {
    const options = { agent, method: event.method, headers: { ...headers, ...event.headers } };
    const sending = http.request(target, options, (response) => {
      response.on("data", (chunk) => (bytes += chunk.length));
      response.on("end", () => resolve(response.statusCode));
      response.on("error", reject);
    });
    sending.on("error", reject);
    sending.end(event.body);
  });
}

/** The price of one vehicle after the other changes; scheme 2 of the webhook's signatures. */
function signedEvent() {
  const number = events++;
  const at = new Date().toISOString();
  const vehicle = { ...vehicles[number % vehicles.length], price: 1000 + number, updated_at: at };
  const body = JSON.stringify({ id: `${flags.prefix}-${number}`, event: "vehicle.updated", occurred_at: at, vehicle });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const mac = crypto.createHmac("sha256", flags.secret).update(`${timestamp}.${body}`).digest("hex");
  const signed = { "X-Webhook-Timestamp": timestamp, "X-Webhook-Signature": `sha256=${mac}` };
  return { method: "POST", headers: { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body), ...signed }, body };
}

function quantile(q) {
  return latencies_ms[Math.min(latencies_ms.length - 1, Math.floor(q * latencies_ms.length))];
}

function startIdleServer(size) {
  const body = Buffer.alloc(size, "x");
  const idle = http.createServer((_, response) => response.end(body));
  return new Promise((resolve) => idle.listen(0, "127.0.0.1", () => resolve(idle)));
}
