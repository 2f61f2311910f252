// The page on which one steps through the recordings: one file with everything inside. The
// events are the recordings', the code is the lessons', and so is each right answer; what is
// written by hand are the questions, the wrong choices and the reasons (questions.json).

import { readFileSync, readdirSync } from 'node:fs'

const here = new URL('.', import.meta.url)
const root = new URL('../../', here)
const read = (path, base = here) => readFileSync(new URL(path, base), 'utf8')

/** Where there is no packet, or no row. */
const NOTHING = 'nothing'

export function recordingsPage({ fontFaces, repository }) {
  const about = JSON.parse(read('questions.json'))
  const folder = new URL('tests/recordings/', root)
  const files = readdirSync(folder).map((file) => file.replace('.json', ''))
  const forgotten = files.filter((name) => !about.some((recording) => recording.name === name))
  if (forgotten.length > 0) throw new Error(`questions.json has nothing of ${forgotten}`)

  const recordings = about.map(({ name, page, title, questions }) => {
    const recording = JSON.parse(read(`${name}.json`, folder))
    if (questions.length < 2) throw new Error(`${name}: at least two questions`)
    return { ...recording, page, title, questions: questions.map((it) => asked(recording, it)) }
  })
  const places = recordings.flatMap(({ events }) => events.flatMap(({ at }) => at ?? []))
  const paths = new Set(places.map((at) => at.slice(0, at.lastIndexOf(':'))))
  const sources = Object.fromEntries([...paths].map((path) => [path, read(path, root)]))

  const parts = {
    fonts: fontFaces,
    look: read('look.css'),
    css: read('page.css'),
    data: JSON.stringify({ recordings, sources, repository }).replaceAll('<', '\\u003c'),
    script: read('page.js'),
  }
  return read('page.html').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name])
}

/** A question with the number of its event, and all choices: those of the page and the right one. */
function asked({ name, events }, { on, nth, answer, socket, wrong, ask, why }) {
  const found = events.flatMap((event, number) => (event.text === on ? number : []))
  const place = `${name}: "${on}"`
  if (found.length === 0) throw new Error(`${place}: no such event`)
  if (found.length > 1 && !nth) throw new Error(`${place}: which of ${found.length}? Say nth`)
  const event = found[(nth ?? 1) - 1]
  if (event === undefined) throw new Error(`${place}: there are only ${found.length}`)

  const right = answers[answer]?.(events, event, socket)
  if (right === undefined) throw new Error(`${place}: ${answer} is no answer`)
  const text = (choice) => choice.en ?? choice
  const choices = [right, ...wrong]
  if (new Set(choices.map(text)).size < choices.length || choices.length < 3) {
    throw new Error(`${place}: a wrong choice is right, or there twice, or missing`)
  }
  for (const both of [ask, why, ...choices.filter((choice) => choice.en)]) {
    if (!both.en || !both.ru) throw new Error(`${place}: a language is missing`)
  }
  // In the order of the alphabet: the right one may be anywhere.
  choices.sort((one, other) => text(one).localeCompare(text(other), 'en', { numeric: true }))
  return { event, ask, why, choices, right: choices.indexOf(right) }
}

/** What a recording says about an event, or about a socket right after it. */
const answers = {
  packet: (events, number) => (events[number].kind === 'lost packet' ? NOTHING : events[number].text),
  sends: (events, number) => {
    const packet = events.find(({ by, kind }) => by === number && kind === 'packet')
    return packet?.text ?? NOTHING
  },
  result: (events, number) => events[number].text.split(') = ')[1],
  call: (events, number) => events[number].text,
  side: (events, number) => events[number].side,
  thread: (events, number) => `thread ${events[number].thread ?? 0}`,
  after: (events, number) => events[number].after,
  state: (...socket) => column(0, ...socket),
  'recv-q': (...socket) => column(1, ...socket),
  'send-q': (...socket) => column(2, ...socket),
}

function column(number, events, event, socket) {
  const changes = events.slice(0, event + 1).flatMap(({ sockets = [] }) => sockets)
  const last = changes.findLast((change) => change.socket === socket)
  return last && (last.row?.split(' ')[number] ?? NOTHING)
}
