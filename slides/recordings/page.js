'use strict'

const { recordings, sources, repository } = JSON.parse(document.getElementById('data').textContent)
const $ = (selector) => document.querySelector(selector)

const WORDS = {
  en: {
    title: 'Step through a recording', home: 'All pages', recording: 'Recording',
    predict: 'ask me first', wire: 'On the wire', server: 'server', client: 'client',
    sockets: 'The sockets at this moment', back: '← Back', next: 'Next →', show: 'Show →',
    other: 'Русский', dark: 'Dark', light: 'Light', page: 'the page of', step: 'Step',
    legend: 'Descriptor –: not accepted yet, or already closed. The kernel has the socket all the same.',
    head: ['whose', 'descriptor', 'state', 'Recv-Q', 'Send-Q', 'local address', 'peer'],
    program: 'Both ends are one program', nobody: 'No program has this port. What answers is the kernel.',
    waits: 'waits', pause: 'Pause', new: 'new', gone: 'gone', none: 'Nothing yet.', no: '–', unnamed: 'no descriptor',
    score: (right, all) => `${right} of ${all} predicted`,
    right: 'Right.', wrong: 'No:', shown: 'The answer:',
    kinds: {
      call: (who, text) => `${capital(the(who))} calls ${text}`,
      wait: (who, text) => `${capital(the(who))} calls ${text} and waits`,
      'silent wait': (who, text) => `${capital(the(who))} calls ${text} and waits`,
      return: (who, text) => `In ${the(who)} the call returns: ${text}`,
      packet: (who, text, to) => `The kernel of ${the(who)} sends to ${the(to)}: ${text}`,
      'lost packet': (who, text, to) => `The kernel of ${the(who)} sends to ${the(to)}: ${text}, and no answer comes`,
      row: (who, text) => `${capital(the(who))} shows a socket: ${text}`,
    },
  },
  ru: {
    title: 'Запись по шагам', home: 'Все страницы', recording: 'Запись',
    predict: 'сначала спросить', wire: 'На проводе', server: 'сервер', client: 'клиент',
    sockets: 'Сокеты в этот миг', back: '← Назад', next: 'Дальше →', show: 'Показать →',
    other: 'English', dark: 'Тёмная', light: 'Светлая', page: 'страница', step: 'Шаг',
    legend: 'Дескриптор –: сокет ещё не принят или уже закрыт. У ядра он всё равно есть.',
    head: ['чей', 'дескриптор', 'состояние', 'Recv-Q', 'Send-Q', 'свой адрес', 'другая сторона'],
    program: 'Обе стороны — одна программа', nobody: 'Этого порта нет ни у одной программы. Отвечает ядро.',
    waits: 'ждёт', pause: 'Пауза', new: 'новый', gone: 'исчез', none: 'Пока ничего.', no: '–', unnamed: 'без дескриптора',
    score: (right, all) => `предсказано ${right} из ${all}`,
    right: 'Верно.', wrong: 'Нет:', shown: 'Ответ:',
    kinds: {
      call: (who, text) => `${capital(who)} вызывает ${text}`,
      wait: (who, text) => `${capital(who)} вызывает ${text} и ждёт`,
      'silent wait': (who, text) => `${capital(who)} вызывает ${text} и ждёт`,
      return: (who, text) => `${capital(who)} дождался: ${text}`,
      packet: (who, text, to) => `Ядро ${inCase(who, 'а')} отправляет ${inCase(to, 'у')}: ${text}`,
      'lost packet': (who, text, to) => `Ядро ${inCase(who, 'а')} отправляет ${inCase(to, 'у')}: ${text}, ответа нет`,
      row: (who, text) => `${capital(who)} показывает сокет: ${text}`,
    },
  },
}
/** What the recordings and the answers say in English, and is no call. */
const RUSSIAN = [
  [/\bdatagram\b/, 'датаграмма'], [/\bbytes\b/, 'байт'], [/^nothing$/, 'ничего'],
  [/^a second$/, 'секунда'], [/^tens of milliseconds$/, 'десятки миллисекунд'],
  [/^server\b/, 'сервер'], [/^client\b/, 'клиент'], [/\bthread\b/, 'поток'],
]

