// What Marp needs to show a deck that is written for presenterm too: the notes, the look of
// a section, and a theme with its fonts inside, so that nothing is loaded from elsewhere.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { diagram, picture, styles } from './drawing.mjs'

const { resolve } = createRequire(import.meta.url)

/** The calls of each deck, in its order: the strip at the foot of each slide. */
const STRIPS = [
  ['getaddrinfo', 'socket', 'bind', 'listen', 'accept', 'connect'],
  ['recvfrom', 'pthread_create', 'poll', 'epoll_wait', 'await', 'judge'],
]

function font(family, weight, file) {
  const data = readFileSync(resolve(file)).toString('base64')
  return `@font-face { font-family: '${family}'; font-weight: ${weight}; src: url('data:font/woff2;base64,${data}') format('woff2'); }`
}

/** The fonts, inside the file; those for code in these weights. */
export function fonts(weights = { 400: 'Regular', 700: 'Bold' }) {
  const sans = (script, weight) =>
    `@fontsource/ibm-plex-sans/files/ibm-plex-sans-${script}-${weight}-normal.woff2`
  const range = {
    latin: 'U+0000-02FF, U+2000-22FF',
    cyrillic: 'U+0400-045F, U+0490-0491, U+2116',
  }
  const mono = (name) => `jetbrains-mono/fonts/webfonts/JetBrainsMonoNL-${name}.woff2`
  const faces = Object.entries(weights).map(([weight, name]) => font('Mono', weight, mono(name)))
  for (const weight of [400, 600]) {
    for (const script of ['latin', 'cyrillic']) {
      const face = font('Sans', weight, sans(script, weight))
      faces.push(face.replace('}', `unicode-range: ${range[script]}; }`))
    }
  }
  return faces.join('\n')
}

/** A terminal: the command, the rows of the kernel, what went wrong. */
function terminal(text, escape) {
  return text
    .split('\n')
    .map((line) => {
      const kind = line.startsWith('$ ')
        ? 'command'
        : / = -1 E[A-Z]+| = EAI_|^✗/.test(line)
          ? 'error'
          : /^( {4}|(server|client) \| {5})[A-Z0-9-]+ +\d/.test(line)
            ? 'row'
            : undefined
      return kind ? `<span class="${kind}">${escape(line)}</span>` : escape(line)
    })
    .join('\n')
}

/** Pixels of the code of a slide: as large as fits beside the text, at 1280 x 720. */
function codeSize(blocks, textLines) {
  const lines = blocks.flatMap((block) => block.content.trimEnd().split('\n'))
  const columns = Math.max(...lines.map((line) => line.length))
  const height = 512 - 42 * blocks.length - 72 * textLines
  const fits = (size) => columns * 0.6 * size < 1110 && lines.length * 1.36 * size < height
  return [34, 30, 28, 26, 24, 22, 20].find(fits) ?? 20
}

/** Draws the blocks that the comment above them calls a diagram or a recorded picture. */
function draw(inside) {
  const [title, ...texts] = inside.filter((token) => token.type === 'inline')
  const lines = (token, letters) => Math.ceil(token.content.length / letters)
  const beside = texts.reduce((sum, text) => sum + 24 + 45 * lines(text, 66), 0)
  const height = 592 - 55 * lines(title, 46) - beside
  let said = {}
  for (const token of inside) {
    if (token.type === 'marpit_comment') {
      const [, word, rest] = token.content.match(/^\/\/ (alt|crop|file) (.*)/) ?? []
      said[word] = rest
    } else if (token.type === 'fence') {
      const [, path, , from, , to] =
        said.file?.match(/^(\S+\.txt)( from "(.*?)")?( to "(.*?)")?$/) ?? []
      if (path) {
        const crop = said.crop?.split(' ').map(Number)
        token.type = 'drawing'
        token.content = path.startsWith('pictures/')
          ? picture(path, { from, to, crop, height, label: said.alt })
          : diagram(token.content, said.alt)
      }
      said = {}
    }
  }
}

/** Takes away what all lines of a piece of code are indented by: larger letters fit. */
function outdent(token) {
  if (!/^(rust|diff|python|c)$/.test(token.info)) return
  const sign = token.info === 'diff' ? 1 : 0
  const lines = token.content.split('\n')
  const indents = lines.map((line) => line.slice(sign).search(/\S/)).filter((at) => at >= 0)
  // One space stays behind the sign.
  const indent = Math.max(sign, Math.min(...indents))
  token.content = lines.map((line) => line.slice(0, sign) + line.slice(indent)).join('\n')
}

