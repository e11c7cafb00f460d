'use strict'
// Keeps what the client sends and what it gets, for those who must find out why two outcomes differ.
const textMax = 100_000
let exchanges = []

function record() {
  const plain = globalThis.fetch
  globalThis.fetch = async (url, options) => {
    if (new URL(url).pathname === '/query') return plain(url, options)
    const exchange = { request: `${options?.method ?? 'GET'} ${new URL(url).pathname}`, body: brief(options?.body) }
    exchanges.push(exchange)
    const response = await plain(url, options)
    exchange.status = response.status
    exchange.answer = brief(await response.clone().text())
    return response
  }
}

function brief(text) {
  return typeof text === 'string' ? text.slice(0, textMax) : undefined
}

// What was sent since the last time.
function take() {
  const taken = exchanges
  exchanges = []
  return taken
}

module.exports = { record, take }
