import { patternOf } from './rules.js'

const YEAR_SECONDS = 365 * 24 * 3600
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/**
 * @typedef {object} Rule
 * @property {string} path a pattern such as `/products/:id` or `/images/*`
 * @property {number} ttlSeconds
 * @property {number} staleSeconds
 * @property {string[]} varyHeaders
 * @property {string[]} [query] all parameters when absent
 * @property {boolean} authorized
 * @property {number[]} statuses
 *
 * @typedef {object} Options
 * @property {string} [url] `redis://` or `rediss://`; without it everything is bypassed
 * @property {Rule[]} rules
 * @property {string} prefix
 * @property {number} timeoutMs
 * @property {number} retryMs
 * @property {number} lockMs
 * @property {number} maxBytes
 * @property {import('node:tls').ConnectionOptions} tls
 * @property {(outcome: {result: string, rule: string, ms: number, reason?: string}) => void} onResult
 * @property {(error: Error) => void} onError
 */

export class ConfigurationError extends Error {
  name = 'ConfigurationError'

  /** @param {Record<string, string>} problems by the name of what is wrong */
  constructor (problems) {
    super(`The cache's configuration is not valid: ${Object.entries(problems).map((problem) => problem.join(' ')).join('; ')}`)
    this.problems = problems
  }
}

const whole = (least, most) => ({
  allowed: `must be a whole number from ${least} to ${most}`,
  fits: (value) => Number.isInteger(value) && value >= least && value <= most,
})
const list = (what, fits) => ({ allowed: `must be a list of ${what}`, fits: (value) => Array.isArray(value) && value.every(fits) })
const a = (type, allowed) => ({ allowed, fits: (value) => typeof value === type })

function isRedis (value) {
  try {
    const { protocol, hostname, pathname, username, password } = new URL(value)
    decodeURIComponent(username + password)
    return ['redis:', 'rediss:'].includes(protocol) && hostname !== '' && /^(\/\d*)?$/.test(pathname)
  } catch {
    return false
  }
}

const RULE = {
  path: {
    required: true,
    allowed: 'must be a path that begins with /, in which :name stands for one segment and * for the rest',
    fits: (value) => typeof value === 'string' && value.startsWith('/') && patternOf(value) !== undefined,
  },
  ttlSeconds: { required: true, ...whole(1, YEAR_SECONDS) },
  staleSeconds: { default: 0, ...whole(0, YEAR_SECONDS) },
  varyHeaders: { default: [], ...list('names of request headers', (name) => typeof name === 'string' && HEADER_NAME.test(name)) },
  query: list('names of query parameters', (name) => typeof name === 'string' && name !== ''),
  authorized: { default: false, ...a('boolean', 'must be true or false') },
  statuses: { default: [200], ...list('HTTP statuses from 200 to 599', whole(200, 599).fits) },
}

const OPTIONS = {
  url: {
    allowed: 'must be redis:// or rediss:// with a host, and optionally user, password, port and number of a database',
    fits: isRedis,
  },
  rules: { default: [], ...list('rules', (rule) => typeof rule === 'object' && rule !== null && !Array.isArray(rule)) },
  prefix: {
    default: 'cache',
    allowed: 'must be 1 to 64 letters, digits and . _ : -',
    fits: (value) => typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value),
  },
  timeoutMs: { default: 200, ...whole(1, 60_000) },
  retryMs: { default: 1000, ...whole(1, 600_000) },
  lockMs: { default: 5000, ...whole(100, 600_000) },
  maxBytes: { default: 1024 * 1024, ...whole(1, 256 * 1024 * 1024) },
  tls: { default: {}, ...a('object', 'must be options of tls.connect()') },
  onResult: { default: () => {}, ...a('function', 'must be a function') },
  onError: { default: (error) => process.emitWarning(error.message, 'CacheWarning'), ...a('function', 'must be a function') },
}

export const OPTION_NAMES = Object.keys(OPTIONS)
export const RULE_NAMES = Object.keys(RULE)

// The values stay out of the messages: one of them is a password.
function checked (given, schema, nameOf, problems) {
  for (const name of Object.keys(given)) {
    if (!schema[name]) problems[nameOf(name)] = `is unknown, known are ${Object.keys(schema).map((known) => nameOf(known)).join(', ')}`
  }
  return Object.fromEntries(Object.entries(schema).map(([name, { required, allowed, fits, default: byDefault }]) => {
    const value = given[name] ?? byDefault
    if (value === undefined ? required : !fits(value)) problems[nameOf(name)] = value === undefined ? `is missing: it ${allowed}` : allowed
    return [name, value]
  }))
}

/**
 * @param {Partial<Options>} given
 * @param {(name: string, rule?: number) => string} nameOf how whoever wrote the configuration calls an option
 * @returns {Options}
 */
export function configured (given, nameOf = (name, rule) => rule === undefined ? name : `rules[${rule}].${name}`) {
  const problems = {}
  const options = checked(given, OPTIONS, (name) => nameOf(name), problems)
  const rules = problems[nameOf('rules')] ? [] : options.rules.map(
    (rule, index) => checked(rule, RULE, (name) => nameOf(name, index), problems))
  if (Object.keys(problems).length) throw new ConfigurationError(problems)
  return { ...options, rules }
}
