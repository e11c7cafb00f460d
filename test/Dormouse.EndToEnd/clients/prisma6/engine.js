'use strict'
// Prisma's own query engine of client 6.19, as the wasm build that the client ships for edge runtimes, on node-postgres.
const fs = require('node:fs')
const path = require('node:path')
const { folder, load } = require('../shared/modules')

const runtime = path.join(folder, 'node_modules', '@prisma', 'client', 'runtime')
const glueFile = path.join(runtime, 'query_engine_bg.postgresql.js')

let compiled
let program
let running
let requests = 0

class EnginePanic extends Error {}

// An instance of the engine's program. It serves all engines until one of them panics; then what waits for it learns that it will get
// no answer, what calls back into it later finds nobody, and the next engine gets an instance of its own.
class Program {
  isDead = false
  waiting = new Set()

  constructor() {
    compiled ??= new WebAssembly.Module(Buffer.from(load(path.join(runtime, 'query_engine_bg.postgresql.wasm-base64.js')).wasm, 'base64'))
    const glue = { exports: {} }
    // Not by require: the glue keeps its instance in a variable of its own, so that each instance needs its own glue.
    new Function('module', 'exports', 'require', fs.readFileSync(glueFile, 'utf8'))(glue, glue.exports, require)
    const instance = new WebAssembly.Instance(compiled, { './query_engine_bg.js': glue.exports })
    const guarded = Object.entries(instance.exports).map(([name, value]) => [name, typeof value === 'function' ? this.guard(value) : value])
    glue.exports.__wbg_set_wasm(Object.fromEntries(guarded))
    instance.exports.__wbindgen_start()
    this.QueryEngine = glue.exports.QueryEngine
  }

  guard(call) {
    return (...args) => {
      if (this.isDead) return undefined
      const before = running
      running = this
      try {
        return call(...args)
      } catch (error) {
        // Some panics are told by nobody: the call fails, and that is all.
        if (error instanceof WebAssembly.RuntimeError) this.giveUp(error.message)
        throw error
      } finally {
        running = before
      }
    }
  }

  giveUp(message) {
    const error = new EnginePanic(message)
    this.isDead = true
    if (program === this) program = undefined
    for (const reject of this.waiting) reject(error)
    return error
  }

  // What an engine promises, or why it gave up.
  orPanic(promise) {
    return new Promise((resolve, reject) => {
      this.waiting.add(reject)
      promise.then(resolve, reject).finally(() => this.waiting.delete(reject))
    })
  }
}

// The engine says here why it gives up, just before its instance becomes useless. What it was doing never ends by itself.
globalThis.PRISMA_WASM_PANIC_REGISTRY = {
  set_message(message) {
    throw running.giveUp(message)
  },
}

// A panic outside of any promise comes out here too, when all has been said.
process.on('uncaughtException', (error) => {
  if (error instanceof EnginePanic || error instanceof WebAssembly.RuntimeError) return
  console.error(error)
  process.exit(1)
})

// The engine wants a number of its own for each call, as text.
const requestId = () => String(++requests)

// An engine for one schema on one database. With logQueries, each statement that runs is passed to onStatement.
async function openEngine({ datamodel, databaseUrl, poolSize, logQueries, onStatement }) {
  const { PrismaPg } = load('@prisma/adapter-pg')
  const { bindAdapter } = load('@prisma/driver-adapter-utils')
  const { pool, end } = openPool(databaseUrl, poolSize)
  const adapter = bindAdapter(await new PrismaPg(pool).connect())
  const dispose = async () => {
    await adapter.dispose()
    end()
  }
  return openEngineOn({ ...adapter, dispose }, { datamodel, logQueries, onStatement })
}

// Its end takes what is lent too: an engine that gave up returns nothing, and a transaction of its would hold its locks for ever.
function openPool(connectionString, max) {
  const pool = new (load('pg').Pool)({ connectionString, max })
  const clients = new Set()
  pool.on('connect', (client) => clients.add(client))
  pool.on('remove', (client) => clients.delete(client))
  pool.on('error', () => {})
  const end = () => {
    pool.end().catch(() => {})
    for (const client of clients) client.end().catch(() => {})
  }
  return { pool, end }
}

async function openEngineOn(adapter, { datamodel, logQueries, onStatement }) {
  program ??= new Program()
  const owner = program
  const onLog = (line) => {
    const event = JSON.parse(line)
    if (event.query !== undefined) onStatement(event)
  }
  const settings = {
    datamodel,
    env: {},
    logQueries,
    ignoreEnvVarErrors: true,
    datasourceOverrides: {},
    logLevel: logQueries ? 'query' : 'error',
    configDir: '.',
    engineProtocol: 'json',
    enableTracing: false,
  }
  try {
    const engine = new owner.QueryEngine(settings, onLog, adapter)
    await owner.orPanic(engine.connect('{}', requestId()))
    return { engine, orPanic: (promise) => owner.orPanic(promise), close: () => close(owner, engine, adapter) }
  } catch (error) {
    await adapter.dispose()
    throw error
  }
}

async function close(owner, engine, adapter) {
  if (!owner.isDead) await engine.disconnect('{}', requestId()).catch(() => {})
  await adapter.dispose()
}

module.exports = { openEngine, openEngineOn, requestId, EnginePanic }
