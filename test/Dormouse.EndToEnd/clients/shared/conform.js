'use strict'
// node conform.js CLIENT URL FORM [isolated [HTTPS_URL]]: runs every operation with an unmodified client and prints
// {name: {result} | {error} | {skipped}} as JSON.
// CLIENT is `preview` or `default`; FORM is `plain`, `array` (each call inside $transaction([...])) or `interactive`.
// HTTPS_URL: where the client goes instead of URL; `front` stands for a TLS front of its own before URL, with the certificate in the
// folder that DORMOUSE_TLS names.
// isolated: each operation starts from the seed, and its outcome also holds the `rows` that it left and what was `sent`.
const util = require('node:util')
const { at, client, load } = require('./modules')
const operations = require('./operations')
const rows = require('./rows')
const seed = require('./seed')
const tls = require('./tls')
const wire = require('./wire')

const [, , clientName, url, form, isolated, httpsUrl] = process.argv
const { PrismaClient, Prisma } = client(clientName)
const { withAccelerate } = load('@prisma/extension-accelerate')

// Long enough for a busy machine; the operations about expiry bring limits of their own.
const patience = { maxWait: 20_000, timeout: 60_000 }

const forms = {
  plain: (operation, clients) => gather(operation, operation.run({ ...clients, Prisma })),

  async array(operation, clients) {
    const made = operation.run({ ...clients, Prisma })
    const calls = Array.isArray(made) ? made : [made]
    // One call alone would be sent plainly; the second makes it a transaction.
    const results = await owner(operation, clients).$transaction([...calls, clients.prisma.$queryRaw`SELECT 1::int AS one`])
    if (results.pop()[0].one !== 1) throw new Error('the companion statement gave something else')
    if (!Array.isArray(made)) return results[0]
    return operation.together === 'allSettled' ? results.map((value) => ({ status: 'fulfilled', value })) : results
  },

  interactive: (operation, clients) =>
    owner(operation, clients).$transaction((tx) => gather(operation, operation.run({ prisma: tx, acc: tx, Prisma })), patience),
}

function owner(operation, { prisma, acc }) {
  return operation.name.startsWith('acc-') ? acc : prisma
}

async function gather(operation, made) {
  if (operation.together !== 'allSettled') return Array.isArray(made) ? Promise.all(made) : made
  const settled = await Promise.allSettled(made)
  return settled.map(({ status, value, reason }) => (reason ? { status, reason: describe(reason) } : { status, value }))
}

function describe(error) {
  const { name, code, meta, message } = error
  // The captures of client 7, which this is not compared with when isolated, hold no index.
  const batchRequestIdx = isolated ? error.batchRequestIdx : undefined
  return JSON.parse(JSON.stringify({ name, code, meta, message, batchRequestIdx }))
}

function skips(operation) {
  // The extension of older clients sends it to Prisma's own cloud, whatever the URL says.
  if (operation.notQuery && httpsUrl) return 'is not sent to the URL'
  if (form === 'plain') return undefined
  if (operation.transaction) return 'is a transaction itself'
  if (operation.notQuery) return 'is no query'
  return form === 'array' && operation.arrayable === false ? 'gives no PrismaPromise' : undefined
}

async function outcomeOf(operation, clients) {
  const skipped = skips(operation)
  if (skipped && isolated) return { skipped }
  // What cannot take this form still runs, plainly: the operations after it expect what it wrote.
  const run = skipped ? forms.plain : forms[form]
  try {
    const result = util.inspect(await run(operation, clients), { depth: 8, breakLength: 140 })
    return skipped ? { skipped } : { result }
  } catch (error) {
    return skipped ? { skipped } : { error: describe(error) }
  }
}

// Whoever ends this for being slow can tell where it stood.
function watched(name) {
  return setTimeout(() => console.error(`${name} has been under way for 60 s`), 60_000)
}

async function isolatedOutcomeOf(operation, clients) {
  await rows.reset(url)
  const before = operations.find(({ name }) => name === operation.after)
  if (before) await forms.plain(before, clients).catch(() => {})
  wire.take()
  const outcome = await outcomeOf(operation, clients)
  if (outcome.skipped) return outcome
  const sent = wire.take()
  return { call: String(operation.run), unordered: operation.unordered, ...outcome, rows: await rows.all(url), sent }
}

async function main() {
  if (isolated) wire.record()
  const front = httpsUrl === 'front' ? await tls.front(url, process.env.DORMOUSE_TLS) : { url: httpsUrl ?? url }
  const open = () => new PrismaClient({ ...at(front.url), errorFormat: 'minimal' })
  const clients = { prisma: open(), acc: open().$extends(withAccelerate()) }
  if (!isolated) await seed(clients.prisma)
  const results = {}
  for (const operation of operations) {
    const watch = watched(operation.name)
    results[operation.name] = await (isolated ? isolatedOutcomeOf : outcomeOf)(operation, clients)
    clearTimeout(watch)
  }
  process.stdout.write(JSON.stringify(results))
  await Promise.all([clients.prisma.$disconnect(), clients.acc.$disconnect()])
  front.close?.()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
