'use strict'
// Brings the tables back to the seed, and reads them whole, each by one raw statement: needs no more of the other side than that.
const fs = require('node:fs')
const path = require('node:path')

const tables = ['users', 'Profile', 'posts', 'Category', 'Group', 'memberships', 'Comment', '_CategoryToPost']
const seedSql = fs.readFileSync(path.join(__dirname, 'seed.sql'), 'utf8')

async function reset(prisma) {
  await prisma.$executeRawUnsafe(`DO $seed$ BEGIN ${seedSql} END $seed$`)
}

async function all(prisma) {
  const parts = tables.map(
    (table) => `'${table}', (SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)), '[]') FROM "${table}" t)`,
  )
  const [{ all }] = await prisma.$queryRawUnsafe(`SELECT jsonb_pretty(jsonb_build_object(${parts.join(', ')})) AS all`)
  return all
}

module.exports = { reset, all }
