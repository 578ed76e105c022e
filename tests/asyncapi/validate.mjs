// Reads an AsyncAPI document with the parser of its makers, and ends with 1 if it finds a fault.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const [document, folder] = process.argv.slice(2)
// the parser is installed apart from the project
const require = createRequire(resolve(folder, 'package.json'))
const { Parser } = require('@asyncapi/parser')

const { diagnostics } = await new Parser().parse(readFileSync(document, 'utf8'))
// the parser finds it worth a note that 3.0.0 is not the newest version
const faults = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version')
for (const { code, message, path } of faults) {
  console.error(`${path.join('.')}: ${message} (${code})`)
}
process.exit(faults.length === 0 ? 0 : 1)
