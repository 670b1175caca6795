// The charts, each drawn when it comes into view, and the paper.
const utc = (seconds) => new Date(seconds * 1000).toISOString()
function times (_, splits) {
  const days = splits.at(-1) - splits[0] > 36 * 3600
  const texts = splits.map((at) => days ? utc(at).slice(5, 10) : utc(at).slice(11, 16))
  return texts.map((text, n) => text === texts[n - 1] ? '' : text)
}
// Its values and its limit, not the way down to zero.
function around (_, least, most) {
  const room = (most - least || Math.abs(most) || 1) * 0.15
  return [Math.max(least - room, Math.min(least, 0)), most + room]
}
const stamp = (_, at) => at === null ? '' : `${utc(at).slice(0, 16).replace('T', ' ')} UTC`
const timed = (lines) => () => ({
  scales: { x: { time: true }, y: { range: around } }, axes: [axis(null, { values: times }), axis(null, { size: 56 })],
  series: [{ label: say('at'), value: stamp }, ...lines()],
})
const limitLine = () => line(say('limit'), 'bad', { width: 1, dash: [6, 4] })
const spots = { points: { show: true, size: 5 } }

function course (place, { course: [at, value], limit }) {
  chart(place, 170, timed(() => [line(say('seen'), 'p50', at.length < 40 ? spots : {}), limitLine()]), [at, value, at.map(() => limit)])
}
function trend (place, { trend, limit }) {
  const at = data.runs.map(([at]) => Date.parse(at) / 1000)
  chart(place, 150, timed(() => [line(say('seen'), 'p99', { ...spots, spanGaps: true }), limitLine()]), [at, trend, at.map(() => limit)])
}
function runs (place) {
  const [at, fails, unproven, waived] = [0, 1, 2, 3].map((column) => data.runs.map((run) => run[column]))
  chart(place, 200, () => ({
    ...timed(() => [line(say('do not hold'), 'bad', spots), line(say('not proven'), 'open', spots), line(say('waived'), 'waived', spots)])(),
    scales: { x: { time: true }, y: { range: (_, least, most) => [0, Math.max(most * 1.1, 5)] } },
  }), [at.map((one) => Date.parse(one) / 1000), fails, unproven, waived])
}

const waiting = new Map()
function plan (place, points, draw) {
  place.hidden = points < 2
  if (place.previousElementSibling.className === 'caption') place.previousElementSibling.hidden = place.hidden
  if (!place.hidden) waiting.set(place, draw)
}
for (const place of document.querySelectorAll('.course, .trend')) {
  const metric = data.metrics[place.dataset.metric]
  const isCourse = place.classList.contains('course')
  plan(place, isCourse ? metric.course[0].length : metric.trend.filter((value) => value !== null).length, () => (isCourse ? course : trend)(place, metric))
}
const before = document.getElementById('runs')
plan(before, data.runs.length, () => runs(before))

function drawOnce (place) {
  waiting.get(place)?.()
  waiting.delete(place)
}
const watcher = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => drawOnce(one.target)), { rootMargin: '300px' })
for (const place of waiting.keys()) watcher.observe(place)

for (const place of document.querySelectorAll('details.figures')) {
  place.addEventListener('toggle', () => {
    if (!place.open || place.querySelector('table')) return
    const [at, value, samples] = data.metrics[place.dataset.metric].course
    const head = [say('Time, UTC'), say('Value'), say('Samples')].map((name) => element('th', { scope: 'col' }, name))
    const rows = at.map((one, n) => element('tr', {}, ...[utc(one).slice(0, 16).replace('T', ' '), value[n], samples[n]].map((cell) => element('td', {}, String(cell)))))
    const table = element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows))
    place.append(element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': say('Figures of: {metric}', { metric: place.dataset.name }) }, table))
  })
}

// On paper everything that is not filtered away is open, on white.
let closed = []
addEventListener('beforeprint', () => {
  document.documentElement.classList.add('printed')
  for (const item of items.values()) if (!item.place.hidden) { item.most = Infinity; fill(item) }
  // Whatever several items count is explained under its own.
  const elsewhere = (one) => one.claim && homeOf(one.claim).place !== one.closest('.item')
  closed = [...document.querySelectorAll('details:not([open]):not(.figures)')].filter((one) => !elsewhere(one))
  for (const one of closed) { one.open = true; one.fillNow?.() }
  for (const place of [...waiting.keys()]) drawOnce(place)
  drawAgain()
})
addEventListener('afterprint', () => {
  document.documentElement.classList.remove('printed')
  for (const one of closed) one.open = false
  drawAgain()
})

read()
document.documentElement.dataset.interactive = Math.round(performance.now())
