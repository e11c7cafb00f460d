'use strict'
// The packages and generated clients live in a folder under artifacts, not beside these scripts: DORMOUSE_CLIENTS names it.
const path = require('node:path')
const { createRequire } = require('node:module')

const folder = process.env.DORMOUSE_CLIENTS
if (!folder) throw new Error('DORMOUSE_CLIENTS is not set: it names the folder with node_modules and the generated clients')

const from = createRequire(path.join(folder, 'package.json'))

module.exports = { load: from, client: (name) => from('./' + name) }
