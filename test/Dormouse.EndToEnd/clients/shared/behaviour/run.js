'use strict'
// node run.js URL [own]: runs the checks of checks.js, each from the seed, and prints {name: {call, result | error, rows, sent}} as JSON, to
// be held against what the same gave on another server. own: those of own.js; prints {name: null | message}.
const util = require('node:util')
const rows = require('../rows')
const wire = require('../wire')
const { start } = require('./session')

const [, , url, own] = process.argv

async function outcomeOf(check, { failed }) {
  const outcome = { call: String(check) }
  try {
    outcome.result = util.inspect(await check(), { depth: 8, breakLength: 140 })
  } catch (error) {
    outcome.error = JSON.parse(JSON.stringify(failed(error)))
  }
  return { ...outcome, rows: await rows.all(url), sent: wire.take() }
}

const messageOf = (check) =>
  check().then(
    () => null,
    (error) => String(error?.stack ?? error),
  )

async function main() {
  const session = await start(url)
  const checks = require(own ? './own' : './checks')(session)
  const outcomes = {}
  for (const [name, check] of Object.entries(checks)) {
    await rows.reset(url)
    wire.take()
    outcomes[name] = await (own ? messageOf(check) : outcomeOf(check, session))
  }
  process.stdout.write(JSON.stringify(outcomes))
  await session.close()
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
