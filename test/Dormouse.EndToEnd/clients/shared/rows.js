'use strict'
// Brings the tables back to the seed, and reads them whole, each by one statement that goes past the client under test.
const fs = require('node:fs')
const path = require('node:path')

const tables = ['users', 'Profile', 'posts', 'Category', 'Group', 'memberships', 'Comment', '_CategoryToPost']
const seedSql = fs.readFileSync(path.join(__dirname, 'seed.sql'), 'utf8')

async function reset(url) {
  await run(url, 'execute', `DO $seed$ BEGIN ${seedSql} END $seed$`)
}

async function all(url) {
  const parts = tables.map(
    (table) => `'${table}', (SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)), '[]') FROM "${table}" t)`,
  )
  const { rows } = await run(url, 'query', `SELECT jsonb_pretty(jsonb_build_object(${parts.join(', ')}))`)
  return rows[0][0]
}

// A statement as a plan, which is how client 7 sends one.
async function run(url, type, sql) {
  const { port, searchParams } = new URL(url)
  const plan = { type, args: { type: 'rawSql', sql, args: [], argTypes: [] } }
  const response = await fetch(`http://localhost:${port}/query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${searchParams.get('api_key')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ operation: type === 'execute' ? 'executeRaw' : 'queryRaw', plan, params: {} }),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(answer)}`)
  return answer.data
}

module.exports = { reset, all }
