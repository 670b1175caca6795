import { once } from 'node:events'

const FIRST_FD = 3 // SD_LISTEN_FDS_START

// The protocol of systemd's socket activation: https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html
export function inherited ({ LISTEN_FDS, LISTEN_PID }, pid = process.pid) {
  if (LISTEN_FDS === undefined || LISTEN_PID !== String(pid)) return undefined
  if (LISTEN_FDS !== '1') throw new Error(`LISTEN_FDS is ${LISTEN_FDS}: the service listens on one socket`)
  return FIRST_FD
}

export async function listen (server, { HOST, PORT }, fd) {
  server.listen(fd === undefined ? { host: HOST, port: PORT } : { fd })
  await once(server, 'listening')
  return { ...server.address(), activated: fd !== undefined }
}
