import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import axe from 'axe-core'
import { open, turn } from './pages.js'

const failing = 'app1/dynamodb.pitr.carts'

test('what fails is open, and says what was seen', () => {
  const page = open('failing')
  assert.ok(page.item('immediate.tables').open)
  assert.ok(!page.item('metrics.errors').open)
  const [first] = page.item('immediate.tables').querySelectorAll('.claim summary')
  assert.match(first.textContent, /✘ does not hold.*carts can be restored.*app1.*DISABLED.*3 min before/)
})

test('a page in Turkish says all in Turkish, and a search in it takes every i for the same', async () => {
  const page = open('turkish')
  assert.equal(page.document.documentElement.lang, 'tr')
  assert.equal(page.count(), '14 kontrolden 14 tanesi gösteriliyor')
  page.set('text', 'İSTEKLERİN %95')
  assert.equal(page.count(), '14 kontrolden 1 tanesi gösteriliyor')
  page.set('text', 'admin_token')
  const [claim] = page.all('[data-claim="primary/environment.age.ADMIN_TOKEN"]')
  claim.open = true
  await turn()
  assert.deepEqual([...claim.querySelectorAll('dt')].map((name) => name.textContent), ['Sorulan', 'Beklenen', 'Görülen', 'Ne zaman', 'Kim', 'Kontrol', 'Bağlantı'])
})

test('a claim that is opened shows what was asked, expected and seen, when and by whom', async () => {
  const page = open('failing')
  const claim = page.document.querySelector(`[data-claim="${failing}"]`)
  claim.open = true
  await turn()
  const shown = Object.fromEntries([...claim.querySelectorAll('dl > div')].map((row) => [...row.children].map((cell) => cell.textContent)))
  assert.match(shown.Asked, /^aws dynamodb describe-continuous-backups --cli-input-json '{"TableName": "orders"}' --query Cont/)
  assert.equal(shown.Expected, 'equals ENABLED')
  assert.equal(shown.Seen, 'DISABLED plain')
  assert.equal(shown.When, '2026-11-27T11:57:00+00:00, 3 min before the decision')
  assert.match(shown.By, /assumed-role\/prover/)
})

test('evidence stays text, whatever it holds', async () => {
  const page = open('hostile')
  for (const one of page.all('details')) one.open = true
  await turn()
  for (const one of page.all('.claim')) one.fillNow()
  await turn()
  assert.deepEqual(page.all('img, b:not(.item b, .metric b, .changes b)').map((one) => one.outerHTML), [])
  assert.equal(page.all('script').length, 2)
  assert.equal(page.window.hit, undefined)
  assert.ok(page.document.body.textContent.includes('</script><img src=x onerror="parent.hit=1"><!-- {{ 7 * 7 }}'))
})

test('drift is told with each resource, and the command that mends it', () => {
  const page = open('failing')
  const [drifted, unplanned] = page.all('.plan')
  assert.match(drifted.textContent, /would be changed.*0 to create, 1 to change, 0 to remove, planned 2026-11-27 11:58 UTC, 2 min before/s)
  assert.match(drifted.querySelector('.changes').textContent, /~ dynamodb_tables carts plain primary\s+~ recovery_days: 0 -> 35/)
  assert.match(unplanned.textContent, /not planned\s+never planned here\s+tools\/readiness --drift/)
})

test('claims are found by state, and the address says so', () => {
  const page = open('failing')
  page.set('state', 'unproven')
  assert.deepEqual(page.claims(), ['primary/cloudwatch.alarm.plain', 'primary/cloudwatch.alarm.errors'])
  assert.equal(page.count(), '2 of 12 claims shown')
  assert.equal(page.hash(), 'state=unproven')
  page.set('state', 'fails')
  assert.equal(page.count(), '3 of 12 claims shown')
})

test('claims are found by phase, place and text, together', () => {
  const page = open('failing')
  page.set('phase', 'immediate')
  assert.equal(page.count(), '5 of 12 claims shown')
  page.set('host', 'app1')
  assert.deepEqual(page.claims(), [failing])
  page.set('text', 'nowhere')
  assert.equal(page.count(), '0 of 12 claims shown')
  assert.deepEqual(page.all('.phase:not([hidden])'), [])
  assert.equal(page.hash(), 'phase=immediate&host=app1&text=nowhere')
})

test('an item without claims is found by its state and its words', () => {
  const page = open('failing')
  page.set('state', 'not_started')
  assert.deepEqual(page.all('.item:not([hidden])').map((one) => one.dataset.item), ['long_term.cost'])
})

