// The pages beside the decks: the recordings to step through, and the index.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fonts } from './engine.mjs'
import { recordingsPage } from './recordings/build.mjs'

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8')
const write = (name, text) => writeFileSync(new URL(`out/${name}`, import.meta.url), text)

/** Where links to the repository lead: on the web to the web, else to the folder. */
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env
const repository = GITHUB_REPOSITORY
  ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/HEAD/`
  : '../../'

/** Of decks such as `sockets.en`. */
export function buildPages(decks) {
  mkdirSync(new URL('out', import.meta.url), { recursive: true })
  const fontFaces = fonts({ 400: 'Regular' })
  write('recordings.html', recordingsPage({ fontFaces, repository }))

  // The lecture comes first.
  const ordered = [...decks].sort((one, other) => other.startsWith('sockets') - one.startsWith('sockets'))
  const list = (language, ...words) =>
    ordered
      .filter((deck) => deck.endsWith(`.${language}`))
      .map((deck) => {
        const files = [`${deck}.html`, `${deck}.dark.html`, `${deck}.pdf`]
        const links = files.map((file, index) => `<a href="${file}">${words[index]}</a>`)
        return `<li>${title(deck)}<br>${links.join(' · ')}</li>`
      })
      .join('\n')
  const recordings = (language) =>
    JSON.parse(read('recordings/questions.json'))
      .map(({ name, title }) => `<li><a href="recordings.html#${name}/1/${language}">${title[language]}</a></li>`)
      .join('\n')
  const parts = {
    fonts: fontFaces,
    look: read('recordings/look.css'),
    'decks.en': list('en', 'light', 'dark', 'PDF'),
    'decks.ru': list('ru', 'светлая', 'тёмная', 'PDF'),
    'recordings.en': recordings('en'),
    'recordings.ru': recordings('ru'),
    repository,
  }
  write('index.html', read('index.html').replace(/\{\{(.+?)\}\}/g, (_, name) => parts[name]))
}

/** The first heading of a deck. */
const title = (deck) => read(`${deck}.md`).match(/^# (.+)$/m)[1].replaceAll('`', '')
