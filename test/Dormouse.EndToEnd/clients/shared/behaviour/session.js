'use strict'
// Opens the clients of the checks and keeps what they send.
const { at, client } = require('../modules')
const tls = require('../tls')
const wire = require('../wire')
const variant = require('./variant')

const { PrismaClient } = client('default')
// Long enough for a busy machine; the checks of waiting bring limits of their own.
const patience = { maxWait: 20_000, timeout: 60_000 }

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const category = (db, name) => db.category.create({ data: { name }, select: { name: true } })
const level = (db) => db.$queryRaw`SELECT current_setting('transaction_isolation') AS level`
const failed = ({ name, code, meta, message, batchRequestIdx }) => ({ name, code, meta, message, batchRequestIdx })
const settle = (promise) =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ error: failed(error) }),
  )
const settleAll = (promises) => Promise.all(promises.map(settle))

async function start(url) {
  wire.record()
  const front = process.env.DORMOUSE_TLS ? await tls.front(url, process.env.DORMOUSE_TLS) : { url }
  const opened = []

  // A client like the one of the app. With changeSchema, the client of an app with another schema.
  function open({ changeSchema, previewFeatures, ...options } = {}) {
    const Client = changeSchema ? variant('default', changeSchema, previewFeatures) : PrismaClient
    const made = new Client({ ...at(front.url), errorFormat: 'minimal', ...options })
    opened.push(made)
    return made
  }

  async function eventsOf(use) {
    const heard = []
    const told = open({ log: [{ emit: 'event', level: 'query' }] })
    told.$on('query', (event) => heard.push(event))
    await use(told)
    await pause(50)
    return heard
  }

  async function close() {
    await Promise.all(opened.map((one) => one.$disconnect()))
    front.close?.()
  }

  return { prisma: open(), open, close, eventsOf, requests, category, level, failed, settle, settleAll, pause, patience }
}

// What was sent since the last time: the kinds of requests, and how many queries travelled together.
function requests() {
  return wire.take().map(({ request, status, body }) => {
    const [method, path] = request.split(' ')
    const parts = path.split('/')
    const kind = parts.includes('itx') || parts.includes('transaction') ? `transaction/${parts.at(-1)}` : parts.at(-1)
    const batch = body?.startsWith('{"batch"') ? ` of ${JSON.parse(body).batch.length}` : ''
    return `${method} ${kind}${batch} ${status}`
  })
}

module.exports = { start }
