// Asks a running Worker's isolate four times a second how much memory it holds, through wrangler's inspector port.
// Prints one JSON line a sample, in bytes, until it is ended: node heap.mjs PORT [--collect]
// With --collect, what nobody holds any more is collected before each sample.
const [, , port, collect] = process.argv;
const [worker] = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
// wrangler answers only to an Origin it knows.
const socket = new WebSocket(worker.webSocketDebuggerUrl, { headers: { Origin: "http://localhost" } });
await new Promise((resolve, reject) => {
  socket.onopen = resolve;
  socket.onerror = () => reject(new Error("the inspector refused the connection"));
});
let sent = 0;
socket.onmessage = ({ data }) => {
  const { id, result } = JSON.parse(data);
  if (id === sent && result) console.log(JSON.stringify(result));
};
setInterval(() => {
  if (collect) socket.send(JSON.stringify({ id: 0, method: "HeapProfiler.collectGarbage" }));
  socket.send(JSON.stringify({ id: ++sent, method: "Runtime.getHeapUsage" }));
}, 250);
