// An OpenAPI document goes in; a mock server on loopback comes out that judges every request by the document.
// Its address is the one line on standard output; it ends when standard input does.

import { readFileSync } from "node:fs";
import { Server } from "node:http";
import { getHttpOperationsFromSpec } from "@stoplight/prism-http";
import { createServer } from "@stoplight/prism-http-server";

// A request on a connection that the server closes for idleness at that moment gets no response, so no connection is closed.
const listen = Server.prototype.listen;
Server.prototype.listen = function (...values) {
  this.keepAliveTimeout = 0;
  this.prependListener("request", (request) => operations.splice(0, Infinity, ...candidates(request.url)));
  return listen.apply(this, values);
};

// Prism logs by levels; the violations are in a header, and nothing else is wanted.
const ignore = () => {};
const logger = { info: ignore, warn: ignore, error: ignore, debug: ignore, trace: ignore, fatal: ignore, success: ignore };
logger.child = () => logger;

const [path] = process.argv.slice(2);
const document = JSON.parse(readFileSync(path, "utf8"));
const operations = await getHttpOperationsFromSpec(document);
const count = operations.length;

// Prism compares each request with the paths of all operations, which takes longer than judging it. Those that begin with
// other words cannot be meant. Requests come one by one.
const beginning = (path) => path.split("?")[0].split("/").slice(1, 3);
const anywhere = operations.filter(({ path }) => beginning(path).some((word) => word.includes("{")));
const groups = new Map();
for (const operation of operations) {
  const group = beginning(operation.path).join("/");
  groups.set(group, [...(groups.get(group) ?? []), operation]);
}
const candidates = (url) => [...new Set([...(groups.get(beginning(url).join("/")) ?? []), ...anywhere])];

const server = createServer(operations, {
  components: { logger },
  cors: false,
  config: {
    mock: { dynamic: false },
    validateRequest: true,
    // Checking the responses that it makes up itself takes longer than all else.
    validateResponse: false,
    checkSecurity: false,
    errors: false,
    isProxy: false,
    upstreamProxy: undefined,
  },
});
const address = await server.listen(0, "127.0.0.1");
console.log(JSON.stringify({ address, operations: count, memory: process.memoryUsage().rss }));
process.stdin.on("end", () => process.exit(0)).resume();
