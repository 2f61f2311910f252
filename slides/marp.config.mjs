export default {
  engine: './engine.mjs',
  theme: 'sockets',
  html: false,
  // No emoji picture from elsewhere, no formulas.
  options: { emoji: { unicode: false, shortcode: false }, math: false, slug: false },
}
