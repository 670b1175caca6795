const SLICES = 5

/**
 * Waits no longer than so many milliseconds in which this process had time: one that was busy itself cannot know what was late, so
 * however long the event loop stood still, that counts as one slice.
 *
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @param {string} what the beginning of the error's message
 * @returns {Promise<T>}
 */
export function within (ms, promise, what) {
  let timer
  const late = new Promise((_, reject) => {
    let left = SLICES
    const wait = () => {
      timer = left-- > 0 ? setTimeout(() => setImmediate(wait), ms / SLICES) : reject(new Error(`${what} within ${ms} ms`))
    }
    wait()
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
