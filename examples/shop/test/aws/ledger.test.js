import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { Ledger } from '../../src/migrate/ledger.js'

// Needs an endpoint, a region and credentials in the environment: `AWS_ENDPOINT_URL=... npm run test:aws`.
const TableName = `shop-ledger-${process.pid}`
const client = new DynamoDBClient()
const ledger = new Ledger(DynamoDBDocumentClient.from(client), TableName)
const entry = (id) => ({ id, checksum: 'sum', applied_at: new Date().toISOString(), release: 'r1', ms: 1 })

before(async () => {
  await client.send(new CreateTableCommand({
    TableName,
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
  }))
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1 }, { TableName })
})
after(() => client.send(new DeleteTableCommand({ TableName })))

test('one holder at a time, until it lets go', async () => {
  assert.equal(await ledger.acquire('one', 60), undefined)
  assert.equal((await ledger.acquire('two', 60)).holder, 'one')
  await ledger.release('two')
  assert.equal((await ledger.acquire('two', 60)).holder, 'one')
  await ledger.release('one')
  assert.equal(await ledger.acquire('two', 60), undefined)
  await ledger.release('two')
})

test('an expired lock is taken over, and who held it can neither renew nor record', async () => {
  await ledger.acquire('one', -5)
  assert.equal(await ledger.acquire('two', 60), undefined)
  await assert.rejects(ledger.renew('one', 60), /The lock was lost/)
  await assert.rejects(ledger.record(entry('0001-a'), 'one'), /0001-a ran, but the lock was lost/)
  await ledger.renew('two', 60)
  await ledger.record(entry('0001-a'), 'two')
  await assert.rejects(ledger.record(entry('0001-a'), 'two'))
  assert.deepEqual((await ledger.entries()).map(({ id }) => id), ['0001-a'])
  await ledger.release('two')
})
