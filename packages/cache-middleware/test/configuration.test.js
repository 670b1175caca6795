import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cacheMiddleware, cacheOptions, ConfigurationError } from '../src/index.js'

const problemsOf = (make) => {
  try {
    make()
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, error)
    return error.problems
  }
  return {}
}
const environment = (rule, more) => ({ CACHE_RULES: JSON.stringify([{ path: '/a', ttl_seconds: 1 }, rule]), ...more })

test('rules come from the environment with the names of an inventory', () => {
  const options = cacheOptions(environment(
    { path: '/products/:id', ttl_seconds: 30, stale_seconds: 60, vary_headers: ['accept-language'], query: ['page'], authorized: true },
    { REDIS_URL: 'rediss://shop:secret@cache.example.com:6380', CACHE_PREFIX: 'shop' }))
  assert.deepEqual(options, {
    url: 'rediss://shop:secret@cache.example.com:6380',
    prefix: 'shop',
    rules: [
      { path: '/a', ttlSeconds: 1 },
      { path: '/products/:id', ttlSeconds: 30, staleSeconds: 60, varyHeaders: ['accept-language'], query: ['page'], authorized: true },
    ],
  })
})

test('a variable that is set to nothing counts as one that is not set', () => {
  assert.deepEqual(cacheOptions({ REDIS_URL: '', CACHE_RULES: '', CACHE_PREFIX: '' }), { rules: [] })
  const token = 'a!&#$^<>-%/@:z'
  const { url } = cacheOptions({ REDIS_URL: 'rediss://cache.example.com:6379', REDIS_AUTH_TOKEN: token })
  assert.equal(decodeURIComponent(new URL(url).password), token)
  assert.equal(new URL(url).host, 'cache.example.com:6379')
})

for (const [what, rule, name, allowed] of [
  ['a path without a slash', { path: 'products', ttl_seconds: 1 }, 'path', /begins with \//],
  ['a path that is no pattern', { path: '/a/:', ttl_seconds: 1 }, 'path', /:name stands for one segment/],
  ['no path', { ttl_seconds: 1 }, 'path', /is missing/],
  ['no time', { path: '/b' }, 'ttl_seconds', /is missing: it must be a whole number from 1/],
  ['a time that is a text', { path: '/b', ttl_seconds: '30' }, 'ttl_seconds', /whole number from 1 to 31536000/],
  ['a negative time', { path: '/b', ttl_seconds: 1, stale_seconds: -1 }, 'stale_seconds', /whole number from 0/],
  ['a header that is none', { path: '/b', ttl_seconds: 1, vary_headers: ['a b'] }, 'vary_headers', /names of request headers/],
  ['a query that is no list', { path: '/b', ttl_seconds: 1, query: 'page' }, 'query', /names of query parameters/],
  ['a flag that is a text', { path: '/b', ttl_seconds: 1, authorized: 'yes' }, 'authorized', /true or false/],
  ['a status that is none', { path: '/b', ttl_seconds: 1, statuses: [100] }, 'statuses', /200 to 599/],
  ['a name that is unknown', { path: '/b', ttl_seconds: 1, ttl: 1 }, 'ttl', /known are .*CACHE_RULES\[1\]\.ttl_seconds/],
  ['a name in the wrong case', { path: '/b', ttl_seconds: 1, staleSeconds: 1 }, 'stale_seconds', /is unknown/],
]) {
  test(`${what} is refused with its place and what is allowed`, () => {
    const problems = problemsOf(() => cacheOptions(environment(rule)))
    assert.deepEqual(Object.keys(problems), [`CACHE_RULES[1].${name}`])
    assert.match(problems[`CACHE_RULES[1].${name}`], allowed)
  })
}

test('what is no list of rules is refused', () => {
  for (const text of ['{', '{}', '[1]', '"a"']) assert.deepEqual(Object.keys(problemsOf(() => cacheOptions({ CACHE_RULES: text }))), ['CACHE_RULES'], text)
})

test('an address that is wrong is refused, and its password never shown', () => {
  for (const url of ['http://u:hunter2@h', 'redis://', 'rediss://u:hunter2@h/a', 'u:hunter2@h', 'redis://u:hunter2%@h']) {
    assert.throws(() => cacheOptions({ REDIS_URL: url }), (error) =>
      error.problems.REDIS_URL && !`${error.message}${error.stack}${JSON.stringify(error)}`.includes('hunter2'), url)
  }
})

test('every problem of the options is told at once, by their own names', () => {
  const problems = problemsOf(() => cacheMiddleware({ url: 'x', timeoutMs: 0, onResult: 1, more: 1, rules: [{ path: '/a', ttlSeconds: 0 }] }))
  assert.deepEqual(Object.keys(problems).sort(), ['more', 'onResult', 'rules[0].ttlSeconds', 'timeoutMs', 'url'])
})
