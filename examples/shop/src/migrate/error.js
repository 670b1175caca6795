export class MigrationError extends Error {
  name = 'MigrationError'
}
