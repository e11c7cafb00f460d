'use strict'
// node limits.js URL CALL ADDRESS: what an unmodified client makes of the platform's limits. Prints {outcomes: [error code or 'ok'],
// statuses: [of every request]} as JSON. CALL is `burst` (one read, then sixty at once), `guess` (six reads with wrong keys between two with the
// right one) or `large` (a body, then an answer, that are too large). The tables must be there. ADDRESS: where a proxy says it comes from.
const { at, client } = require('./modules')

const [, , url, call, address] = process.argv
const { PrismaClient } = client('default')
const open = (to = url) => new PrismaClient({ ...at(to), errorFormat: 'minimal' })

const statuses = []
const plainFetch = globalThis.fetch
globalThis.fetch = async (target, options) => {
  const response = await plainFetch(target, { ...options, headers: { ...options?.headers, 'x-forwarded-for': address } })
  statuses.push(response.status)
  return response
}

async function outcomeOf(work) {
  try {
    await work
    return 'ok'
  } catch (error) {
    return error.code ?? error.message
  }
}

const calls = {
  async burst(prisma) {
    // What a client asks before its first query is not asked sixty times then.
    const first = await outcomeOf(prisma.user.count())
    const rest = await Promise.all(Array.from({ length: 60 }, (_, id) => outcomeOf(prisma.user.findMany({ where: { id } }))))
    return [first, ...rest]
  },

  async guess(prisma) {
    const outcomes = [await outcomeOf(prisma.user.findMany())]
    for (let i = 0; i < 6; i++) {
      const guesser = open(url.replace(/api_key=.*/, `api_key=wrong${i}`))
      outcomes.push(await outcomeOf(guesser.user.findMany()))
      await guesser.$disconnect()
    }
    outcomes.push(await outcomeOf(prisma.user.findMany()))
    return outcomes
  },

  large: async (prisma) => [
    await outcomeOf(prisma.user.findMany({ where: { firstName: 'x'.repeat(2_000_000) } })),
    await outcomeOf(prisma.$queryRaw`SELECT repeat('x', 2000000) AS long`),
    await outcomeOf(prisma.user.count()),
  ],
}

async function main() {
  const prisma = open()
  const outcomes = await calls[call](prisma)
  await prisma.$disconnect()
  process.stdout.write(JSON.stringify({ outcomes, statuses }))
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
