// What is shown lies in the address: #state=fails&phase=immediate&host=app1&text=redis, or #claim=host/id, or #item=id.
const form = document.getElementById('filter')
const texts = new Map(claims.map((claim) => [claim, folded([claim.says, claim.id, claim.host, claim.item, claim.seen, claim.error, claim.waived].join(' '))]))
const openAtMost = 100

function wanted () {
  const given = new FormData(form)
  return { states: given.getAll('state'), phase: given.get('phase'), host: given.get('host'), text: folded(given.get('text').trim()) }
}

function matches (claim, { states, host, text }) {
  return (!states.length || states.includes(kind(claim.state))) && (!host || claim.host === host) && (!text || texts.get(claim).includes(text))
}

// An item is found by its own words, too, and without any claim.
function itemMatches (item, { states, host, text }) {
  const words = item.place.querySelector('summary b').textContent + ' ' + item.place.dataset.item
  return !item.claims.length && !host && (!states.length || states.includes(item.place.dataset.state)) && (!text || folded(words).includes(text))
}

function show () {
  const want = wanted()
  const filtered = Boolean(want.states.length || want.phase || want.host || want.text)
  const seen = new Set()
  for (const item of items.values()) {
    const inPhase = !want.phase || item.place.dataset.phase === want.phase
    item.shown = inPhase ? item.claims.filter((claim) => matches(claim, want)) : []
    item.most = chunk
    item.due = true
    item.place.hidden = filtered && !item.shown.length && !(inPhase && itemMatches(item, want))
    item.shown.forEach((claim) => seen.add(claim))
  }
  for (const item of items.values()) {
    const narrowed = filtered && item.shown.length && seen.size <= openAtMost
    if (narrowed && !item.place.open) item.place.open = item.byFilter = true
    else if (!narrowed && item.byFilter) item.place.open = item.byFilter = false
    if (item.place.open) fill(item)
  }
  for (const phase of document.querySelectorAll('.phase')) phase.hidden = !phase.querySelector('details.item:not([hidden])')
  document.getElementById('count').textContent = say('{count} of {all} claims shown', { count: seen.size, all: claims.length })
}

function write () {
  const { states, phase, host, text } = wanted()
  const hash = new URLSearchParams([...states.map((one) => ['state', one]), ...Object.entries({ phase, host, text }).filter(([, value]) => value)])
  history.replaceState(null, '', `#${hash}`)
}

function openItem (item, target = item.place) {
  item.place.open = true
  fill(item)
  const place = target()
  place.open = true
  place.fillNow?.()
  place.scrollIntoView({ block: 'start' })
  place.querySelector('summary').focus({ preventScroll: true })
  for (const one of document.querySelectorAll('.linked')) one.classList.remove('linked')
  place.classList.add('linked')
}

function read () {
  const hash = new URLSearchParams(location.hash.slice(1))
  for (const box of form.querySelectorAll('[name=state]')) box.checked = hash.getAll('state').includes(box.value)
  for (const name of ['phase', 'host', 'text']) form.elements[name].value = hash.get(name) ?? ''
  show()
  const claim = claims.find((one) => nameOf(one) === hash.get('claim'))
  const item = claim ? homeOf(claim) : items.get(hash.get('item'))
  if (!item) return
  if (claim) item.most = Math.max(item.most, item.shown.indexOf(claim) + 1)
  openItem(item, () => claim ? [...item.list.querySelectorAll('.claim')].find((one) => one.dataset.claim === nameOf(claim)) : item.place)
}

form.addEventListener('input', () => { write(); show() })
form.addEventListener('submit', (event) => event.preventDefault())
form.addEventListener('reset', () => setTimeout(() => { write(); show() }))
addEventListener('hashchange', read)
form.hidden = false
