import { HeadBucketCommand, GetObjectCommand } from '@aws-sdk/client-s3'
import { GetCommand, PutCommand, UpdateCommand, paginateScan } from '@aws-sdk/lib-dynamodb'

const IMAGES = 'images/'

export class Store {
  #documents
  #objects
  #names

  constructor ({ documents, objects }, configuration) {
    this.#documents = documents
    this.#objects = objects
    this.#names = configuration
  }

  async products () {
    const products = []
    for await (const page of paginateScan({ client: this.#documents }, { TableName: this.#names.PRODUCTS_TABLE })) {
      products.push(...page.Items)
    }
    return products.sort((a, b) => a.name.localeCompare(b.name, 'en'))
  }

  product (id) {
    return this.#get(this.#names.PRODUCTS_TABLE, id)
  }

  addProduct (product) {
    return this.#add(this.#names.PRODUCTS_TABLE, product)
  }

  order (id) {
    return this.#get(this.#names.ORDERS_TABLE, id)
  }

  addOrder (order) {
    return this.#add(this.#names.ORDERS_TABLE, order)
  }

  async settleOrder (id, status) {
    const { Attributes } = await this.#documents.send(new UpdateCommand({
      TableName: this.#names.ORDERS_TABLE,
      Key: { id },
      UpdateExpression: 'SET #status = :status',
      ConditionExpression: 'attribute_exists(id)',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':status': status },
      ReturnValues: 'ALL_NEW',
    }))
    return Attributes
  }

  image (file, ifNoneMatch) {
    return this.#objects.send(
      new GetObjectCommand({ Bucket: this.#names.IMAGES_BUCKET, Key: IMAGES + file, IfNoneMatch: ifNoneMatch }))
  }

  checks = {
    dynamodb: (abortSignal) => this.#get(this.#names.PRODUCTS_TABLE, 'health', { abortSignal }),
    s3: (abortSignal) => this.#objects.send(new HeadBucketCommand({ Bucket: this.#names.IMAGES_BUCKET }), { abortSignal }),
  }

  async #get (TableName, id, options) {
    const { Item } = await this.#documents.send(new GetCommand({ TableName, Key: { id } }), options)
    return Item
  }

  // Answers whether it was added: what is there already is left as it is.
  async #add (TableName, Item) {
    try {
      await this.#documents.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(id)' }))
      return true
    } catch (error) {
      if (error.name === 'ConditionalCheckFailedException') return false
      throw error
    }
  }
}
