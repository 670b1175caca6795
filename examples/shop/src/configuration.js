import { cacheOptions } from '@prodready/cache-middleware'
import Ajv from 'ajv'
import addFormats from 'ajv-formats'
import { service } from './service.js'
import { dependencies, required, variables } from './variables.js'

const ajv = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true, strict: 'log' })
addFormats(ajv, ['uri'])
const validate = ajv.compile({ type: 'object', properties: variables, required, dependencies })

export class ConfigurationError extends Error {
  name = 'ConfigurationError'

  constructor (problems) {
    const list = Object.entries(problems).map(([variable, problem]) => `${variable} ${problem}`)
    super(`The environment is not valid: ${list.join('; ')}`)
    this.problems = problems
  }
}

// The messages of Ajv name what is allowed and never the value that was given.
function problem ({ instancePath, keyword, message, params }) {
  if (params.missingProperty && !instancePath) {
    return [params.missingProperty, params.property ? `is missing, ${params.property} needs it` : 'is missing']
  }
  return [instancePath.slice(1), keyword === 'enum' ? `must be one of ${params.allowedValues.join(', ')}` : message]
}

function cacheProblems (configuration) {
  try {
    cacheOptions(configuration)
    return {}
  } catch (error) {
    if (!error.problems) throw error
    return error.problems
  }
}

// A variable that is set to nothing counts as one that is not set.
export function configure (environment) {
  const given = Object.keys(variables).filter((name) => environment[name])
  const configuration = Object.fromEntries(given.map((name) => [name, environment[name]]))
  const wrong = validate(configuration) ? [] : validate.errors.map(problem)
  const problems = { ...Object.fromEntries(wrong), ...cacheProblems(configuration) }
  if (Object.keys(problems).length) throw new ConfigurationError(problems)
  return Object.freeze({ RELEASE: service.version, ...configuration })
}
