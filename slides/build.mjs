// Builds out/: for each deck in each language one HTML file in each theme, and a PDF to hand out.
// Beside them the recordings to step through, and the index of all of it.

import { marpCli } from '@marp-team/marp-cli'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildPages } from './pages.mjs'

process.chdir(fileURLToPath(new URL('.', import.meta.url)))
if (!process.env.CHROME_PATH && existsSync('/usr/bin/chromium')) {
  process.env.CHROME_PATH = '/usr/bin/chromium'
}

// A deck is in both languages.
const names = readdirSync('.').flatMap((file) => file.match(/^.+(?=\.en\.md$)/)?.[0] ?? [])
const decks = names.flatMap((name) => [`${name}.en`, `${name}.ru`])
const builds = decks.flatMap((deck) => [
  [deck, `${deck}.html`, 'sockets'],
  [deck, `${deck}.dark.html`, 'sockets-dark'],
  [deck, `${deck}.pdf`, 'sockets', '--pdf', '--pdf-outlines'],
])
for (const [deck, file, theme, ...options] of builds) {
  const args = ['--config', 'marp.config.mjs', '--theme', theme, ...options]
  const status = await marpCli([...args, '-o', `out/${file}`, `${deck}.md`])
  if (status !== 0) process.exit(status)
}
buildPages(decks)
