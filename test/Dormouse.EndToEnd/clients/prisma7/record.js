'use strict'
// node record.js COUNT: the bodies that the generated client sends for the requests of `bench query`, COUNT of each, as one JSON object.
const http = require('node:http')
const { client } = require('../shared/modules')

const count = Number(process.argv[2])
const { PrismaClient } = client('bench')

const operations = {
  findUnique: (prisma, i) => prisma.author.findUnique({ where: { id: 1 + ((i * 37) % 200) } }),
  findMany: (prisma, i) =>
    prisma.post.findMany({ where: { id: { gt: (i * 97) % 9_000 } }, orderBy: { id: 'asc' }, take: 50, include: { author: true } }),
  create: (prisma, i) =>
    prisma.event.create({ data: { kind: `kind-${i % 7}`, detail: { number: i, words: ['some', 'detail'], nested: { flag: i % 2 === 0 } } } }),
}

const replies = { findUnique: null, findMany: [], create: { id: { $type: 'BigInt', value: '1' } } }

async function main() {
  const bodies = []
  let reply
  const server = http.createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      response.setHeader('content-type', 'application/json')
      if (request.url === '/connection-info') {
        response.end(JSON.stringify({ provider: 'postgres', connectionInfo: { supportsRelationJoins: true } }))
      } else {
        if (request.url !== '/query') throw new Error(`the client asked for ${request.url}`)
        bodies.push(Buffer.concat(chunks).toString())
        response.end(JSON.stringify({ data: reply }))
      }
    })
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const prisma = new PrismaClient({ accelerateUrl: `prisma+postgres://localhost:${server.address().port}/?api_key=recorder` })
  const recorded = {}
  for (const [name, run] of Object.entries(operations)) {
    reply = replies[name]
    for (let i = 0; i < count; i++) await run(prisma, i)
    recorded[name] = bodies.splice(0)
    if (recorded[name].length !== count) throw new Error(`${name}: ${recorded[name].length} requests for ${count} calls`)
  }
  process.stdout.write(JSON.stringify(recorded))
  server.closeAllConnections()
  server.close()
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