const the = (side) => (/^client \d/.test(side) ? side : `the ${side}`)
/** «сервера», «клиенту 2» */
const inCase = (side, ending) => side.replace(/^\S+/, (noun) => noun + ending)

/** What is shown: the address names it, and `asked` is the question that is open or answered. */
const state = { number: 0, step: 0, language: 'en', predict: true, asked: null, chosen: null }
/** The first guesses: `conversation/12` was right or not. */
const guesses = new Map()

const recording = () => recordings[state.number]
const event = () => recording().events[state.step]
const word = (name) => WORDS[state.language][name]
const capital = (text) => text[0].toUpperCase() + text.slice(1)
const say = (text) =>
  state.language === 'ru' ? RUSSIAN.reduce((said, [from, to]) => said.replace(from, to), text) : text
const end = (side) => (side === 'server' ? 'server' : 'client')

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

/** The rows of all sockets after an event; those that are gone with it, too. */
function rows(step) {
  const rows = new Map()
  recording().events.slice(0, step + 1).forEach(({ sockets = [] }, number) => {
    for (const change of sockets) {
      const before = number === step ? (rows.get(change.socket) ?? {}) : undefined
      rows.set(change.socket, { ...change, before })
    }
  })
  return [...rows.values()].filter(({ row, before }) => row || before?.row)
}

/** The columns of a row; a descriptor may be none. */
const cells = ({ fd, row }) => [fd ?? word('no'), ...(row?.split(' ') ?? [])]

/** The thread that does an event, if its program has many: `thread 1`. */
function threadOf({ side, thread = 0 }) {
  const many = recording().events.some((other) => other.side === side && other.thread > 0)
  return many ? say(`thread ${thread}`) : ''
}

const placeOf = ({ at }) => at && { path: at.slice(0, at.lastIndexOf(':')), line: Number(at.split(':').at(-1)) }

/** The source that an end runs; none if no program is there. */
function programOf(name) {
  const own = recording().events.find((event) => end(event.side) === name && event.at)
  return own && placeOf(own).path
}

/** What happened, in words, and what is different since. */
function renderSummary() {
  const { kind, side, to, text, after } = event()
  const code = '\u0000'
  const thread = event().at && threadOf(event())
  const who = thread ? `${say(side)} (${thread})` : say(side)
  const said = word('kinds')[kind](who, code, to && say(to))
  const [before, behind] = said.split(code)
  const pause = after ? `${word('pause')}: ${say(after)}. ` : ''
  const changes = rows(state.step).filter(({ before }) => before).map((row) => {
    const fd = row.fd ?? row.before.fd
    const whose = `${say(row.side)}, ${fd === undefined ? word('unnamed') : `${word('head')[1]} ${fd}`}: `
    if (!row.row) return whose + word('gone')
    const [now, was] = [cells(row), row.before.row ? cells(row.before) : []]
    const differences = now.flatMap((cell, column) => (cell === was[column] ? [] : `${word('head')[column + 1]} ${was[column] ?? word('new')} → ${cell}`))
    return whose + (was.length ? differences.join(', ') : `${word('new')}, ${now.slice(1).join(' ')}`)
  })
  const program = kind.endsWith('packet') ? say(text) : text
  $('#summary').replaceChildren(
    element('strong', { className: `of-${end(side)}` }, pause + before),
    element('code', {}, program), behind,
    element('span', { className: 'changes' }, changes.join(' · ')),
  )
}

/** The code of both ends, or of the program that is both of them. */
function renderPrograms() {
  const [server, client] = [programOf('server'), programOf('client')]
  const together = server === client
  $('#columns').className = together ? 'together' : ''
  $('#client').hidden = together
  for (const [name, path] of [['server', server], ['client', client]]) {
    const title = together ? word('program') : capital(word(name))
    const heading = element('h2', {}, `${title} `, element('code', {}, path ?? ''))
    $(`#${name}`).replaceChildren(heading)
    if (path) $(`#${name}`).append(listing(path))
    else $(`#${name}`).append(element('p', { className: 'nobody' }, word('nobody')))
  }
}