test('Show all shows all, and closes what the filter had opened', async () => {
  const page = open('failing')
  page.set('text', 'latency')
  assert.deepEqual(page.claims(), ['primary/cloudwatch.alarm.latency'])
  page.set('text', 'waf')
  assert.ok(page.item('short_term.waf').open)
  page.document.querySelector('#filter [type=reset]').click()
  await turn()
  assert.equal(page.count(), '12 of 12 claims shown')
  assert.equal(page.hash(), '')
  assert.ok(!page.item('short_term.waf').open)
  assert.ok(page.item('immediate.tables').open)
})

test('an address with a filter shows what it showed before', () => {
  const page = open('failing', '#state=fails&state=waived&text=waf')
  assert.deepEqual(page.claims(), ['primary/waf.logs'])
  assert.equal(page.document.querySelector('[name=text]').value, 'waf')
})

test('an address of a claim opens it under its item, scrolls there, and has the focus', () => {
  const page = open('failing', `#claim=${encodeURIComponent('primary/waf.logs')}`)
  const claim = page.window.scrolledTo
  assert.equal(claim.dataset.claim, 'primary/waf.logs')
  assert.ok(claim.open && claim.closest('.item').open)
  assert.equal(page.document.activeElement, claim.querySelector('summary'))
  assert.match(claim.textContent, /moved next month plain, until 2026-12-24 \(27 more days\)/)
})

test('the links of the page itself lead to claims and items, also beyond a filter', async () => {
  const page = open('failing', '#state=fails')
  await page.go('claim=primary/readiness.errors')
  assert.equal(page.window.scrolledTo.closest('.item').dataset.item, 'metrics.errors')
  await page.go('item=long_term.cost')
  assert.equal(page.window.scrolledTo, page.item('long_term.cost'))
  for (const link of page.all('a[href^="#claim="], a[href^="#item="]')) {
    await page.go('')
    await page.go(link.getAttribute('href'))
    assert.ok(page.document.querySelector('.linked'), link.href)
  }
})

test('a claim far down a long item is reached by its address', () => {
  const { claims, fields, texts, items } = JSON.parse(open('large').document.getElementById('data').textContent)
  const row = claims[items['medium_term.item5'].at(-1)]
  const [host, id] = ['host', 'id'].map((field) => texts[row[fields.indexOf(field)]])
  assert.equal(open('large', `#claim=${host}/${id}`).window.scrolledTo.dataset.claim, `${host}/${id}`)
})

test('a long item shows more when it is asked to, and the focus goes on there', () => {
  const page = open('large', '#item=immediate.item0')
  const item = page.item('immediate.item0')
  assert.equal(item.querySelectorAll('.claim').length, 20)
  item.querySelector('.more button').click()
  assert.equal(item.querySelectorAll('.claim').length, 100)
  assert.equal(page.document.activeElement, item.querySelectorAll('.claim summary')[20])
})

test('no claim is lost: each is under one item or more', () => {
  for (const name of ['ready', 'failing', 'large']) {
    const { claims, items } = JSON.parse(open(name).document.getElementById('data').textContent)
    assert.equal(new Set(Object.values(items).flat()).size, claims.length, name)
  }
})

for (const name of ['ready', 'failing', 'empty']) {
  test(`axe finds nothing to complain of: ${name}`, async () => {
    const page = open(name)
    for (const selector of ['details', '.claim']) {
      for (const one of page.all(selector)) one.open = true
      await turn()
    }
    page.window.eval(axe.source)
    // Colours are looked at in a browser.
    const { violations } = await page.window.axe.run(page.document, { rules: { 'color-contrast': { enabled: false } } })
    assert.equal(JSON.stringify(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])), '[]')
  })
}

test('uPlot is what npm has of this version', () => {
  for (const [vendored, published] of [['LICENSE', 'LICENSE'], ['uPlot.min.css', 'dist/uPlot.min.css'], ['uPlot.iife.min.js', 'dist/uPlot.iife.min.js']]) {
    const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8')
    assert.equal(read(`../../pages/uplot/${vendored}`), read(`node_modules/uplot/${published}`), vendored)
  }
})

test('costs are told with each price, and what is not priced', () => {
  const page = open('failing')
  const place = page.document.querySelector('[aria-labelledby=costs-title]')
  assert.match(place.textContent, /about 19\.71 USD a month in eu-central-1 at list prices, 1 not priced/)
  const rows = [...place.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))
  assert.deepEqual(rows[0].slice(1, 4), ['730 Hrs', '0.027', '19.71'])
  assert.deepEqual(rows[1].slice(3), ['not priced', 'no product plain'])
})
