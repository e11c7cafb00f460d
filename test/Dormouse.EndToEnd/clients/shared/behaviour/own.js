'use strict'
// As checks.js, but with what Prisma's engine of the tests has no part in or does otherwise: each asserts by itself what is right.
const assert = require('node:assert/strict')
const util = require('node:util')

module.exports = ({ prisma, open, category, settle, settleAll, requests, eventsOf, pause, patience }) => ({
  // The engine takes a lost commit for one that was made.
  'a transaction with an error that was caught cannot be committed': async () => {
    const late = prisma.$transaction(async (tx) => {
      await category(tx, 'n-1')
      await settle(category(tx, 'n-1'))
    }, patience)
    await assert.rejects(late, { code: 'P2028' })
    assert.equal(await prisma.category.count({ where: { name: 'n-1' } }), 0)
  },

  // The engine of the tests waits without an end.
  'a transaction that finds no room in time is not begun': async () => {
    const hold = () => prisma.$transaction((tx) => Promise.all([tx.category.count(), pause(1_200)]), { maxWait: 300, timeout: 20_000 })
    const outcomes = await settleAll(Array.from({ length: 14 }, hold))
    const errors = outcomes.flatMap(({ error }) => error ?? [])
    assert.ok(errors.length > 0 && errors.length < outcomes.length, util.inspect(outcomes))
    for (const { code, message } of errors) {
      assert.equal(code, 'P2028')
      assert.match(message, /Unable to start a transaction in the given time/)
    }
  },

  // The engine of the tests does not tell of BEGIN.
  'query events tell of all statements': async () => {
    const heard = await eventsOf(async (told) => {
      await told.category.findMany({ where: { name: 'root' } })
      await told.$transaction((tx) => category(tx, 'n-1'), patience)
    })
    assert.deepEqual(heard.map(({ query }) => query.split(' ')[0]), ['SELECT', 'BEGIN', 'INSERT', 'COMMIT'])
    assert.deepEqual(heard.map(({ params }) => params), ['["root"]', '[]', '["n-1"]', '[]'])
  },

  'a broken schema is an initialization error that says where': async () => {
    const broken = open({ changeSchema: (schema) => schema.replace('likes      Int ', 'likes      Nope ') })
    const { error } = await settle(broken.category.count())
    assert.equal(error.name, 'PrismaClientInitializationError')
    assert.match(error.message, /likes +Nope/)
    assert.deepEqual(requests(), ['POST graphql 404', 'PUT schema 400'])
  },

  'spans of the server reach the tracing of the client': async () => {
    const heard = []
    const gather = (spans) => heard.push(...(spans.spans ?? spans))
    globalThis.PRISMA_INSTRUMENTATION = {
      helper: {
        isEnabled: () => true,
        getTraceParent: () => '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01',
        getActiveContext: () => undefined,
        runInChildSpan: (_, run) => run(),
        createEngineSpan: gather,
        dispatchEngineSpans: gather,
      },
    }
    try {
      const traced = open({ changeSchema: (schema) => schema, previewFeatures: ['tracing'] })
      await traced.category.findMany()
      const names = heard.map(({ name }) => name)
      assert.ok(names.includes('prisma:engine:query'), util.inspect(heard))
    } finally {
      delete globalThis.PRISMA_INSTRUMENTATION
    }
  },
})
