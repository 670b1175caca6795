import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'

// Endpoint, region and credentials are the SDK's own business: it reads them from the environment, a profile or the instance.
// https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
export function clients ({ S3_FORCE_PATH_STYLE = false } = {}) {
  const common = { maxAttempts: 3, requestHandler: { connectionTimeout: 1000, requestTimeout: 5000 } }
  return {
    cloudwatch: new CloudWatchClient(common),
    documents: DynamoDBDocumentClient.from(new DynamoDBClient(common), { marshallOptions: { removeUndefinedValues: true } }),
    objects: new S3Client({ ...common, forcePathStyle: S3_FORCE_PATH_STYLE }),
  }
}
