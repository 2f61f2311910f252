// Draws the diagrams of a deck for the browser, from the text that a terminal shows, and takes
// the recorded pictures from their SVG. Both wear the colours and the fonts of the theme.

import { readFileSync } from 'node:fs'

const ROOT = new URL('../', import.meta.url)
const read = (path) => readFileSync(new URL(path, ROOT), 'utf8')

/** One letter of the grid on which a diagram stands, at a size of 20. */
const CELL = { width: 12, height: 28 }
/** A diagram of few columns grows no larger than this many. */
const NARROWEST = 58

/** Where the lines of a character go. */
const ARMS = {
  '─': 'EW', '│': 'NS', '┌': 'ES', '┐': 'WS', '└': 'NE', '┘': 'NW',
  '├': 'NES', '┤': 'NWS', '┬': 'EWS', '┴': 'NEW', '┼': 'NEWS',
}
const CORNERS = '┌┐└┘'
/** The tip of an arrow: where its line comes from, and the turn of a triangle that points east. */
const TIPS = { '>': ['W', 0], '▼': ['N', 90], '<': ['E', 180], '▲': ['S', 270] }
const BACK = { N: [0, -1, 'S'], E: [1, 0, 'W'], S: [0, 1, 'N'], W: [-1, 0, 'E'] }

export const escape = (text) =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

/** The middle of a letter's cell, and of each of its sides. */
function cell(x, y) {
  const [left, top] = [x * CELL.width, y * CELL.height]
  const [middle, centre] = [left + CELL.width / 2, top + CELL.height / 2]
  const [right, bottom] = [left + CELL.width, top + CELL.height]
  return { middle, centre, N: [middle, top], E: [right, centre], S: [middle, bottom], W: [left, centre] }
}

/** Turns characters for boxes and arrows into lines; what is left stays text. */
export function diagram(text, label) {
  if (!label) throw new Error(`a diagram without its words, <!-- // alt ... -->:\n${text}`)
  const all = text.trimEnd().split('\n')
  const indent = Math.min(...all.filter(Boolean).map((line) => line.search(/\S/)))
  const rows = all.map((line) => [...line.slice(indent)])
  const columns = Math.max(NARROWEST, ...rows.map((row) => row.length))
  const at = (x, y) => rows[y]?.[x] ?? ' '
  const arms = (x, y) => ARMS[at(x, y)] ?? ''
  let path = ''
  const [boxes, tips, words] = [[], [], []]

  const isDrawn = (x, y) => {
    const [character, { middle, centre, ...side }] = [at(x, y), cell(x, y)]
    if (CORNERS.includes(character)) {
      const [from, to] = arms(x, y)
      path += `M${side[from]}Q${middle},${centre} ${side[to]}`
      if (character === '┌') boxes.push(box(x, y))
      return true
    }
    if (ARMS[character]) {
      for (const arm of arms(x, y)) path += `M${middle},${centre}L${side[arm]}`
      return true
    }
    const [back, turn] = TIPS[character] ?? []
    const [dx, dy, arm] = BACK[back] ?? []
    if (arm && arms(x + dx, y + dy).includes(arm)) {
      path += `M${side[back]}L${middle},${centre}`
      const place = `translate(${middle} ${centre}) rotate(${turn})`
      tips.push(`<path class="tip" transform="${place}" d="M6 0L-9 -6L-9 6Z"/>`)
      return true
    }
    return false
  }
  const box = (x, y) => {
    const right = rows[y].indexOf('┐', x)
    const height = rows.slice(y).findIndex((row) => row[x] === '└')
    if (right < 0 || height < 0 || at(right, y + height) !== '┘') return ''
    const [from, to] = [cell(x, y), cell(right, y + height)]
    const size = `width="${to.middle - from.middle}" height="${to.centre - from.centre}"`
    return `<rect class="inside" x="${from.middle}" y="${from.centre}" ${size} rx="6"/>`
  }

  rows.forEach((row, y) => {
    // The first line is a head if an empty one follows.
    const head = y === 0 && rows[1]?.length === 0 ? ' class="strong"' : ''
    // Words with one space between them are one text.
    const left = row.map((character, x) => (isDrawn(x, y) ? '\0' : character)).join('')
    for (const { index, 0: run } of left.matchAll(/[^ \0]+(?: [^ \0]+)*/g)) {
      const place = `x="${index * CELL.width}" y="${Math.round((y + 0.71) * CELL.height)}"`
      words.push(`<text ${place}${head}>${escape(run)}</text>`)
    }
  })
  const size = `0 0 ${columns * CELL.width} ${rows.length * CELL.height}`
  return `<svg class="picture diagram" viewBox="${size}" preserveAspectRatio="xMinYMid" role="img" aria-label="${escape(label)}">
${[...boxes, `<path d="${path}"/>`, ...tips, ...words].join('\n')}
</svg>`
}

