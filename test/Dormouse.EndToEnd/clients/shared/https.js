'use strict'
// node https.js trusted URL PAGE: an unmodified client over https, and the snippet of a documentation page by which invalidations reach
// Dormouse. node https.js untrusted URL: what the client says when it does not trust the certificate. The tables must be there and empty.
// node https.js reload URL COUNT: queries without a pause until so many certificates were seen. Each prints one JSON document.
const assert = require('node:assert/strict')
const fs = require('node:fs')
const https = require('node:https')
const { at, client, load } = require('./modules')

const [, , mode, url, argument] = process.argv
const { PrismaClient } = client('default')
const version = load('@prisma/client/package.json').version
const patience = { maxWait: 20_000, timeout: 60_000 }
const open = () => new PrismaClient({ ...at(url), errorFormat: 'minimal' })

// Where requests went, without their paths.
const origins = new Set()
const plainFetch = globalThis.fetch
globalThis.fetch = (target, options) => {
  origins.add(new URL(target).origin)
  return plainFetch(target, options)
}

async function trusted() {
  const prisma = open()
  const { id } = await prisma.user.create({ data: { email: 'a', firstName: 'a' } })
  await prisma.$transaction(async (tx) => {
    await tx.user.update({ where: { id }, data: { lastName: 'inside' } })
    assert.equal((await tx.user.findUnique({ where: { id } })).lastName, 'inside')
  }, patience)
  await prisma.$transaction([prisma.user.count(), prisma.user.findMany()])
  await prisma.$disconnect()
  return { origins: [...origins], invalidation: await invalidation(id) }
}

// A write leaves the cache alone, so an answer from it shows by being the old one.
async function invalidation(id) {
  const prisma = snippet()
  const read = () => prisma.user.findUnique({ where: { id }, cacheStrategy: { ttl: 60, tags: ['users'] } }).withAccelerateInfo()
  const change = (lastName) => prisma.user.update({ where: { id }, data: { lastName } })
  const seen = async () => {
    const { data, info } = await read()
    return `${info.cacheStatus} ${data.lastName}`
  }
  const course = [await seen()]
  await change('one')
  course.push(await seen())
  await prisma.$accelerate.invalidate({ tags: ['users'] })
  course.push(await seen())
  await change('two')
  await prisma.$accelerate.invalidateAll()
  course.push(await seen())
  await prisma.$disconnect()
  return course
}

// The page's block for this client, word for word; it finds the URL where an app would.
function snippet() {
  const kind = version.startsWith('7') ? '7' : /^(5|6\.0)\./.test(version) ? '5' : '6'
  const block = fs.readFileSync(argument, 'utf8').match(new RegExp('<!-- client ' + kind + ' -->\\s*```js\\n([^]*?)```'))
  process.env.DATABASE_URL = url
  const find = (name) => (name === '@prisma/client' ? client('default') : load(name))
  return new Function('require', block[1] + '\nreturn prisma')(find)
}

async function untrusted() {
  const prisma = open()
  const error = await prisma.user.findMany().then(
    () => assert.fail('it trusts the certificate'),
    (refused) => refused,
  )
  await prisma.$disconnect()
  const messages = []
  for (let cause = error; cause; cause = cause.cause) messages.push(`${cause.code ?? ''} ${cause.message}`.trim())
  return { messages }
}

async function reload() {
  const prisma = open()
  const certificates = new Set()
  const failures = []
  let [queries, handshakes] = [0, 0]
  const isOver = () => certificates.size >= Number(argument) || failures.length > 0
  const query = async () => {
    while (!isOver()) {
      await prisma.user.findMany().then(
        () => queries++,
        (error) => failures.push(String(error?.message)),
      )
    }
  }
  const shakeHands = async () => {
    while (!isOver()) {
      await certificate().then(
        (seen) => certificates.add(seen) && handshakes++,
        (error) => failures.push(String(error?.message)),
      )
    }
  }
  await Promise.all([query(), query(), query(), query(), shakeHands(), shakeHands()])
  await prisma.$disconnect()
  return { queries, handshakes, failures, certificates: certificates.size }
}

// Of a connection of its own, which carries one request.
function certificate() {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const request = https.get({ hostname, port, path: '/health', agent: false }, (response) => {
      const { fingerprint256 } = response.socket.getPeerCertificate()
      response.resume().on('end', () => (response.statusCode === 200 ? resolve(fingerprint256) : reject(new Error(response.statusCode))))
    })
    request.on('error', reject)
  })
}

const modes = { trusted, untrusted, reload }
modes[mode]().then(
  (outcome) => process.stdout.write(JSON.stringify(outcome)),
  (error) => {
    console.error(error)
    process.exitCode = 1
  },
)
