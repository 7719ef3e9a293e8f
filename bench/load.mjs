// Load generator: keeps --connections requests in the air for --seconds and prints one JSON line of what came back.
// Plain node:http with kept-alive sockets; `--self-test BYTES` measures the generator itself against an idle server.
import http from "node:http";
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({
  options: {
    url: { type: "string" },
    connections: { type: "string", default: "1" },
    seconds: { type: "string", default: "5" },
    header: { type: "string", multiple: true, default: [] },
    "self-test": { type: "string" },
  },
});
const connections = Number(flags.connections);
const lasting_ms = Number(flags.seconds) * 1000;
const headers = Object.fromEntries(flags.header.map((line) => line.split(/:\s*(.*)/s, 2)));

const server = flags["self-test"] === undefined ? null : await startIdleServer(Number(flags["self-test"]));
const target = server ? `http://127.0.0.1:${server.address().port}/` : flags.url;
const agent = new http.Agent({ keepAlive: true, maxSockets: connections });

const statuses = {};
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
  return new Promise((resolve, reject) => {
    const sending = http.get(target, { agent, headers }, (response) => {
      response.on("data", (chunk) => (bytes += chunk.length));
      response.on("end", () => resolve(response.statusCode));
      response.on("error", reject);
    });
    sending.on("error", reject);
  });
}

function quantile(q) {
  return latencies_ms[Math.min(latencies_ms.length - 1, Math.floor(q * latencies_ms.length))];
}

function startIdleServer(size) {
  const body = Buffer.alloc(size, "x");
  const idle = http.createServer((_, response) => response.end(body));
  return new Promise((resolve) => idle.listen(0, "127.0.0.1", () => resolve(idle)));
}
