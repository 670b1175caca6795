import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { html, raw } from './html.js'

const style = readFileSync(new URL('style.css', import.meta.url), 'utf8')
export const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

const euros = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' })
const money = (cents) => euros.format(cents / 100)
const pieces = (count) => `${count} ${count === 1 ? 'piece' : 'pieces'}`

const page = (title, content, release) => String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<header class="top"><a class="brand" href="/">Kiln &amp; Co</a><span class="motto">Quiet things, made slowly</span></header>
<main>
${content}
</main>
<footer>${release && html`<p>Release ${release}</p>`}</footer>
</body>
</html>
`)

const card = ({ id, name, description, price_cents: price, image, category }) => html`
<li class="card" id="${id}">
  <div class="picture">${image && html`<img src="/images/${image}" alt="" width="400" height="320" loading="lazy" decoding="async">`}</div>
  <div class="words">
    ${category && html`<p class="category">${category}</p>`}
    <h2>${name}</h2>
    <p class="description">${description}</p>
    <form class="buy" method="post" action="/cart">
      <span class="price">${money(price)}</span>
      <button name="product" value="${id}" aria-label="Add ${name} to the order">Add to order</button>
    </form>
  </div>
</li>`

function basket (products, cart) {
  const lines = products.filter(({ id }) => cart.has(id)).map((product) => ({ ...product, quantity: cart.get(product.id) }))
  if (!lines.length) return undefined
  const count = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  const total = lines.reduce((sum, { quantity, price_cents: price }) => sum + quantity * price, 0)
  return html`
<aside class="basket" aria-label="Your order">
  <details>
    <summary><span>${pieces(count)}</span><strong>${money(total)}</strong></summary>
    <ul>${lines.map(({ name, quantity, price_cents: price }) =>
      html`<li><span>${quantity} × ${name}</span><span>${money(quantity * price)}</span></li>`)}</ul>
  </details>
  <form method="post">
    <button class="quiet" formaction="/cart/empty">Empty</button>
    <button formaction="/cart/order">Place order</button>
  </form>
</aside>`
}

export const shopPage = ({ products, cart, release }) => page('Kiln & Co', html`
<section class="hello">
  <h1>Small ceramics for <em>large mornings</em></h1>
  <p>Thrown, glazed and fired in one room. Each piece is made once it is ordered.</p>
</section>
${products.length
  ? html`<ul class="shelf">${products.map(card)}</ul>`
  : html`<p class="empty">The shelf is empty. Come back when the kiln has cooled.</p>`}
${basket(products, cart)}`, release)

const OUTCOMES = {
  pending: ['Your order is waiting', 'The payment has not been confirmed yet.'],
  accepted: ['Thank you', 'Your order is in the book, and the clay is on the wheel.'],
  paid: ['Thank you', 'Your order is paid, and the clay is on the wheel.'],
  declined: ['The payment was declined', 'Nothing was charged.'],
}

export function orderPage ({ id, status, lines, total_cents: total }, release) {
  const [title, words] = OUTCOMES[status]
  return page(title, html`
<section class="receipt">
  <h1>${title}</h1>
  <p>${words}</p>
  <table>
    <tbody>${lines.map(({ name, quantity, price_cents: price }) =>
      html`<tr><td>${quantity} × ${name}</td><td>${money(quantity * price)}</td></tr>`)}</tbody>
    <tfoot><tr><th scope="row">Total</th><td>${money(total)}</td></tr></tfoot>
  </table>
  <p class="number">Order <code>${id}</code></p>
  <a class="button" href="/">Back to the shelf</a>
</section>`, release)
}

export const errorPage = (status, message, requestId) => page(String(status), html`
<section class="receipt">
  <h1>${status}</h1>
  <p>${message}</p>
  <p class="number">Request <code>${requestId}</code></p>
  <a class="button" href="/">Back to the shelf</a>
</section>`)
