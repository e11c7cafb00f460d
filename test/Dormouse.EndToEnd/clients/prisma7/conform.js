'use strict'
// node conform.js CLIENT URL FORM: runs every operation with an unmodified client and prints {name: {result} | {error} | {skipped}} as JSON.
// CLIENT is `preview` or `default`; FORM is `plain`, `array` (each call inside $transaction([...])) or `interactive`.
const util = require('node:util')
const { client, load } = require('./modules')
const operations = require('./operations')
const seed = require('./seed')

const [, , clientName, url, form] = process.argv
const { PrismaClient, Prisma } = client(clientName)
const { withAccelerate } = load('@prisma/extension-accelerate')

const open = () => new PrismaClient({ accelerateUrl: url, errorFormat: 'minimal' })
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
  return JSON.parse(JSON.stringify({ name, code, meta, message }))
}

function skips(operation) {
  if (form === 'plain') return undefined
  if (operation.transaction) return 'is a transaction itself'
  if (operation.notQuery) return 'is no query'
  return form === 'array' && operation.arrayable === false ? 'gives no PrismaPromise' : undefined
}

async function main() {
  const clients = { prisma: open(), acc: open().$extends(withAccelerate()) }
  await seed(clients.prisma)
  const results = {}
  for (const operation of operations) {
    const skipped = skips(operation)
    // What cannot take this form still runs, plainly: the operations after it expect what it wrote.
    const run = skipped ? forms.plain : forms[form]
    try {
      const result = util.inspect(await run(operation, clients), { depth: 8, breakLength: 140 })
      results[operation.name] = skipped ? { skipped } : { result }
    } catch (error) {
      results[operation.name] = skipped ? { skipped } : { error: describe(error) }
    }
  }
  process.stdout.write(JSON.stringify(results))
  await Promise.all([clients.prisma.$disconnect(), clients.acc.$disconnect()])
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
