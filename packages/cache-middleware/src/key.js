import { createHash } from 'node:crypto'

function decoded (text) {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

// `page[]=1` and `page[a]=1` are the parameter `page` to those who parse queries into objects.
const nameOf = (parameter) => decoded(parameter.split('=', 1)[0]).split('[', 1)[0]

function parameters (query, names) {
  const wanted = query.split('&').filter((parameter) => parameter && (!names || names.includes(nameOf(parameter))))
  return wanted.map((parameter) => [nameOf(parameter), parameter]).sort(([one], [other]) => one < other ? -1 : Number(one > other))
    .map(([, parameter]) => parameter)
}

/** The path as it was sent, and the query. */
export function split (url) {
  const mark = url.indexOf('?')
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

/**
 * What two requests must have in common to get the same answer, as a hash: nothing of a request can be read from it.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {string} url
 * @param {import('./configuration.js').Rule} rule
 */
export function keyOf ({ headers }, url, { varyHeaders, query, authorized }) {
  const [path, given] = split(url)
  const vary = [...new Set(varyHeaders.map((name) => name.toLowerCase()))].sort().map((name) => [name, headers[name] ?? null])
  const parts = [headers.host?.toLowerCase() ?? null, path, parameters(given, query), vary, authorized ? headers.authorization ?? null : null]
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
