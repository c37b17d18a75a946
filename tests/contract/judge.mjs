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
  return listen.apply(this, values);
};

// Prism logs by levels; the violations are in a header, and nothing else is wanted.
const ignore = () => {};
const logger = { info: ignore, warn: ignore, error: ignore, debug: ignore, trace: ignore, fatal: ignore, success: ignore };
logger.child = () => logger;

const [path] = process.argv.slice(2);
const document = JSON.parse(readFileSync(path, "utf8"));
const operations = await getHttpOperationsFromSpec(document);
const server = createServer(operations, {
  components: { logger },
  cors: false,
  config: {
    mock: { dynamic: false },
    validateRequest: true,
    validateResponse: true,
    checkSecurity: false,
    errors: false,
    isProxy: false,
    upstreamProxy: undefined,
  },
});
const address = await server.listen(0, "127.0.0.1");
console.log(JSON.stringify({ address, operations: operations.length, memory: process.memoryUsage().rss }));
process.stdin.on("end", () => process.exit(0)).resume();
