// An environment with which the service starts and reaches nothing outside of this machine.
export const environment = {
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  PORT: '0',
  PUBLIC_URL: 'http://127.0.0.1',
  RATE_LIMIT_PER_MINUTE: '1000000',
  AWS_REGION: 'eu-central-1',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  PRODUCTS_TABLE: 'products',
  ORDERS_TABLE: 'orders',
  MIGRATIONS_TABLE: 'migrations',
  IMAGES_BUCKET: 'images',
  SESSION_SECRET: 'the-cookies-are-signed-with-this-one',
  ADMIN_TOKEN: 'the-owner-of-the-shop-shows-this-one',
  PAYMENT_API_KEY: 'payments-are-signed-with-this-one',
}
