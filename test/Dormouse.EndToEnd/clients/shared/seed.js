'use strict'
// The rows that the operations start from, written through the client itself. The ids are fixed, so that two runs can be compared.
module.exports = async function seed(prisma) {
  const tables = ['users', '"Profile"', 'posts', '"Category"', '"Group"', 'memberships', '"Comment"', '"_CategoryToPost"']
  await prisma.$executeRawUnsafe(`TRUNCATE ${tables.join(', ')} RESTART IDENTITY CASCADE`)
  await prisma.user.createMany({
    data: [
      {
        id: 1,
        uid: '11111111-1111-4111-8111-111111111111',
        email: 'ann@example.com',
        firstName: 'Ann',
        lastName: 'Archer',
        age: 30,
        role: 'ADMIN',
        roles: ['USER', 'ADMIN'],
        tags: ['x', 'y'],
        scores: [1, 2],
        balance: '10.5',
        views: 9007199254740993n,
        rating: 4.5,
        avatar: Buffer.from([1, 2, 255]),
        settings: { a: { b: 1 }, s: 'Xyz', n: 5 },
        meta: { tags: ['x'] },
        createdAt: new Date('2024-01-01T00:00:00.123Z'),
        birthday: new Date('2000-01-02'),
      },
      {
        id: 2,
        uid: '11111111-1111-4111-8111-111111111112',
        email: 'bob@example.com',
        firstName: 'Bob',
        lastName: null,
        age: 40,
        createdAt: new Date('2024-01-02T00:00:00Z'),
      },
      {
        id: 3,
        uid: '11111111-1111-4111-8111-111111111113',
        email: 'cat@example.com',
        firstName: 'Cat',
        lastName: 'Cole',
        age: null,
        managerId: 1,
        createdAt: new Date('2024-01-03T00:00:00Z'),
      },
    ],
  })
  await prisma.$queryRaw`SELECT setval('users_id_seq', 10)::int`
  await prisma.profile.create({ data: { userId: 1, bio: 'bio' } })
  await prisma.category.create({ data: { name: 'root', children: { create: [{ name: 'child' }, { name: 'child2' }] } } })
  await prisma.post.create({
    data: {
      id: 'p1',
      title: 'hello world',
      slug: 'p1',
      authorId: 1,
      published: true,
      likes: 3,
      price: '1.50',
      createdAt: new Date('2024-02-01T00:00:00Z'),
      bigs: [1n],
      decs: ['1.1'],
      dates: [new Date('2020-01-01')],
      blobs: [Buffer.from('a')],
      flags: [true],
      jsons: [{ a: 1 }],
      categories: { connect: [{ id: 1 }, { id: 2 }] },
      comments: { create: { text: 'c1', userId: 2 } },
    },
  })
  await prisma.post.create({
    data: { id: 'p2', title: 'second', slug: 'p2', authorId: 1, reviewerId: 2, createdAt: new Date('2024-02-02T00:00:00Z') },
  })
  await prisma.post.create({
    data: {
      id: 'p3',
      title: 'third',
      slug: 'p3',
      authorId: 2,
      published: true,
      visibility: 'PUBLIC',
      createdAt: new Date('2024-02-03T00:00:00Z'),
    },
  })
  await prisma.group.create({ data: { name: 'g', members: { create: [{ userId: 1 }, { userId: 2 }] } } })
}
