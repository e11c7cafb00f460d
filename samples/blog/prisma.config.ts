import { defineConfig } from 'prisma/config'

// `prisma generate` downloads an engine for migrations before it does anything else, and fails where that is out of reach. It never
// starts it, so any program will do. Remove this line to use `prisma migrate`.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= '/bin/true'

export default defineConfig({
  schema: 'schema.prisma',
})
