'use strict'
// node transactions.js URL: what the client promises of transactions beyond single operations. Prints {check: null | message} as JSON.
const assert = require('node:assert/strict')
const { client } = require('../shared/modules')
const seed = require('../shared/seed')

const { PrismaClient } = client('default')
const prisma = new PrismaClient({ accelerateUrl: process.argv[2], errorFormat: 'minimal' })

const patience = { maxWait: 20_000, timeout: 60_000 }
const names = (tx) => tx.category.findMany({ where: { name: { startsWith: 'n-' } }, select: { name: true }, orderBy: { name: 'asc' } })
const named = async (tx) => (await names(tx)).map(({ name }) => name)
const clear = () => prisma.category.deleteMany({ where: { name: { startsWith: 'n-' } } })
const add = (tx, name) => tx.category.create({ data: { name } })

const checks = {
  'a nested transaction that commits keeps its rows': async () => {
    await prisma.$transaction(async (tx) => {
      await add(tx, 'n-outer')
      await tx.$transaction(async (inner) => add(inner, 'n-inner'))
    }, patience)
    assert.deepEqual(await named(prisma), ['n-inner', 'n-outer'])
  },

  'a nested transaction that fails takes back its own rows alone': async () => {
    await prisma.$transaction(async (tx) => {
      await add(tx, 'n-before')
      const failed = tx.$transaction(async (inner) => {
        await add(inner, 'n-lost')
        throw new Error('inner abort')
      })
      await assert.rejects(failed, /inner abort/)
      await add(tx, 'n-after')
    }, patience)
    assert.deepEqual(await named(prisma), ['n-after', 'n-before'])
  },

  'a statement that fails in a nested transaction leaves the outer one usable': async () => {
    await prisma.$transaction(async (tx) => {
      await add(tx, 'n-one')
      await assert.rejects(
        tx.$transaction(async (inner) => add(inner, 'n-one')),
        { code: 'P2002' },
      )
      await add(tx, 'n-two')
    }, patience)
    assert.deepEqual(await named(prisma), ['n-one', 'n-two'])
  },

  'nested transactions nest three deep': async () => {
    await prisma.$transaction(async (tx) => {
      await add(tx, 'n-1')
      await tx.$transaction(async (second) => {
        await add(second, 'n-2')
        const third = second.$transaction(async (inner) => {
          await add(inner, 'n-3')
          throw new Error('third abort')
        })
        await assert.rejects(third, /third abort/)
      })
    }, patience)
    assert.deepEqual(await named(prisma), ['n-1', 'n-2'])
  },

  'an outer transaction that fails takes back the nested one too': async () => {
    const outer = prisma.$transaction(async (tx) => {
      await tx.$transaction(async (inner) => add(inner, 'n-inner'))
      throw new Error('outer abort')
    }, patience)
    await assert.rejects(outer, /outer abort/)
    assert.deepEqual(await named(prisma), [])
  },

  'a transaction does not see what another has not committed': async () => {
    await prisma.$transaction(async (tx) => {
      await add(tx, 'n-hidden')
      assert.deepEqual(await named(prisma), [])
      assert.deepEqual(await named(tx), ['n-hidden'])
    }, patience)
    assert.deepEqual(await named(prisma), ['n-hidden'])
  },

  'each isolation level reaches the server': async () => {
    const levels = { ReadCommitted: 'read committed', RepeatableRead: 'repeatable read', Serializable: 'serializable' }
    for (const [isolationLevel, expected] of Object.entries(levels)) {
      const show = (tx) => tx.$queryRaw`SELECT current_setting('transaction_isolation') AS level`
      const [{ level }] = await prisma.$transaction((tx) => show(tx), { ...patience, isolationLevel })
      assert.equal(level, expected)
      const [, [{ level: inArray }]] = await prisma.$transaction([prisma.user.count(), show(prisma)], { isolationLevel })
      assert.equal(inArray, expected)
    }
  },

  'a repeatable read keeps its snapshot': async () => {
    await prisma.$transaction(
      async (tx) => {
        const before = await tx.category.count()
        await add(prisma, 'n-later')
        assert.equal(await tx.category.count(), before)
      },
      { ...patience, isolationLevel: 'RepeatableRead' },
    )
    assert.deepEqual(await named(prisma), ['n-later'])
  },

  'of two serializable transactions that conflict one fails with P2034': async () => {
    const move = () =>
      prisma.$transaction(
        async (tx) => {
          const count = await tx.category.count({ where: { name: { startsWith: 'n-' } } })
          await new Promise((resolve) => setTimeout(resolve, 100))
          await add(tx, `n-${count}-${Math.random()}`)
        },
        { ...patience, isolationLevel: 'Serializable' },
      )
    const outcomes = await Promise.allSettled([move(), move()])
    const failed = outcomes.filter(({ status }) => status === 'rejected')
    assert.equal(failed.length, 1)
    assert.equal(failed[0].reason.code, 'P2034')
    assert.equal((await named(prisma)).length, 1)
  },

  'an array with a failing operation leaves nothing': async () => {
    await assert.rejects(prisma.$transaction([add(prisma, 'n-a'), add(prisma, 'n-b'), add(prisma, 'n-a')]), { code: 'P2002' })
    assert.deepEqual(await named(prisma), [])
  },

  'operations of one transaction may be sent at once': async () => {
    await prisma.$transaction((tx) => Promise.all(Array.from({ length: 12 }, (_, i) => add(tx, `n-${String(i).padStart(2, '0')}`))), patience)
    assert.equal((await named(prisma)).length, 12)
  },

  'an expired transaction leaves nothing and frees its connection': async () => {
    const late = prisma.$transaction(
      async (tx) => {
        await add(tx, 'n-late')
        await new Promise((resolve) => setTimeout(resolve, 500))
        await add(tx, 'n-later')
      },
      { maxWait: 20_000, timeout: 200 },
    )
    await assert.rejects(late, { code: 'P2028' })
    assert.deepEqual(await named(prisma), [])
  },

  'many transactions at once wait for their turn': async () => {
    const all = Array.from({ length: 30 }, (_, i) => prisma.$transaction(async (tx) => add(tx, `n-${i}`), patience))
    await Promise.all(all)
    assert.equal((await named(prisma)).length, 30)
  },
}

async function main() {
  await seed(prisma)
  const outcomes = {}
  for (const [name, check] of Object.entries(checks)) {
    await clear()
    outcomes[name] = await check().then(
      () => null,
      (error) => String(error?.stack ?? error),
    )
  }
  process.stdout.write(JSON.stringify(outcomes))
  await prisma.$disconnect()
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
