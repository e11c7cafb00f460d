'use strict'
// node cache.js URL [HTTPS_URL]: what the accelerate extension promises, with an unmodified client. Prints {check: null | message} as JSON.
// The tables must be there and empty. With HTTPS_URL everything goes over https. Changes go past the extension, so that an answer from the cache shows by being the old one.
const assert = require('node:assert/strict')
const { setTimeout: sleep } = require('node:timers/promises')
const { at, client, load } = require('./modules')

const { PrismaClient } = client('default')
const { makeAccelerateExtension, withAccelerate } = load('@prisma/extension-accelerate')

const [, , plainUrl, url = plainUrl] = process.argv
const platform = url.replace(/^prisma\+postgres:/, 'http:').replace(/^prisma:/, 'https:').replace(/\/?\?.*$/, '')
const patience = { maxWait: 20_000, timeout: 60_000 }

// Extensions send invalidations to the hosted service, unless the URL says localhost and they are of version 2 or later: a fetch of
// one's own brings them to the platform.
const before2 = /^(5|6\.0)\./.test(load('@prisma/client/package.json').version)
const rewritten = (target, options) => {
  const asked = new URL(target)
  return fetch(platform + asked.pathname + asked.search, options)
}

const open = (to = url) => new PrismaClient({ ...at(to), errorFormat: 'minimal' })
let plain
let prisma

let number = 0
// A name of its own for each check, so that no check finds another's answer.
async function row() {
  const name = `c-${++number}`
  await plain.user.create({ data: { email: name, firstName: name, lastName: 'old' } })
  return name
}
const change = (name, note = 'new') => plain.user.updateMany({ where: { firstName: name }, data: { lastName: note } })
const read = (name, cacheStrategy) => prisma.user.findFirst({ where: { firstName: name }, cacheStrategy }).withAccelerateInfo()
async function status(name, cacheStrategy) {
  const { data, info } = await read(name, cacheStrategy)
  return [info.cacheStatus, data.lastName]
}
async function until(wanted, ask) {
  for (let tries = 0; tries < 200; tries++) {
    const got = await ask()
    if (got[0] === wanted) return got
    await sleep(20)
  }
  assert.fail(`never ${wanted}`)
}

