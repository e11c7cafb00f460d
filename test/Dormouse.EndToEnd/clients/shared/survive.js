'use strict'
// node survive.js URL FILE: a client asks, prints what it got and sent as a line of JSON, and asks again once FILE holds the port to which
// the platform has moved. Before it stands a front whose address stays, as a proxy would.
const fs = require('node:fs')
const http = require('node:http')
const { at, client } = require('./modules')
const wire = require('./wire')

const [, , url, file] = process.argv
const target = new URL(url)
const { PrismaClient } = client('default')

const front = http.createServer((request, response) => {
  const { method, url: path, headers } = request
  const passed = http.request({ host: target.hostname, port: target.port, method, path, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers)
    answer.pipe(response)
  })
  passed.on('error', () => response.destroy())
  request.pipe(passed)
})

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function ask(prisma) {
  const names = await prisma.category.findMany({ select: { name: true } })
  const sent = wire.take().map(({ request, status }) => `${request.split(' ')[0]} ${request.split('/').at(-1)} ${status}`)
  console.log(JSON.stringify({ names, sent }))
}

async function main() {
  wire.record()
  await new Promise((listening) => front.listen(0, '127.0.0.1', listening))
  const prisma = new PrismaClient({ ...at(url.replace(`:${target.port}`, `:${front.address().port}`)), errorFormat: 'minimal' })
  await ask(prisma)
  while (!fs.existsSync(file)) await pause(50)
  target.port = fs.readFileSync(file, 'utf8')
  await ask(prisma)
  await prisma.$disconnect()
  front.close()
  front.closeAllConnections()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
