'use strict'
// A TLS front before a server that speaks plain http, as a proxy is: older clients refuse to speak anything but https.
const fs = require('node:fs')
const http = require('node:http')
const https = require('node:https')
const path = require('node:path')

// Listens on a port of its own with the certificate in a folder, and gives the URL that a client pastes instead of the given one.
async function front(url, folder) {
  const target = new URL(url)
  const read = (name) => fs.readFileSync(path.join(folder, name))
  const server = https.createServer({ cert: read('cert.pem'), key: read('key.pem') }, (request, response) => {
    const headers = { ...request.headers, 'x-forwarded-proto': 'https' }
    const options = { host: target.hostname, port: target.port, method: request.method, path: request.url, headers }
    const passed = http.request(options, (answer) => {
      response.writeHead(answer.statusCode, answer.headers)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    request.pipe(passed)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `prisma://localhost:${server.address().port}/${target.search}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

module.exports = { front }
