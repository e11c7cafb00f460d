// Reads a file that holds a JSON array of schemas and writes, for each, what Prisma makes of it:
// { error } or { datamodel, sql, queries }. "sql" and "queries" (what may be asked of the schema) are asked for with further words.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

const [modules, inputFile, outputFile, ...wanted] = process.argv.slice(2)
const wantsSql = wanted.includes('sql')
const require = createRequire(join(modules, 'package.json'))
const reader = require('@prisma/prisma-schema-wasm')

async function schemaEngine() {
  const folder = join(modules, 'node_modules', '@prisma', 'schema-engine-wasm')
  const engine = await import(pathToFileURL(join(folder, 'schema_engine_bg.js')))
  const wasm = readFileSync(join(folder, 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': engine })
  engine.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return engine.SchemaEngine
}

// The engine compares with an empty database that nobody asks: the connection answers every query with no rows.
const connection = {
  provider: 'postgres',
  adapterName: 'none',
  queryRaw: async () => ({ ok: true, value: { columnNames: [], columnTypes: [], rows: [] } }),
  executeRaw: async () => ({ ok: true, value: 0 }),
  executeScript: async () => ({ ok: true, value: undefined }),
  dispose: async () => ({ ok: true }),
  errorRegistry: { consumeError() {} },
  getConnectionInfo: () => ({ ok: true, value: { schemaName: 'public', supportsRelationJoins: true } }),
}
const connections = {
  provider: 'postgres',
  adapterName: 'none',
  connect: async () => ({ ok: true, value: connection }),
  connectToShadowDb: async () => ({ ok: true, value: connection }),
  errorRegistry: { consumeError() {} },
}

// Where the engine leaves the message of a panic before it throws.
globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => process.stderr.write(message + '\n') }

const SchemaEngine = wantsSql ? await schemaEngine() : undefined
const answers = []
for (const schema of JSON.parse(readFileSync(inputFile, 'utf8'))) {
  try {
    const all = JSON.parse(reader.get_dmmf(JSON.stringify({ prismaSchema: schema, noColor: true })))
    const answer = { datamodel: all.datamodel }
    if (wanted.includes('queries')) answer.queries = all.schema
    if (wantsSql) {
      const engine = await SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => {}, connections)
      const script = await engine.diff({
        from: { tag: 'empty' },
        to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: schema }] },
        script: true,
        shadowDatabaseUrl: null,
        exitCode: null,
        filters: { externalTables: [], externalEnums: [] },
      })
      answer.sql = script.stdout
    }
    answers.push(answer)
  } catch (error) {
    answers.push({ error: String(error.message ?? error) })
  }
}
writeFileSync(outputFile, JSON.stringify(answers))
