'use strict'
// What a client of version 5 or 6 does with its server beyond single operations, as a function that makes the checks by name. Each gives
// what the app gets, or throws what the app has to catch; nothing in it may differ from one server to another that works.

module.exports = ({ prisma, open, category, level, settle, settleAll, requests, eventsOf, pause, patience }) => ({
  'a schema that the server does not know is uploaded, and the query answered': async () => {
    const fresh = open({ changeSchema: (schema) => `${schema}\n// first` })
    const answer = await fresh.category.count()
    const sent = requests()
    return { answer, sent, again: await fresh.category.count(), sentAgain: requests() }
  },

  'a transaction may be what uploads the schema': async () => {
    const fresh = open({ changeSchema: (schema) => `${schema}\n// second` })
    const answer = await fresh.$transaction((tx) => tx.category.count(), patience)
    return { answer, sent: requests() }
  },

  'clients with two schemas are served side by side': async () => {
    const renamed = open({
      changeSchema: (schema) => schema.replace('lastName  String?    @map("last_name")', 'lastName  String?    @map("first_name")'),
    })
    const one = { where: { id: 1 }, select: { lastName: true } }
    const both = async () => [await prisma.user.findUnique(one), await renamed.user.findUnique(one)]
    return [await both(), await both()]
  },

  'an array has its isolation level': async () => {
    const levels = ['ReadCommitted', 'RepeatableRead', 'Serializable']
    const ask = async (isolationLevel) => (await prisma.$transaction([prisma.category.count(), level(prisma)], { isolationLevel }))[1]
    return [await Promise.all(levels.map(ask)), await prisma.$transaction([level(prisma), prisma.category.count()])]
  },

  'an array of one is an array': () => prisma.$transaction([category(prisma, 'n-1')], { isolationLevel: 'Serializable' }),

  'the first that fails takes an array back': () =>
    prisma.$transaction([prisma.category.update({ where: { id: -1 }, data: { name: 'n' } }), category(prisma, 'n-1')]),

  'one in the middle that fails takes an array back': () =>
    prisma.$transaction([category(prisma, 'n-1'), category(prisma, 'n-2'), category(prisma, 'n-1'), category(prisma, 'n-3')]),

  'raw SQL that fails takes an array back': () =>
    prisma.$transaction([category(prisma, 'n-1'), prisma.$executeRaw`UPDATE "Category" SET "nope" = 1`, category(prisma, 'n-2')]),

  'a faulty query in an array is told before anything is written': () =>
    prisma.$transaction([category(prisma, 'n-1'), prisma.category.findMany({ where: { nope: 1 } }), category(prisma, 'n-2')]),

  'each of an array sees what those before it wrote': () =>
    prisma.$transaction([
      prisma.category.count(),
      category(prisma, 'n-1'),
      prisma.category.count(),
      prisma.category.deleteMany({ where: { name: 'n-1' } }),
      prisma.category.count(),
    ]),

  'look-ups of one turn are one request': async () => {
    const found = await Promise.all([3, 1, -1, 2, 1].map((id) => prisma.user.findUnique({ where: { id }, select: { email: true } })))
    return { found, sent: requests() }
  },

  'look-ups with other selections are kept apart': async () => {
    const found = await Promise.all([
      prisma.user.findUnique({ where: { id: 1 }, select: { email: true } }),
      prisma.user.findUnique({ where: { id: 2 }, select: { email: true } }),
      prisma.user.findUnique({ where: { id: 1 }, select: { id: true, posts: { select: { slug: true }, orderBy: { slug: 'asc' } } } }),
      prisma.user.findUnique({ where: { id: 2 }, select: { id: true, posts: { select: { slug: true }, orderBy: { slug: 'asc' } } } }),
      prisma.user.findUnique({ where: { email: 'nobody@example.com' } }),
      prisma.category.findUnique({ where: { id: 1 }, include: { parent: true } }),
    ])
    return { found, sent: requests().sort() }
  },

  'of merged look-ups the one that must be there fails alone': async () => {
    const one = (id) => settle(prisma.user.findUniqueOrThrow({ where: { id }, select: { email: true } }))
    return { found: await Promise.all([one(1), one(-1), one(2), one(-2)]), sent: requests() }
  },

  'look-ups by compound keys are merged': async () => {
    const one = (userId, groupId) => prisma.membership.findUnique({ where: { userId_groupId: { userId, groupId } }, select: { level: true } })
    return { found: await Promise.all([one(1, 1), one(2, 1), one(1, 9)]), sent: requests() }
  },

  'relations of merged look-ups are followed': async () => {
    const one = (id) => prisma.user.findUnique({ where: { id } }).posts({ select: { slug: true }, orderBy: { slug: 'asc' } })
    return { found: await Promise.all([one(1), one(2), one(-1)]), sent: requests() }
  },

  'hundreds of look-ups are one request': async () => {
    const ids = Array.from({ length: 300 }, (_, i) => i - 100)
    const found = await Promise.all(ids.map((id) => prisma.user.findUnique({ where: { id }, select: { email: true } })))
    return { found: found.filter(Boolean), length: found.length, sent: requests() }
  },

  'look-ups within a transaction see its writes': () =>
    prisma.$transaction(async (tx) => {
      await tx.user.update({ where: { id: 1 }, data: { age: 99 } })
      const inside = await Promise.all([1, 2].map((id) => tx.user.findUnique({ where: { id }, select: { age: true } })))
      const outside = await Promise.all([1, 2].map((id) => prisma.user.findUnique({ where: { id }, select: { age: true } })))
      return { inside, outside }
    }, patience),

  'operations of one turn within a transaction run in order': () =>
    prisma.$transaction(
      (tx) =>
        Promise.all([
          category(tx, 'n-1'),
          tx.category.count(),
          tx.category.update({ where: { name: 'n-1' }, data: { name: 'n-2' }, select: { name: true } }),
          tx.category.findUnique({ where: { name: 'n-2' }, select: { name: true } }),
        ]),
      patience,
    ),

  'a transaction is stored with its nested writes': () =>
    prisma.$transaction(async (tx) => {
      const made = await tx.category.create({
        data: { name: 'n-root', children: { create: [{ name: 'n-a' }, { name: 'n-b', children: { create: { name: 'n-c' } } }] } },
        select: { id: true, name: true, children: { select: { name: true }, orderBy: { name: 'asc' } } },
      })
      return tx.category.update({
        where: { id: made.id },
        data: { children: { update: { where: { name: 'n-a' }, data: { name: 'n-z' } }, connect: { name: 'n-c' } } },
        select: { name: true, children: { select: { name: true }, orderBy: { name: 'asc' } } },
      })
    }, patience),

  'a transaction that throws leaves nothing': () =>
    prisma.$transaction(async (tx) => {
      await category(tx, 'n-1')
      throw new Error('changed my mind')
    }, patience),

  'after an error that is caught a transaction runs nothing more': async () => {
    let heard
    const aborted = prisma.$transaction(async (tx) => {
      await category(tx, 'n-1')
      heard = [await settle(category(tx, 'n-1')), await settle(category(tx, 'n-2'))]
      throw new Error('give up')
    }, patience)
    return { aborted: await settle(aborted), heard }
  },

  'a query that finds nothing leaves the transaction usable': () =>
    prisma.$transaction(async (tx) => {
      const missing = await settle(tx.category.update({ where: { id: -1 }, data: { name: 'n' } }))
      return { missing, then: await category(tx, 'n-2') }
    }, patience),

  'a transaction has its isolation level': async () => {
    const ask = (isolationLevel) => prisma.$transaction((tx) => level(tx), { ...patience, isolationLevel })
    return [await ask('ReadCommitted'), await ask('RepeatableRead'), await ask('Serializable'), await ask(undefined)]
  },

  'a transaction that takes too long has expired': async () => {
    const late = prisma.$transaction(
      async (tx) => {
        await category(tx, 'n-1')
        await pause(450)
        return category(tx, 'n-2')
      },
      { maxWait: 20_000, timeout: 200 },
    )
    return settle(late)
  },

  'a transaction that expired cannot be committed': async () =>
    settle(
      prisma.$transaction(
        async (tx) => {
          await category(tx, 'n-1')
          await pause(450)
        },
        { maxWait: 20_000, timeout: 200 },
      ),
    ),

  'after its end a transaction takes nothing more': async () => {
    let kept
    await prisma.$transaction(async (tx) => {
      kept = tx
      await category(tx, 'n-1')
    }, patience)
    const afterCommit = await settle(category(kept, 'n-2'))
    await settle(
      prisma.$transaction(async (tx) => {
        kept = tx
        await category(tx, 'n-3')
        throw new Error('no')
      }, patience),
    )
    return { afterCommit, afterRollback: await settle(kept.category.count()) }
  },

  'a query that is still on its way when its transaction ends': async () => {
    const forgotten = []
    await prisma.$transaction(async (tx) => {
      await category(tx, 'n-1')
      forgotten.push(settle(tx.$queryRaw`SELECT 1 AS one`))
      await pause(200)
    }, patience)
    return Promise.all(forgotten)
  },

  'of two that conflict one is to be repeated': async () => {
    const move = () =>
      prisma.$transaction(
        async (tx) => {
          const count = await tx.category.count()
          await pause(150)
          await category(tx, `n-${count}-${Math.random()}`)
        },
        { ...patience, isolationLevel: 'Serializable' },
      )
    const outcomes = await settleAll([move(), move()])
    const { count } = await prisma.category.deleteMany({ where: { name: { startsWith: 'n-' } } })
    // Which of their statements PostgreSQL refuses is a matter of moments.
    return { count, codes: outcomes.map(({ error }) => error?.code ?? 'stored').sort() }
  },

  'query events have what logs need': async () => {
    const [first] = await eventsOf((told) => told.category.findMany())
    return { members: Object.keys(first).sort(), types: Object.values(first).map((value) => value?.constructor?.name).sort() }
  },

  'an app that disconnects may ask again': async () => {
    await prisma.category.count()
    await prisma.$disconnect()
    return prisma.category.count()
  },
})
