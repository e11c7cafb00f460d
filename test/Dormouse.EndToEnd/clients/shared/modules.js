'use strict'
// The packages and generated clients live in a folder under artifacts, not beside these scripts: DORMOUSE_CLIENTS names it.
const path = require('node:path')
const { createRequire } = require('node:module')

const folder = process.env.DORMOUSE_CLIENTS
if (!folder) throw new Error('DORMOUSE_CLIENTS is not set: it names the folder with node_modules and the generated clients')

const load = createRequire(path.join(folder, 'package.json'))
const client = (name) => load('./' + name)

// The options that point a client of this folder's version at a URL of the platform.
function at(url) {
  const major = Number(load('@prisma/client/package.json').version.split('.')[0])
  return major >= 7 ? { accelerateUrl: url } : { datasourceUrl: url }
}

module.exports = { folder, load, client, at }
