/** What WCAG 2.2 asks of text (success criterion 1.4.3). */
export const CONTRAST = 4.5

/** Runs in the browser: the contrast ratio of two colours, each red, green and blue to 255. */
export function contrastRatio(one, other) {
  const luminance = (color) => {
    const [red, green, blue] = color.map((value) => {
      const part = value / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}
