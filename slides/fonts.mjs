// The fonts of the decks and pages, inside the file: nothing is loaded from elsewhere.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const { resolve } = createRequire(import.meta.url)

function font(family, weight, file) {
  const data = readFileSync(resolve(file)).toString('base64')
  return `@font-face { font-family: '${family}'; font-weight: ${weight}; src: url('data:font/woff2;base64,${data}') format('woff2'); }`
}

export function fonts(mono = { 400: 'Regular', 700: 'Bold' }) {
  const sans = (script, weight) =>
    `@fontsource/ibm-plex-sans/files/ibm-plex-sans-${script}-${weight}-normal.woff2`
  const range = {
    latin: 'U+0000-02FF, U+2000-22FF',
    cyrillic: 'U+0400-045F, U+0490-0491, U+2116',
  }
  const faces = Object.entries(mono).map(([weight, name]) =>
    font('Mono', weight, `jetbrains-mono/fonts/webfonts/JetBrainsMonoNL-${name}.woff2`),
  )
  for (const weight of [400, 600]) {
    for (const script of ['latin', 'cyrillic']) {
      const face = font('Sans', weight, sans(script, weight))
      faces.push(face.replace('}', `unicode-range: ${range[script]}; }`))
    }
  }
  return faces.join('\n')
}
