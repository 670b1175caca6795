// A real browser, where there is one.
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import puppeteer from 'puppeteer-core'
import { fileOf } from './pages.js'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const paths = process.env.PATH.split(':').flatMap((folder) => names.map((name) => join(folder, name)))
const executablePath = paths.find((path) => {
  try {
    return accessSync(path, constants.X_OK) === undefined
  } catch {
    return false
  }
})
export const skip = executablePath ? false : 'no chromium on PATH'

// Chromium's own walls need a user of their own.
export const launch = async () => executablePath && puppeteer.launch({ executablePath, args: process.getuid() === 0 ? ['--no-sandbox'] : [] })

export async function open (browser, t, name, { dark = false, width = 1200, hash = '', script = true } = {}) {
  const page = await browser.newPage()
  t.after(() => page.close())
  page.asked = []
  page.errors = []
  page.on('request', (request) => page.asked.push(request.url()))
  page.on('pageerror', (error) => page.errors.push(error.message))
  await page.setJavaScriptEnabled(script)
  await page.setViewport({ width, height: 900 })
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }])
  await page.goto(fileOf(name).href + hash)
  return page
}
