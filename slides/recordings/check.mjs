// Goes through every step of every recording in headless Chromium, in both languages and themes,
// on a desk and on a phone: what is shown equals the recording, fits, and can be read.

import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { CONTRAST, contrastRatio } from '../contrast.mjs'

const out = new URL('../out/', import.meta.url)
const root = new URL('../../', import.meta.url)
const read = (path) => readFileSync(new URL(path, root), 'utf8')
const recordings = readdirSync(new URL('tests/recordings/', root)).map((file) =>
  JSON.parse(read(`tests/recordings/${file}`)),
)
const LANGUAGES = ['en', 'ru']
const THEMES = ['light', 'dark']
const SIZES = [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
]
/** Bytes, with the fonts. */
const LARGEST = 500_000

/** What is wrong with the pages. */
export async function checkPages(browser) {
  const wrong = []
  for (const name of ['index.html', 'recordings.html']) {
    const { size } = statSync(new URL(name, out))
    if (size > LARGEST) wrong.push(`${name} has ${size} bytes`)
  }
  mkdirSync(new URL('shots/recordings/', out), { recursive: true })
  let steps = 0
  for (const size of SIZES) {
    for (const theme of THEMES) {
      await withPage({ size, theme, name: 'index.html' }, checkIndex)
      for (const language of LANGUAGES) {
        // On the phone each language in one theme; the questions in all sizes and themes.
        const once = (theme === 'light') === (language === 'ru')
        if (size === SIZES[0] || once) await withPage({ size, theme, language }, walk)
        if (once) await withPage({ size, theme, language }, predict)
      }
    }
  }
  await withPage({ size: SIZES[0], theme: 'light', language: 'en' }, useKeyboard)
  await withPage({ size: SIZES[1], theme: 'dark', language: 'ru' }, useFinger)
  console.log(`recordings: ${steps} steps`)
  return wrong

  async function withPage({ size, theme, language, name = 'recordings.html' }, check) {
    const page = await browser.newPage()
    const place = [name, language, theme, size.width].filter(Boolean).join(' ')
    const add = (where, found) => wrong.push(...found.map((what) => `${place}: ${where}: ${what}`))
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) add('request', [request.url()])
    })
    page.on('pageerror', (error) => add('script', [error.message]))
    await page.setViewport({ ...size, hasTouch: size.width < 500 })
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }])
    const url = pathToFileURL(fileURLToPath(new URL(name, out))).href
    await page.goto(url)
    await page.evaluate(() => document.fonts.ready)
    await page.addScriptTag({ content: [press, look, contrastRatio, unreadable].join('\n') })
    const open = (hash) => page.evaluate(goTo, hash)
    const shoot = (what) =>
      page.screenshot({ path: fileURLToPath(new URL(`shots/recordings/${place} ${what}.png`.replaceAll(' ', '-'), out)) })
    steps += (await check({ page, language, theme, add, open, shoot, size })) ?? 0
    await page.close()
  }
}

/** Runs in the browser: as a key does, but without waiting for the screen. */
function press(key) {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
}

/** Runs in the browser: goes through all steps, and returns what is shown at each. */
function seeAll(count, contrast) {
  return Array.from({ length: count }, (_, number) => {
    if (number > 0) press('ArrowRight')
    return { ...look(), unread: unreadable(contrast) }
  })
}

/** Runs in the browser: an address changes what is shown a little later. */
function goTo(hash) {
  return new Promise((done) => {
    if (location.hash === hash) return done()
    addEventListener('hashchange', () => setTimeout(done), { once: true })
    location.hash = hash
  })
}

/** Watches each recording, from its first step to its last. */
async function walk({ page, language, add, open, shoot }) {
  let steps = 0
  for (const recording of recordings) {
    await open(`#${recording.name}/1/${language}/watch`)
    const shown = await page.evaluate(seeAll, recording.events.length, CONTRAST)
    for (const [number, event] of recording.events.entries()) {
      const { unread, summary, ...what } = shown[number]
      const place = `${recording.name}, step ${number + 1}`
      add(place, [...unread, ...differences(recording, number, what, language)])
      const text = event.to ? inWords(event.text, language) : event.text
      if (!summary.includes(text)) add(place, [`the summary is ${summary}`])
    }
    steps += shown.length
    for (const number of [13, 33, recording.events.length].filter((it) => it <= shown.length)) {
      await open(`#${recording.name}/${number}/${language}/watch`)
      await shoot(`${recording.name} ${number}`)
    }
    add(recording.name, await foreignFonts(page))
  }
  return steps
}

