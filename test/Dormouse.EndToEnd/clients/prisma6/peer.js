'use strict'
// node peer.js [--log-queries] [--pool N]: Prisma's query engine of client 6.19 behind the HTTP shape that clients 5 and 6 ask for.
// Prints {"port":N}. The API key is the URL of the database, base64url encoded: one peer serves any number of databases and schemas.
const crypto = require('node:crypto')
const http = require('node:http')
const { load } = require('../shared/modules')
const { openEngine, requestId, EnginePanic } = require('./engine')

const argumentsGiven = process.argv.slice(2)
const logQueries = argumentsGiven.includes('--log-queries')
const poolSize = argumentsGiven.includes('--pool') ? Number(argumentsGiven[argumentsGiven.indexOf('--pool') + 1]) : 10

// Each engine holds connections; a differential run asks with many schemas, one after the other.
const enginesMax = 24

const schemas = new Map()
const engines = new Map()
const pools = new Map()
let statements = logQueries ? [] : undefined

const routes = [
  ['PUT', /^\/[^/]+\/([^/]+)\/schema$/, putSchema],
  ['POST', /^\/[^/]+\/([^/]+)\/graphql$/, query],
  ['POST', /^\/([^/]+)\/([^/]+)\/transaction\/start$/, start],
  ['POST', /^\/[^/]+\/([^/]+)\/itx\/([^/]+)\/graphql$/, query],
  ['POST', /^\/[^/]+\/([^/]+)\/itx\/([^/]+)\/(commit|rollback)$/, end],
  ['POST', /^\/invalidate$/, async () => reply(200, {})],
  ['POST', /^\/query$/, statement],
]

async function answer(request, body) {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')
  if (!bearer) return reply(401, {})
  const tenant = { key: bearer[1], databaseUrl: Buffer.from(bearer[1], 'base64url').toString() }
  for (const [method, pattern, act] of routes) {
    const match = request.method === method && pattern.exec(request.url.split('?')[0])
    if (match) return act({ request, body, tenant, path: match.slice(1) })
  }
  return reply(404, {})
}

async function putSchema({ body, tenant, path: [hash] }) {
  if (crypto.createHash('sha256').update(body).digest('hex') !== hash) return reply(400, 'Schema hash mismatch')
  schemas.set(`${tenant.key} ${hash}`, Buffer.from(body.toString(), 'base64').toString())
  return reply(200, hash)
}

function query({ request, body, tenant, path: [hash, transaction] }) {
  return withEngine(tenant, hash, async (engine) => {
    const text = await engine.query(body.toString(), '{}', transaction, requestId())
    return reply(200, withStatements(request, text), cacheHeaders(request))
  })
}

function start({ request, body, tenant, path: [version, hash] }) {
  return withEngine(tenant, hash, async (engine) => {
    const started = JSON.parse(withStatements(request, await engine.startTransaction(body.toString(), '{}', requestId())))
    if (started.error_code) return reply(started.error_code === 'P2028' ? 408 : 500, started)
    const scheme = request.headers['x-forwarded-proto'] ?? 'http'
    return reply(200, { ...started, 'data-proxy': { endpoint: `${scheme}://${request.headers.host}/${version}/${hash}/itx/${started.id}` } })
  })
}

function end({ request, tenant, path: [hash, transaction, how] }) {
  return withEngine(tenant, hash, async (engine) => {
    const ended = JSON.parse(withStatements(request, await engine[`${how}Transaction`](transaction, '{}', requestId())))
    return reply(ended.error_code ? 500 : 200, ended)
  })
}

// One statement past the engine, in the form in which client 7 sends one: tests fill and read the tables of both sides so.
async function statement({ body, tenant: { key, databaseUrl } }) {
  // A statement that waits for a lock which nobody gives back fails, and says so, before the test's own limit ends all without a word.
  const limits = { max: 2, statement_timeout: 60_000 }
  if (!pools.has(key)) pools.set(key, new (load('pg').Pool)({ connectionString: databaseUrl, ...limits }))
  const { type, args } = JSON.parse(body.toString()).plan
  const { rows, rowCount } = await pools.get(key).query({ text: args.sql, rowMode: 'array' })
  return reply(200, { data: type === 'execute' ? (rowCount ?? 0) : { rows } })
}

async function withEngine(tenant, hash, act) {
  const name = `${tenant.key} ${hash}`
  const datamodel = schemas.get(name)
  if (datamodel === undefined) return reply(404, { EngineNotStarted: { reason: 'SchemaMissing' } })
  const opened = engines.get(name) ?? openEngine({ datamodel, databaseUrl: tenant.databaseUrl, poolSize, logQueries, onStatement })
  // The one that was asked last is the last in the map.
  engines.delete(name)
  engines.set(name, opened)
  try {
    const { engine, orPanic } = await opened
    await closeOldest()
    return await orPanic(act(engine))
  } catch (error) {
    if (error instanceof EnginePanic || error instanceof WebAssembly.RuntimeError) closeAll()
    else if (engines.get(name) === opened && !(await opened.catch(() => undefined))) engines.delete(name)
    throw error
  }
}

async function closeOldest() {
  if (engines.size <= enginesMax) return
  const [name, opened] = engines.entries().next().value
  engines.delete(name)
  await (await opened).close()
}

// After a panic: their connections end, and with them what was under way on them.
function closeAll() {
  for (const opened of engines.values()) opened.then((one) => one.close()).catch(() => {})
  engines.clear()
}

// The engine does not say which request a statement belongs to: correct while requests that want to know come one at a time.
function onStatement(event) {
  statements?.push({
    spanId: '0000000000000001',
    target: event.module_path,
    level: 'query',
    timestamp: [Math.floor(Date.now() / 1000), (Date.now() % 1000) * 1_000_000],
    attributes: { query: event.query, params: event.params, duration_ms: Number(event.duration_ms) },
  })
}

function withStatements(request, text) {
  const gathered = statements ?? []
  statements = logQueries ? [] : undefined
  const asked = (request.headers['x-capture-telemetry'] ?? '').split(', ').includes('query')
  return asked && gathered.length ? JSON.stringify({ ...JSON.parse(text), extensions: { logs: gathered, traces: [] } }) : text
}

function cacheHeaders(request) {
  const strategy = request.headers['cache-control']
  return {
    'accelerate-cache-status': strategy && strategy !== 'no-cache' ? 'miss' : 'none',
    'last-modified': new Date().toUTCString(),
    'cf-ray': 'peer-LOC',
  }
}

function reply(status, body, headers = {}) {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) }
}

const server = http.createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', async () => {
    const { status, headers, body } = await answer(request, Buffer.concat(chunks)).catch((error) => {
      // No form that the client knows: a failure of the peer must not pass for an answer.
      return reply(500, { peer: String(error?.stack ?? error) })
    })
    response.writeHead(status, headers)
    response.end(body)
  })
})
// Node closes idle connections after 5 s; whoever compares keeps some idle while the other side has its turn.
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })))
