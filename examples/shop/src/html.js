const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

class Html {
  constructor (text) {
    this.text = text
  }

  toString () {
    return this.text
  }
}

const render = (value) => {
  if (value instanceof Html) return value.text
  if (Array.isArray(value)) return value.map(render).join('')
  return value === undefined || value === false ? '' : String(value).replace(/[&<>"']/g, (character) => ENTITIES[character])
}

// What is put into the template is escaped, unless it was made by the template itself.
export const html = (strings, ...values) => new Html(String.raw({ raw: strings }, ...values.map(render)))
export const raw = (text) => new Html(text)
