// A server that answers at once with 1 KB, so that what is measured is who asks it.
const { createServer } = require('node:http')

const body = Buffer.alloc(1024, 'x')
const server = createServer((request, response) => response.writeHead(200, { 'Content-Length': body.length }).end(body))
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
