import { UpdateCommand, paginateScan } from '@aws-sdk/lib-dynamodb'

const CATEGORIES = {
  table: ['bowl', 'mug', 'pitcher', 'plate', 'teapot', 'cup'],
  light: ['lamp', 'candle', 'lantern'],
}
const categoryOf = (id) =>
  Object.keys(CATEGORIES).find((category) => CATEGORIES[category].some((word) => id.includes(word))) ?? 'room'

// Every product gets a category; one that was given by hand stays.
export async function up ({ documents, configuration, signal }) {
  const TableName = configuration.PRODUCTS_TABLE
  for await (const page of paginateScan({ client: documents }, { TableName, ProjectionExpression: 'id' })) {
    for (const { id } of page.Items) {
      signal.throwIfAborted()
      await documents.send(new UpdateCommand({
        TableName,
        Key: { id },
        UpdateExpression: 'SET category = if_not_exists(category, :category)',
        ConditionExpression: 'attribute_exists(id)',
        ExpressionAttributeValues: { ':category': categoryOf(id) },
      }))
    }
  }
}
