import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ConfigurationError, configure } from '../src/configuration.js'
import { variables } from '../src/variables.js'
import { environment } from './support/environment.js'

const problemsOf = (changes) => {
  try {
    configure({ ...environment, ...changes })
  } catch (error) {
    assert.ok(error instanceof ConfigurationError)
    return error.problems
  }
  return {}
}

test('numbers and booleans are converted and defaults filled in', () => {
  const configuration = configure({ ...environment, PORT: '8080', S3_FORCE_PATH_STYLE: 'true' })
  assert.equal(configuration.PORT, 8080)
  assert.equal(configuration.S3_FORCE_PATH_STYLE, true)
  assert.equal(configuration.METRICS_INTERVAL_SECONDS, 60)
  assert.equal(configuration.RELEASE, '1.0.0')
})

test('every variable that is missing is named at once', () => {
  assert.deepEqual(Object.keys(problemsOf({ PRODUCTS_TABLE: undefined, IMAGES_BUCKET: '', ADMIN_TOKEN: undefined })).sort(),
    ['ADMIN_TOKEN', 'IMAGES_BUCKET', 'PRODUCTS_TABLE'])
})

for (const [name, value] of Object.entries({
  PORT: '80a', LOG_LEVEL: 'loud', PUBLIC_URL: 'ftp://shop', AWS_REGION: 'Frankfurt', METRICS_NAMESPACE: 'AWS/Shop',
  SESSION_SECRET: 'short', IMAGES_BUCKET: 'Not_A_Bucket', RATE_LIMIT_PER_MINUTE: '0', S3_FORCE_PATH_STYLE: 'perhaps',
})) {
  test(`${name} is refused when it is wrong, without its value`, () => {
    const problems = problemsOf({ [name]: value })
    assert.deepEqual(Object.keys(problems), [name])
    assert.ok(!problems[name].includes(value), problems[name])
  })
}

test('a rule of the cache that is wrong is named with its place, and an address of Redis without its password', () => {
  const problems = problemsOf({ CACHE_RULES: '[{"path": "/products", "ttl_seconds": 0}]', REDIS_URL: 'http://shop:in-the-address@redis' })
  assert.deepEqual(Object.keys(problems).sort(), ['CACHE_RULES[0].ttl_seconds', 'REDIS_URL'])
  assert.ok(!JSON.stringify(problems).includes('in-the-address'))
})

test('a payment provider needs a key', () => {
  const problems = problemsOf({ PAYMENT_URL: 'https://payments.example.com', PAYMENT_API_KEY: undefined })
  assert.deepEqual(problems, { PAYMENT_API_KEY: 'is missing, PAYMENT_URL needs it' })
})

test('the service exits with 1 and one line that names the variables', () => {
  const { status, stdout } = spawnSync(process.execPath, ['bin/server.js'], {
    cwd: new URL('..', import.meta.url), env: { ...environment, SESSION_SECRET: 'tiny', ORDERS_TABLE: '' }, encoding: 'utf8',
  })
  assert.equal(status, 1)
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line))
  assert.equal(lines.length, 1)
  assert.deepEqual(Object.keys(lines[0].variables).sort(), ['ORDERS_TABLE', 'SESSION_SECRET'])
  assert.ok(!stdout.includes('tiny'))
})

test('README.md and .env.example name every variable', () => {
  for (const file of ['../README.md', '../.env.example']) {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8')
    assert.deepEqual(Object.keys(variables).filter((name) => !text.includes(name)), [], file)
  }
})
