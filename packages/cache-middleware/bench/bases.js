// Which library the cache is built on: keyv, cacheable, or Redis's client with the layer in src/.
import { askTogether } from '../test/support/client.js'
import { startShops } from '../test/support/processes.js'
import { RedisServer } from '../test/support/redis.js'
import { faults } from './faults.js'
import { load } from './load.js'

const APPLICATION = new URL('application.js', import.meta.url)

for (const BASE of ['keyv', 'cacheable', 'cache-middleware']) {
  const redis = await RedisServer.start()
  const two = await startShops(redis, { BASE, DATABASE_MS: '50' }, APPLICATION)
  const ask = (path) => Promise.all(two.shops.map(({ url }) => askTogether(100, url + path, { headers: two.headers })))

  // A process that has just started is too busy with itself to be measured.
  await load(two.shops, 100, 5, (i) => `/things/${i % 7}`)
  const start = two.computed().length
  await ask('/things/cold')
  const cold = two.computed().length - start
  const before = await redis.keyspace()
  await ask('/things/cold')
  const after = await redis.keyspace()
  console.log(`\n${BASE}: 200 requests for a cold key over two processes are ${cold} computations, ` +
    `200 for a warm one ${after.hits - before.hits} hits that Redis counts`)
  console.table(await faults(redis, two))

  await two.kill()
  await redis.stop()
}
