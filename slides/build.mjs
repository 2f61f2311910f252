// Builds out/: each deck in each language as HTML in two themes and as PDF to hand out, the
// recordings to step through, and the index of all of it.

import { marpCli } from '@marp-team/marp-cli'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fonts } from './fonts.mjs'
import { recordingsPage } from './recordings/build.mjs'

process.chdir(fileURLToPath(new URL('.', import.meta.url)))
if (!process.env.CHROME_PATH && existsSync('/usr/bin/chromium')) {
  process.env.CHROME_PATH = '/usr/bin/chromium'
}
const LANGUAGES = ['en', 'ru']
const read = (file) => readFileSync(file, 'utf8')

/** What exists in both languages: `sockets` of `sockets.en.md` and `sockets.ru.md`. */
const decks = readdirSync('.')
  .flatMap((file) => file.match(/^(.+)\.en\.md$/)?.[1] ?? [])
  .filter((name) => existsSync(`${name}.ru.md`))
  // The deck that the others begin with comes first.
  .sort((one, other) => (other === 'sockets') - (one === 'sockets') || one.localeCompare(other))

for (const deck of decks) {
  for (const language of LANGUAGES) {
    const name = `${deck}.${language}`
    const builds = [
      [`${name}.html`, 'sockets'],
      [`${name}.dark.html`, 'sockets-dark'],
      [`${name}.pdf`, 'sockets', '--pdf', '--pdf-outlines'],
    ]
    for (const [file, theme, ...options] of builds) {
      const args = ['--config', 'marp.config.mjs', '--theme', theme, ...options]
      const status = await marpCli([...args, '-o', `out/${file}`, `${name}.md`])
      if (status !== 0) process.exit(status)
    }
  }
}

/** Where links to the repository lead: on the web to the web, else to the folder. */
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env
const repository = GITHUB_REPOSITORY
  ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/HEAD/`
  : '../../'
const fontFaces = fonts({ 400: 'Regular' })

writeFileSync('out/recordings.html', recordingsPage({ fontFaces, repository }))

/** The largest heading of a deck. */
const title = (name) => read(`${name}.md`).match(/^# (.+)$/m)[1].replaceAll('`', '')
const list = (language, [light, dark, pdf]) =>
  decks
    .map((deck) => {
      const name = `${deck}.${language}`
      return `<li>${title(name)}<br>
        <a href="${name}.html">${light}</a> · <a href="${name}.dark.html">${dark}</a> · <a href="${name}.pdf">${pdf}</a></li>`
    })
    .join('\n')
const index = {
  fonts: fontFaces,
  look: read('recordings/look.css'),
  'decks-en': list('en', ['light', 'dark', 'PDF']),
  'decks-ru': list('ru', ['светлая', 'тёмная', 'PDF']),
  'readme-en': `${repository}README.md`,
  'readme-ru': `${repository}README.ru.md`,
}
writeFileSync(
  'out/index.html',
  read('index.html').replace(/\{\{(.+?)\}\}/g, (_, name) => index[name]),
)
