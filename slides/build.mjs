// Builds out/: for each language one HTML file in each theme, and a PDF to hand out.

import { marpCli } from '@marp-team/marp-cli'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('.', import.meta.url)))
if (!process.env.CHROME_PATH && existsSync('/usr/bin/chromium')) {
  process.env.CHROME_PATH = '/usr/bin/chromium'
}

const builds = ['ru', 'en'].flatMap((language) => [
  [language, `sockets.${language}.html`, 'sockets'],
  [language, `sockets.${language}.dark.html`, 'sockets-dark'],
  [language, `sockets.${language}.pdf`, 'sockets', '--pdf', '--pdf-outlines'],
])
for (const [language, file, theme, ...options] of builds) {
  const args = ['--config', 'marp.config.mjs', '--theme', theme, ...options]
  const status = await marpCli([...args, '-o', `out/${file}`, `sockets.${language}.md`])
  if (status !== 0) process.exit(status)
}
