// Looks at every slide of out/ in headless Chromium, as the last row of a class would:
// nothing overflows, text is large and in contrast, each character is in the fonts, and no
// request leaves the machine. A picture of each slide goes to out/shots. Then at the other pages.

import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import puppeteer from 'puppeteer-core'
import { CONTRAST, contrastRatio } from './contrast.mjs'
import { checkPages } from './recordings/check.mjs'

const SIZE = { width: 1280, height: 720 }
/** Pixels at that size. */
const SMALLEST = { code: 18, text: 24 }

process.chdir(fileURLToPath(new URL('.', import.meta.url)))
const decks = readdirSync('out').filter((file) => /\.(en|ru)(\.dark)?\.html$/.test(file))
if (decks.length === 0) throw new Error('out/ has no deck: npm run build')
rmSync('out/shots', { recursive: true, force: true })

const browser = await puppeteer.launch({
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  // A container's root has no sandbox.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
const wrong = []
try {
  for (const deck of decks) await check(deck)
  wrong.push(...(await checkPages(browser)))
} finally {
  await browser.close()
}
for (const line of wrong) console.error(line)
process.exitCode = wrong.length > 0 ? 1 : 0

async function check(deck) {
  const page = await browser.newPage()
  await page.setViewport(SIZE)
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) {
      wrong.push(`${deck}: it asks for ${request.url()}`)
    }
  })
  page.on('pageerror', (error) => wrong.push(`${deck}: ${error.message}`))
  const shots = `out/shots/${deck.replace('.html', '')}`
  mkdirSync(shots, { recursive: true })
  await page.goto(pathToFileURL(`out/${deck}`).href)
  await page.evaluate(() => document.fonts.ready)
  await page.addStyleTag({ content: '.bespoke-marp-osc { display: none !important }' })
  await page.addScriptTag({ content: String(contrastRatio) })

  const client = await page.createCDPSession()
  await client.send('DOM.enable')
  await client.send('CSS.enable')
  const count = await page.$$eval('section', (sections) => sections.length)
  for (let number = 1; number <= count; number++) {
    await page.evaluate((number) => {
      location.hash = `#${number}`
    }, number)
    await page.waitForFunction(
      (number) =>
        document
          .querySelectorAll('svg[data-marpit-svg]')
          [number - 1].classList.contains('bespoke-marp-active'),
      {},
      number,
    )
    const found = await page.evaluate(look, number - 1, SMALLEST, CONTRAST)
    found.push(...(await foreignFonts(client)))
    wrong.push(...found.map((what) => `${deck}: slide ${number}: ${what}`))
    const name = String(number).padStart(2, '0')
    await page.screenshot({ path: `${shots}/${name}.png` })
  }
  console.log(`${deck}: ${count} slides`)
  await page.close()
}

/** Letters that the fonts of the deck do not have: elsewhere they may be as wide as they like. */
async function foreignFonts(client) {
  const { root } = await client.send('DOM.getDocument')
  // Only what is shown has fonts.
  const shown = '.bespoke-marp-active section'
  const selector = `${shown} > :not(.picture), ${shown} .picture text`
  const { nodeIds } = await client.send('DOM.querySelectorAll', { nodeId: root.nodeId, selector })
  const found = []
  for (const nodeId of nodeIds) {
    const { fonts } = await client.send('CSS.getPlatformFontsForNode', { nodeId })
    if (fonts.every((font) => font.isCustomFont)) continue
    const { outerHTML } = await client.send('DOM.getOuterHTML', { nodeId })
    found.push(`a letter has no font of ours: ${outerHTML.slice(0, 200)}`)
  }
  return found
}

/** Runs in the browser. */
function look(index, smallest, contrast) {
  const section = document.querySelectorAll('section')[index]
  const found = []
  const name = (element) => `${element.tagName.toLowerCase()} "${element.textContent.trim().slice(0, 30)}"`

  // The foot of the slide belongs to the strip and the page number.
  const box = section.getBoundingClientRect()
  const foot = section.querySelector('footer')?.getBoundingClientRect().top ?? box.bottom
  for (const child of section.children) {
    if (child.tagName === 'FOOTER') continue
    const { left, right, bottom } = child.getBoundingClientRect()
    if (bottom > foot || right > box.right || left < box.left) {
      found.push(`${name(child)} overflows by ${Math.ceil(Math.max(bottom - foot, right - box.right))} px`)
    }
  }
  for (const element of section.querySelectorAll('pre, table, ul, ol, p')) {
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) {
      found.push(`${name(element)} is too wide`)
    }
  }

  // No half of a slide is empty: between two parts of it there is not much room.
  const parts = [...section.children].map((child) => child.getBoundingClientRect())
  parts.slice(1).forEach((part, index) => {
    const gap = part.top - parts[index].bottom
    if (gap > 0.3 * box.height) found.push(`${Math.round(gap)} px are empty`)
  })
  for (const picture of section.querySelectorAll('.picture')) {
    if (!picture.getAttribute('aria-label') && !picture.querySelector('title')?.textContent) {
      found.push('a picture has no text alternative')
    }
    const right = picture.viewBox.baseVal.width
    for (const text of picture.querySelectorAll('text')) {
      const { x, width } = text.getBBox()
      if (x < 0 || x + width > right) found.push(`${name(text)} is outside of the picture`)
    }
  }

  const numbers = (color) => color.match(/[\d.]+/g).map(Number)
  const background = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [red, green, blue, alpha = 1] = numbers(getComputedStyle(at).backgroundColor)
      if (alpha === 1) return [red, green, blue]
    }
    return [255, 255, 255]
  }
  // What lies under a text of a picture.
  const under = (text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect()
    const inside = (rect) => {
      const around = rect.getBoundingClientRect()
      return around.left < left && around.right > right && around.top < bottom && around.bottom > top
    }
    const rects = [...text.closest('.picture').querySelectorAll('rect')].filter(inside)
    const fills = rects.map((rect) => getComputedStyle(rect).fill).filter((fill) => fill !== 'none')
    return fills.length > 0 ? numbers(fills.at(-1)).slice(0, 3) : background(text)
  }
  const texts = document.createTreeWalker(section, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const { parentElement, textContent } = texts.currentNode
    if (!textContent.trim() || parentElement.closest('title, desc')) continue
    const style = getComputedStyle(parentElement)
    const picture = parentElement.closest('.picture')
    const ink = numbers(picture ? style.fill : style.color).slice(0, 3)
    const ratio = contrastRatio(ink, picture ? under(parentElement) : background(parentElement))
    if (ratio < contrast) {
      found.push(`${name(parentElement)} has a contrast of ${ratio.toFixed(2)}`)
    }
    if (parentElement.closest('footer')) continue
    const size = parseFloat(style.fontSize) * (picture ? parentElement.getScreenCTM().a : 1)
    const least = parentElement.closest('code, pre, .picture') ? smallest.code : smallest.text
    if (size < least) found.push(`${name(parentElement)} is set in ${size.toFixed(1)} px`)
  }
  return found
}