function listing(path) {
  const lines = sources[path].trimEnd().split('\n').map((line, index) => {
    const [, code, comment = ''] = line.trimStart().match(/^(.*?)((?:^|\s)\/\/.*)?$/)
    const text = element('code', {}, code, element('i', {}, comment))
    const item = element('li', {}, element('div', {}, text))
    item.style.setProperty('--indent', line.search(/\S|$/))
    item.dataset.line = index + 1
    return item
  })
  return element('ol', { tabIndex: 0, ariaLabel: path }, ...lines)
}

/** Lights the line of this event, and marks the lines where somebody waits. */
function renderLines() {
  document.querySelectorAll('.chip').forEach((chip) => chip.remove())
  for (const item of document.querySelectorAll('.code li[class]')) {
    item.removeAttribute('class')
    item.removeAttribute('aria-current')
  }
  const now = event()
  const columns = { server: new Map(), client: new Map() }
  const sides = { server: new Set(), client: new Set() }
  recording().events.forEach((event, number) => {
    if (!event.at) return
    sides[columnOf(event)].add(event.side)
    const actor = `${event.side} ${threadOf(event)}`
    if (number <= state.step) {
      columns[columnOf(event)].delete(actor)
      columns[columnOf(event)].set(actor, event)
    }
  })
  for (const [column, actors] of Object.entries(columns)) {
    for (const event of actors.values()) {
      const waits = event.kind.endsWith('wait')
      if (!waits && event !== now) continue
      const side = sides[column].size > 1 ? say(event.side) : ''
      const who = [side, threadOf(event)].filter(Boolean).join(', ')
      const text = `${who} ${waits ? word('waits') : ''}`.trim()
      if (text) lineOf(event).firstChild.append(element('span', { className: `chip of-${end(event.side)}` }, text))
    }
    // Where the client of this packet stands, if there are many.
    const all = [...actors.values()]
    const last = all.findLast(({ side }) => side === now.side || side === now.to) ?? all.at(-1)
    if (!last) continue
    lineOf(last).classList.add('last')
    reveal(lineOf(last))
  }
  if (now.at) {
    const item = lineOf(now)
    item.classList.replace('last', 'lit')
    item.classList.add(`by-${end(now.side)}`)
    item.setAttribute('aria-current', 'step')
  }
}

const columnOf = ({ side }) => ($('#client').hidden ? 'server' : end(side))
const lineOf = (event) => $(`#${columnOf(event)} [data-line="${placeOf(event).line}"]`)

/** Scrolls the list, and not the page. */
function reveal(item) {
  const list = item.parentElement
  const middle = item.offsetTop - (list.clientHeight - item.offsetHeight) / 2
  list.scrollTop = Math.max(0, middle)
}

function renderWire() {
  const list = $('#wire ol')
  const clients = new Set(recording().events.map(({ side }) => side)).size > 2
  list.replaceChildren()
  recording().events.slice(0, state.step + 1).forEach((event, number) => {
    if (!event.to) return
    const { side, to, text, kind, after } = event
    const item = element('li', { className: `to-${end(to)}` })
    if (kind === 'lost packet') item.classList.add('lost')
    if (number === state.step) item.classList.add('now')
    if (after) item.append(element('span', { className: 'pause' }, say(after)))
    if (clients) item.append(element('span', { className: 'who' }, `${say(side === 'server' ? to : side)}: `))
    item.append(element('code', {}, say(text)), element('span', { className: 'arrow' }))
    item.ariaLabel = `${say(side)} → ${say(to)}: ${say(text)}`
    list.append(item)
  })
  list.ariaLabel = word('wire')
  if (!list.children.length) list.append(element('li', { className: 'quiet' }, word('none')))
  list.scrollTop = list.scrollHeight
}

