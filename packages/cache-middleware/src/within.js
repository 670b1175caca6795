/**
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @param {string} what the beginning of the error's message
 * @returns {Promise<T>}
 */
export function within (ms, promise, what) {
  let timer
  const late = new Promise((_, reject) => {
    // One more turn of the event loop: after a long computation the answer may have come and not been read.
    timer = setTimeout(() => setImmediate(reject, new Error(`${what} within ${ms} ms`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
