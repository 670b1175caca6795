// What the service reads from its environment, as a JSON Schema. A secret is marked so that tools can tell.
const name = { type: 'string', minLength: 3, maxLength: 255, pattern: '^[a-zA-Z0-9_.-]+$' }

export const variables = {
  NODE_ENV: { type: 'string', enum: ['development', 'test', 'production'], default: 'production' },
  LOG_LEVEL: { type: 'string', enum: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'], default: 'info' },

  HOST: { type: 'string', minLength: 1, default: '127.0.0.1' },
  PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 3000 },
  PUBLIC_URL: { type: 'string', format: 'uri', pattern: '^https?://' },
  TRUSTED_PROXIES: { type: 'string', pattern: '^[0-9a-fA-F.:/, ]+$' },
  RATE_LIMIT_PER_MINUTE: { type: 'integer', minimum: 1, default: 600 },
  KEEP_ALIVE_SECONDS: { type: 'integer', minimum: 1, maximum: 600, default: 5 },
  SHUTDOWN_SECONDS: { type: 'integer', minimum: 3, maximum: 900, default: 15 },

  AWS_REGION: { type: 'string', pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]+$' },
  PRODUCTS_TABLE: name,
  ORDERS_TABLE: name,
  MIGRATIONS_TABLE: name,
  IMAGES_BUCKET: { type: 'string', pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$' },
  S3_FORCE_PATH_STYLE: { type: 'boolean', default: false },

  SESSION_SECRET: { type: 'string', minLength: 32, writeOnly: true },
  ADMIN_TOKEN: { type: 'string', minLength: 32, pattern: '^[A-Za-z0-9._~+/=-]+$', writeOnly: true },
  PAYMENT_URL: { type: 'string', format: 'uri', pattern: '^https?://' },
  PAYMENT_API_KEY: { type: 'string', minLength: 16, writeOnly: true },

  REDIS_URL: { type: 'string', writeOnly: true },
  REDIS_AUTH_TOKEN: { type: 'string', minLength: 16, writeOnly: true },
  CACHE_RULES: { type: 'string' },
  CACHE_PREFIX: { type: 'string', default: 'shop' },

  METRICS_NAMESPACE: { type: 'string', pattern: '^(?!AWS/)[A-Za-z0-9._/#-]{1,255}$', default: 'Shop' },
  METRICS_INTERVAL_SECONDS: { type: 'integer', minimum: 1, maximum: 3600, default: 60 },
  RELEASE: { type: 'string', minLength: 1, maxLength: 128 },
}

export const required = [
  'PUBLIC_URL', 'AWS_REGION', 'PRODUCTS_TABLE', 'ORDERS_TABLE', 'MIGRATIONS_TABLE', 'IMAGES_BUCKET',
  'SESSION_SECRET', 'ADMIN_TOKEN',
]

export const dependencies = { PAYMENT_URL: ['PAYMENT_API_KEY'] }
