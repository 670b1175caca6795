import { DeleteCommand, GetCommand, PutCommand, TransactWriteCommand, UpdateCommand, paginateScan } from '@aws-sdk/lib-dynamodb'
import { MigrationError } from './error.js'

const LOCK = 'lock'
const seconds = () => Math.floor(Date.now() / 1000)

// The table of migrations: an item for each that was applied, and one for the lock while somebody holds it.
export class Ledger {
  #client
  #table

  constructor (client, table) {
    this.#client = client
    this.#table = table
  }

  async entries () {
    const entries = []
    for await (const page of paginateScan({ client: this.#client }, { TableName: this.#table, ConsistentRead: true })) {
      entries.push(...page.Items)
    }
    return entries.filter(({ id }) => id !== LOCK).sort((a, b) => a.id.localeCompare(b.id))
  }

  async lock () {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { id: LOCK }, ConsistentRead: true }))
    return Item
  }

  // Answers with nothing when the lock was free or had expired, otherwise with who has it.
  async acquire (holder, leaseSeconds) {
    const now = seconds()
    try {
      await this.#client.send(new PutCommand({
        TableName: this.#table,
        Item: { id: LOCK, holder, acquired_at: new Date().toISOString(), expires_at: now + leaseSeconds },
        ConditionExpression: 'attribute_not_exists(id) OR expires_at < :now',
        ExpressionAttributeValues: { ':now': now },
      }))
    } catch (error) {
      if (error.name !== 'ConditionalCheckFailedException') throw error
      return await this.lock() ?? this.acquire(holder, leaseSeconds)
    }
  }

  async renew (holder, leaseSeconds) {
    try {
      await this.#client.send(new UpdateCommand({
        TableName: this.#table,
        Key: { id: LOCK },
        UpdateExpression: 'SET expires_at = :until',
        ConditionExpression: 'holder = :holder',
        ExpressionAttributeValues: { ':until': seconds() + leaseSeconds, ':holder': holder },
      }))
    } catch (error) {
      if (error.name !== 'ConditionalCheckFailedException') throw error
      throw new MigrationError('The lock was lost to somebody else', { cause: error })
    }
  }

  async release (holder) {
    try {
      await this.#client.send(new DeleteCommand({
        TableName: this.#table,
        Key: { id: LOCK },
        ConditionExpression: 'holder = :holder',
        ExpressionAttributeValues: { ':holder': holder },
      }))
    } catch (error) {
      if (error.name !== 'ConditionalCheckFailedException') throw error
    }
  }

  // One transaction, so that nobody who has lost the lock can write into the ledger.
  async record (entry, holder) {
    try {
      await this.#client.send(new TransactWriteCommand({
        TransactItems: [
          { Put: { TableName: this.#table, Item: entry, ConditionExpression: 'attribute_not_exists(id)' } },
          {
            ConditionCheck: {
              TableName: this.#table,
              Key: { id: LOCK },
              ConditionExpression: 'holder = :holder',
              ExpressionAttributeValues: { ':holder': holder },
            },
          },
        ],
      }))
    } catch (error) {
      if (!error.CancellationReasons?.some(({ Code }) => Code === 'ConditionalCheckFailed')) throw error
      throw new MigrationError(`${entry.id} ran, but the lock was lost before it could be recorded`, { cause: error })
    }
  }
}
