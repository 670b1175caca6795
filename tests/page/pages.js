// The pages that the role's template has made (npm's pretest), opened in a DOM without a screen.
import { readFileSync } from 'node:fs'
import { JSDOM, VirtualConsole } from 'jsdom'

export const fileOf = (name) => new URL(`made/${name}/readiness.html`, import.meta.url)

export function open (name, hash = '') {
  const errors = []
  const virtualConsole = new VirtualConsole()
  virtualConsole.on('jsdomError', (error) => errors.push(error))
  const dom = new JSDOM(readFileSync(fileOf(name), 'utf8'), {
    url: `https://page.example/${hash}`,
    runScripts: 'dangerously',
    pretendToBeVisual: true,
    virtualConsole,
    beforeParse (window) {
      window.matchMedia = () => ({ matches: false, addEventListener () {} })
      window.IntersectionObserver = class { observe () {} }
      window.Element.prototype.scrollIntoView = function () { window.scrolledTo = this }
    },
  })
  if (errors.length) throw errors[0]
  const { document } = dom.window
  const all = (selector) => [...document.querySelectorAll(selector)]
  return {
    window: dom.window,
    document,
    all,
    item: (id) => document.querySelector(`[data-item="${id}"]`),
    // Claims of items that can be seen, by their names.
    claims: () => all('.phase:not([hidden]) .item:not([hidden])[open] .claim').map((one) => one.dataset.claim),
    count: () => document.getElementById('count').textContent,
    hash: () => decodeURIComponent(dom.window.location.hash.slice(1)),
    set (name, value) {
      const found = all(`#filter [name=${name}]`)
      const field = found.length > 1 || found[0].type === 'checkbox' ? found.find((one) => one.value === value) : found[0]
      if (field.type === 'checkbox') field.checked = true
      else field.value = value
      field.dispatchEvent(new dom.window.Event('input', { bubbles: true }))
    },
    async go (to) {
      const heard = new Promise((resolve) => dom.window.addEventListener('hashchange', resolve, { once: true }))
      dom.window.location.hash = to
      await heard
    },
  }
}

export const turn = () => new Promise((resolve) => setTimeout(resolve, 20))
