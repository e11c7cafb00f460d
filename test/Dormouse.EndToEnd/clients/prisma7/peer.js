'use strict'
// node peer.js DATABASE_URL: the npm query plan executor behind the listener that Prisma itself puts before it; prints {"port":N}.
const { load } = require('../shared/modules')

async function main() {
  const { context } = load('@opentelemetry/api')
  const { AsyncLocalStorageContextManager } = load('@opentelemetry/context-async-hooks')
  const { serve } = load('@hono/node-server')
  const { Server, parseDuration, parseSize } = load('@prisma/query-plan-executor')
  // Without one the executor finds no logger of its request and fails.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  const server = await Server.create({
    databaseUrl: process.argv[2],
    maxResponseSize: parseSize('128 MiB'),
    queryTimeout: parseDuration('PT5M'),
    maxTransactionTimeout: parseDuration('PT5M'),
    maxTransactionWaitTime: parseDuration('PT5M'),
    perRequestLogContext: { logFormat: 'text', logLevel: 'off' },
  })
  const listener = serve({ fetch: server.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => console.log(JSON.stringify({ port })))
  // Node closes idle connections after 5 s; a bench keeps some idle for longer while the other side has its turn.
  listener.keepAliveTimeout = 600_000
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