function renderRows() {
  $('#rows thead tr').replaceChildren(...word('head').map((name) => {
    const cell = element('th', { scope: 'col' }, name)
    cell.setAttribute('role', 'columnheader')
    return cell
  }))
  $('#rows tbody').replaceChildren(...rows(state.step).map((row) => {
    const { side, before } = row
    const now = row.row ? cells(row) : cells(before)
    const was = before && row.row ? (before.row ? cells(before) : []) : now
    const line = element('tr', {})
    line.setAttribute('role', 'row')
    line.classList.toggle('gone', !row.row)
    line.classList.toggle('shown', event().kind === 'row' && event().text === row.row)
    const whose = element('span', { className: `of-${end(side)}` }, say(side))
    ;[whose, ...now].forEach((text, column) => {
      const cell = element('td', {})
      const old = column > 0 && text !== was[column - 1]
      if (old) cell.className = 'changed'
      if (old && was.length) cell.append(element('s', {}, was[column - 1]))
      cell.append(text)
      if (column > 0) cell.dataset.name = word('head')[column]
      cell.setAttribute('role', 'cell')
      line.append(cell)
    })
    return line
  }))
}

function renderQuestion() {
  const { asked, chosen } = state
  $('#question').hidden = !asked
  const open = asked && chosen === null
  $('#next').textContent = open ? word('show') : word('next')
  const { name, questions } = recording()
  const made = questions.filter(({ event }) => guesses.has(`${name}/${event}`))
  const right = made.filter(({ event }) => guesses.get(`${name}/${event}`))
  $('#place').textContent = `${state.step + 1} / ${recording().events.length}`
  if (state.predict && made.length) $('#place').textContent += ` · ${word('score')(right.length, made.length)}`
  if (!asked) return
  $('#ask').textContent = asked.ask[state.language]
  $('#choices').replaceChildren(...asked.choices.map((choice, index) => {
    const button = element('button', { onclick: () => choose(index) }, choice[state.language] ?? say(choice))
    if (!open) {
      button.setAttribute('aria-disabled', 'true')
      button.className = index === asked.right ? 'right' : index === chosen ? 'wrong' : ''
      if (index === asked.right) button.append(' ✓')
      else if (index === chosen) button.append(' ×')
    }
    return element('li', {}, button)
  }))
  const answer = asked.choices[asked.right]
  const verdict = chosen === asked.right ? word('right')
    : `${word(chosen < 0 ? 'shown' : 'wrong')} ${answer[state.language] ?? say(answer)}.`
  $('#why').textContent = open ? '' : `${verdict} ${asked.why[state.language]}`
}

/** The words, the list of recordings, the code, the ticks of the bar. */
function renderAll() {
  const { language, number, predict } = state
  document.documentElement.lang = language
  document.title = `${word('title')}: ${recording().title[language]}`
  for (const place of document.querySelectorAll('[data-word]')) place.textContent = word(place.dataset.word)
  $('#recording').replaceChildren(...recordings.map(({ title }, value) => element('option', { value, selected: value === number }, title[language])))
  const { page, events, questions } = recording()
  Object.assign($('#page'), { textContent: `${word('page')} ${page}`, href: `${repository}${page}/README${language === 'ru' ? '.ru' : ''}.md` })
  $('#predict').checked = predict
  Object.assign($('#language'), { textContent: word('other'), lang: language === 'ru' ? 'en' : 'ru' })
  $('#back').textContent = word('back')
  Object.assign($('#step'), { max: events.length - 1, ariaLabel: word('step') })
  const tick = (index, className) => {
    const made = element('span', { className })
    made.style.left = `calc(8px + ${index / (events.length - 1)} * (100% - 16px))`
    return made
  }
  const begins = events.flatMap(({ step }, index) => (index && step !== events[index - 1].step ? index : []))
  const asks = predict ? questions.map(({ event }) => tick(event, 'asks')) : []
  $('#ticks').replaceChildren(...begins.map((index) => tick(index, '')), ...asks)
  renderTheme()
  renderPrograms()
  render()
}

