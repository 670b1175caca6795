import { ConfigurationError, configure } from './configuration.js'
import { logger } from './log.js'

// What every program of the service does first: no configuration, no start; nothing fails without a line in the log.
export function start (environment, fd) {
  try {
    const configuration = configure(environment)
    const log = logger(configuration, fd)
    process.on('uncaughtException', (err) => {
      log.fatal({ err }, err.message)
      process.exit(1)
    })
    process.removeAllListeners('warning').on('warning', (err) => log.warn({ err }, 'a warning of the runtime'))
    return { configuration, log }
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    logger({}, fd).fatal({ variables: error.problems }, error.message)
    process.exit(1)
  }
}
