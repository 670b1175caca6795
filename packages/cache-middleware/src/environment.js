import { ConfigurationError, configured } from './configuration.js'

const VARIABLES = { url: 'REDIS_URL', rules: 'CACHE_RULES', prefix: 'CACHE_PREFIX' }
const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

function parsed (text) {
  try {
    return JSON.parse(text)
  } catch {
    throw new ConfigurationError({ CACHE_RULES: 'must be JSON: a list of rules' })
  }
}

// A name in camel case is none here, so it stays what it is and is refused.
const camelCased = (rule) => isObject(rule)
  ? Object.fromEntries(Object.entries(rule).map(([name, value]) => [/[A-Z]/.test(name) ? snake(name) : camel(name), value]))
  : rule

// A password that rotates has a variable of its own; what is no URL is refused later.
function withPassword (url, password) {
  if (!password || !URL.canParse(url)) return url
  return Object.assign(new URL(url), { password: encodeURIComponent(password) }).href
}

/**
 * The options that the environment gives. A variable that is set to nothing counts as one that is not set.
 *
 * @param {NodeJS.ProcessEnv} environment `CACHE_RULES` is a JSON list of rules in snake case, as an Ansible inventory has them;
 *   `REDIS_AUTH_TOKEN` is the password of `REDIS_URL`
 * @returns {Partial<import('./configuration.js').Options>}
 */
export function cacheOptions ({ REDIS_URL, REDIS_AUTH_TOKEN, CACHE_RULES, CACHE_PREFIX }) {
  const rules = CACHE_RULES ? parsed(CACHE_RULES) : []
  const given = {
    ...(REDIS_URL && { url: withPassword(REDIS_URL, REDIS_AUTH_TOKEN) }),
    ...(CACHE_PREFIX && { prefix: CACHE_PREFIX }),
    rules: Array.isArray(rules) ? rules.map(camelCased) : rules,
  }
  configured(given, (name, rule) => rule === undefined ? VARIABLES[name] ?? name : `CACHE_RULES[${rule}].${snake(name)}`)
  return given
}
