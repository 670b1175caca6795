import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { MigrationError } from './error.js'

const FILE = /^(\d{4})-[a-z0-9-]+\.js$/

// The migrations of a folder in their order, each with the checksum that the ledger remembers.
export async function migrationsOf (folder) {
  const migrations = []
  const numbers = new Map()
  for (const file of (await readdir(folder)).sort()) {
    const number = FILE.exec(file)?.[1]
    if (!number) throw new MigrationError(`${file} is not named like 0001-what-it-does.js`)
    if (numbers.has(number)) throw new MigrationError(`${file} and ${numbers.get(number)} have the same number`)
    numbers.set(number, file)
    const url = new URL(file, folder)
    const { up } = await import(url)
    const checksum = createHash('sha256').update(await readFile(url)).digest('hex')
    migrations.push({ id: file.slice(0, -'.js'.length), checksum, up })
  }
  return migrations
}