/** The look of a slide: what there is besides its title. */
function look(inside) {
  const has = (type) => inside.filter((token) => token.type === type)
  if (has('drawing').length > 0) return 'drawing'
  const blocks = has('fence')
  // The title is no line of text.
  const textLines = has('inline').length - 1
  if (blocks.length === 0) {
    // A row has its cells, and the first one is the head.
    const rows = has('tr_open').length
    if (rows > 0 && rows + has('paragraph_open').length <= 5) return 'few'
    return rows > 0 || textLines > 4 ? undefined : 'text'
  }
  const question = blocks.every((block) => block.info.startsWith('sh'))
  return `${question ? 'question ' : ''}code-${codeSize(blocks, textLines)}`
}

/** Whether the title of a section names a call: "Step 1: `socket()`". */
function names(title, call) {
  return title.includes(`\`${call}`)
}

function strip(calls, current) {
  return calls.map((call) => (call === current ? `**${call}**` : call)).join(' · ')
}

function deck(md) {
  const { marpit } = md
  md.renderer.rules.drawing = (tokens, index) => tokens[index].content

  // speaker_note is a note; a marker or a command of presenterm is none.
  md.core.ruler.after('inline', 'deck_comments', (state) => {
    for (const token of state.tokens) {
      if (token.type !== 'marpit_comment') continue
      const note = token.meta.marpitParsedDirectives?.speaker_note
      if (note) {
        token.content = note.trim()
      } else {
        token.meta.marpitCommentParsed = 'presenterm'
        if (token.content === 'jump_to_middle') {
          token.meta.marpitParsedDirectives = { _class: 'section' }
        }
      }
    }
  })

  md.core.ruler.after('marpit_directives_parse', 'deck_slides', (state) => {
    let current
    const all = slides(state.tokens)
    const titles = all.map(({ inside }) => titleOf(inside))
    const sections = titles.filter(
      (_, index) => all[index].slide.meta.marpitDirectives.class?.includes('section'),
    )
    const isOf = (strip) => sections.some((title) => strip.some((call) => names(title, call)))
    const calls = STRIPS.find(isOf) ?? []
    all.forEach(({ slide, inside }, index) => {
      const { marpitDirectives } = slide.meta
      const title = titles[index]
      draw(inside)
      inside.filter((token) => token.type === 'fence').forEach(outdent)
      if (marpitDirectives.class?.includes('section')) {
        current = calls.find((call) => names(title, call))
      }
      marpitDirectives.class ??= look(inside)
      if (index > 0) {
        marpitDirectives.paginate = true
        marpitDirectives.footer = strip(calls, current)
      } else {
        const lang = /[а-я]/.test(title) ? 'ru' : 'en'
        Object.assign(marpit.lastGlobalDirectives, { title, lang })
      }
    })
  })
}

/** The slides of a deck, each with the tokens that are inside. */
function slides(tokens) {
  const slides = []
  for (const token of tokens) {
    if (token.meta?.marpitSlideElement === 1) slides.push({ slide: token, inside: [] })
    else slides.at(-1)?.inside.push(token)
  }
  return slides
}

/** The text of the largest heading. */
function titleOf(inside) {
  const open = (token) => token.type === 'heading_open' && token.tag === 'h1'
  return inside[inside.findIndex(open) + 1].content
}

export default ({ marp }) => {
  for (const file of ['theme.css', 'theme-dark.css']) {
    marp.themeSet.add(readFileSync(new URL(file, import.meta.url), 'utf8'))
  }
  marp.themeSet.add(`/* @theme sockets */ @import 'look'; ${fonts()} ${styles()}`)
  marp.themeSet.add(`/* @theme sockets-dark */ @import 'sockets'; @import 'look-dark';`)
  marp.use(deck)

  const highlight = marp.highlighter.bind(marp)
  marp.highlighter = (code, language, attributes) =>
    language === 'console'
      ? terminal(code, marp.markdown.utils.escapeHtml)
      : highlight(code, language, attributes)
  return marp
}
