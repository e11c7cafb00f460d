'use strict'
// What Prisma's engine says of query documents, without a database: node validate.js INPUT OUTPUT. INPUT holds {schema, documents};
// OUTPUT gets a list with one of these for each document:
// {reached: true} when it went as far as the database, {answer: …} when it was answered without, {error: …} when it was refused,
// {unreadable: …} when it is no document at all, {panic: …} when the engine gave up.
const fs = require('node:fs')
const { openEngineOn, requestId, EnginePanic } = require('./engine')

const reached = 'the database was reached'
const ok = (value) => ({ ok: true, value })
const refuse = async () => ({
  ok: false,
  error: { kind: 'postgres', code: 'XX000', severity: 'ERROR', message: reached, originalCode: 'XX000', originalMessage: reached },
})
const session = { provider: 'postgres', adapterName: 'none', queryRaw: refuse, executeRaw: refuse }
const transaction = { ...session, options: { usePhantomQuery: true }, commit: async () => ok(), rollback: async () => ok() }
const adapter = {
  ...session,
  executeScript: async () => ok(),
  dispose: async () => ok(),
  errorRegistry: { consumeError() {} },
  getConnectionInfo: () => ok({ schemaName: 'public', supportsRelationJoins: true }),
  startTransaction: async () => ok(transaction),
}

async function ask({ engine, orPanic }, document) {
  const text = await orPanic(engine.query(document, '{}', undefined, requestId()))
  if (text.includes(reached)) return { reached: true }
  const answer = JSON.parse(text)
  return answer.errors ? { error: answer.errors[0] } : { answer }
}

async function main(inputFile, outputFile) {
  const { schema, documents } = JSON.parse(fs.readFileSync(inputFile, 'utf8'))
  const answers = []
  let open
  for (const document of documents) {
    open ??= await openEngineOn(adapter, { datamodel: schema, logQueries: false, onStatement() {} })
    try {
      answers.push(await ask(open, document))
    } catch (error) {
      answers.push(error instanceof EnginePanic ? { panic: error.message } : { unreadable: String(error.message ?? error) })
      if (error instanceof EnginePanic) open = undefined
    }
  }
  fs.writeFileSync(outputFile, JSON.stringify(answers))
}

main(process.argv[2], process.argv[3])
