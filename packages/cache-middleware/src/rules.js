import { pathToRegexp } from 'path-to-regexp'

/**
 * @param {string} path
 * @returns {RegExp | undefined} nothing when the path is no pattern
 */
export function patternOf (path) {
  try {
    let rest = 0
    return pathToRegexp(path.replaceAll('*', () => `*rest${rest++}`)).regexp
  } catch {
    return undefined
  }
}

/**
 * @param {import('./configuration.js').Rule[]} rules
 * @returns {(path: string) => import('./configuration.js').Rule | undefined} the first rule that a path fits
 */
export function ruleFor (rules) {
  const patterns = rules.map((rule) => [patternOf(rule.path), rule])
  return (path) => patterns.find(([pattern]) => pattern.test(path))?.[1]
}