/** The lines that a marker asks for, as the tests read it: the first and the last one. */
function lines(text, from, to) {
  const all = text.trimEnd().split('\n')
  const find = (wanted, start) => {
    const found = all.findIndex((line, index) => index >= start && line.includes(wanted))
    if (found < 0) throw new Error(`no line has ${wanted}`)
    return found
  }
  const first = from === undefined ? 0 : find(from, 0)
  return [first, to === undefined ? all.length - 1 : find(to, first)]
}

let count = 0

/**
 * A recorded picture without its title, which the slide has. Of a time line only the rows that the
 * marker asks for, as close together as this height in pixels wants it; of others what lies between
 * these two heights of the drawing.
 */
export function picture(path, { from, to, crop, label, height }) {
  const id = `picture-${(count += 1)}`
  let svg = read(path.replace(/txt$/, 'svg'))
  const [, width, tall] = svg.match(/viewBox="0 0 (\d+) (\d+)"/).map(Number)
  let [top, bottom] = crop ?? [SKIPPED, tall]
  const rows = svg.match(/<g class="row"[^]*?<\/g>\n/g) ?? []
  if (rows.length > 0) {
    // Two lines of the text are its head.
    const [first, last] = lines(read(path), from, to).map((line) => Math.max(line - 2, 0))
    const shown = rows.slice(first, last + 1)
    const room = ((height / 1160) * width - HEAD) / shown.length
    const pitch = Math.min(Math.max(room, 32), 46)
    bottom = TOP + shown.length * pitch + 10
    const moved = shown.map((row, index) =>
      row.replace(/translate\(0 \d+\)/, `translate(0 ${Math.round(TOP + index * pitch)})`),
    )
    const start = svg.indexOf(rows[0])
    svg = svg.slice(0, start) + moved.join('') + svg.slice(svg.lastIndexOf('</g>\n') + 5)
    svg = svg.replace(/(class="life".*? y2=)"\d+"/g, `$1"${Math.round(bottom)}"`)
    svg = svg.replace(/(<desc.*?>\n)([^]*?)(<\/desc>)/, (_, open, words, close) =>
      open + words.split('\n').slice(first, last + 1).join('\n') + close,
    )
  }
  // Else more of it would show, wherever there is room.
  const clip = `<svg y="${top}" width="${width}" height="${bottom - top}" viewBox="0 ${top} ${width} ${bottom - top}">`
  if (crop) svg = svg.replace('</desc>\n', `$&${clip}\n`).replace(/<\/svg>/, '$&\n</svg>')
  return svg
    .replace(/<style>[^]*?<\/style>\n/, '')
    .replace(/<rect class="paper".*?\/>\n/, '')
    .replace(/<text [^>]*class="head".*?<\/text>\n/, '')
    .replace(/viewBox=".*?"/, `class="picture" viewBox="0 ${top} ${width} ${Math.round(bottom - top)}" preserveAspectRatio="xMinYMid"`)
    .replace(/aria-labelledby=".*?"/, label ? `aria-label="${escape(label)}"` : `aria-labelledby="${id}-title ${id}-text"`)
    .replace(/ id="(title|text)"/g, ` id="${id}-$1"`)
}

/** As tests/src/picture/svg.rs has it: where the rows begin, and the title above that is left out. */
const TOP = 104
const SKIPPED = 60
const HEAD = TOP - SKIPPED

/** How the recorded pictures look, in the fonts of the deck; their colours are those of the theme. */
export function styles() {
  const [, style] = read('pictures/states.svg').match(/<style>([^]*?)<\/style>/)
  return style
    .replace(/@media[^]*?\n}\n/, '')
    .replace(/^svg .*$/gm, '')
    .replace(/px ui-monospace[^;]*;/, 'px Mono, monospace;')
    .replace(/px system-ui[^;]*;/, 'px Sans, sans-serif;')
    .replace(/^([^{\n]+)\{/gm, (_, selectors) =>
      `${selectors.split(',').map((selector) => `.picture ${selector.trim()}`).join(', ')} {`,
    )
}