function render() {
  renderSummary()
  renderQuestion()
  renderRows()
  // Only now do the lists have their height.
  renderLines()
  renderWire()
  Object.assign($('#step'), { value: state.step, ariaValueText: `${state.step + 1}: ${$('#summary').textContent}` })
  $('#back').disabled = state.step === 0
  $('#next').disabled = state.step === recording().events.length - 1
  const mode = state.predict ? '' : '/watch'
  history.replaceState(null, '', `#${recording().name}/${state.step + 1}/${state.language}${mode}`)
}

/** Shows a step, without a question. */
function show(step) {
  state.step = Math.min(Math.max(step, 0), recording().events.length - 1)
  state.asked = null
  render()
}

/** The next step, or first the question about it. */
function next() {
  if (state.asked && state.chosen === null) return choose(-1)
  const question = recording().questions.find(({ event }) => event === state.step + 1)
  if (!state.predict || !question) return show(state.step + 1)
  Object.assign(state, { asked: question, chosen: null })
  render()
  $('#ask').focus()
}

/** Takes a guess, -1 for none, and shows what happened. */
function choose(index) {
  const { asked, chosen } = state
  if (!asked || chosen !== null || index >= asked.choices.length) return
  const name = `${recording().name}/${asked.event}`
  if (index >= 0 && !guesses.has(name)) guesses.set(name, index === asked.right)
  Object.assign(state, { chosen: index, step: asked.event })
  render()
}

const back = () => show(state.asked && state.chosen === null ? state.step : state.step - 1)

const isDark = () => (document.documentElement.style.colorScheme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark'
const renderTheme = () => { $('#theme').textContent = word(isDark() ? 'light' : 'dark') }

/** `#conversation/12/ru/watch`: the recording, the step, the language, the mode. */
function readAddress() {
  const [name, step, ...others] = decodeURIComponent(location.hash.slice(1)).split('/')
  state.number = Math.max(0, recordings.findIndex((recording) => recording.name === name))
  const count = recording().events.length
  state.step = Math.min(Math.max((parseInt(step, 10) || 1) - 1, 0), count - 1)
  state.language = others.find((it) => it in WORDS) ?? (navigator.language.startsWith('ru') ? 'ru' : 'en')
  state.predict = !others.includes('watch')
  state.asked = null
  renderAll()
}

$('#next').onclick = next
$('#back').onclick = back
$('#step').oninput = () => show(Number($('#step').value))
$('#recording').onchange = () => {
  Object.assign(state, { number: Number($('#recording').value), step: 0, asked: null })
  renderAll()
}
$('#predict').onchange = () => {
  Object.assign(state, { predict: $('#predict').checked, asked: null })
  renderAll()
}
$('#language').onclick = () => {
  state.language = state.language === 'ru' ? 'en' : 'ru'
  renderAll()
}
$('#theme').onclick = () => {
  document.documentElement.style.colorScheme = isDark() ? 'light' : 'dark'
  renderTheme()
}
matchMedia('(prefers-color-scheme: dark)').onchange = renderTheme
addEventListener('hashchange', readAddress)

document.addEventListener('keydown', (key) => {
  if (key.altKey || key.ctrlKey || key.metaKey || key.target.matches('select')) return
  const keys = { ArrowRight: next, ArrowLeft: back, Home: () => show(0), End: () => show(Infinity) }
  const act = keys[key.key] ?? (/^[1-9]$/.test(key.key) && state.asked ? () => choose(Number(key.key) - 1) : undefined)
  if (!act) return
  key.preventDefault()
  act()
})

let touched
addEventListener('touchstart', ({ touches: [touch], target }) => {
  touched = target.matches('#step') ? undefined : touch
}, { passive: true })
addEventListener('touchend', ({ changedTouches: [touch] }) => {
  if (!touched) return
  const [across, down] = [touch.clientX - touched.clientX, touch.clientY - touched.clientY]
  if (Math.abs(across) > 60 && Math.abs(across) > 2 * Math.abs(down)) (across < 0 ? next : back)()
})

readAddress()
