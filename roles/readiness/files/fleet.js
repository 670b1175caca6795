// What is shown lies in the address, so that it can be sent: #decision=not_ready&region=eu-central-1&text=alarm.
const form = document.getElementById('filter')
const lines = [...document.querySelectorAll('.line')].map((place) => ({ place, words: folded(place.textContent) }))
const choices = [...form.querySelectorAll('select')].map((one) => one.name)

function show () {
  const given = new FormData(form)
  const decisions = given.getAll('decision')
  const text = folded(given.get('text').trim())
  let count = 0
  for (const { place, words } of lines) {
    const shown = (!decisions.length || decisions.includes(place.dataset.decision)) && (!text || words.includes(text)) &&
      choices.every((name) => !given.get(name) || given.get(name) === place.dataset[name])
    place.hidden = !shown
    count += shown
  }
  document.getElementById('count').textContent = say('{count} of {all} places shown', { count, all: lines.length })
}

function write () {
  history.replaceState(null, '', `#${new URLSearchParams([...new FormData(form)].filter(([, value]) => value))}`)
}

function read () {
  const hash = new URLSearchParams(location.hash.slice(1))
  for (const box of form.querySelectorAll('[name=decision]')) box.checked = hash.getAll('decision').includes(box.value)
  for (const name of [...choices, 'text']) form.elements[name].value = hash.get(name) ?? ''
  show()
}

form.addEventListener('input', () => { write(); show() })
form.addEventListener('submit', (event) => event.preventDefault())
form.addEventListener('reset', () => setTimeout(() => { write(); show() }))
addEventListener('hashchange', read)
form.hidden = false
read()
document.documentElement.dataset.interactive = Math.round(performance.now())