const checks = {
  'with a time to live the second answer is the first one': async () => {
    const name = await row()
    assert.deepEqual(await status(name, { ttl: 60 }), ['miss', 'old'])
    await change(name)
    assert.deepEqual(await status(name, { ttl: 60 }), ['ttl', 'old'])
  },

  'without a strategy each answer is new': async () => {
    const name = await row()
    await status(name, { ttl: 60 })
    await change(name)
    assert.deepEqual(await status(name, undefined), ['none', 'new'])
  },

  'a time to live ends': async () => {
    const name = await row()
    await status(name, { ttl: 1 })
    await change(name)
    await sleep(1_050)
    assert.deepEqual(await status(name, { ttl: 1 }), ['miss', 'new'])
  },

  'stale-while-revalidate alone gives the old answer at once and the new one soon': async () => {
    const name = await row()
    assert.deepEqual(await status(name, { swr: 60 }), ['miss', 'old'])
    await change(name)
    assert.deepEqual(await status(name, { swr: 60 }), ['swr', 'old'])
    await until('new', async () => (await status(name, { swr: 60 })).reverse())
  },

  'time to live and stale-while-revalidate follow one another': async () => {
    const name = await row()
    await status(name, { ttl: 1, swr: 60 })
    await change(name)
    assert.deepEqual(await status(name, { ttl: 1, swr: 60 }), ['ttl', 'old'])
    await sleep(1_050)
    assert.deepEqual(await status(name, { ttl: 1, swr: 60 }), ['swr', 'old'])
    assert.deepEqual(await until('ttl', () => status(name, { ttl: 1, swr: 60 })), ['ttl', 'new'])
  },

  'info says status, time, region, request and signature': async () => {
    const name = await row()
    const { info: miss } = await read(name, { ttl: 60 })
    const { info: hit } = await read(name, { ttl: 60 })
    assert.ok(Math.abs(miss.lastModified - Date.now()) < 30_000)
    assert.deepEqual(hit.lastModified, miss.lastModified)
    assert.equal(miss.region, 'LOCAL')
    assert.match(miss.requestId, /^[0-9a-f]{16}-LOCAL$/)
    assert.notEqual(hit.requestId, miss.requestId)
    assert.match(miss.signature, /^xxh128-/)
    assert.equal(hit.signature, miss.signature)
    await change(name)
    assert.notEqual((await read(name, { ttl: 60, tags: ['other'] })).info.signature, miss.signature)
  },

  'every reading operation is cached': async () => {
    const name = await row()
    const { id } = await plain.user.findFirst({ where: { firstName: name } })
    const cacheStrategy = { ttl: 60 }
    const where = { firstName: name }
    const asks = {
      findMany: () => prisma.user.findMany({ where, cacheStrategy }),
      findFirst: () => prisma.user.findFirst({ where, cacheStrategy }),
      findFirstOrThrow: () => prisma.user.findFirstOrThrow({ where, cacheStrategy }),
      findUnique: () => prisma.user.findUnique({ where: { id }, cacheStrategy }),
      findUniqueOrThrow: () => prisma.user.findUniqueOrThrow({ where: { id }, cacheStrategy }),
      count: () => prisma.user.count({ where, cacheStrategy }),
      aggregate: () => prisma.user.aggregate({ where, _count: true, _max: { id: true }, cacheStrategy }),
      groupBy: () => prisma.user.groupBy({ by: ['lastName'], where, _count: true, cacheStrategy }),
      include: () => prisma.user.findMany({ where, include: { posts: true }, cacheStrategy }),
    }
    for (const [operation, ask] of Object.entries(asks)) {
      const first = await ask().withAccelerateInfo()
      const second = await ask().withAccelerateInfo()
      assert.deepEqual([operation, first.info.cacheStatus, second.info.cacheStatus], [operation, 'miss', 'ttl'])
      assert.deepEqual(second.data, first.data)
    }
  },

  'other values are other answers': async () => {
    const [one, other] = [await row(), await row()]
    await status(one, { ttl: 60 })
    assert.deepEqual(await status(other, { ttl: 60 }), ['miss', 'old'])
    assert.equal((await read(one, { ttl: 60 })).data.firstName, one)
    assert.equal((await read(other, { ttl: 60 })).data.firstName, other)
  },

  'an invalidated tag makes the next answer new and leaves other tags alone': async () => {
    const [one, other] = [await row(), await row()]
    const strategy = (name) => ({ ttl: 60, swr: 60, tags: [name, `all_of_${name}`] })
    await status(one, strategy(one))
    await status(other, strategy(other))
    await change(one)
    await change(other)
    const { requestId } = await prisma.$accelerate.invalidate({ tags: [`all_of_${one}`] })
    assert.match(requestId, /-LOCAL$/)
    assert.deepEqual(await status(one, strategy(one)), ['miss', 'new'])
    assert.deepEqual(await status(other, strategy(other)), ['ttl', 'old'])
  },

  'invalidateAll makes every answer new': async () => {
    const [one, other] = [await row(), await row()]
    await status(one, { ttl: 60 })
    await status(other, { ttl: 60, tags: ['t'] })
    await change(one)
    await change(other)
    await prisma.$accelerate.invalidateAll()
    assert.deepEqual(await status(one, { ttl: 60 }), ['miss', 'new'])
    assert.deepEqual(await status(other, { ttl: 60, tags: ['t'] }), ['miss', 'new'])
  },

  'for localhost the extension finds the way by itself': async () => {
    if (before2) return
    const [name, byItself] = [await row(), open(plainUrl).$extends(withAccelerate())]
    await status(name, { ttl: 60, tags: ['by_itself'] })
    await change(name)
    await byItself.$accelerate.invalidate({ tags: ['by_itself'] })
    assert.deepEqual(await status(name, { ttl: 60, tags: ['by_itself'] }), ['miss', 'new'])
    await byItself.$disconnect()
  },

  'too many tags are refused with words': async () => {
    const tags = Array.from({ length: 101 }, (_, i) => `t${i}`)
    await assert.rejects(prisma.$accelerate.invalidate({ tags }), /101 tags are named, and 100 are the most/)
  },

  'an array transaction is answered by the database': async () => {
    const name = await row()
    const ask = () => prisma.user.findFirst({ where: { firstName: name }, cacheStrategy: { ttl: 60 } })
    await ask()
    await change(name)
    const [first, second] = await prisma.$transaction([ask(), ask()])
    assert.deepEqual([first.lastName, second.lastName], ['new', 'new'])
    assert.equal((await ask()).lastName, 'old')
  },

  'an interactive transaction neither uses nor fills the cache': async () => {
    const name = await row()
    const strategy = { ttl: 60 }
    await read(name, strategy)
    await prisma.$transaction(async (tx) => {
      await tx.user.updateMany({ where: { firstName: name }, data: { lastName: 'mine' } })
      const seen = await tx.user.findFirst({ where: { firstName: name }, cacheStrategy: strategy })
      assert.equal(seen.lastName, 'mine')
    }, patience)
    assert.deepEqual(await status(name, strategy), ['ttl', 'old'])
  },

  'what a transaction that rolled back read is not kept': async () => {
    const name = await row()
    const failed = prisma.$transaction(async (tx) => {
      await tx.user.updateMany({ where: { firstName: name }, data: { lastName: 'never' } })
      await tx.user.findFirst({ where: { firstName: name }, cacheStrategy: { ttl: 60 } })
      throw new Error('taken back')
    }, patience)
    await assert.rejects(failed, /taken back/)
    assert.deepEqual(await status(name, { ttl: 60 }), ['miss', 'old'])
  },

  'look-ups that the client merges are answered by the database': async () => {
    const names = [await row(), await row(), await row()]
    const ids = (await plain.user.findMany({ where: { firstName: { in: names } }, orderBy: { id: 'asc' } })).map(({ id }) => id)
    const ask = () => Promise.all(ids.map((id) => prisma.user.findUnique({ where: { id }, cacheStrategy: { ttl: 60 } })))
    assert.deepEqual((await ask()).map(({ lastName }) => lastName), ['old', 'old', 'old'])
    await change(names[1])
    assert.deepEqual((await ask()).map(({ lastName }) => lastName), ['old', 'new', 'old'])
  },

  'an error is not kept': async () => {
    const name = `c-${++number}`
    const ask = () => prisma.user.findFirstOrThrow({ where: { firstName: name }, cacheStrategy: { ttl: 60 } })
    await assert.rejects(ask(), { code: 'P2025' })
    await plain.user.create({ data: { email: name, firstName: name, lastName: 'there' } })
    assert.equal((await ask()).lastName, 'there')
  },

  'nothing found is an answer too': async () => {
    const name = `c-${++number}`
    const ask = () => prisma.user.findFirst({ where: { firstName: name }, cacheStrategy: { ttl: 60 } }).withAccelerateInfo()
    assert.equal((await ask()).data, null)
    await plain.user.create({ data: { email: name, firstName: name, lastName: 'there' } })
    const { data, info } = await ask()
    assert.deepEqual([data, info.cacheStatus], [null, 'ttl'])
  },

  'a stampede gets one answer': async () => {
    const name = await row()
    const all = await Promise.all(Array.from({ length: 50 }, () => read(name, { ttl: 60 })))
    assert.deepEqual(new Set(all.map(({ info }) => info.signature)).size, 1)
    assert.ok(all.every(({ data }) => data.lastName === 'old'))
  },
}

async function main() {
  plain = open()
  prisma = open().$extends(before2 ? makeAccelerateExtension(rewritten) : withAccelerate({ fetch: rewritten }))
  const outcomes = {}
  for (const [name, check] of Object.entries(checks)) {
    outcomes[name] = await check().then(
      () => null,
      (error) => String(error?.stack ?? error),
    )
  }
  process.stdout.write(JSON.stringify(outcomes))
  await Promise.all([plain.$disconnect(), prisma.$disconnect()])
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