/** What is shown and is not in the recording, or the other way round. */
function differences({ name, events }, number, shown, language) {
  const { at, side, kind, text } = events[number]
  const [path, line] = at?.split(':') ?? []
  const code = at && read(path).split('\n')[line - 1].trim()
  const lit = at ? [{ path, line, code, by: side.replace(/ \d/, '') }] : []

  const packets = events.slice(0, number + 1).flatMap((event) => {
    if (!event.to) return []
    const to = event.to === 'server' ? 'to-server' : 'to-client'
    return [[to, event.kind === 'lost packet', inWords(event.text, language)]]
  })

  const before = rowsAt(events, number - 1)
  const after = rowsAt(events, number)
  const rows = [...after].flatMap(([socket, { side, fd, row }]) => {
    const was = before.get(socket)
    const gone = row === undefined
    if (gone && was?.row === undefined) return []
    const cells = (change) => [String(change.fd ?? '–'), ...change.row.split(' ')]
    const now = cells(gone ? was : { fd, row })
    const old = was?.row && !gone ? cells(was) : []
    const changed = now.map((cell, column) => !gone && cell !== old[column])
    return [{ side: inWords(side, language), gone, shown: kind === 'row' && text === row, now, changed }]
  })

  const hash = `#${name}/${number + 1}/${language}/watch`
  const expected = { lit, packets, rows, hash }
  return Object.entries(expected).flatMap(([what, wanted]) => {
    const [is, should] = [shown[what], wanted].map((value) => JSON.stringify(value))
    return is === should ? [] : [`${what}: ${is} instead of ${should}`]
  })
}

/** The last change of each socket up to an event. */
function rowsAt(events, number) {
  const changes = events.slice(0, number + 1).flatMap(({ sockets = [] }) => sockets)
  return new Map(changes.map((change) => [change.socket, change]))
}

function inWords(text, language) {
  if (language === 'en') return text
  const words = { bytes: 'байт', datagram: 'датаграмма', server: 'сервер', client: 'клиент' }
  return text.replace(/\b(bytes|datagram|server|client)\b/g, (word) => words[word])
}

/** Runs in the browser: what can't be read. */
function unreadable(contrast) {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)]
  const found = []
  const name = (element) => `${element.localName} "${element.textContent.trim().slice(0, 30)}"`
  const box = (element) => element.getBoundingClientRect()

  if (document.documentElement.scrollWidth > innerWidth) found.push('the page is too wide')
  if (scrollY > 0) found.push('the page was moved')
  // The lines of code that are not lit look the same at every step.
  const first = location.hash.includes('/1/')
  const elements = all('body *:not(script, option)').filter(
    (element) => (first || !element.closest('.code li:not(.lit, .last)')) && element.checkVisibility(),
  )
  for (const element of elements) {
    if (element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1) {
      found.push(`${name(element)} is too wide`)
    }
  }
  for (const item of all('.lit, .last, #wire .now')) {
    const list = box(item.parentElement)
    if (box(item).top < list.top - 1 || box(item).bottom > list.bottom + 1) {
      found.push(`${name(item)} is out of sight: ${box(item).top} to ${box(item).bottom} in ${list.top} to ${list.bottom}`)
    }
  }
  const main = document.querySelector('main')
  if (innerWidth > 1000 && main.scrollHeight > main.clientHeight + 1) {
    found.push(`the desk is too small by ${main.scrollHeight - main.clientHeight} px`)
  }

  const numbers = (color) => color.match(/[\d.]+/g).map(Number)
  const rgb = (color) => numbers(color).slice(0, 3)
  const paper = (element) => {
    const { backgroundColor } = getComputedStyle(element)
    return (numbers(backgroundColor)[3] ?? 1) === 1 ? backgroundColor : paper(element.parentElement)
  }
  for (const element of elements) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    if (!hasText || element.disabled) continue
    const ratio = contrastRatio(rgb(getComputedStyle(element).color), rgb(paper(element)))
    if (ratio < contrast) found.push(`${name(element)} has a contrast of ${ratio.toFixed(2)}`)
  }

  return found
}

