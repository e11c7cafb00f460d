'use strict'
// A generated client with another schema than its own, as one of another app: what it sends of the schema, and the name for it, change.
const crypto = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { createRequire } = require('node:module')
const { folder } = require('../modules')

module.exports = function variant(name, change, previewFeatures = []) {
  const file = path.join(folder, name, 'index.js')
  let schema
  const source = fs
    .readFileSync(file, 'utf8')
    .replace(/"previewFeatures": \[[^\]]*\]/, `"previewFeatures": ${JSON.stringify(previewFeatures)}`)
    .replace(/"inlineSchema": ("(?:[^"\\]|\\.)*")/, (_, text) => `"inlineSchema": ${JSON.stringify((schema = change(JSON.parse(text))))}`)
  const hash = crypto.createHash('sha256').update(Buffer.from(schema).toString('base64')).digest('hex')
  const module = { exports: {} }
  const load = new Function('module', 'exports', 'require', '__dirname', '__filename', source.replace(/"inlineSchemaHash": "\w+"/, `"inlineSchemaHash": "${hash}"`))
  load(module, module.exports, createRequire(file), path.dirname(file), file)
  return module.exports.PrismaClient
}
