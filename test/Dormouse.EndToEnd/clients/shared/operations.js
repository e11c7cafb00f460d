'use strict'
// Every operation of the client that the protocol notes captured, in the order in which it was captured: later ones see what earlier ones wrote.
// together: how the list of calls of one tick is awaited. transaction: the operation opens a transaction itself.
// after: the operation that must have run before, where each starts from the seed. unordered: its records come in any order.
// notQuery: the operation sends no query. arrayable: false where the call is no lazy PrismaPromise, which $transaction([...]) needs.
module.exports = [
  { name: 'find-many-all', run: ({ prisma }) => prisma.user.findMany() },
  {
    name: 'find-many-where-scalars',
    run: ({ prisma }) =>
      prisma.user.findMany({ where: { age: { gte: 18, lt: 65, not: 40 }, active: true, role: 'ADMIN', lastName: null } }),
  },
  {
    name: 'find-many-in-notin',
    run: ({ prisma }) =>
      prisma.user.findMany({ where: { id: { in: [1, 2, 3] }, age: { notIn: [5, 6] }, role: { in: ['USER', 'EDITOR'] } } }),
  },
  {
    name: 'find-many-and-or-not',
    run: ({ prisma }) =>
      prisma.user.findMany({
        where: {
          AND: [{ age: { gt: 1 } }, { active: true }],
          OR: [{ firstName: 'Ann' }, { lastName: { equals: 'B' } }],
          NOT: { email: { contains: 'zzz' } },
        },
      }),
  },
  {
    name: 'find-many-string-filters',
    run: ({ prisma }) =>
      prisma.user.findMany({
        where: {
          email: { contains: 'EX_%', mode: 'insensitive' },
          firstName: { startsWith: 'A', not: { endsWith: 'z' } },
          lastName: { endsWith: 'n', mode: 'default' },
        },
      }),
  },
  {
    name: 'find-many-fulltext',
    run: ({ prisma }) =>
      prisma.post.findMany({
        where: { title: { search: 'hello & world' } },
        orderBy: { _relevance: { fields: ['title', 'content'], search: 'hello', sort: 'desc' } },
      }),
  },
  {
    name: 'find-many-bigint-decimal-date-bytes',
    run: ({ prisma, Prisma }) =>
      prisma.user.findMany({
        where: {
          views: { gte: 9007199254740993n },
          balance: { lte: new Prisma.Decimal('1e5') },
          createdAt: { gt: new Date('2020-01-01T00:00:00Z') },
          avatar: Buffer.from([1, 2, 255]),
          rating: { gt: 1.5 },
        },
      }),
  },
  {
    name: 'find-many-date-string',
    run: ({ prisma }) =>
      prisma.user.findMany({ where: { createdAt: { gt: '2020-01-01T00:00:00.000Z' }, birthday: { equals: new Date('2000-01-02') } } }),
  },
  {
    name: 'find-many-json-filters',
    run: ({ prisma }) =>
      prisma.user.findMany({ where: { settings: { path: ['a', 'b'], equals: 1 }, meta: { path: ['tags'], array_contains: ['x'] } } }),
  },
  {
    name: 'find-many-json-string-filters',
    run: ({ prisma }) => prisma.user.findMany({ where: { settings: { path: ['s'], string_contains: 'x', mode: 'insensitive' } } }),
  },
  { name: 'find-many-json-gt', run: ({ prisma }) => prisma.user.findMany({ where: { settings: { path: ['n'], gt: 3 } } }) },
  {
    name: 'find-many-json-equals-object',
    run: ({ prisma }) => prisma.user.findMany({ where: { settings: { equals: { a: [1, 'x', null], d: true } } } }),
  },
  {
    name: 'find-many-json-nulls',
    run: ({ prisma, Prisma }) =>
      prisma.user.findMany({
        where: { OR: [{ meta: { equals: Prisma.DbNull } }, { meta: { equals: Prisma.JsonNull } }, { meta: { equals: Prisma.AnyNull } }] },
      }),
  },
  {
    name: 'find-many-list-filters',
    run: ({ prisma }) =>
      prisma.user.findMany({ where: { tags: { has: 'x' }, scores: { hasSome: [1, 2] }, roles: { hasEvery: ['USER', 'ADMIN'] } } }),
  },
  {
    name: 'find-many-list-equals-isempty',
    run: ({ prisma }) => prisma.user.findMany({ where: { tags: { equals: ['x', 'y'] }, scores: { isEmpty: true } } }),
  },
  { name: 'find-many-field-ref', run: ({ prisma }) => prisma.post.findMany({ where: { likes: { gt: prisma.post.fields.authorId } } }) },
  {
    name: 'find-many-uuid',
    run: ({ prisma }) => prisma.user.findMany({ where: { uid: { in: ['11111111-1111-4111-8111-111111111111'] } } }),
  },
  {
    name: 'find-many-rel-some-every-none',
    run: ({ prisma }) =>
      prisma.user.findMany({ where: { posts: { some: { published: true }, every: { likes: { gte: 0 } }, none: { title: 'bad' } } } }),
  },
  {
    name: 'find-many-rel-is-isnot',
    run: ({ prisma }) => prisma.post.findMany({ where: { author: { is: { email: { contains: '@' } } }, reviewer: { isNot: null } } }),
  },
  { name: 'find-many-rel-null', run: ({ prisma }) => prisma.user.findMany({ where: { manager: null, profile: { is: null } } }) },
  {
    name: 'find-many-rel-shorthand-nested',
    run: ({ prisma }) =>
      prisma.post.findMany({
        where: { author: { manager: { firstName: 'Boss' } }, categories: { some: { parent: { is: { name: 'root' } } } } },
      }),
  },
  {
    name: 'find-many-rel-self',
    run: ({ prisma }) =>
      prisma.category.findMany({
        where: { children: { some: { name: { startsWith: 'c' } } } },
        include: { parent: true, children: { include: { children: true } } },
      }),
  },
  {
    name: 'find-many-include',
    run: ({ prisma }) => prisma.user.findMany({ include: { posts: true, profile: true, manager: { select: { id: true } } } }),
  },
  {
    name: 'find-many-include-args',
    run: ({ prisma }) =>
      prisma.user.findMany({
        include: {
          posts: {
            where: { published: true },
            orderBy: { createdAt: 'desc' },
            take: 2,
            skip: 1,
            include: { categories: { select: { name: true } } },
          },
        },
      }),
  },
  {
    name: 'find-many-select',
    run: ({ prisma }) =>
      prisma.user.findMany({ select: { id: true, email: true, role: true, posts: { select: { title: true } }, lastName: false } }),
  },
  {
    name: 'find-many-omit',
    run: ({ prisma }) => prisma.user.findMany({ omit: { avatar: true, settings: true }, include: { posts: { omit: { content: true } } } }),
  },
  { name: 'find-many-count', run: ({ prisma }) => prisma.user.findMany({ include: { _count: true } }) },
  {
    name: 'find-many-count-select',
    run: ({ prisma }) =>
      prisma.user.findMany({ select: { id: true, _count: { select: { posts: { where: { published: true } }, reports: true } } } }),
  },
  {
    name: 'find-many-orderby-multi',
    run: ({ prisma }) => prisma.user.findMany({ orderBy: [{ age: { sort: 'asc', nulls: 'last' } }, { id: 'desc' }] }),
  },
  {
    name: 'find-many-orderby-relation',
    run: ({ prisma }) => prisma.post.findMany({ orderBy: [{ author: { email: 'asc' } }, { categories: { _count: 'desc' } }] }),
  },
  { name: 'find-many-paging', run: ({ prisma }) => prisma.user.findMany({ skip: 1, take: 2, orderBy: { id: 'asc' } }) },
  { name: 'find-many-cursor', run: ({ prisma }) => prisma.user.findMany({ cursor: { id: 2 }, take: 2, skip: 1, orderBy: { id: 'asc' } }) },
  { name: 'find-many-cursor-negative', run: ({ prisma }) => prisma.user.findMany({ cursor: { id: 3 }, take: -2, orderBy: { id: 'asc' } }) },
  {
    name: 'find-many-cursor-compound',
    run: ({ prisma }) => prisma.membership.findMany({ cursor: { userId_groupId: { userId: 1, groupId: 1 } }, take: 2 }),
  },
  {
    name: 'find-many-distinct',
    run: ({ prisma }) => prisma.post.findMany({ distinct: ['authorId', 'visibility'], select: { authorId: true, visibility: true } }),
  },
  {
    name: 'find-many-rls-query',
    run: ({ prisma }) => prisma.user.findMany({ relationLoadStrategy: 'query', include: { posts: { include: { categories: true } } } }),
  },
  {
    name: 'find-many-rls-join',
    run: ({ prisma }) => prisma.user.findMany({ relationLoadStrategy: 'join', include: { posts: { include: { categories: true } } } }),
  },
  { name: 'find-many-where-skip', run: ({ prisma, Prisma }) => prisma.user.findMany({ where: { email: Prisma.skip, age: { gt: 3 } } }) },
  { name: 'find-unique-id', run: ({ prisma }) => prisma.user.findUnique({ where: { id: 1 } }) },
  { name: 'find-unique-email', run: ({ prisma }) => prisma.user.findUnique({ where: { email: 'ann@example.com' }, select: { id: true } }) },
  {
    name: 'find-unique-compound',
    run: ({ prisma }) =>
      prisma.membership.findUnique({ where: { userId_groupId: { userId: 1, groupId: 1 } }, include: { user: true, group: true } }),
  },
  {
    name: 'find-unique-named-compound',
    run: ({ prisma }) => prisma.user.findUnique({ where: { fullName: { firstName: 'Ann', lastName: 'Archer' } } }),
  },
  {
    name: 'find-unique-extra-where',
    run: ({ prisma }) => prisma.user.findUnique({ where: { id: 1, active: true, OR: [{ age: 1 }, { age: 30 }] } }),
  },
  { name: 'find-unique-missing', run: ({ prisma }) => prisma.user.findUnique({ where: { id: 99999 } }) },
  { name: 'find-unique-or-throw', run: ({ prisma }) => prisma.user.findUniqueOrThrow({ where: { id: 1 } }) },
  { name: 'find-unique-or-throw-missing', run: ({ prisma }) => prisma.user.findUniqueOrThrow({ where: { id: 99999 } }) },
  { name: 'find-unique-fluent', run: ({ prisma }) => prisma.user.findUnique({ where: { id: 1 } }).posts({ where: { published: true } }) },
  {
    name: 'find-unique-fluent-2',
    run: ({ prisma }) =>
      prisma.profile
        .findUnique({ where: { userId: 1 } })
        .user()
        .posts(),
  },
  { name: 'find-first', run: ({ prisma }) => prisma.user.findFirst({ where: { age: { gt: 1 } }, orderBy: { id: 'desc' }, skip: 0 }) },
  { name: 'find-first-or-throw-missing', run: ({ prisma }) => prisma.user.findFirstOrThrow({ where: { age: 12345 } }) },
  { name: 'find-bigint-id', run: ({ prisma }) => prisma.comment.findUnique({ where: { id: 1n }, include: { post: true } }) },
  { name: 'find-post-scalar-lists', run: ({ prisma }) => prisma.post.findMany({ where: { slug: 'p1' } }) },
  {
    name: 'compact-find-unique',
    together: 'all',
    run: ({ prisma }) => [1, 2, 3, 99999].map((id) => prisma.user.findUnique({ where: { id }, select: { email: true } })),
  },
  {
    name: 'compact-find-unique-or-throw',
    together: 'allSettled',
    run: ({ prisma }) => [1, 99999].map((id) => prisma.user.findUniqueOrThrow({ where: { id } })),
  },
  {
    name: 'compact-find-unique-compound',
    together: 'all',
    run: ({ prisma }) =>
      [
        [1, 1],
        [2, 1],
      ].map(([userId, groupId]) => prisma.membership.findUnique({ where: { userId_groupId: { userId, groupId } } })),
  },
  { name: 'compact-fluent', together: 'all', run: ({ prisma }) => [1, 2].map((id) => prisma.user.findUnique({ where: { id } }).posts()) },
  {
    name: 'compact-different-selection',
    together: 'all',
    run: ({ prisma }) => [prisma.user.findUnique({ where: { id: 1 } }), prisma.user.findUnique({ where: { id: 2 }, select: { id: true } })],
  },
  { name: 'count', run: ({ prisma }) => prisma.user.count() },
  { name: 'count-where', run: ({ prisma }) => prisma.user.count({ where: { active: true }, skip: 0, take: 10, orderBy: { id: 'asc' } }) },
  { name: 'count-select', run: ({ prisma }) => prisma.user.count({ select: { _all: true, age: true } }) },
  {
    name: 'aggregate',
    run: ({ prisma }) =>
      prisma.user.aggregate({
        _count: true,
        _avg: { age: true, balance: true },
        _sum: { age: true, views: true, balance: true },
        _min: { createdAt: true, email: true, views: true },
        _max: { age: true, balance: true, rating: true },
      }),
  },
  {
    name: 'aggregate-where-cursor',
    run: ({ prisma }) =>
      prisma.user.aggregate({
        where: { active: true },
        orderBy: { id: 'asc' },
        take: 2,
        cursor: { id: 1 },
        _count: { _all: true, age: true },
      }),
  },
  {
    name: 'group-by',
    run: ({ prisma }) =>
      prisma.post.groupBy({
        by: ['authorId', 'visibility'],
        where: { likes: { gte: 0 } },
        _count: { _all: true },
        _sum: { likes: true },
        _avg: { price: true },
        having: { likes: { _sum: { gte: 0 } } },
        orderBy: [{ _count: { id: 'desc' } }, { authorId: 'asc' }],
        take: 5,
      }),
  },
  {
    name: 'group-by-count-true',
    unordered: true,
    run: ({ prisma }) =>
      prisma.user.groupBy({ by: 'role', _count: true, having: { OR: [{ role: 'USER' }, { age: { _max: { gt: 1 } } }] } }),
  },
  {
    name: 'create-minimal',
    run: ({ prisma }) => prisma.user.create({ data: { email: 'new1@example.com', firstName: 'New', settings: {} } }),
  },
  {
    name: 'create-all-types',
    run: ({ prisma, Prisma }) =>
      prisma.user.create({
        data: {
          email: 'all@example.com',
          firstName: 'All',
          lastName: 'Types',
          uid: '22222222-2222-4222-8222-222222222222',
          role: 'ADMIN',
          roles: ['USER', 'ADMIN'],
          tags: { set: ['a', 'b'] },
          scores: [1, 2],
          age: null,
          balance: new Prisma.Decimal('123.4567'),
          views: 9223372036854775807n,
          rating: 0.1,
          avatar: new Uint8Array([0, 255]),
          settings: { nested: { d: [1.5, null, 'x'], b: false } },
          meta: Prisma.JsonNull,
          createdAt: new Date('2021-02-03T04:05:06.789Z'),
          birthday: new Date('1999-12-31'),
        },
      }),
  },
  {
    name: 'create-meta-dbnull',
    run: ({ prisma, Prisma }) =>
      prisma.user.create({ data: { email: 'dbn@example.com', firstName: 'Db', lastName: 'N', settings: 'str', meta: Prisma.DbNull } }),
  },
  {
    name: 'create-json-array-and-type-key',
    run: ({ prisma }) =>
      prisma.user.create({
        data: {
          email: 'jt@example.com',
          firstName: 'J',
          lastName: 'T',
          settings: [1, 'two', { three: 3 }],
          meta: { $type: 'evil', value: 1 },
        },
      }),
  },
  {
    name: 'create-json-with-date-and-bigint',
    run: ({ prisma }) =>
      prisma.user.create({
        data: {
          email: 'jd@example.com',
          firstName: 'J',
          lastName: 'D',
          settings: { d: new Date('2021-01-01T00:00:00Z'), n: { $type: 'DateTime', value: 'x' }, z: { k: null } },
        },
      }),
  },
  {
    name: 'create-select',
    run: ({ prisma }) =>
      prisma.user.create({ data: { email: 'sel@example.com', firstName: 'Sel', lastName: 'S' }, select: { id: true, email: true } }),
  },
  {
    name: 'create-scalar-lists',
    run: ({ prisma, Prisma }) =>
      prisma.post.create({
        data: {
          id: 'pl',
          title: 'L',
          slug: 'lists',
          authorId: 1,
          bigs: [1n, 2n],
          decs: ['1.10', new Prisma.Decimal('2.2')],
          dates: [new Date('2020-01-01T00:00:00Z')],
          blobs: [Buffer.from('a'), Buffer.from('b')],
          flags: [true, false],
          jsons: [{ a: 1 }, [2], 'three'],
          price: '9.99',
        },
      }),
  },
  {
    name: 'create-nested-create',
    run: ({ prisma }) =>
      prisma.user.create({
        data: {
          email: 'nest@example.com',
          firstName: 'Nest',
          lastName: 'A',
          profile: { create: { bio: 'hi' } },
          posts: {
            create: [
              { title: 't1', slug: 'n1', categories: { create: { name: 'ncat' } } },
              { title: 't2', slug: 'n2' },
            ],
          },
        },
        include: { posts: { include: { categories: true } }, profile: true },
      }),
  },
  {
    name: 'create-nested-create-many',
    run: ({ prisma }) =>
      prisma.user.create({
        data: {
          email: 'nestm@example.com',
          firstName: 'Nest',
          lastName: 'M',
          posts: {
            createMany: {
              data: [
                { title: 'a', slug: 'a' },
                { title: 'b', slug: 'b' },
              ],
              skipDuplicates: true,
            },
          },
        },
        include: { _count: { select: { posts: true } } },
      }),
  },
  {
    name: 'create-nested-connect',
    run: ({ prisma }) =>
      prisma.post.create({
        data: {
          title: 'C',
          slug: 'conn',
          author: { connect: { email: 'ann@example.com' } },
          categories: { connect: [{ id: 1 }, { name: 'child' }] },
        },
        include: { categories: true, author: { select: { email: true } } },
      }),
  },
  {
    name: 'create-nested-connect-or-create',
    run: ({ prisma }) =>
      prisma.post.create({
        data: {
          title: 'COC',
          slug: 'coc',
          author: {
            connectOrCreate: { where: { email: 'coc@example.com' }, create: { email: 'coc@example.com', firstName: 'Coc', lastName: 'C' } },
          },
          categories: { connectOrCreate: { where: { name: 'child' }, create: { name: 'child' } } },
        },
      }),
  },
  {
    name: 'create-explicit-mn',
    run: ({ prisma }) =>
      prisma.group.create({
        data: { name: 'G', members: { create: [{ level: 2, user: { connect: { id: 1 } } }] } },
        include: { members: true },
      }),
  },
  {
    name: 'create-many',
    run: ({ prisma }) => prisma.category.createMany({ data: [{ name: 'cm1' }, { name: 'cm2', parentId: 1 }], skipDuplicates: true }),
  },
  {
    name: 'create-many-mixed',
    run: ({ prisma }) =>
      prisma.user.createMany({
        data: [
          { email: 'm1@example.com', firstName: 'M1' },
          { email: 'm2@example.com', firstName: 'M2', age: 3, views: 5n, settings: { x: 1 } },
        ],
      }),
  },
  {
    name: 'create-many-and-return',
    run: ({ prisma }) =>
      prisma.category.createManyAndReturn({
        data: [{ name: 'cmr1' }, { name: 'cmr2', parentId: 1 }],
        select: { id: true, name: true, parent: true },
      }),
  },
  {
    name: 'update',
    run: ({ prisma }) =>
      prisma.user.update({
        where: { id: 1 },
        data: {
          firstName: 'Ann',
          age: { increment: 1 },
          views: { multiply: 2n },
          balance: { decrement: 1.5 },
          rating: { divide: 2 },
          lastName: { set: 'Archer' },
          tags: { push: 'new' },
          scores: { set: [9] },
        },
      }),
  },
  {
    name: 'update-json',
    run: ({ prisma, Prisma }) =>
      prisma.user.update({ where: { id: 1 }, data: { settings: { a: 1 }, meta: Prisma.DbNull }, select: { settings: true, meta: true } }),
  },
  {
    name: 'update-nested-all',
    run: ({ prisma }) =>
      prisma.user.update({
        where: { id: 1 },
        data: {
          posts: {
            create: { id: 'tmp1', title: 'tmp', slug: 'tmp1' },
            update: { where: { id: 'p1' }, data: { title: 'p1 upd', likes: { increment: 2 } } },
            updateMany: { where: { published: false }, data: { likes: { increment: 1 } } },
            upsert: { where: { id: 'pz' }, create: { id: 'pz', title: 'z', slug: 'z' }, update: { title: 'z2' } },
            deleteMany: { title: 'never' },
          },
        },
        include: { posts: { orderBy: { id: 'asc' } } },
      }),
  },
  {
    name: 'update-nested-delete',
    after: 'update-nested-all',
    run: ({ prisma }) => prisma.user.update({ where: { id: 1 }, data: { posts: { delete: { id: 'tmp1' }, deleteMany: [{ id: 'pz' }] } } }),
  },
  {
    name: 'update-nested-to-one',
    run: ({ prisma }) =>
      prisma.user.update({
        where: { id: 1 },
        data: { profile: { upsert: { create: { bio: 'c' }, update: { bio: 'u' } } }, manager: { connect: { id: 2 } } },
        include: { profile: true, manager: { select: { id: true } } },
      }),
  },
  {
    name: 'update-nested-to-one-update',
    run: ({ prisma }) =>
      prisma.user.update({
        where: { id: 1 },
        data: { profile: { update: { where: { bio: { not: null } }, data: { bio: 'u2' } } }, manager: { disconnect: true } },
        include: { profile: true },
      }),
  },
  {
    name: 'update-m2m-set',
    run: ({ prisma }) =>
      prisma.post.update({ where: { id: 'p1' }, data: { categories: { set: [{ id: 1 }, { id: 2 }] } }, include: { categories: true } }),
  },
  {
    name: 'update-m2m-disconnect',
    run: ({ prisma }) =>
      prisma.post.update({
        where: { id: 'p1' },
        data: { categories: { disconnect: [{ id: 2 }], connect: { id: 3 } } },
        include: { categories: { orderBy: { id: 'asc' } } },
      }),
  },
  {
    name: 'update-compound',
    run: ({ prisma }) => prisma.membership.update({ where: { userId_groupId: { userId: 1, groupId: 1 } }, data: { level: 5 } }),
  },
  { name: 'update-missing', run: ({ prisma }) => prisma.user.update({ where: { id: 99999 }, data: { firstName: 'x' } }) },
  {
    name: 'update-many',
    run: ({ prisma }) => prisma.post.updateMany({ where: { published: false }, data: { likes: { increment: 1 } }, limit: 10 }),
  },
  {
    name: 'update-many-and-return',
    run: ({ prisma }) =>
      prisma.post.updateManyAndReturn({ where: { id: 'p2' }, data: { published: true }, select: { id: true, published: true } }),
  },
  {
    name: 'upsert-insert',
    run: ({ prisma }) =>
      prisma.user.upsert({
        where: { email: 'ups@example.com' },
        create: { email: 'ups@example.com', firstName: 'Up', lastName: 'S' },
        update: { firstName: 'Upd' },
      }),
  },
  {
    name: 'upsert-update',
    after: 'upsert-insert',
    run: ({ prisma }) =>
      prisma.user.upsert({
        where: { email: 'ups@example.com' },
        create: { email: 'ups@example.com', firstName: 'Up', lastName: 'S' },
        update: { firstName: 'Upd' },
        select: { firstName: true },
      }),
  },
  {
    name: 'upsert-nested',
    run: ({ prisma }) =>
      prisma.user.upsert({
        where: { id: 2 },
        create: { email: 'q@example.com', firstName: 'Q' },
        update: { posts: { create: { title: 'un', slug: 'un' } } },
      }),
  },
  { name: 'delete', after: 'upsert-insert', run: ({ prisma }) => prisma.user.delete({ where: { email: 'ups@example.com' } }) },
  { name: 'delete-missing', run: ({ prisma }) => prisma.user.delete({ where: { id: 99999 } }) },
  {
    name: 'delete-many',
    after: 'create-many',
    run: ({ prisma }) => prisma.category.deleteMany({ where: { name: { startsWith: 'cm' } }, limit: 100 }),
  },
  { name: 'delete-many-all-comments', run: ({ prisma }) => prisma.comment.deleteMany() },
  {
    name: 'err-unique',
    run: ({ prisma }) => prisma.user.create({ data: { email: 'ann@example.com', firstName: 'Dup', lastName: 'Dup' } }),
  },
  { name: 'err-unique-compound', run: ({ prisma }) => prisma.post.create({ data: { title: 'x', slug: 'p1', authorId: 1 } }) },
  { name: 'err-fk', run: ({ prisma }) => prisma.post.create({ data: { title: 'x', slug: 'fk', authorId: 99999 } }) },
  { name: 'err-fk-delete-restrict', run: ({ prisma }) => prisma.category.delete({ where: { name: 'root' } }) },
  {
    name: 'err-connect-missing',
    run: ({ prisma }) => prisma.post.create({ data: { title: 'x', slug: 'cm', author: { connect: { id: 99999 } } } }),
  },
  {
    name: 'err-required-relation-violation',
    run: ({ prisma }) => prisma.user.update({ where: { id: 1 }, data: { profile: { disconnect: true } } }),
  },
  { name: 'err-validation-unknown-field', run: ({ prisma }) => prisma.user.findMany({ where: { nope: 1 } }) },
  { name: 'err-validation-missing-arg', run: ({ prisma }) => prisma.user.create({ data: { firstName: 'x' } }) },
  { name: 'err-validation-wrong-type', run: ({ prisma }) => prisma.user.findMany({ where: { age: 'abc' } }) },
  { name: 'err-validation-unknown-select', run: ({ prisma }) => prisma.user.findMany({ select: { nope: true } }) },
  { name: 'err-validation-include-scalar', run: ({ prisma }) => prisma.user.findMany({ include: { email: true } }) },
  { name: 'err-validation-enum', run: ({ prisma }) => prisma.user.findMany({ where: { role: 'NOPE' } }) },
  {
    name: 'err-int-overflow',
    run: ({ prisma }) => prisma.user.create({ data: { email: 'ov@example.com', firstName: 'O', age: 3000000000 } }),
  },
  { name: 'err-raw-syntax', run: ({ prisma }) => prisma.$queryRaw`SELEC 1` },
  { name: 'err-raw-execute-missing-table', run: ({ prisma }) => prisma.$executeRaw`DELETE FROM nope` },
  {
    name: 'err-value-too-long',
    run: ({ prisma }) => prisma.user.create({ data: { email: 'b@example.com', firstName: 'B', balance: '123456789012345678901234' } }),
  },
  { name: 'err-null-char', run: ({ prisma }) => prisma.user.create({ data: { email: 'n\u0000@example.com', firstName: 'B' } }) },
  { name: 'err-bad-uuid', run: ({ prisma }) => prisma.user.findMany({ where: { uid: 'not-a-uuid' } }) },
  {
    name: 'query-raw',
    run: ({ prisma, Prisma }) =>
      prisma.$queryRaw`SELECT 1::int AS i, ${2n}::bigint AS b, ${'x'}::text AS t, ${1.5}::float8 AS f, ${new Prisma.Decimal('1.25')}::numeric AS d, ${true}::bool AS bo, ${new Date('2020-01-01T00:00:00Z')}::timestamptz AS ts, ${Buffer.from('hi')}::bytea AS by, ${null}::text AS n`,
  },
  {
    name: 'query-raw-json-array',
    run: ({ prisma }) => prisma.$queryRaw`SELECT ${{ a: 1 }}::jsonb AS j, ${[1, 2]}::int[] AS arr, ${['a', 'b']}::text[] AS ta`,
  },
  {
    name: 'query-raw-all-types',
    run: ({ prisma }) =>
      prisma.$queryRaw`SELECT 1::int2 AS i2, 1::int4 AS i4, 9007199254740993::int8 AS i8, 1.5::float4 AS f4, 1.5::float8 AS f8, 1.10::numeric AS num, 'a'::char(3) AS ch, 'v'::varchar AS vc, 't'::text AS tx, true AS bo, '2020-01-02'::date AS da, '10:11:12.123'::time AS ti, '2020-01-02 03:04:05.678'::timestamp AS ts, '2020-01-02 03:04:05.678+02'::timestamptz AS tz, '\\xDEAD'::bytea AS by, '{"a":1}'::json AS js, '[1]'::jsonb AS jb, '11111111-1111-4111-8111-111111111111'::uuid AS uu, 'USER'::user_role AS en, '127.0.0.1'::inet AS ine, B'101'::bit(3) AS bi, '12.34'::money AS mo, null::int AS nu, 1::oid AS oi, '1 day'::interval::text AS iv, '<a/>'::xml AS xm`,
  },
  {
    name: 'query-raw-array-types',
    run: ({ prisma }) =>
      prisma.$queryRaw`SELECT ARRAY[1,2]::int4[] AS i4, ARRAY[1,2]::int8[] AS i8, ARRAY['a',null]::text[] AS tx, ARRAY[true] AS bo, ARRAY[1.5]::float8[] AS f8, ARRAY[1.10]::numeric[] AS num, ARRAY['2020-01-02'::date] AS da, ARRAY['2020-01-02 03:04:05'::timestamp] AS ts, ARRAY['{"a":1}'::jsonb] AS jb, ARRAY['\\x01'::bytea] AS by, ARRAY['11111111-1111-4111-8111-111111111111'::uuid] AS uu, ARRAY['USER']::user_role[] AS en`,
  },
  { name: 'query-raw-empty', run: ({ prisma }) => prisma.$queryRaw`SELECT id, email FROM users WHERE id = -1` },
  { name: 'query-raw-unsafe', run: ({ prisma }) => prisma.$queryRawUnsafe('SELECT email FROM users WHERE id = $1 OR email = $2', 1, 'x') },
  {
    name: 'query-raw-join',
    run: ({ prisma, Prisma }) =>
      prisma.$queryRaw(
        Prisma.sql`SELECT id FROM users WHERE id IN (${Prisma.join([1, 2, 3])}) ${Prisma.raw('ORDER BY id')} ${Prisma.empty}`,
      ),
  },
  { name: 'execute-raw', run: ({ prisma }) => prisma.$executeRaw`UPDATE users SET age = ${31} WHERE id = ${1}` },
  { name: 'execute-raw-unsafe', run: ({ prisma }) => prisma.$executeRawUnsafe('UPDATE users SET age = $1 WHERE id = $2', 31, 1) },
  {
    name: 'tx-batch',
    transaction: true,
    run: ({ prisma }) =>
      prisma.$transaction([
        prisma.user.findMany({ take: 1, select: { id: true } }),
        prisma.user.count(),
        prisma.category.create({ data: { name: 'txb' } }),
      ]),
  },
  {
    name: 'tx-batch-isolation',
    after: 'tx-batch',
    transaction: true,
    run: ({ prisma }) =>
      prisma.$transaction([prisma.user.count(), prisma.category.deleteMany({ where: { name: 'txb' } })], {
        isolationLevel: 'Serializable',
      }),
  },
  {
    name: 'tx-batch-raw',
    transaction: true,
    run: ({ prisma }) => prisma.$transaction([prisma.$executeRaw`SELECT 1`, prisma.$queryRaw`SELECT 2::int AS two`]),
  },
  {
    name: 'tx-batch-raw-mixed',
    transaction: true,
    run: ({ prisma }) => prisma.$transaction([prisma.user.count(), prisma.$queryRaw`SELECT 2::int AS two`]),
  },
  {
    name: 'tx-batch-fail',
    transaction: true,
    run: ({ prisma }) =>
      prisma.$transaction([
        prisma.category.create({ data: { name: 'will-rollback' } }),
        prisma.category.create({ data: { name: 'root' } }),
      ]),
  },
  { name: 'tx-batch-single', transaction: true, run: ({ prisma }) => prisma.$transaction([prisma.user.count()]) },
  {
    name: 'tx-interactive-commit',
    transaction: true,
    run: ({ prisma }) =>
      prisma.$transaction(async (tx) => {
        const c = await tx.category.create({ data: { name: 'itx' } })
        await tx.category.delete({ where: { id: c.id } })
        return await tx.$queryRaw`SELECT 1::int AS one`
      }),
  },
  {
    name: 'tx-interactive-options',
    transaction: true,
    run: ({ prisma }) =>
      prisma.$transaction(async (tx) => tx.user.count(), { maxWait: 1234, timeout: 4321, isolationLevel: 'RepeatableRead' }),
  },
  {
    name: 'tx-interactive-rollback',
    transaction: true,
    run: ({ prisma }) =>
      prisma.$transaction(async (tx) => {
        await tx.category.create({ data: { name: 'rb' } })
        throw new Error('user abort')
      }),
  },
  {
    name: 'tx-interactive-fail',
    transaction: true,
    run: ({ prisma }) =>
      prisma.$transaction(async (tx) => {
        await tx.category.create({ data: { name: 'root' } })
      }),
  },
  {
    name: 'tx-interactive-dataloader',
    transaction: true,
    run: ({ prisma }) =>
      prisma.$transaction(async (tx) => Promise.all([tx.user.findUnique({ where: { id: 1 } }), tx.user.findUnique({ where: { id: 2 } })])),
  },
  {
    name: 'tx-interactive-timeout',
    transaction: true,
    run: ({ prisma }) =>
      prisma.$transaction(
        async (tx) => {
          await tx.user.count()
          await new Promise((r) => setTimeout(r, 400))
          return tx.user.count()
        },
        { timeout: 150 },
      ),
  },
  {
    name: 'tx-use-after-close',
    transaction: true,
    run: ({ prisma }) =>
      (async () => {
        let t
        await prisma.$transaction(async (tx) => {
          t = tx
          await tx.user.count()
        })
        return t.user.count()
      })(),
  },
  { name: 'acc-ttl', run: ({ acc }) => acc.user.findMany({ where: { id: 1 }, cacheStrategy: { ttl: 60 } }) },
  { name: 'acc-swr', run: ({ acc }) => acc.user.findFirst({ cacheStrategy: { swr: 30 } }) },
  {
    name: 'acc-ttl-swr-tags',
    run: ({ acc }) => acc.user.findUnique({ where: { id: 1 }, cacheStrategy: { ttl: 60, swr: 120, tags: ['users', 'user_1'] } }),
  },
  { name: 'acc-info', arrayable: false, run: ({ acc }) => acc.user.findMany({ take: 1, cacheStrategy: { ttl: 5 } }).withAccelerateInfo() },
  { name: 'acc-info-count', arrayable: false, run: ({ acc }) => acc.user.count({ cacheStrategy: { ttl: 5 } }).withAccelerateInfo() },
  {
    name: 'acc-info-group-by',
    arrayable: false,
    run: ({ acc }) => acc.post.groupBy({ by: ['authorId'], _count: true, cacheStrategy: { ttl: 5, tags: ['a'] } }).withAccelerateInfo(),
  },
  { name: 'acc-no-strategy', run: ({ acc }) => acc.user.findMany({ take: 1 }) },
  { name: 'acc-write', run: ({ acc }) => acc.user.update({ where: { id: 1 }, data: { age: 32 } }) },
  {
    name: 'acc-batch-tx',
    transaction: true,
    run: ({ acc }) =>
      acc.$transaction([acc.user.findMany({ take: 1, cacheStrategy: { ttl: 5 } }), acc.user.count({ cacheStrategy: { ttl: 9 } })]),
  },
  {
    name: 'acc-dataloader',
    together: 'all',
    run: ({ acc }) => [
      acc.user.findUnique({ where: { id: 1 }, cacheStrategy: { ttl: 5 } }),
      acc.user.findUnique({ where: { id: 2 }, cacheStrategy: { ttl: 5 } }),
    ],
  },
  {
    name: 'acc-itx',
    transaction: true,
    run: ({ acc }) => acc.$transaction(async (tx) => tx.user.findMany({ take: 1, cacheStrategy: { ttl: 5 } })),
  },
  { name: 'acc-raw', run: ({ acc }) => acc.$queryRaw`SELECT 1::int AS one` },
  { name: 'acc-invalidate', notQuery: true, run: ({ acc }) => acc.$accelerate.invalidate({ tags: ['users', 'user_1'] }) },
  { name: 'acc-invalidate-all', notQuery: true, run: ({ acc }) => acc.$accelerate.invalidateAll() },
]