/** Runs in the browser: what is shown. */
function look() {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)]
  const text = (element) => element.textContent
  const lit = all('.lit').map((item) => ({
    path: text(item.closest('section').querySelector('h2 code')),
    line: item.dataset.line,
    code: text(item.querySelector('code')),
    by: item.className.match(/by-(\w+)/)[1],
  }))
  const packets = all('#wire li:not(.quiet)').map((item) => [
    item.classList[0],
    item.classList.contains('lost'),
    text(item.querySelector('code')),
  ])
  const rows = all('tbody tr').map((row) => {
    const [side, ...cells] = all('td', row)
    return {
      side: text(side),
      gone: row.classList.contains('gone'),
      shown: row.classList.contains('shown'),
      now: cells.map((cell) => cell.lastChild.data),
      changed: cells.map((cell) => cell.classList.contains('changed')),
    }
  })
  return { lit, packets, rows, hash: location.hash, summary: text(document.querySelector('#summary')) }
}

/** Answers every question: in English rightly, in Russian wrongly. */
async function predict({ page, language, add, open, shoot }) {
  const { recordings } = await page.$eval('#data', (data) => JSON.parse(data.textContent))
  for (const { name, questions } of recordings) {
    await open(`#${name}/1/${language}`)
    for (const [index, { event: number, right }] of questions.entries()) {
      await page.evaluate((number) => {
        while (state.step < number - 1) press('ArrowRight')
      }, number)
      await page.keyboard.press('ArrowRight')
      const choices = await page.$$eval('#question:not([hidden]) button:not([aria-disabled])', (buttons) => buttons.length)
      const place = `${name}, question before step ${number + 1}`
      if (choices < 3) add(place, ['it does not ask'])
      const { hash } = await page.evaluate(look)
      if (hash !== `#${name}/${number}/${language}`) add(place, [`it shows ${hash}`])
      add(place, await page.evaluate(unreadable, CONTRAST))
      if (index === 1) await shoot(`${name} question`)
      const guess = language === 'en' ? right : (right + 1) % choices
      await page.keyboard.press(String(guess + 1))
      const shown = await page.evaluate(look)
      add(place, await page.evaluate(unreadable, CONTRAST))
      const said = await page.evaluate(() => ({
        right: document.querySelector('#choices .right').firstChild.data,
        wrong: document.querySelectorAll('#choices .wrong').length,
        why: document.querySelector('#why').textContent,
        page: ['#summary', '#wire .now', 'tbody'].map((place) => document.querySelector(place)?.textContent ?? '').join('\n'),
      }))
      if (said.wrong !== (language === 'en' ? 0 : 1)) add(place, ['the guess is not judged'])
      if (said.why.split(' ').length < 6) add(place, ['it does not say why'])
      const nothing = ['nothing', 'ничего'].includes(said.right)
      if (!nothing && !said.page.includes(said.right)) add(place, [`${said.right} is not what is then shown: ${said.page}`])
      if (nothing && shown.packets.length > 0 && !shown.packets.at(-1)[1]) add(place, ['there is a packet'])
    }
    const { length } = questions
    const score = await page.$eval('#place', (place) => place.textContent)
    if (!score.includes(language === 'en' ? `${length} of ${length}` : `0 из ${length}`)) add(name, [`the score is ${score}`])
  }
}

