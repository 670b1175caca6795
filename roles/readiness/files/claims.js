// The claims: unpacked from the page's data and put under their items when these are opened. Whatever comes from evidence becomes text.
const data = JSON.parse(document.getElementById('data').textContent)
const claims = data.claims.map((row) => Object.fromEntries(data.fields.map((field, n) => [field, data.texts[row[n]]])))
const kind = (state) => state === 'stale' ? 'unproven' : state
const order = ['fails', 'unproven', 'stale', 'waived', 'holds']
const chunk = 20

function element (tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') made.addEventListener('click', value)
    else made.setAttribute(name, value)
  }
  made.append(...children)
  return made
}
const state = (of) => element('span', { class: `state ${of}` }, `${data.signs[of]} ${data.words[of]}`)

const items = new Map()
for (const place of document.querySelectorAll('details.item')) {
  const numbers = data.items[place.dataset.item] ?? []
  const mine = numbers.map((number) => claims[number])
  mine.sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state))
  items.set(place.dataset.item, { place, claims: mine, shown: mine, most: chunk, list: place.querySelector('.claims'), due: true })
  place.addEventListener('toggle', () => { if (place.open && items.get(place.dataset.item).due) fill(items.get(place.dataset.item)) })
}
// A claim that several items count is linked to where it belongs.
function homeOf (claim) {
  if (items.get(claim.item)?.claims.includes(claim)) return items.get(claim.item)
  return [...items.values()].find((item) => item.claims.includes(claim))
}
const nameOf = (claim) => `${claim.host}/${claim.id}`

function copyable (command) {
  const made = element('div', { class: 'command' }, element('code', { tabindex: 0 }, command))
  withCopy(made)
  return made
}
function withCopy (command) {
  if (!navigator.clipboard) return
  const button = element('button', { type: 'button', onclick: async () => {
    await navigator.clipboard.writeText(command.querySelector('code').textContent)
    button.textContent = say('Copied')
    setTimeout(() => { button.textContent = say('Copy') }, 2000)
  } }, say('Copy'))
  command.append(button)
}

// It may be long enough to be scrolled, by keys, too.
const whole = (text) => element('pre', { tabindex: 0 }, text)

function evidence (claim) {
  const rows = [
    ['Asked', say('Asked'), claim.asked ? copyable(claim.asked + claim.query) : say('nobody: a task of the role saw it')],
    ['Expected', say('Expected'), whole(claim.expected)],
    ['Seen', say('Seen'), whole(claim.observed)],
    ['Error', say('Error'), claim.error],
    ['When', say('When'), `${claim.at}, ${say('{age} before the decision', claim)}`],
    ['By', say('By'), claim.by],
    ['Waived', say('Waived'), claim.waived],
    ['Note', say('Note'), claim.note],
    ['Claim', say('Claim'), say('{id}, of role {role}, about {item}', claim)],
    ['Link', say('Link'), element('a', { href: `#claim=${encodeURIComponent(nameOf(claim))}` }, say('Link to this claim'))],
  ]
  return element('dl', {}, ...rows.filter(([, , value]) => value).map(([row, name, value]) => element('div', { 'data-row': row }, element('dt', {}, name), element('dd', {}, value))))
}

function claimElement (claim) {
  const accepted = claim.note.includes(say('only accepted')) ? [element('span', { class: 'accepted' }, say('only accepted'))] : []
  const summary = element('summary', {}, state(claim.state), ...accepted, element('span', { class: 'says' }, claim.says),
    element('span', { class: 'place' }, claim.host), element('span', { class: 'seen' }, claim.waived || claim.seen.replace(`(${say('only accepted')}) `, '')),
    element('span', { class: 'age' }, say('{age} before', claim)))
  const details = element('details', { class: `claim ${claim.state}`, 'data-claim': nameOf(claim) }, summary)
  details.claim = claim
  const open = () => { if (details.childElementCount === 1) details.append(evidence(claim)) }
  details.addEventListener('toggle', () => { if (details.open) open() })
  details.fillNow = open
  return element('li', {}, details)
}

function fill (item) {
  item.due = false
  const left = item.shown.length - item.most
  const more = left > 0 ? [element('li', { class: 'more' }, element('button', { type: 'button', onclick: () => {
    const from = item.most
    item.most += 10 * chunk
    fill(item)
    item.list.children[from].querySelector('summary').focus()
  } }, left > 10 * chunk ? say('Show {count} of {left} more', { count: 10 * chunk, left }) : say('Show {left} more', { left })))] : []
  item.list.replaceChildren(...item.shown.slice(0, item.most).map(claimElement), ...more)
}

document.querySelectorAll('.command').forEach(withCopy)
const since = Math.floor((Date.now() - Date.parse(data.at)) / 86400000)
if (since >= 1) document.getElementById('since').textContent = since > 1 ? say('That is {count} days ago: decide again before you rely on it.', { count: since }) : say('That is {count} day ago: decide again before you rely on it.', { count: since })
