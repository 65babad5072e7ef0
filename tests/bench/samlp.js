// npm samlp as identity provider: one user, no page. Arguments: port, certificate, key, ACS.
const fs = require('node:fs')
const http = require('node:http')
const samlp = require('samlp')

const [port, cert, key, acs] = process.argv.slice(2)
const answer = samlp.auth({
  issuer: 'urn:bench',
  cert: fs.readFileSync(cert),
  key: fs.readFileSync(key),
  getPostURL: (_audience, _request, _req, callback) => callback(null, acs),
  getUserFromRequest: () => ({
    id: 'alice', displayName: 'Alice Arnold', name: { familyName: 'Arnold', givenName: 'Alice' }, emails: [{ value: 'alice@acme.example' }],
  }),
})
http.createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1')
  if (url.pathname === '/ready') return response.writeHead(200).end('ok')
  request.query = Object.fromEntries(url.searchParams)
  request.originalUrl = request.url
  request.body = {}
  response.set = response.setHeader
  response.send = (body) => response.end(body)
  answer(request, response, (error) => response.writeHead(500).end(String(error)))
}).listen(Number(port), '127.0.0.1')