/** Tab reaches everything, one sees where it is, and the keys do what the page says. */
async function useKeyboard({ page, add, open }) {
  await open('#poll_two_clients/20/en')
  const hash = () => page.evaluate(() => location.hash)
  const expect = async (what, wanted) => {
    const is = await hash()
    if (is !== wanted) add(what, [`${is} instead of ${wanted}`])
  }
  const reached = new Set()
  for (let count = 0; count < 20; count++) {
    await page.keyboard.press('Tab')
    const { id, outline } = await page.evaluate(() => {
      const { activeElement } = document
      return {
        id: activeElement.id || activeElement.ariaLabel || activeElement.localName,
        outline: getComputedStyle(activeElement).outlineStyle,
      }
    })
    reached.add(id)
    if (id !== 'body' && outline === 'none') add('Tab', [`one does not see that ${id} has the focus`])
  }
  const lists = ['step7-poll/src/main.rs', 'client/src/main.rs', 'On the wire']
  for (const id of ['recording', 'page', 'predict', 'language', 'theme', 'back', 'step', 'next', ...lists]) {
    if (!reached.has(id)) add('Tab', [`it does not reach ${id}`])
  }
  for (const [what, focus, key, hash] of [
    ['ArrowLeft', '', 'ArrowLeft', 'poll_two_clients/19/en'],
    ['End', '', 'End', 'poll_two_clients/74/en'],
    ['Home', '', 'Home', 'poll_two_clients/1/en'],
    ['Space on the button', '#next', 'Space', 'poll_two_clients/2/en'],
    ['ArrowRight on the bar', '#step', 'ArrowRight', 'poll_two_clients/3/en'],
    ['another recording', '#recording', 'ArrowUp', 'threads_two_clients/1/en'],
    ['without questions', '#predict', 'Space', 'threads_two_clients/1/en/watch'],
    ['the other language', '#language', 'Enter', 'threads_two_clients/1/ru/watch'],
  ]) {
    if (focus) await page.focus(focus)
    await page.keyboard.press(key)
    await expect(what, `#${hash}`)
  }
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const before = await paper()
  await page.focus('#theme')
  await page.keyboard.press('Enter')
  if (before === (await paper())) add('theme', ['it stays the same'])
  // An address from nowhere shows the first recording, and no error.
  await open('#no_such/99999/xx')
  await expect('an unknown address', `#conversation/37/${await page.evaluate(() => document.documentElement.lang)}`)
}

/** To the left is the next step. */
async function useFinger({ page, add, open }) {
  await open('#conversation/3/ru')
  const client = await page.createCDPSession()
  const swipe = async (from, to) => {
    const touch = (type, x) =>
      client.send('Input.dispatchTouchEvent', { type, touchPoints: x === undefined ? [] : [{ x, y: 300 }] })
    await touch('touchStart', from)
    await touch('touchMove', to)
    await touch('touchEnd')
  }
  const expect = (number) =>
    page
      .waitForFunction((hash) => location.hash === hash, { timeout: 10_000 }, `#conversation/${number}/ru`)
      .catch(() => add('swipe', [`${page.url()} instead of step ${number}`]))
  await swipe(300, 100)
  await expect(4)
  // Too short to be one.
  await swipe(200, 210)
  await swipe(100, 300)
  await expect(3)
}

async function checkIndex({ page, add, shoot }) {
  add('text', await page.evaluate(unreadable, CONTRAST))
  add('text', await foreignFonts(page))
  const links = await page.$$eval('a', (links) => links.map((link) => link.getAttribute('href').split('#')[0]))
  add('link', links.filter((link) => !/^https:/.test(link) && !existsSync(new URL(link, out))))
  for (const file of readdirSync(out).filter((file) => /\.(html|pdf)$/.test(file) && file !== 'index.html')) {
    if (!links.includes(file)) add('link', [`none leads to ${file}`])
  }
  await shoot('index')
}

/** Letters that the fonts of the page do not have. */
async function foreignFonts(page) {
  const client = await page.createCDPSession()
  await client.send('DOM.enable')
  await client.send('CSS.enable')
  const { root } = await client.send('DOM.getDocument')
  const { nodeIds } = await client.send('DOM.querySelectorAll', { nodeId: root.nodeId, selector: 'body > *' })
  const found = new Set()
  for (const nodeId of nodeIds) {
    const { fonts } = await client.send('CSS.getPlatformFontsForNode', { nodeId })
    const foreign = fonts.find((font) => !font.isCustomFont)
    if (foreign) found.add(`${foreign.familyName} is used`)
  }
  await client.detach()
  return [...found]
}
