'use strict'
// Prisma's own query engine of client 6.19, as the wasm build that the client ships for edge runtimes, on node-postgres.
const fs = require('node:fs')
const path = require('node:path')
const { folder, load } = require('../shared/modules')

const runtime = path.join(folder, 'node_modules', '@prisma', 'client', 'runtime')
const glueFile = path.join(runtime, 'query_engine_bg.postgresql.js')

let compiled
let QueryEngine
const waiting = new Set()
let requests = 0

class EnginePanic extends Error {}

// The engine says here why it gives up, just before its instance becomes useless. What it was doing never ends by itself.
globalThis.PRISMA_WASM_PANIC_REGISTRY = {
  set_message(message) {
    throw giveUp(message)
  },
}

// Some panics are told by nobody: the instance's last call fails outside of any promise.
process.on('uncaughtException', (error) => {
  if (!(error instanceof EnginePanic || error instanceof WebAssembly.RuntimeError)) {
    console.error(error)
    process.exit(1)
  }
  giveUp(error.message)
})

// What waits for an engine learns that it will get no answer.
function giveUp(message) {
  const error = new EnginePanic(message)
  QueryEngine = undefined
  for (const reject of waiting) reject(error)
  return error
}

// The engine wants a number of its own for each call, as text.
const requestId = () => String(++requests)

// What an engine promises, or why it gave up.
function orPanic(promise) {
  return new Promise((resolve, reject) => {
    waiting.add(reject)
    promise.then(resolve, reject).finally(() => waiting.delete(reject))
  })
}

// One instance of the engine's program serves all engines, until one of them panics: then the next engine gets a new instance.
function program() {
  if (QueryEngine) return QueryEngine
  compiled ??= new WebAssembly.Module(Buffer.from(load(path.join(runtime, 'query_engine_bg.postgresql.wasm-base64.js')).wasm, 'base64'))
  const glue = { exports: {} }
  // Not by require: the glue keeps its instance in a variable of its own, so that each instance needs its own glue.
  new Function('module', 'exports', 'require', fs.readFileSync(glueFile, 'utf8'))(glue, glue.exports, require)
  const instance = new WebAssembly.Instance(compiled, { './query_engine_bg.js': glue.exports })
  glue.exports.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  QueryEngine = glue.exports.QueryEngine
  return QueryEngine
}

// An engine for one schema on one database. With logQueries, each statement that runs is passed to onStatement.
async function openEngine({ datamodel, databaseUrl, poolSize, logQueries, onStatement }) {
  const { PrismaPg } = load('@prisma/adapter-pg')
  const { bindAdapter } = load('@prisma/driver-adapter-utils')
  const adapter = bindAdapter(await new PrismaPg({ connectionString: databaseUrl, max: poolSize }).connect())
  return openEngineOn(adapter, { datamodel, logQueries, onStatement })
}

async function openEngineOn(adapter, { datamodel, logQueries, onStatement }) {
  const Engine = program()
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
    const engine = new Engine(settings, onLog, adapter)
    await orPanic(engine.connect('{}', requestId()))
    return { engine, close: () => close(engine, adapter) }
  } catch (error) {
    await adapter.dispose()
    throw error
  }
}

async function close(engine, adapter) {
  await engine.disconnect('{}', requestId()).catch(() => {})
  await adapter.dispose()
}

module.exports = { openEngine, openEngineOn, requestId, orPanic, EnginePanic }
