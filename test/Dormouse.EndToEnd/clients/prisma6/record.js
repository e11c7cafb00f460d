'use strict'
// node record.js COUNT: what the generated client sends for the requests of `bench query`: its schema upload, and COUNT bodies of each
// operation, as one JSON object {path, schema, bodies}.
const http = require('node:http')
const { client } = require('../shared/modules')

const count = Number(process.argv[2])
const { PrismaClient } = client('bench')

const operations = {
  findUnique: (prisma, i) => prisma.author.findUnique({ where: { id: 1 + ((i * 37) % 200) } }),
  findMany: (prisma, i) =>
    prisma.post.findMany({
      where: { id: { gt: (i * 97) % 9_000 } },
      orderBy: { id: 'asc' },
      take: 50,
      include: { author: true, comments: { include: { author: true } } },
    }),
  aggregate: (prisma, i) =>
    prisma.post.aggregate({ where: { authorId: 1 + ((i * 37) % 200), published: true }, _count: { _all: true }, _avg: { views: true }, _max: { views: true } }),
  create: (prisma, i) =>
    prisma.event.create({ data: { kind: `kind-${i % 7}`, detail: { number: i, words: ['some', 'detail'], nested: { flag: i % 2 === 0 } } } }),
  createNested: (prisma, i) =>
    prisma.order.create({
      data: {
        customer: `customer ${i}`,
        lines: { create: [{ product: `product ${i % 11}`, quantity: 1 + (i % 3) }, { product: `product ${i % 13}`, quantity: 1 }] },
      },
      include: { lines: true },
    }),
  update: (prisma, i) => prisma.post.update({ where: { id: 1 + ((i * 97) % 10_000) }, data: { title: `Title, edition ${i}`, views: { increment: 1 } } }),
}

const instant = { $type: 'DateTime', value: '2025-01-01T00:00:00.000Z' }
const replies = {
  findUnique: { findUniqueAuthor: null },
  findMany: { findManyPost: [] },
  aggregate: { aggregatePost: { _count: { _all: 0 }, _avg: { views: null }, _max: { views: null } } },
  create: { createOneEvent: { id: { $type: 'BigInt', value: '1' }, kind: '', detail: { $type: 'Json', value: '{}' }, createdAt: instant } },
  createNested: { createOneOrder: { id: 1, customer: '', createdAt: instant, lines: [] } },
  update: { updateOnePost: { id: 1, title: '', body: '', published: true, views: 0, createdAt: instant, authorId: 1 } },
}

async function main() {
  const recorded = { path: undefined, schema: undefined, bodies: {} }
  let bodies
  let reply
  const server = http.createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      response.setHeader('content-type', 'application/json')
      if (request.method === 'PUT' && request.url.endsWith('/schema')) {
        recorded.schema = body
        response.end('{}')
      } else if (!recorded.schema) {
        response.statusCode = 404
        response.end(JSON.stringify({ EngineNotStarted: { reason: 'SchemaMissing' } }))
      } else {
        if (!request.url.endsWith('/graphql')) throw new Error(`the client asked for ${request.url}`)
        recorded.path = request.url
        bodies.push(body)
        response.end(JSON.stringify({ data: reply }))
      }
    })
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const prisma = new PrismaClient({ datasourceUrl: `prisma+postgres://localhost:${server.address().port}/?api_key=recorder` })
  for (const [name, run] of Object.entries(operations)) {
    bodies = recorded.bodies[name] = []
    reply = replies[name]
    for (let i = 0; i < count; i++) await run(prisma, i)
    if (bodies.length !== count) throw new Error(`${name}: ${bodies.length} requests for ${count} calls`)
  }
  process.stdout.write(JSON.stringify(recorded))
  server.closeAllConnections()
  server.close()
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
