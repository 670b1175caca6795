import pino from 'pino'
import { service } from './service.js'

// Errors of libraries can carry whole requests, with their headers; only these fields are ever written.
function serialize (error) {
  const { name, message, stack, code, $metadata, cause } = error
  return {
    type: name,
    message,
    stack,
    code,
    aws_request_id: $metadata?.requestId,
    cause: cause instanceof Error ? serialize(cause) : undefined,
  }
}

export function logger ({ LOG_LEVEL = 'info', RELEASE = service.version } = {}, fd = 1) {
  return pino({
    level: LOG_LEVEL,
    base: { service: service.name, release: RELEASE },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    serializers: { err: serialize },
    messageKey: 'message',
  }, pino.destination({ fd, sync: true }))
}
